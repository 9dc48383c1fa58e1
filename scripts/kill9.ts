/**
 * Campaign of `kill -9`: servers and databases are killed while clients write through the API. After each
 * restart the database is compared with what was answered.
 *
 *     npm run kill9 -- --rounds 200                       # nodes on SQLite
 *     npm run kill9 -- --database postgres --rounds 200   # nodes, sessions and server of PostgreSQL in turn
 *     npm run kill9 -- --minutes 30 --seed 7              # ends after 30 minutes at the latest
 *
 * Counts answered writes that are lost, writes that are half there (a row without its audit record, or the reverse),
 * and answered writes without a record. Exit code 1 if there is any. The seed chooses the moments of the kills.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { eventOf, type StoredEvent } from '@claviger/server';
import { signRequest } from '@claviger/signature';
import { freePort } from './free-port.ts';
import { KillablePostgres, withClient } from './killable-postgres.ts';
import { seededRandom } from './seeded-random.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '60' },
    database: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

const COMMAND = fileURLToPath(new URL('../packages/cli/bin/claviger.js', import.meta.url));
const MAX_ANSWERS = 120;

const USERS = 'select user_name from users where user_name_key like';
const KEYS = `select u.user_name from access_keys k join users u on u.user_id = k.owner_id where u.user_name_key like`;
const EVENTS = `select * from audit_records
  where event_name in ('CreateUser', 'CreateAccessKey') and error_code = '' and event_time >=`;

type Kill = 'node' | 'session' | 'database';

interface Key {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

/** What a round has found in the database: names of users, of users with a key, and of each in the audit log. */
interface Found {
  readonly users: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
  readonly userRecords: readonly string[];
  readonly keyRecords: readonly string[];
}

/** Sums over all rounds. */
const sums = { kills: 0, answered: 0, stored: 0, lost: 0, half: 0, withoutRecord: 0 };
const kills: Record<Kill, number> = { node: 0, session: 0, database: 0 };
const problems: string[] = [];

const random = seededRandom(Number(values.seed));
const directory = mkdtempSync(join(tmpdir(), 'claviger-kill9-'));
const endsAt = performance.now() + Number(values.minutes) * 60_000;
const onPostgres = values.database === 'postgres';
/** More of them conflict at each write of one account on PostgreSQL. */
const writerCount = onPostgres ? 4 : 8;
const data = join(directory, 'data');
const postgres = onPostgres ? KillablePostgres.create(directory, await freePort()) : undefined;
await postgres?.start();
const location = ['--data', data, ...(postgres === undefined ? [] : ['--database', postgres.url])];
const port = await freePort();
let node: ChildProcess | undefined;
try {
  const key = init();
  node = await startNode();
  for (let round = 0; round < Number(values.rounds) && performance.now() < endsAt; round += 1) {
    await runRound(round, key);
    if (round % 50 === 49 && !values.json) process.stdout.write(`${summary()}\n`);
  }
  node.kill('SIGTERM');
  await once(node, 'exit');
  if (!onPostgres) assertIntact();
  await postgres?.stop();
} finally {
  node?.kill('SIGKILL');
  await postgres?.killServer();
  rmSync(directory, { recursive: true, force: true });
}
for (const problem of problems.slice(0, 20)) process.stderr.write(`${problem}\n`);
process.stdout.write(
  `${values.json ? JSON.stringify({ database: values.database, ...sums, byKind: kills }) : summary()}\n`,
);
process.exit(sums.lost + sums.half + sums.withoutRecord === 0 ? 0 : 1);

/** Writes until a kill, restarts what was killed, and checks. */
async function runRound(round: number, key: Key): Promise<void> {
  const began = Date.now();
  const kill = chooseKill(round);
  const dieAfter = 1 + Math.floor(random() * MAX_ANSWERS);
  const answered = { users: [] as string[], keys: [] as string[] };
  let answers = 0;
  let killing: Promise<void> | undefined;
  const agent = new Agent({ keepAlive: true, maxSockets: writerCount });
  const note = (list: string[], name: string) => {
    list.push(name);
    answers += 1;
    if (answers === dieAfter) killing = killPart(kill);
  };
  const writers = Array.from({ length: writerCount }, async (_, writer) => {
    for (let index = 0; ; index += 1) {
      const name = `r${round}-w${writer}-${index}`;
      if (!(await call(agent, key, 'CreateUser', name))) return;
      note(answered.users, name);
      if (index % 3 !== 0) continue;
      if (!(await call(agent, key, 'CreateAccessKey', name))) return;
      note(answered.keys, name);
    }
  });
  await Promise.all(writers);
  agent.destroy();
  if (killing === undefined) throw new Error('the writers ended before the kill');
  await killing;
  kills[kill] += 1;
  sums.kills += 1;
  if (kill === 'node') node = await startNode();
  if (kill === 'database') await postgres!.start();
  await untilAnswering(key);
  check(round, answered, onPostgres ? await findInPostgres(round, began) : findInSqlite(round, began));
}

function check(
  round: number,
  answered: { readonly users: readonly string[]; readonly keys: readonly string[] },
  found: Found,
): void {
  for (const [kind, names, stored, records] of [
    ['user', answered.users, found.users, found.userRecords],
    ['AccessKey of', answered.keys, found.keys, found.keyRecords],
  ] as const) {
    const recorded = new Set(records);
    sums.answered += names.length;
    sums.stored += stored.size;
    for (const name of names) {
      if (!stored.has(name)) problem('lost', `round ${round}: answered ${kind} ${name} is lost`);
      if (!recorded.has(name))
        problem('withoutRecord', `round ${round}: ${kind} ${name} has no audit record`);
    }
    for (const name of stored) {
      if (!recorded.has(name))
        problem('half', `round ${round}: ${kind} ${name} is stored without its record`);
    }
    for (const name of recorded) {
      if (!stored.has(name)) problem('half', `round ${round}: ${kind} ${name} is recorded and not stored`);
    }
    if (records.length !== recorded.size) problem('half', `round ${round}: a ${kind} is recorded twice`);
  }
}

