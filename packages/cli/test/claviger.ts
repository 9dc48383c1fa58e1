import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../bin/claviger.js', import.meta.url));

/** What a finished command left behind. */
export interface Finished {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command to its end, as a shell would. @param environment added to ours, without settings of ours */
export function claviger(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words], {
    encoding: 'utf8',
    env: { ...cleanEnvironment(), ...environment },
  });
  return { status, out: stdout, err: stderr };
}

/** A fresh directory, removed when the tests of the file are over. */
export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-cli-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'data');
}

/** A server in a process of its own. */
export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it wrote to the terminal so far, both streams. */
  said(): string;
  /** Sends a signal and waits for the end. @returns exit code, or the signal that ended it */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** Starts `claviger serve` and waits until it is ready. */
export async function serve(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  port?: number,
): Promise<Server> {
  const chosen = port ?? (await freePort());
  const child = spawn(process.execPath, [command, 'serve', '--port', String(chosen), ...words], {
    env: { ...cleanEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = once(child, 'exit');
  after(() => child.kill('SIGKILL'));
  const secure = words.includes('--tls');
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => said.includes('Claviger serves') && resolve());
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
  return {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${chosen}`,
    process: child,
    said: () => said,
    async stop(signal) {
      child.kill(signal);
      const [code, by] = (await exited) as [number | null, NodeJS.Signals | null];
      return code ?? by ?? 0;
    },
  };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function cleanEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CLAVIGER_')));
}
