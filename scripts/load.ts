/**
 * Load of 95 % checks of a signature, 4 % reads and 1 % writes: on one node with SQLite, then on three nodes with
 * PostgreSQL and Redis or Valkey behind nginx.
 *
 *     npm run load                                    # a minute each
 *     npm run load -- --minutes 10 --json
 *     npm run load -- --only sqlite --clients 32
 *
 * Prints throughput, percentiles of the latency, errors and how the memory of the nodes grew in the second half.
 * Exit code 1 if there was an error. The seed chooses callers, keys and operations.
 */
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Cluster, SingleNode } from './cluster.ts';
import { History } from './history.ts';
import type { KillableProcess } from './killable-process.ts';
import { seededRandom } from './seeded-random.ts';
import type { AccessKey, Caller } from './signed-call.ts';
import { Workload } from './workload.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    clients: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const WARM_UP_SHARE = 0.1;
const MEBIBYTE = 2 ** 20;

/** Installation under load. */
interface Installation {
  readonly administrator: AccessKey;
  readonly front: Caller;
  readonly nodes: readonly KillableProcess[];
  close(): Promise<void>;
}

const history = new History();
const endedByItself = (message: string) => history.violation('endedByItself', message);
const installations: Readonly<Record<string, () => Promise<Installation>>> = {
  sqlite: async () => {
    const node = await SingleNode.start(endedByItself);
    const { administrator, front, process } = node;
    return { administrator, front, nodes: [process], close: () => node.close() };
  },
  postgres: async () => {
    const cluster = await Cluster.start(3, endedByItself);
    const { administrator, front } = cluster;
    const nodes = cluster.nodes.map(({ process }) => process);
    return { administrator, front, nodes, close: () => cluster.close() };
  },
};

let failed = false;
for (const [name, open] of Object.entries(installations)) {
  if (values.only !== undefined && values.only !== name) continue;
  const installation = await open();
  try {
    await measure(name, installation);
  } finally {
    await installation.close();
  }
}
process.exit(failed ? 1 : 0);

async function measure(name: string, { administrator, front, nodes }: Installation): Promise<void> {
  const totalMs = Number(values.minutes) * 60_000;
  const workload = new Workload({
    callers: [front],
    administrator,
    history,
    random: seededRandom(Number(values.seed)),
    clients: Number(values.clients),
  });
  await workload.start();
  await delay(totalMs * WARM_UP_SHARE);
  workload.reset();
  history.answers.clear();
  const began = performance.now();
  const samples: { readonly minutes: number; readonly mebibytes: number }[] = [];
  const intervalMs = Math.max(1000, totalMs / 120);
  while (performance.now() - began < totalMs) {
    await delay(intervalMs);
    const bytes = nodes.reduce((sum, node) => sum + node.residentBytes(), 0);
    samples.push({ minutes: (performance.now() - began) / 60_000, mebibytes: bytes / MEBIBYTE });
  }
  const seconds = (performance.now() - began) / 1000;
  const { checks, reads, writes, throttled, errors } = workload.counts;
  await workload.stop();
  const milliseconds = (percentile: number) => Math.round(workload.latency.percentile(percentile) / 100) / 10;
  const secondHalf = samples.slice(Math.floor(samples.length / 2));
  const summary = {
    installation: name,
    minutes: Number(values.minutes),
    clients: Number(values.clients),
    perSecond: Math.round((checks + reads + writes) / seconds),
    checks,
    reads,
    writes,
    throttled,
    errors,
    p50Ms: milliseconds(50),
    p99Ms: milliseconds(99),
    p999Ms: milliseconds(99.9),
    memoryMiB: Math.round(secondHalf.at(-1)?.mebibytes ?? 0),
    memorySlopeMiBPerMinute: Math.round(slope(secondHalf) * 100) / 100,
    loadAverage: loadavg().map((load) => Math.round(load * 10) / 10),
    otherAnswers: Object.fromEntries([...history.answers].filter(([answer]) => answer !== '200')),
    violations: history.violations,
  };
  failed ||= errors > 0 || history.violations.length > 0;
  process.stdout.write(`${values.json ? JSON.stringify(summary) : JSON.stringify(summary, null, 2)}\n`);
}

/** Returns the slope of the line of least squares. */
function slope(samples: readonly { readonly minutes: number; readonly mebibytes: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(samples.map(({ minutes }) => minutes));
  const y = mean(samples.map(({ mebibytes }) => mebibytes));
  let covariance = 0;
  let variance = 0;
  for (const { minutes, mebibytes } of samples) {
    covariance += (minutes - x) * (mebibytes - y);
    variance += (minutes - x) ** 2;
  }
  return variance === 0 ? 0 : covariance / variance;
}
