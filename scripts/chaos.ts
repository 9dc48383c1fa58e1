/**
 * Three nodes over PostgreSQL and Redis or Valkey, with nginx in front, while each part is killed, stopped, paused and
 * cut at random under load. Checks what clients were told against what they see afterwards.
 *
 *     npm run chaos -- --minutes 3 --seed 7
 *     npm run chaos -- --minutes 3 --seed 7 --json
 *
 * Exit code 1 if a promise was broken. The seed chooses the faults and their durations.
 */
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chooseFaults, type Fault, faultsOf } from './chaos-faults.ts';
import { Probes } from './chaos-probes.ts';
import { Cluster } from './cluster.ts';
import { History } from './history.ts';
import { withClient } from './killable-postgres.ts';
import { seededRandom } from './seeded-random.ts';
import type { Caller } from './signed-call.ts';
import { Workload } from './workload.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});

/** Default of `--max-staleness`. */
const STALENESS_BOUND_MS = 5000;
const LONGEST_FAULT_MS = 8000;
const RECOVERY_LIMIT_MS = 60_000;
const HISTOGRAM_MS = [10, 50, 100, 250, 500, 1000, 2500, 5000];

const history = new History();
const random = seededRandom(Number(values.seed));
const faultCounts = new Map<string, number>();
/** Milliseconds from the end of the faults to an accepted call at every node and at nginx. */
const recoveries: number[] = [];
const say = (text: string) => {
  if (!values.json) process.stdout.write(`${text}\n`);
};

const cluster = await Cluster.start(3, (message) => history.violation('endedByItself', message));
const probes = new Probes(cluster, history, seededRandom(Number(values.seed) + 1), STALENESS_BOUND_MS);
try {
  const workload = new Workload({
    callers: cluster.callers,
    administrator: cluster.administrator,
    history,
    random: seededRandom(Number(values.seed) + 2),
    clients: Number(values.clients),
  });
  await workload.start();
  probes.start();
  const endsAt = performance.now() + Number(values.minutes) * 60_000;
  while (performance.now() < endsAt) await runStep(faultsOf(cluster));
  await probes.stop();
  await workload.stop();
  for (const problem of await cluster.stopNodes()) history.violation('endedByItself', problem);
  await withClient(cluster.postgres.url, (client) => history.compare(client));
  const { holds, output } = cluster.verifyAudit();
  if (!holds) history.violation('auditLog', output.slice(0, 2000));
  report(workload, output);
} finally {
  await cluster.close();
}
process.exit(history.violations.length === 0 ? 0 : 1);

/** Lets one or two faults happen, ends them, and waits until all recovered. */
async function runStep(faults: readonly Fault[]): Promise<void> {
  const chosen = chooseFaults(faults, random);
  const names = chosen.map(({ name, part }) => (name.startsWith('node') ? `${name} (${part})` : name));
  for (const fault of chosen) {
    faultCounts.set(fault.name, (faultCounts.get(fault.name) ?? 0) + 1);
    await fault.begin();
  }
  const lasted = 100 + random() ** 2 * LONGEST_FAULT_MS;
  await delay(lasted);
  const endedAt = performance.now();
  for (const fault of chosen) await fault.end();
  const startedMs = Math.round(performance.now() - endedAt);
  const took = await Promise.all(cluster.callers.map((caller) => recovered(caller, endedAt)));
  recoveries.push(Math.max(...took));
  const each = cluster.callers.map(({ name }, index) => `${name} ${took[index]}`).join(', ');
  say(
    `${names.join(' and ')} for ${Math.round(lasted)} ms; started again ${startedMs}; recovered (ms): ${each}`,
  );
  await delay(random() * 1000);
}

/** Calls until it is answered with success. @returns how long after `since` that was */
async function recovered(caller: Caller, since: number): Promise<number> {
  while (performance.now() - since < RECOVERY_LIMIT_MS) {
    const { status } = await caller.call(cluster.administrator, 'GetCallerIdentity');
    if (status === 200) return Math.round(performance.now() - since);
    await delay(50);
  }
  history.violation('notRecovered', `${caller.name} did not recover within a minute`);
  return RECOVERY_LIMIT_MS;
}

function report(workload: Workload, auditOutput: string): void {
  const { revocations, counts } = probes;
  const histogram = Object.fromEntries(
    HISTOGRAM_MS.map((limit) => [`<= ${limit} ms`, revocations.filter((delay) => delay <= limit).length]),
  );
  const summary = {
    seed: Number(values.seed),
    minutes: Number(values.minutes),
    steps: recoveries.length,
    faults: Object.fromEntries([...faultCounts].sort()),
    answers: Object.fromEntries([...history.answers].sort((one, other) => other[1] - one[1])),
    answeredWrites: history.answeredWrites,
    workload: workload.counts,
    revocations: revocations.length,
    disabledUntilRefusedEverywhere: histogram,
    longestAcceptedAfterRevocationMs: Math.round(Math.max(0, ...revocations)),
    ...counts,
    longestRecoveryMs: Math.round(Math.max(0, ...recoveries)),
    loadAverage: loadavg().map((load) => Math.round(load * 10) / 10),
    audit: summaryOf(auditOutput),
    violations: history.violations,
  };
  if (values.json) return void process.stdout.write(`${JSON.stringify(summary)}\n`);
  say(JSON.stringify({ ...summary, violations: undefined }, null, 2));
  for (const { kind, text } of history.violations.slice(0, 30)) say(`VIOLATION ${kind}: ${text}`);
  say(`${history.violations.length} violations`);
}

function summaryOf(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return output;
  }
}
