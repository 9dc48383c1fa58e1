import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { pino } from 'pino';
import { createAccessKey } from '../src/access-keys/access-key.ts';
import {
  createAdministeredAccount,
  createOneTimePassword,
  operatorScope,
} from '../src/accounts/create-account.ts';
import { type Claviger, startClaviger } from '../src/claviger.ts';
import { readConfiguration } from '../src/configuration.ts';
import { createGuard, deleteGuard, setGuardServices, setGuardStatus } from '../src/guards/guard.ts';
import { prepareDataDirectory, storeLocation } from '../src/installation.ts';
import { createPasswordHashing } from '../src/passwords/password-hash.ts';
import type { ServerServices as Services } from '../src/pipeline/server-services.ts';
import { assertAnswerShape } from './answer-conformance.ts';
import { type ClientKey, Clients } from './clients.ts';
import { eachDatabase, writeMigratedFile } from './databases.ts';

/** Account of a server under test, with its administrator. */
export interface TestAccount {
  readonly accountId: string;
  /** `<account id>.onaliyun.com` */
  readonly domain: string;
  /** Key of the administrator: AdministratorAccess. */
  readonly key: ClientKey;
  /** Clients of the administrator. */
  readonly admin: Clients;
  /** Creates a key of the account root; at most two. */
  rootKey(): Promise<ClientKey>;
  readonly rootLoginName: string;
  /** One-time password for the first sign-in of the root. */
  readonly rootPassword: string;
}

/** Real server over HTTP on a real database. */
export interface TestServer {
  readonly url: string;
  /** Address of the admin listener. */
  readonly adminUrl: string;
  readonly services: Services;
  /** First account. */
  readonly account: TestAccount;
  /** Log lines so far. */
  readonly log: readonly string[];
  /** Data directory. */
  readonly directory: string;
  /** Creates another account. */
  newAccount(name?: string): Promise<TestAccount>;
  /** Returns clients with another key. */
  clients(key: ClientKey): Clients;
  /** Creates a RAM user with one key. @returns its names and its clients */
  newUser(account: TestAccount, userName: string): Promise<TestUser>;
  /**
   * Registers a guard.
   * @param services default `orders`
   * @returns its credential and its name
   */
  newGuard(account: TestAccount, name?: string, services?: readonly string[]): Promise<GuardKey>;
  /** Registers a guard for other services. */
  setGuardServices(account: TestAccount, name: string, services: readonly string[]): Promise<void>;
  /** Removes a guard. */
  removeGuard(account: TestAccount, name: string): Promise<void>;
  /** Stops the server and starts it again on the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Credential of a guard, with its name. */
export interface GuardKey extends ClientKey {
  readonly guardName: string;
}

/** RAM user with a key. */
export interface TestUser {
  readonly userName: string;
  readonly userPrincipalName: string;
  readonly userId: string;
  readonly key: ClientKey;
  readonly clients: Clients;
}

/** Differences from the default server. */
export interface TestServerOptions {
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch; clients sign with the system's clock. */
  readonly now?: () => number;
  /** Hashes passwords as in production, which takes 30 ms of a core; default: at the least cost. */
  readonly productionPasswordCost?: boolean;
}

/** Least cost that argon2 allows. */
const LEAST_PASSWORD_COST = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/**
 * Defines the same tests against a server on SQLite and on PostgreSQL.
 *
 *     eachServer((name, start) => {
 *       test('a third key is refused', async () => {
 *         const server = await start();
 *       });
 *     });
 */
export function eachServer(
  define: (name: string, start: (options?: TestServerOptions) => Promise<TestServer>) => void,
): void {
  eachDatabase((name, { freshLocation }) => {
    const running: TestServer[] = [];
    after(async () => {
      for (const server of running) await server.close();
    });
    define(name, async (options = {}) => {
      const location = await freshLocation();
      const server = await startTestServer(options, location.kind === 'postgres' ? location.url : undefined);
      running.push(server);
      return server;
    });
  });
}

/** Starts a server, which the caller has to close. @param database of PostgreSQL; default: SQLite */
export async function startTestServer(
  options: TestServerOptions,
  database?: string | undefined,
): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-server-'));
  const read = readConfiguration(
    {
      data: join(directory, 'data'),
      port: 0,
      adminPort: 0,
      database,
      // Tests of many operations call as fast as they can.
      rateLimitPerKey: 'off',
      rateLimitPerAccount: 'off',
      overloadWait: 'off',
      // A clock of the test's own is not that of the database.
      ...(options.now !== undefined && { maxClockDifference: 'off' }),
      ...options.configuration,
    },
    {},
  );
  const isClockMoved = options.now !== undefined && options.configuration?.['maxStaleness'] === undefined;
  // A clock that a test moves makes the node's knowledge look old until it reads the change log again.
  const configuration = isClockMoved ? { ...read, maxStaleness: '24d' } : read;
  prepareDataDirectory(configuration);
  const location = storeLocation(configuration);
  if (location.kind === 'sqlite') await writeMigratedFile(location.file);
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const now = options.now ?? Date.now;
  const startOn = async (port: number): Promise<Claviger> => {
    const started = await startClaviger({ ...configuration, port }, logger, now, assertAnswerShape);
    // The hashing of a running server is replaced, so that no configuration has a way to weaken it.
    if (!options.productionPasswordCost) {
      Object.assign(started.services.passwordHashing, createPasswordHashing(LEAST_PASSWORD_COST));
    }
    return started;
  };
  let claviger = await startOn(0);
  let closed = false;

