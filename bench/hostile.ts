import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { getPriority, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GET_CALLER_IDENTITY, signedCall } from './api-call.ts';
import type { FloodOrder, FloodReport } from './hostile-clients.ts';
import { exchange, hostileKinds, RAM, wire } from './hostile-requests.ts';
import { percentile, progress, type Row, row } from './ratio.ts';
import { claviger, type InstalledKey, install, ServerProcess } from './server-process.ts';

/** Calm and hostile times take turns, so that a machine that slows down slows both. */
const ROUNDS = 4;

/**
 * Timed calls of the other caller in each of them, one after the other. Of 800 calls under load, eight are above the
 * p99; of 200 it would be two, and one pause of the machine would decide the figure.
 */
const CALLS = 200;

/** Of the hostile clients, added to our own: the lowest. They stand for other machines, which take no processor time of the server's. */
const LOWER_PRIORITY = 19;

/** Names of the kinds as `--kinds` takes them, with the text that is shown. */
export const HOSTILE_KINDS: ReadonlyMap<string, string> = new Map(
  Object.keys(hostileKinds).map((kind) => [kind.replaceAll(/[ ,]+/g, '-'), kind]),
);

/**
 * Measures what 24 hostile clients of each kind do to others: the p99 of GetCallerIdentity of another user's key, over
 * the p99 without them, in one run. The limits are the server's defaults. The hostile clients have a process of
 * their own at a lower priority: what is measured waits for the server, not for clients that share its processors.
 *
 * @param chosen names of {@link HOSTILE_KINDS}
 * @param measured called with each row as soon as it is known
 */
export async function hostileRows(chosen: readonly string[], measured: (row: Row) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const data = ['--data', join(directory, 'data')];
  const key = install(data);
  const limits = [
    '--rate-limit-per-key',
    '200/s burst 1000',
    '--rate-limit-per-account',
    '1000/s burst 5000',
  ];
  const server = await ServerProcess.start([...claviger(data), ...limits]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const leaked = await makeUser(agent, key, server.port, 'leaked');
    const other = await makeUser(agent, key, server.port, 'other');
    await timed(agent, other, server.port, 'warm');
    for (const name of chosen) {
      const kind = HOSTILE_KINDS.get(name);
      if (kind === undefined) throw new Error(`unknown kind of hostile client "${name}"`);
      progress(`hostile: ${kind}`);
      const calm: number[] = [];
      const under: number[] = [];
      let sent = 0;
      for (let round = 0; round < ROUNDS; round++) {
        calm.push(...(await timed(agent, other, server.port, `calm ${kind} ${round}`)));
        const flood = await Flood.start({ kind, leaked, port: server.port });
        under.push(...(await timed(agent, other, server.port, `under ${kind} ${round}`)));
        sent += await flood.stop();
      }
      const ratio = percentile(under, 0.99) / percentile(calm, 0.99);
      const unit = `times the calm p99 of ${percentile(calm, 0.99).toFixed(1)} ms, ${sent} sent`;
      measured(row(`hostile.${name}`, ratio, unit, '<= 5'));
    }
  } finally {
    agent.destroy();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Hostile clients at work. */
class Flood {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  /** Resolves when their first requests have been answered. */
  static async start(order: FloodOrder): Promise<Flood> {
    const child = fork(fileURLToPath(new URL('hostile-clients.ts', import.meta.url)));
    if (child.pid !== undefined) setPriority(child.pid, getPriority() + LOWER_PRIORITY);
    child.send(order);
    await once(child, 'message');
    return new Flood(child);
  }

  /** Ends them. @returns how many requests were answered */
  async stop(): Promise<number> {
    const reported = once(this.#process, 'message') as Promise<[FloodReport]>;
    this.#process.send('stop');
    const [{ sent }] = await reported;
    return sent;
  }
}

/** Milliseconds of each call. */
async function timed(agent: Agent, key: InstalledKey, port: number, label: string): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < CALLS; at++) {
    const nonce = `${process.pid}-${label}-${at}`.replaceAll(' ', '-');
    const call = wire(signedCall(key, port, GET_CALLER_IDENTITY, nonce));
    const began = performance.now();
    const { status, text } = await exchange(agent, port, call);
    times.push(performance.now() - began);
    if (status !== 200) throw new Error(`another caller was refused: ${status} ${text}`);
    // Within the rate of one key.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return times;
}

async function makeUser(
  agent: Agent,
  key: InstalledKey,
  port: number,
  UserName: string,
): Promise<InstalledKey> {
  const call = async (action: string) => {
    const nonce = `${process.pid}-${action}-${UserName}`;
    const operation = { version: RAM, action, parameters: { UserName, Format: 'JSON' } };
    const { status, text } = await exchange(agent, port, wire(signedCall(key, port, operation, nonce)));
    if (status !== 200) throw new Error(`${action}: ${text}`);
    return JSON.parse(text) as { readonly AccessKey: InstalledKey };
  };
  await call('CreateUser');
  const { AccessKey } = await call('CreateAccessKey');
  const [, domain] = key.UserPrincipalName.split('@');
  return { ...AccessKey, UserPrincipalName: `${UserName}@${domain}` };
}
