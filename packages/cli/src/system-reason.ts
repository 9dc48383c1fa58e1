/** What the system's codes for files and for addresses mean, for whoever has given the file or the address. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is a file, and no directory',
  EISDIR: 'it is a directory, and no file',
  EEXIST: 'it is there already',
  EACCES: 'this user has no permission for it',
  EPERM: 'this user has no permission for it',
  EROFS: 'it is on a file system that is read-only',
  ENOSPC: 'there is no space left for it',
  EDQUOT: 'there is no space left for it',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'this process has too many files open already',
  EAGAIN: 'nothing can be read from it now',
  EADDRINUSE: 'it is in use: stop what listens there, or choose another',
  ENOTFOUND: 'there is no host of this name',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/**
 * What the system says, in words.
 *
 * @param error of the system
 * @returns the end of a sentence, about a file or an address
 */
export function reasonOf({ code = '', message }: NodeJS.ErrnoException): string {
  return REASONS[code] ?? message;
}

/** The same of a directory: where one should be, a file may be. */
export function directoryReasonOf(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOTDIR' || error.code === 'EEXIST'
    ? 'it is a file, and no directory'
    : reasonOf(error);
}

/**
 * A whole sentence for an error of the system that nobody has expected where it came up.
 *
 * @param error of the system, with a path or an address where that is known
 */
export function sentenceOf(
  error: NodeJS.ErrnoException & {
    readonly hostname?: string;
    readonly address?: string;
    readonly port?: number;
  },
): string {
  const { path, hostname, address = hostname, port } = error;
  const subject =
    path ?? (address === undefined ? undefined : `${address}${port === undefined ? '' : `:${port}`}`);
  // A low port is refused in the same words as a file.
  const advice = error.code === 'EACCES' && port !== undefined && port < 1024 ? ' (a port below 1024)' : '';
  const reason = error.syscall === 'mkdir' ? directoryReasonOf(error) : reasonOf(error);
  return subject === undefined ? error.message : `${subject}: ${reason}${advice}`;
}
