import { availableParallelism } from 'node:os';

/** Returns the number of workers: `auto` is one per processor core that this process may use. */
export function workerCount(workers: number | 'auto'): number {
  return workers === 'auto' ? availableParallelism() : workers;
}
