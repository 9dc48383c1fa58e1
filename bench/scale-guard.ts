import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createGuard,
  type GuardRequest,
  openSnapshotSource,
  parseServiceMap,
  type ServiceGuard,
  type SnapshotSource,
} from '@claviger/guard';
import { closeServices, initialise, openServices, readConfiguration } from '@claviger/server';
import { signedFetch, signRequest } from '@claviger/signature';
import {
  keyId,
  keysAUser,
  memoryInUse,
  populationSecret,
  registerGuard,
  spread,
  userId,
  writeUsers,
} from './population.ts';
import { nanoseconds, percentile, progress, Rounds, type Row, row } from './ratio.ts';
import { claviger, ServerProcess } from './server-process.ts';

const few = 1_000;
/** Checks timed together, since one is short beside what the clock and the system do. */
const batch = 20;
const batchesARound = 500;
const rounds = 15;
const policyName = 'orders';
const service = parseServiceMap(`
service: orders
routes:
  - { route: 'GET /orders/{orderId}', action: GetOrder, resource: 'order/{orderId}' }
`);

/** A guard with a copy of an account, and the control plane that it has it from. */
interface GuardedAccount {
  readonly guard: ServiceGuard;
  readonly source: SnapshotSource;
  readonly keys: number;
  readonly bytesPerKey: number;
  readonly secondsToLoad: number;
  readonly longestPauseWhileLoading: number;
  readonly longestTurnWhileLoading: number;
  readonly close: () => Promise<void>;
}

/**
 * A guard that holds every key of many users: what a key takes in its memory, how long loading takes, p99 of a check
 * beside a guard that holds 1,000 users, and the longest pause for collecting garbage.
 *
 * Each guard is loaded over its connection from a control plane in a process of its own. The checks are spread evenly
 * over all keys, so that nearly none is of a key that was asked for just before: the worst that can happen. Their
 * requests are signed between them by this process, whose garbage counts as the guard's.
 *
 * @param many how many users, of two keys each
 */
export async function guardScaleRows(many: number): Promise<Row[]> {
  const small = await load(few);
  const large = await load(many);
  try {
    progress('scale: checking');
    const times: Record<'few' | 'many', number[]> = { few: [], many: [] };
    const pauses = new PauseWatch();
    for (let round = -2; round < rounds; round++) {
      const ofFew = await checkRound(small, round);
      if (round === 0) pauses.begin();
      const ofMany = await checkRound(large, round);
      if (round < 0) continue;
      times.few.push(ofFew);
      times.many.push(ofMany);
    }
    const longestPause = await pauses.end();
    const measured = new Rounds(times);
    const name = `scale.guard-${large.keys}-keys`;
    return [
      row(`${name}.bytes-per-key`, large.bytesPerKey, 'bytes of memory a key, its user with it'),
      row(`${name}.load-time`, large.secondsToLoad, 's from opening the connection to being ready'),
      row(`${name}.load-rate`, large.keys / large.secondsToLoad, 'keys/s loaded'),
      row(
        `${name}.check-p99`,
        measured.ratio('many', 'few'),
        `times the p99 with ${few * keysAUser} keys`,
        '<= 1.5',
      ),
      row(`${name}.check-p99-time`, measured.median('many') / 1000, 'µs a check, p99'),
      row(`${name}.gc-pause`, longestPause, 'ms, the longest pause for garbage under checks', '<= 50'),
      row(
        `${name}.gc-pause-while-loading`,
        large.longestPauseWhileLoading,
        'ms, the longest while loading',
        '<= 50',
      ),
      row(
        `${name}.turn-while-loading`,
        large.longestTurnWhileLoading,
        'ms, the longest that the event loop was kept',
      ),
    ];
  } finally {
    await small.close();
    await large.close();
  }
}

/** p99 of the batches of one round, in nanoseconds a check. */
async function checkRound({ guard, keys }: GuardedAccount, round: number): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < batchesARound; at++) {
    const first = (round + 2) * batchesARound * batch + at * batch;
    const requests = Array.from({ length: batch }, (_, of) => signed(spread(first + of, keys), first + of));
    times.push(
      nanoseconds(batch, (of) => {
        const decision = guard.check(requests[of]!);
        if (decision instanceof Promise || !decision.allowed) throw new Error('a request was refused');
      }),
    );
    await nextTurn();
  }
  return percentile(times, 0.99);
}

