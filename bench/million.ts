import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGuard, openSnapshotSource, parseServiceMap } from '@claviger/guard';
import { closeServices, openServices, readConfiguration } from '@claviger/server';
import { signedFetch, signRequest } from '@claviger/signature';
import { whileHealthIsWatched } from './health.ts';
import { fillAccount, freshName, GROUP_NAME, POLICY_NAME, userName } from './million-population.ts';
import { keyId, memoryInUse, populationSecret, registerGuard } from './population.ts';
import { median, progress, type Row, row } from './ratio.ts';
import { claviger, type InstalledKey, install, ServerProcess } from './server-process.ts';

const FEW = 1_000;
const ROUNDS = 31;
const PAGE = '100';
const IMS = '2019-08-15';
const RAM = '2015-05-01';
const service = parseServiceMap(`
service: orders
routes:
  - { route: 'GET /orders/{orderId}', action: GetOrder, resource: 'order/{orderId}' }
`);

type Answer = Readonly<Record<string, unknown>>;

/** One thing that is done to an account, in milliseconds of the calls that count. */
type Work = (account: FilledAccount) => Promise<unknown>;

/** What is measured one call at a time. */
const works: Readonly<Record<string, Work>> = {
  'get-user': (account) => account.call(RAM, 'GetUser', { UserName: account.someName() }),
  'create-user': (account) => account.call(RAM, 'CreateUser', { UserName: account.nameToCreate() }),
  'update-user': (account) =>
    account.call(RAM, 'UpdateUser', { UserName: account.someName(), NewComments: 'x' }),
  'delete-user': (account) =>
    account.call(IMS, 'DeleteUser', { UserPrincipalName: `${account.nameToDelete()}@${account.domain}` }),
  'list-users-first': (account) => account.call(IMS, 'ListUsers', { MaxItems: PAGE }),
  'list-users-later': (account) =>
    account.call(IMS, 'ListUsers', { MaxItems: PAGE, Marker: account.marker() }),
  'list-users-common-tag': (account) =>
    account.call(IMS, 'ListUsers', { MaxItems: PAGE, ...tag('team', 'team-1') }),
  'list-users-rare-tag': (account) =>
    account.call(IMS, 'ListUsers', { MaxItems: PAGE, ...tag('rare', 'yes') }),
  'list-users-of-group': (account) =>
    account.call(IMS, 'ListUsersForGroup', { GroupName: GROUP_NAME, MaxItems: PAGE }),
  'list-groups': (account) => account.call(IMS, 'ListGroups', { MaxItems: PAGE }),
  'list-keys': (account) => account.call(RAM, 'ListAccessKeys', { UserName: account.someName() }),
  'list-tags': (account) => account.call(IMS, 'ListTagResources', { ResourceType: 'user', MaxItems: PAGE }),
  'list-policies': (account) => account.call(RAM, 'ListPolicies', { PolicyType: 'Custom' }),
  'list-recycled-users': (account) => account.call(IMS, 'ListUsersInRecycleBin', { MaxItems: PAGE }),
  'list-group-policies': (account) => account.call(RAM, 'ListPoliciesForGroup', { GroupName: GROUP_NAME }),
  'add-to-group': (account) =>
    account.call(RAM, 'AddUserToGroup', { UserName: account.nameToAdd(), GroupName: GROUP_NAME }),
  'attach-policy': (account) =>
    account.call(RAM, 'AttachPolicyToUser', {
      UserName: account.nameToAttach(),
      PolicyName: POLICY_NAME,
      PolicyType: 'Custom',
    }),
  'account-summary': (account) => account.call(IMS, 'GetAccountSummary', {}),
};

const tag = (Key: string, Value: string) => ({ Tag: JSON.stringify([{ Key, Value }]) });

/**
 * An account of many users beside one of 1,000, on a server each: operations of the API in turn, reports with the
 * health of the server while they are made, and a guard that takes all of it.
 * @param many how many users
 * @param measured told of each row
 * @param database URL of an empty PostgreSQL database for the many; SQLite unless given
 */
