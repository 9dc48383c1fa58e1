import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { KillablePostgres } from './killable-postgres.ts';
import { KillableProcess } from './killable-process.ts';
import { nginxProcess } from './nginx-process.ts';
import { type AccessKey, Caller } from './signed-call.ts';
import { TcpLink } from './tcp-link.ts';

/** `claviger` of this build. */
export const COMMAND = fileURLToPath(new URL('../packages/cli/bin/claviger.js', import.meta.url));
const SIGNING_KEY = 'audit-signing.key';

/** Unlimited, since a few keys make all calls. */
export const SERVE_FLAGS = [
  ...['--rate-limit-per-key', 'off', '--rate-limit-per-account', 'off'],
  ...['--limits', 'usersPerAccount=1000000', '--log-level', 'warn'],
];

/** Node of a cluster, with its connections to the database and Redis. */
export interface ClusterNode {
  readonly name: string;
  readonly process: KillableProcess;
  readonly caller: Caller;
  readonly databaseLink: TcpLink;
  readonly redisLink: TcpLink;
}

/** Nodes over one PostgreSQL and one Redis or Valkey, with nginx in front. */
export class Cluster {
  readonly directory: string;
  readonly administrator: AccessKey;
  readonly postgres: KillablePostgres;
  readonly redis: KillableProcess;
  readonly nginx: KillableProcess;
  readonly nodes: readonly ClusterNode[];
  /** Calls through nginx. */
  readonly front: Caller;

  private constructor(
    parts: Pick<Cluster, 'directory' | 'administrator' | 'postgres' | 'redis' | 'nginx' | 'nodes' | 'front'>,
  ) {
    this.directory = parts.directory;
    this.administrator = parts.administrator;
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.nginx = parts.nginx;
    this.nodes = parts.nodes;
    this.front = parts.front;
  }

