import type { Writable } from 'node:stream';
import { reasonOf } from './system-reason.ts';

/**
 * Lets a command go on when what it writes to is gone: whoever reads us may stop reading, as in
 * `claviger account list | head -1`, and a gateway does not end because of it. Output that cannot be written for
 * another reason, such as a full disk, is told of, and the process ends with 1.
 */
export function surviveLostReaders({
  stdout,
  stderr,
}: {
  readonly stdout: Writable;
  readonly stderr: Writable;
}): void {
  let isTold = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isTold) return;
    isTold = true;
    stderr.write(`error: standard output cannot be written: ${reasonOf(error)}\n`);
    process.on('exit', (code) => {
      process.exitCode = code === 0 ? 1 : code;
    });
  });
  // There is nobody left to tell.
  stderr.on('error', () => {});
}
