/**
 * Upgrade of three nodes under load, one after the other: nodes of an earlier build and of this one serve together.
 *
 *     npm run upgrade:load -- --from ../claviger-of-before     # a checkout of an earlier version, built
 *     npm run upgrade:load -- --from ../claviger-of-before --minutes 3 --seed 7 --json
 *
 * Checks what clients were told, as `npm run chaos` does. Exit code 1 if a promise was broken.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Probes } from './chaos-probes.ts';
import { Cluster, COMMAND } from './cluster.ts';
import { History } from './history.ts';
import { withClient } from './killable-postgres.ts';
import { seededRandom } from './seeded-random.ts';
import { Workload } from './workload.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});

const STALENESS_BOUND_MS = 5000;
const MOVE_LIMIT_MS = 60_000;
const SIGNING_KEY = 'audit-signing.key';

const before = join(resolve(values.from), 'packages/cli/bin/claviger.js');
if (values.from === '' || !existsSync(before))
  throw new Error(`invalid --from "${values.from}": expected the folder of an earlier version, built`);

const history = new History();
const seed = Number(values.seed);
const cluster = await Cluster.start(3, (message) => history.violation('endedByItself', message), before);
try {
  const { callers, administrator, nodes, directory, postgres } = cluster;
  const workload = new Workload({
    callers,
    administrator,
    history,
    random: seededRandom(seed),
    clients: Number(values.clients),
  });
  const probes = new Probes(cluster, history, seededRandom(seed + 1), STALENESS_BOUND_MS);
  await workload.start();
  probes.start();
  const partMs = (Number(values.minutes) * 60_000) / (nodes.length + 1);
  for (const { name, process: node } of nodes) {
    await delay(partMs);
    const code = await node.end('SIGTERM');
    if (code !== 0) history.violation('endedByItself', `${name} stopped with code ${code}`);
    node.replaceProgram(COMMAND);
    // Nodes share the key that signs the audit log; an earlier version may have none.
    const key = join(directory, 'node1', SIGNING_KEY);
    if (name !== 'node1' && existsSync(key)) copyFileSync(key, join(directory, name, SIGNING_KEY));
    await node.start();
    if (!values.json) process.stdout.write(`${name} is of this build\n`);
  }
  await delay(partMs);
  await probes.stop();
  await workload.stop();
  await untilMoved(postgres.url);
  for (const problem of await cluster.stopNodes()) history.violation('endedByItself', problem);
  await withClient(postgres.url, (client) => history.compare(client));
  const { holds, output } = cluster.verifyAudit();
  if (!holds) history.violation('auditLog', output.slice(0, 2000));
  const summary = {
    from: values.from,
    seed,
    answers: Object.fromEntries(history.answers),
    answeredWrites: history.answeredWrites,
    workload: workload.counts,
    revocations: probes.revocations.length,
    longestAcceptedAfterRevocationMs: Math.round(Math.max(0, ...probes.revocations)),
    ...probes.counts,
    loadAverage: loadavg().map((load) => Math.round(load * 10) / 10),
    violations: history.violations,
  };
  process.stdout.write(`${values.json ? JSON.stringify(summary) : JSON.stringify(summary, null, 2)}\n`);
} finally {
  await cluster.close();
}
process.exit(history.violations.length === 0 ? 0 : 1);

/** Waits until the events that nodes of before have written are in the new table. */
async function untilMoved(url: string): Promise<void> {
  const endsAt = performance.now() + MOVE_LIMIT_MS;
  while (performance.now() < endsAt) {
    const { rows } = await withClient(url, (client) =>
      client.query<{ events: number }>('select count(*) as events from audit_events'),
    );
    if (rows[0]?.events === 0) return;
    await delay(500);
  }
  history.violation('auditLog', 'events of nodes of before were not moved within a minute');
}
