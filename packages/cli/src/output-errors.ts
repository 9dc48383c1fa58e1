import type { Writable } from 'node:stream';
import { systemErrorText } from '@claviger/guard/internal';

/**
 * Handles errors of the standard streams. A closed pipe is ignored, as in `claviger account list | head -1`, so that it
 * does not end a gateway. Other errors, such as a full disk, are reported once, and the process exits with 1.
 */
export function handleOutputErrors({
  stdout,
  stderr,
}: {
  readonly stdout: Writable;
  readonly stderr: Writable;
}): void {
  let isReported = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isReported) return;
    isReported = true;
    stderr.write(`error: cannot write to standard output: ${systemErrorText(error)}\n`);
    process.on('exit', (code) => {
      process.exitCode = code === 0 ? 1 : code;
    });
  });
  // An error of standard error cannot be reported anywhere.
  stderr.on('error', () => {});
}
