import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../bin/claviger.js', import.meta.url));

/** Exit code and output of a finished command. */
export interface CommandResult {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a process. @param environment added to that of the test, without its `CLAVIGER_` variables */
export function claviger(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): CommandResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...words], {
    encoding: 'utf8',
    env: { ...cleanEnvironment(), ...environment },
  });
  return { status, out: stdout, err: stderr };
}

/** Creates a directory that is removed after the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-cli-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'data');
}

/** A server process. */
export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  /** Output so far, both streams. */
  output(): string;
  /** Sends a signal and waits for the exit. @returns the exit code, or the signal that ended the process */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** Starts `claviger serve` and waits until it is ready. */
export async function serve(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  port?: number,
): Promise<Server> {
  const chosen = port ?? (await freePort());
  // Some tests start a second server on the same data.
  const flags = ['--port', String(chosen), '--unshared-nonces', 'warn'];
  const child = spawn(process.execPath, [COMMAND, 'serve', ...flags, ...words], {
    env: { ...cleanEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = once(child, 'exit');
  after(() => child.kill('SIGKILL'));
  const secure = words.includes('--tls');
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => output.includes('Claviger serves') && resolve());
    child.once('exit', (code) => reject(new Error(`exited with ${code}: ${output}`)));
  });
  return {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${chosen}`,
    process: child,
    output: () => output,
    async stop(signal) {
      child.kill(signal);
      const [code, by] = (await exited) as [number | null, NodeJS.Signals | null];
      return code ?? by ?? 0;
    },
  };
}

/** Returns an unused port. */
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