async function load(users: number): Promise<GuardedAccount> {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const configuration = readConfiguration({ data: join(directory, 'data') }, {});
  const dependencies = { now: Date.now, log: () => {} };
  const made = await initialise(configuration, dependencies);
  const services = await openServices(configuration, dependencies);
  const file = join(configuration.data, 'claviger.db');
  await writeUsers(file, services, made.accountId, users, Date.now());
  const guardKey = await registerGuard(services, made.accountId);
  await closeServices(services);
  attachPolicy(file, made.accountId, users);
  const key = { accessKeyId: made.accessKeyId, accessKeySecret: made.accessKeySecret.reveal() };
  const server = await ServerProcess.start(claviger(['--data', configuration.data, '--log-level', 'warn']));
  const url = `http://127.0.0.1:${server.port}`;
  await makePolicy(url, key);

  const keys = users * keysAUser;
  progress(`scale: loading ${keys.toLocaleString('en')} keys into a guard`);
  const before = memoryInUse();
  const pauses = new PauseWatch();
  const turns = monitorEventLoopDelay({ resolution: 1 });
  pauses.begin();
  turns.enable();
  const began = performance.now();
  const source = openSnapshotSource({ server: url, ...guardKey, allowPlainHttpOnLoopback: true });
  await source.ready();
  const secondsToLoad = (performance.now() - began) / 1000;
  turns.disable();
  const longestPauseWhileLoading = await pauses.end();
  const bytesPerKey = (memoryInUse() - before) / keys;
  if (source.state.accessKeys < keys) throw new Error(`only ${source.state.accessKeys} keys were loaded`);
  return {
    guard: createGuard({ source, service }),
    source,
    keys,
    bytesPerKey,
    secondsToLoad,
    longestPauseWhileLoading,
    longestTurnWhileLoading: turns.max / 1e6,
    async close() {
      await source.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Every user may see orders, by one policy. */
function attachPolicy(file: string, accountId: string, users: number): void {
  const database = new DatabaseSync(file);
  const attach = database.prepare(
    `insert into policy_attachments (account_id, principal_type, principal_id, policy_type, policy_name_key,
     attached_at) values (?, 'user', ?, 'Custom', ?, 0)`,
  );
  database.exec('pragma synchronous = off; begin');
  for (let user = 0; user < users; user++) attach.run(accountId, userId(user), policyName);
  database.exec('commit');
  database.close();
}

/** Makes that policy. */
async function makePolicy(
  url: string,
  key: { readonly accessKeyId: string; readonly accessKeySecret: string },
): Promise<void> {
  const fetch = signedFetch(key);
  const call = async (action: string, parameters: Record<string, string>) => {
    const answer = await fetch(`${url}/?${new URLSearchParams(parameters)}`, {
      method: 'POST',
      headers: { 'x-acs-action': action, 'x-acs-version': '2015-05-01', accept: 'application/json' },
    });
    if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
  };
  const policy = (...Action: string[]) =>
    JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
  await call('CreatePolicy', { PolicyName: policyName, PolicyDocument: policy('orders:GetOrder') });
}

function signed(key: number, at: number): GuardRequest {
  const request = signRequest(
    { method: 'GET', target: `/orders/${at}`, headers: [['host', 'orders.example.com']] },
    { accessKeyId: keyId(key), accessKeySecret: populationSecret },
    { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: `n-${at}` },
  );
  return { ...request, peerAddress: '127.0.0.1', secure: false };
}

/** Watches how long the collector of garbage stops everything. */
class PauseWatch {
  #longest = 0;
  readonly #observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { flags = 0 } = (entry as { readonly detail?: { readonly flags?: number } }).detail ?? {};
      // Those that the bench itself asks for, to measure memory, are none of the guard's.
      if ((flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) === 0) {
        this.#longest = Math.max(this.#longest, entry.duration);
      }
    }
  });

  begin(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** @returns the longest pause since it began, in milliseconds; 0 when there was none */
  async end(): Promise<number> {
    // Entries arrive a turn later.
    await nextTurn();
    await nextTurn();
    this.#observer.disconnect();
    return this.#longest;
  }
}
