import cluster from 'node:cluster';

/** Variable that a worker process is started with: its number. */
export const WORKER_VARIABLE = 'CLAVIGER_WORKER';

/** Returns the number of this worker process; `undefined` in any other process. */
export function workerNumber(environment: Readonly<Record<string, string | undefined>>): number | undefined {
  const number = environment[WORKER_VARIABLE];
  return cluster.isWorker && number !== undefined ? Number(number) : undefined;
}