  /** Starts all of it. @param onUnexpectedEnd called when a process ends that was not told to @param program of the nodes */
  static async start(
    count: number,
    onUnexpectedEnd: (message: string) => void,
    program = COMMAND,
  ): Promise<Cluster> {
    const directory = mkdtempSync(join(tmpdir(), 'claviger-cluster-'));
    const started: (() => Promise<unknown> | undefined)[] = [];
    try {
      const databasePort = await freePort();
      const postgres = KillablePostgres.create(directory, databasePort);
      started.push(() => postgres.killServer());
      await postgres.start();
      const redisPort = await freePort();
      const redis = redisProcess(directory, redisPort, onUnexpectedEnd);
      started.push(() => redis.end('SIGKILL'));
      await redis.start();
      const data = (index: number) => join(directory, `node${index + 1}`);
      const administrator = initialise(data(0), postgres.url, program);
      const nodes: ClusterNode[] = [];
      for (let index = 0; index < count; index += 1) {
        if (index > 0) {
          mkdirSync(data(index), { mode: 0o700 });
          for (const file of ['master.key', SIGNING_KEY])
            if (existsSync(join(data(0), file))) copyFileSync(join(data(0), file), join(data(index), file));
        }
        const databaseLink = await TcpLink.to(databasePort);
        const redisLink = await TcpLink.to(redisPort);
        const port = await freePort();
        const database = new URL(postgres.url);
        database.port = String(databaseLink.port);
        const location = ['--data', data(index), '--database', database.href];
        const process = nodeProcess(
          `node${index + 1}`,
          [...location, '--redis', `redis://127.0.0.1:${redisLink.port}`, '--port', String(port)].concat([
            '--trusted-proxies',
            '127.0.0.1',
          ]),
          onUnexpectedEnd,
          program,
        );
        const node = {
          name: `node${index + 1}`,
          process,
          caller: new Caller(`node${index + 1}`, port),
          databaseLink,
          redisLink,
        };
        nodes.push(node);
        started.push(() => process.end('SIGKILL'));
        await process.start();
      }
      const frontPort = await freePort();
      const nginx = nginxProcess(
        directory,
        frontPort,
        nodes.map(({ caller }) => caller.port),
        onUnexpectedEnd,
      );
      started.push(() => nginx.end('SIGKILL'));
      await nginx.start();
      const front = new Caller('nginx', frontPort);
      return new Cluster({ directory, administrator, postgres, redis, nginx, nodes, front });
    } catch (error) {
      for (const end of started.reverse()) await end();
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Everything that a client can call: each node, and nginx. */
  get callers(): readonly Caller[] {
    return [this.front, ...this.nodes.map(({ caller }) => caller)];
  }

  /** Stops the nodes as a service manager does. @returns what is wrong with how they ended */
  async stopNodes(): Promise<string[]> {
    const problems: string[] = [];
    for (const { name, process } of this.nodes) {
      const code = await process.end('SIGTERM');
      if (code !== 0) problems.push(`${name} stopped with code ${code}`);
    }
    return problems;
  }

  /** Runs `claviger audit verify`. @returns its answer, and whether it found nothing */
  verifyAudit(): { readonly holds: boolean; readonly output: string } {
    const location = ['--data', join(this.directory, 'node1'), '--database', this.postgres.url];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [COMMAND, 'audit', 'verify', '--json', ...location],
      { encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    return { holds: status === 0, output: stdout + stderr };
  }

  /** Kills what still runs, and removes the directory. */
  async close(): Promise<void> {
    for (const caller of this.callers) caller.close();
    for (const { process, databaseLink, redisLink } of this.nodes) {
      await process.end('SIGKILL');
      databaseLink.close();
      redisLink.close();
    }
    await this.nginx.end('SIGTERM');
    await this.redis.end('SIGKILL');
    this.postgres.setPaused(false);
    await this.postgres.killServer();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One node on SQLite, without anything in front. */
export class SingleNode {
  readonly process: KillableProcess;
  readonly front: Caller;
  readonly administrator: AccessKey;
  readonly #directory: string;

  private constructor(process: KillableProcess, front: Caller, administrator: AccessKey, directory: string) {
    this.process = process;
    this.front = front;
    this.administrator = administrator;
    this.#directory = directory;
  }

  static async start(onUnexpectedEnd: (message: string) => void): Promise<SingleNode> {
    const directory = mkdtempSync(join(tmpdir(), 'claviger-node-'));
    const data = join(directory, 'data');
    const administrator = initialise(data);
    const port = await freePort();
    const node = nodeProcess('node', ['--data', data, '--port', String(port)], onUnexpectedEnd);
    await node.start();
    return new SingleNode(node, new Caller('node', port), administrator, directory);
  }

  async close(): Promise<void> {
    this.front.close();
    await this.process.end('SIGTERM');
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** `claviger init`. @returns the administrator's key */
function initialise(data: string, database?: string, program = COMMAND): AccessKey {
  const location = ['--data', data, ...(database === undefined ? [] : ['--database', database])];
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'init', '--json', ...location], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`claviger init: ${stderr}`);
  return JSON.parse(stdout) as AccessKey;
}

function nodeProcess(
  name: string,
  flags: readonly string[],
  onUnexpectedEnd: (message: string) => void,
  program = COMMAND,
): KillableProcess {
  return new KillableProcess({
    name,
    command: process.execPath,
    args: [program, 'serve', ...flags, ...SERVE_FLAGS],
    ready: 'Claviger serves',
    onUnexpectedEnd,
  });
}

function redisProcess(
  directory: string,
  port: number,
  onUnexpectedEnd: (message: string) => void,
): KillableProcess {
  const command = ['valkey-server', 'redis-server'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (command === undefined) throw new Error('valkey-server or redis-server is not on the PATH');
  mkdirSync(join(directory, 'redis'));
  return new KillableProcess({
    name: command,
    command,
    args: [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--dir',
      join(directory, 'redis'),
    ].concat(['--appendonly', 'yes', '--appendfsync', 'always']),
    ready: 'eady to accept connections',
    onUnexpectedEnd,
  });
}
