import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { WatchedHealth } from './health-watcher.ts';

/**
 * Does something while a thread of its own asks for a server's health, so that work of this thread is not measured.
 * @param port of the server on this machine
 */
export async function whileHealthIsWatched<T>(
  port: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number } & WatchedHealth> {
  const watcher = new Worker(new URL('health-watcher.ts', import.meta.url), {
    workerData: `http://127.0.0.1:${port}/healthz`,
  });
  await once(watcher, 'message');
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const reported = once(watcher, 'message') as Promise<[WatchedHealth]>;
  watcher.postMessage('stop');
  const [health] = await reported;
  return { result, seconds, ...health };
}