export async function millionRows(
  many: number,
  measured: (row: Row) => void,
  database?: string,
): Promise<void> {
  const small = await FilledAccount.open(FEW);
  const large = await FilledAccount.open(many, database);
  const name = database === undefined ? `million.${many}` : `million.postgres.${many}`;
  try {
    await small.rest();
    await large.rest();
    for (const [what, work] of Object.entries(works)) {
      progress(`million: ${what}`);
      const few = { ms: [] as number[], cpu: 0 };
      const ofMany = { ms: [] as number[], cpu: 0 };
      for (let round = -3; round < ROUNDS; round++) {
        for (const [account, side] of [
          [small, few],
          [large, ofMany],
        ] as const) {
          const before = account.cpuSeconds;
          const ms = await milliseconds(() => work(account));
          if (round < 0) continue;
          side.ms.push(ms);
          side.cpu += account.cpuSeconds - before;
        }
      }
      const times = `as long as with ${FEW} users`;
      measured(
        row(`${name}.${what}.cpu`, ofMany.cpu / few.cpu, `times ${times}, by the server's CPU`, '<= 2'),
      );
      measured(row(`${name}.${what}`, median(ofMany.ms) / median(few.ms), `times ${times}`));
      measured(row(`${name}.${what}.time`, median(ofMany.ms), 'ms a call'));
    }
    const calm = await large.whileHealthIsWatched(() => new Promise((resolve) => setTimeout(resolve, 5000)));
    measured(row(`${name}.health`, calm.longest, 'ms, the longest answer of /healthz in 5 s without work'));
    for (const report of ['credential', 'governance', 'practice'] as const) {
      progress(`million: ${report} report`);
      const { seconds, longest } = await large.whileHealthIsWatched(() => large.makeReport(report));
      measured(row(`${name}.${report}-report.time`, seconds, 's to make it'));
      measured(
        row(`${name}.${report}-report.health`, longest, 'ms, the longest answer of /healthz meanwhile'),
      );
    }
    for (const each of await guardRows(name, large)) measured(each);
  } finally {
    await small.close();
    await large.close();
  }
}

