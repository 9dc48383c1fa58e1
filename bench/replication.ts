import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSnapshotSource } from '@claviger/guard';
import { closeServices, openServices, readConfiguration } from '@claviger/server';
import { signedFetch } from '@claviger/signature';
import { keyId, registerGuard, writeUsers } from './population.ts';
import { median, percentile, progress, type Row, row } from './ratio.ts';
import { claviger, type InstalledKey, install, ServerProcess } from './server-process.ts';

const revocations = 200;
const histogramMs = [1, 2, 5, 10, 20, 50, 100];

/**
 * How long a disabled key is still good in a guard, from the moment that UpdateAccessKey was answered; 0 when the guard
 * had heard of it before the answer. Server and guard are two processes on one machine.
 */
export async function guardRevocationRows(): Promise<Row[]> {
  progress('scale: starting a server');
  const installed = await Installed.open();
  try {
    let heard = () => {};
    const source = openSnapshotSource({ ...installed.connection, onChange: () => heard() });
    await source.ready();
    const set = (Status: 'Active' | 'Inactive') =>
      installed.call('UpdateAccessKey', { UserName: 'user-0', UserAccessKeyId: keyId(0), Status });
    /** Resolves with when the guard knows the key to be so. */
    const untilStatus = (status: 'Active' | 'Inactive') =>
      new Promise<number>((resolve) => {
        heard = () => {
          const found = source.find(keyId(0), undefined);
          if (found instanceof Promise || typeof found === 'string') throw new Error('the key is not there');
          if (found.status === status) resolve(performance.now());
        };
        heard();
      });
    const delays: number[] = [];
    for (let revocation = 0; revocation < revocations; revocation++) {
      progress(`scale: revocation ${revocation + 1} of ${revocations}`);
      const refused = untilStatus('Inactive');
      await set('Inactive');
      const answered = performance.now();
      delays.push(Math.max(0, (await refused) - answered));
      const active = untilStatus('Active');
      await set('Active');
      await active;
    }
    await source.close();
    const after = `ms from the answer to a refusal by a guard, ${revocations} revocations`;
    return [
      row('scale.revocation.guard.p99', percentile(delays, 0.99), `p99 ${after}`, '<= 100'),
      row('scale.revocation.guard.p50', median(delays), `p50 ${after}`),
      row('scale.revocation.guard.max', Math.max(...delays), `longest ${after}`),
      ...histogramMs.map((limit) =>
        row(
          `scale.revocation.guard.within-${limit}-ms`,
          delays.filter((delay) => delay <= limit).length / delays.length,
          'of the revocations were in force in the guard',
        ),
      ),
    ];
  } finally {
    await installed.close();
  }
}

type GuardKey = Awaited<ReturnType<typeof registerGuard>>;

/** A server with a user that has two keys, and how to call it. */
class Installed {
  readonly #administrator: InstalledKey;
  readonly #guard: GuardKey;
  readonly #server: ServerProcess;
  readonly #directory: string;

  private constructor(
    administrator: InstalledKey,
    guard: GuardKey,
    server: ServerProcess,
    directory: string,
  ) {
    this.#administrator = administrator;
    this.#guard = guard;
    this.#server = server;
    this.#directory = directory;
  }

  static async open(): Promise<Installed> {
    const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
    const settings = ['--data', join(directory, 'data')];
    const administrator = install(settings) as InstalledKey & { readonly AccountId: string };
    const configuration = readConfiguration({ data: join(directory, 'data') }, {});
    const services = await openServices(configuration, { now: Date.now, log: () => {} });
    await writeUsers(
      join(configuration.data, 'claviger.db'),
      services,
      administrator.AccountId,
      1,
      Date.now(),
    );
    const guard = await registerGuard(services, administrator.AccountId);
    await closeServices(services);
    const server = await ServerProcess.start(claviger([...settings, '--log-level', 'warn']));
    return new Installed(administrator, guard, server, directory);
  }

  /** For a guard. */
  get connection() {
    return {
      server: `http://127.0.0.1:${this.#server.port}`,
      allowPlainHttpOnLoopback: true,
      ...this.#guard,
    };
  }

  /** Calls an operation of RAM, which has to succeed. */
  async call(action: string, parameters: Readonly<Record<string, string>>): Promise<void> {
    const { server } = this.connection;
    const { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret } = this.#administrator;
    const answer = await signedFetch({ accessKeyId, accessKeySecret })(
      `${server}/?${new URLSearchParams(parameters)}`,
      {
        method: 'POST',
        headers: { 'x-acs-action': action, 'x-acs-version': '2015-05-01', accept: 'application/json' },
      },
    );
    if (answer.status !== 200) throw new Error(`${action}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  async close(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
