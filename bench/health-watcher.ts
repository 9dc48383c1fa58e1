/** Worker that asks for the health of a server without a pause, and reports its times when it is stopped. */
import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** Times of answers, ms. */
export interface WatchedHealth {
  readonly longest: number;
  readonly p99: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let isOver = false;
parentPort?.once('message', () => {
  isOver = true;
});

/** Milliseconds until the answer has been read. */
function ask(url: string): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      answer.resume().once('end', () => resolve(performance.now() - began));
    }).once('error', reject);
  });
}

// The first answers are slower: the connection is opened, and the code is compiled.
for (let at = 0; at < 50; at++) await ask(workerData as string);
parentPort?.postMessage('ready');
const times: number[] = [];
while (!isOver) {
  times.push(await ask(workerData as string));
  await new Promise((resolve) => setTimeout(resolve, 5));
}
agent.destroy();
times.sort((one, other) => one - other);
const reported: WatchedHealth = {
  longest: times.at(-1) ?? 0,
  p99: times[Math.floor(times.length * 0.99)] ?? 0,
};
parentPort?.postMessage(reported);