/** A guard that replicates the account: memory, and time until it decides. */
async function guardRows(name: string, account: FilledAccount): Promise<Row[]> {
  progress('million: a guard');
  const before = memoryInUse();
  const {
    result: source,
    longest,
    seconds,
  } = await account.whileHealthIsWatched(async () => {
    const opened = openSnapshotSource({ ...account.guardConnection, allowPlainHttpOnLoopback: true });
    await opened.ready();
    return opened;
  });
  try {
    const guard = createGuard({ source, service });
    const request = signRequest(
      { method: 'GET', target: '/orders/1', headers: [['host', 'orders.example.com']] },
      { accessKeyId: keyId(1), accessKeySecret: populationSecret },
      { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: freshName() },
    );
    const began = performance.now();
    const decision = await guard.check({ ...request, peerAddress: '127.0.0.1', secure: false });
    if (!decision.allowed) throw new Error('the guard refused a request');
    const check = performance.now() - began;
    return [
      row(`${name}.guard.first-decision`, seconds + check / 1000, 's from its start to its first decision'),
      row(`${name}.guard.memory`, (memoryInUse() - before) / 2 ** 20, 'MiB that it holds'),
      row(
        `${name}.guard.health`,
        longest,
        'ms, the longest answer of the server’s /healthz meanwhile',
        '<= 50',
      ),
    ];
  } finally {
    await source.close();
  }
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

type Fetch = ReturnType<typeof signedFetch>;

/** A server with an account of so many users, and how to call it. */
class FilledAccount {
  readonly domain: string;
  readonly #server: ServerProcess;
  readonly #directory: string;
  readonly #users: number;
  readonly #fetch: Fetch;
  readonly #guard: { readonly accessKeyId: string; readonly accessKeySecret: string };
  readonly #created: string[] = [];
  readonly #toAdd: string[] = [];
  readonly #toAttach: string[] = [];
  #next = 0;

  private constructor(
    server: ServerProcess,
    directory: string,
    users: number,
    administrator: InstalledKey,
    guard: { readonly accessKeyId: string; readonly accessKeySecret: string },
  ) {
    this.#server = server;
    this.#directory = directory;
    this.#users = users;
    this.#guard = guard;
    this.domain = administrator.UserPrincipalName.split('@')[1] ?? '';
    this.#fetch = signedFetch({
      accessKeyId: administrator.AccessKeyId,
      accessKeySecret: administrator.AccessKeySecret,
    });
  }

  static async open(users: number, database?: string): Promise<FilledAccount> {
    const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
    const settings = [
      '--data',
      join(directory, 'data'),
      ...(database === undefined ? [] : ['--database', database]),
    ];
    const administrator = install(settings) as InstalledKey & { readonly AccountId: string };
    const start = () =>
      ServerProcess.start(
        claviger([...settings, '--limits', 'usersPerAccount=2000000', '--log-level', 'warn']),
      );
    const first = await start();
    const before = new FilledAccount(first, directory, users, administrator, {
      accessKeyId: '',
      accessKeySecret: '',
    });
    await before.call(RAM, 'CreateGroup', { GroupName: GROUP_NAME });
    await before.call(RAM, 'CreatePolicy', {
      PolicyName: POLICY_NAME,
      PolicyDocument: JSON.stringify({
        Version: '1',
        Statement: [{ Effect: 'Allow', Action: 'orders:GetOrder', Resource: '*' }],
      }),
    });
    await first.stop();
    const configuration = readConfiguration({ data: join(directory, 'data'), database }, {});
    const services = await openServices(configuration, { now: Date.now, log: () => {} });
    await fillAccount(services, administrator.AccountId, users, Date.now());
    const guard = await registerGuard(services, administrator.AccountId);
    await closeServices(services);
    const filled = new FilledAccount(await start(), directory, users, administrator, guard);
    for (let user = 0; user < 2 * (ROUNDS + 3); user++) {
      const UserName = freshName();
      await filled.call(RAM, 'CreateUser', { UserName });
      (user % 2 === 0 ? filled.#toAdd : filled.#toAttach).push(UserName);
    }
    return filled;
  }

  get guardConnection() {
    return { server: this.#url, ...this.#guard };
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Seconds of CPU that the server has used so far. */
  get cpuSeconds(): number {
    return this.#server.times.cpuSeconds;
  }

  /** Waits until the server is at rest: housekeeping looks at every key when it starts. */
  async rest(): Promise<void> {
    for (let used = Number.POSITIVE_INFINITY; used > 0.02; ) {
      const before = this.cpuSeconds;
      await pause(1000);
      used = this.cpuSeconds - before;
    }
  }

  /** Name of a user in the middle of the account. */
  someName(): string {
    this.#next = (this.#next + 7919) % this.#users;
    return userName(this.#next);
  }

  nameToCreate(): string {
    const name = freshName();
    this.#created.push(name);
    return name;
  }

  nameToDelete(): string {
    return this.#created.pop() ?? this.someName();
  }

  nameToAdd(): string {
    return this.#toAdd.pop() ?? '';
  }

  nameToAttach(): string {
    return this.#toAttach.pop() ?? '';
  }

  /** Where a page in the middle of the account begins. */
  marker(): string {
    return Buffer.from(`m1:${userName(Math.floor(this.#users / 2))}`).toString('base64url');
  }

  /** Calls an operation, which has to succeed. */
  async call(version: string, action: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
    const answer = await this.#fetch(`${this.#url}/?${new URLSearchParams(parameters)}`, {
      method: 'POST',
      headers: { 'x-acs-action': action, 'x-acs-version': version, accept: 'application/json' },
    });
    const body = (await answer.json()) as Answer;
    if (answer.status !== 200) throw new Error(`${action}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Has a report made, and waits until it is there. */
  async makeReport(report: 'credential' | 'governance' | 'practice'): Promise<void> {
    if (report === 'practice') return void (await this.call(IMS, 'GetAccountSecurityPracticeReport', {}));
    if (report === 'governance') {
      await this.call(IMS, 'GenerateGovernanceReport', {});
      for (;;) {
        const { WholeReportStatus } = await this.call(IMS, 'GetGovernanceReportStatus', {});
        if (WholeReportStatus === 'Finished') return;
        await pause();
      }
    }
    for (;;) {
      const { State } = await this.call(IMS, 'GenerateCredentialReport', {});
      if (State === 'COMPLETE') return;
      await pause();
    }
  }

  /**
   * Does something while a thread of its own asks for the server's health, so that work of this thread is not measured.
   *
   * @returns with the longest answer in milliseconds
   */
  async whileHealthIsWatched<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly seconds: number; readonly longest: number }> {
    return whileHealthIsWatched(this.#server.port, work);
  }

  async close(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

const pause = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));