  const newAccount = (name = 'test') => makeAccount(claviger.services, claviger.url, name, now);
  const account = await newAccount();
  return {
    get url() {
      return claviger.url;
    },
    get adminUrl() {
      return claviger.adminUrl ?? '';
    },
    get services() {
      return claviger.services;
    },
    account,
    log,
    directory: configuration.data,
    newAccount,
    clients: (key) => new Clients(claviger.url, key),
    newUser: (of, userName) => makeUser(claviger.url, of, userName),
    newGuard: (of, name = 'default', services = ['orders']) =>
      registerGuard(claviger.services, of.accountId, name, services),
    setGuardServices: ({ accountId }, name, guarded) =>
      claviger.services.store.write(async (transaction) => {
        const scope = await operatorScope(claviger.services, transaction, accountId, Date.now());
        await setGuardServices(scope, name, guarded);
      }),
    removeGuard: ({ accountId }, name) =>
      claviger.services.store.write(async (transaction) => {
        await deleteGuard(await operatorScope(claviger.services, transaction, accountId, Date.now()), name);
      }),
    async restart() {
      const { port } = new URL(claviger.url);
      await claviger.close();
      claviger = await startOn(Number(port));
    },
    async close() {
      if (closed) return;
      closed = true;
      await claviger.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function makeAccount(
  services: Services,
  url: string,
  name: string,
  now: () => number,
): Promise<TestAccount> {
  const password = await createOneTimePassword(services);
  return services.store.write(async (transaction) => {
    const made = await createAdministeredAccount(services, transaction, name, password, now());
    const { accountId } = made;
    const key = { accessKeyId: made.accessKeyId, accessKeySecret: made.accessKeySecret.reveal() };
    return {
      accountId,
      domain: made.userPrincipalName.slice('administrator@'.length),
      key,
      admin: new Clients(url, key),
      rootLoginName: made.rootLoginName,
      rootPassword: made.rootPassword.reveal(),
      rootKey: () =>
        services.store.write(async (later) => {
          const rootScope = await operatorScope(services, later, accountId, now());
          const made = await createAccessKey(rootScope, { type: 'root', id: accountId, name: 'root' });
          return { accessKeyId: made.row.access_key_id, accessKeySecret: made.secret.reveal() };
        }),
    };
  });
}

/** Registers a guard as its command does, beside the database. */
export async function registerGuard(
  services: Services,
  accountId: string,
  name: string,
  guarded: readonly string[],
): Promise<GuardKey> {
  return services.store.write(async (transaction) => {
    const scope = await operatorScope(services, transaction, accountId, Date.now());
    const { row, secret } = await createGuard(scope, { name, services: guarded, networkPolicy: null });
    return { accessKeyId: row.access_key_id, accessKeySecret: secret.reveal(), guardName: name };
  });
}

/** Enables or disables a guard as its command does, beside the database. */
export async function setGuardStatusOf(
  { services }: Pick<TestServer, 'services'>,
  { accessKeyId, guardName }: GuardKey,
  status: 'Active' | 'Disabled',
): Promise<void> {
  await services.store.write(async (transaction) => {
    const { account_id: accountId } = await transaction.queries
      .selectFrom('guards')
      .select('account_id')
      .where('access_key_id', '=', accessKeyId)
      .executeTakeFirstOrThrow();
    const scope = await operatorScope(services, transaction, accountId, Date.now());
    await setGuardStatus(scope, guardName, status);
  });
}

async function makeUser(url: string, account: TestAccount, userName: string): Promise<TestUser> {
  const { admin } = account;
  const created = await admin.callRpc('2015-05-01', 'CreateUser', { UserName: userName });
  const made = await admin.callRpc('2015-05-01', 'CreateAccessKey', { UserName: userName });
  const user = created['User'] as { readonly UserId: string };
  const pair = made['AccessKey'] as { readonly AccessKeyId: string; readonly AccessKeySecret: string };
  const key = { accessKeyId: pair.AccessKeyId, accessKeySecret: pair.AccessKeySecret };
  return {
    userName,
    userPrincipalName: `${userName}@${account.domain}`,
    userId: user.UserId,
    key,
    clients: new Clients(url, key),
  };
}

/**
 * Asserts that a call is refused, with this code and HTTP status.
 * @returns the error, for more assertions
 */
export async function refused(
  call: Promise<unknown>,
  code: string,
  httpStatus?: number,
): Promise<
  Error & { code: string; data?: Record<string, unknown>; accessDeniedDetail?: Record<string, unknown> }
> {
  const error = await call.then(
    () => assert.fail(`it was allowed; expected ${code}`),
    (reason: Error & { code: string; statusCode?: number; data?: Record<string, unknown> }) => reason,
  );
  assert.equal(error.code, code, error.message);
  const status = error.statusCode ?? error.data?.['statusCode'];
  if (httpStatus !== undefined && status !== undefined) assert.equal(status, httpStatus, error.message);
  return error;
}