function problem(sum: 'lost' | 'half' | 'withoutRecord', text: string): void {
  sums[sum] += 1;
  problems.push(text);
}

function chooseKill(round: number): Kill {
  if (!onPostgres) return 'node';
  return (['node', 'session', 'database'] as const)[round % 3]!;
}

async function killPart(kill: Kill): Promise<void> {
  if (kill === 'session') return postgres!.killSession();
  if (kill === 'database') return postgres!.killServer();
  const exited = once(node!, 'exit');
  node!.kill('SIGKILL');
  await exited;
}

/** Sends one operation. @returns whether it was answered with success */
function call(agent: Agent, key: Key, action: string, userName: string): Promise<boolean> {
  const { rawHeaders, body } = signRequest(
    {
      method: 'POST',
      target: '/',
      headers: [['host', `127.0.0.1:${port}`]],
      body: Buffer.from(`UserName=${userName}`),
    },
    { accessKeyId: key.AccessKeyId, accessKeySecret: key.AccessKeySecret },
    {
      scheme: 'RPC-HMAC-SHA1',
      now: Date.now(),
      nonce: randomUUID(),
      action,
      version: '2015-05-01',
      systemParameters: 'form',
    },
  );
  return new Promise((resolve) => {
    const sent = request(
      { agent, host: '127.0.0.1', port, method: 'POST', headers: [...rawHeaders], setHost: false },
      (answer) => {
        answer.on('error', () => resolve(false));
        answer.on('close', () => resolve(answer.complete && answer.statusCode === 200));
        answer.resume();
      },
    );
    sent.on('error', () => resolve(false));
    sent.end(body);
  });
}

function init(): Key {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, 'init', '--json', ...location], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Key;
}

async function startNode(): Promise<ChildProcess> {
  const flags = ['--port', String(port), '--limits', 'usersPerAccount=1000000', '--log-level', 'silent'];
  const limits = ['--rate-limit-per-key', 'off', '--rate-limit-per-account', 'off'];
  const child = spawn(process.execPath, [COMMAND, 'serve', ...location, ...flags, ...limits], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => output.includes('Claviger serves') && resolve());
    child.once('exit', (code) => reject(new Error(`a node ended with ${code} at its start: ${output}`)));
  });
  return child;
}

/** Waits until the node and its database answer a signed call. */
async function untilAnswering(key: Key): Promise<void> {
  const agent = new Agent();
  for (let attempt = 0; attempt < 1500; attempt += 1) {
    if (await call(agent, key, 'GetUser', 'administrator')) return;
    if (node!.exitCode !== null) throw new Error('the node ended while its database was away');
    await delay(20);
  }
  throw new Error('no answer within 30 seconds');
}

function findInSqlite(round: number, began: number): Found {
  const database = new DatabaseSync(join(data, 'claviger.db'), { readOnly: true });
  try {
    const all = (query: string, value: string | number) => database.prepare(`${query} ?`).all(value) as Row[];
    return foundOf(round, all(USERS, `r${round}-%`), all(KEYS, `r${round}-%`), all(EVENTS, began));
  } finally {
    database.close();
  }
}

function findInPostgres(round: number, began: number): Promise<Found> {
  return withClient(postgres!.url, async (client) => {
    const all = async (query: string, value: string | number) =>
      (await client.query(`${query} $1`, [value])).rows as Row[];
    return foundOf(
      round,
      await all(USERS, `r${round}-%`),
      await all(KEYS, `r${round}-%`),
      await all(EVENTS, began),
    );
  });
}

type Row = Readonly<Record<string, string>>;

function foundOf(round: number, users: readonly Row[], keys: readonly Row[], events: readonly Row[]): Found {
  const recordsOf = (name: string) =>
    events
      .filter((row) => row['event_name'] === name)
      .map((row) => eventOf(row as unknown as StoredEvent) as { requestParameters: { UserName: string } })
      .map(({ requestParameters }) => requestParameters.UserName)
      .filter((user) => user.startsWith(`r${round}-`));
  return {
    users: new Set(users.map((row) => row['user_name'] ?? '')),
    keys: new Set(keys.map((row) => row['user_name'] ?? '')),
    userRecords: recordsOf('CreateUser'),
    keyRecords: recordsOf('CreateAccessKey'),
  };
}

function assertIntact(): void {
  const database = new DatabaseSync(join(data, 'claviger.db'), { readOnly: true });
  try {
    const { integrity_check: result } = database.prepare('PRAGMA integrity_check').get() as Row;
    const broken = database.prepare('PRAGMA foreign_key_check').all();
    if (result !== 'ok' || broken.length > 0) problem('half', `the file is damaged: ${result}`);
  } finally {
    database.close();
  }
}

/** Formats the sums, with the upper bound of the rate of lossy kills at 95 % if none was seen. */
function summary(): string {
  const bound = sums.kills === 0 ? 1 : 1 - 0.05 ** (1 / sums.kills);
  const byKind = onPostgres
    ? ` (${kills.node} nodes, ${kills.session} sessions, ${kills.database} databases)`
    : '';
  return (
    `${values.database}: ${sums.kills} kills${byKind}; ${sums.answered} writes answered, ${sums.stored} stored; ` +
    `lost ${sums.lost}, half ${sums.half}, without audit record ${sums.withoutRecord}` +
    (sums.lost === 0 ? `; loss at most ${(bound * 100).toFixed(2)} % of kills at 95 %` : '')
  );
}
