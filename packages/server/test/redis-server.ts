import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const command = ['valkey-server', 'redis-server'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Reason to skip tests that need Redis or Valkey; `false` if there is one. */
export const skipWithoutRedis: string | false =
  command === undefined &&
  'NOT TESTED: there is no valkey-server or redis-server on this machine; --redis is untested here';
if (skipWithoutRedis) console.error(skipWithoutRedis);

/** Redis or Valkey of a test: on a port of its own, without persistence. */
export class RedisServer {
  readonly port: number;
  readonly #directory = mkdtempSync(join(tmpdir(), 'claviger-redis-'));
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** Starts one; it may not answer yet. */
  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  start(): void {
    const flags = ['--port', String(this.port), '--save', '', '--dir', this.#directory];
    this.#process = spawn(command ?? '', flags, { stdio: 'ignore' });
  }

  /** Kills it; its data is lost. */
  async kill(): Promise<void> {
    if (this.#process === undefined) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
    this.#process = undefined;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true });
  }
}

/** Returns a port that is free at present. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
