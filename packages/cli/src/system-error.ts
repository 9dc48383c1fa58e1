import { systemErrorText } from '@claviger/guard/internal';

/** Returns the reason of an error where a directory is expected. */
export function directoryErrorText(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOTDIR' || error.code === 'EEXIST'
    ? 'it is not a directory'
    : systemErrorText(error);
}

/** Returns a message for an unexpected operating-system error: path or address, then the reason. */
export function systemErrorSentence(
  error: NodeJS.ErrnoException & {
    readonly hostname?: string;
    readonly address?: string;
    readonly port?: number;
  },
): string {
  const { path, hostname, address = hostname, port } = error;
  const subject =
    path ?? (address === undefined ? undefined : `${address}${port === undefined ? '' : `:${port}`}`);
  // EACCES for a port has the same reason text as for a file.
  const advice = error.code === 'EACCES' && port !== undefined && port < 1024 ? ' (a port below 1024)' : '';
  const reason = error.syscall === 'mkdir' ? directoryErrorText(error) : systemErrorText(error);
  return subject === undefined ? error.message : `${subject}: ${reason}${advice}`;
}
