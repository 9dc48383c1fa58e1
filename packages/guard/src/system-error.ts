/** Texts for the error codes of the operating system, for files and addresses. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  EEXIST: 'it exists already',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left',
  EDQUOT: 'no space left',
  ELOOP: 'circular symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  EAGAIN: 'no data available',
  EADDRINUSE: 'address in use: stop the process that listens there, or choose another',
  ENOTFOUND: 'unknown host name',
  EADDRNOTAVAIL: 'not an address of this machine',
};

/** Returns the reason of an operating-system error, to follow the name of a file or an address and a colon. */
export function systemErrorText({ code = '', message }: NodeJS.ErrnoException): string {
  return REASONS[code] ?? message;
}
