import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Added to the nice value: the thread gets about a tenth of a processor that others want. */
const BACKGROUND_PRIORITY = 10;

/**
 * Lowers the priority of the calling thread below that of the thread that serves requests, so that long work delays no
 * one else's call where there are fewer processors than threads. Linux only: elsewhere priorities are those of
 * processes, and nothing happens.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    // Such as `17724/task/17731`: the last number is the thread.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, BACKGROUND_PRIORITY);
  } catch {
    // No /proc in a container, or a policy that forbids it: the work is done all the same.
  }
}
