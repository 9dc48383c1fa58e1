import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSnapshotSource, type SnapshotSource } from '@claviger/guard';
import { closeServices, openServices, readConfiguration } from '@claviger/server';
import { signedFetch } from '@claviger/signature';
import { keyId, registerGuard, writeUsers } from './population.ts';
import { median, percentile, progress, type Row, row } from './ratio.ts';
import { claviger, type InstalledKey, install, ServerProcess } from './server-process.ts';

const FOLLOWERS = 1_000;
const USERS = 100;
const REVOCATIONS = 20;
/** Guards that connect at the same time, as after a restart of the server. */
const CONNECTING = 100;

/**
 * 1,000 guards that follow one account on one node: how long until all have their copy, until the last of them knows
 * that a key is disabled, and what they cost the node. All guards are in this process, so its time counts as well.
 */
export async function followersRows(): Promise<Row[]> {
  progress('scale: starting a server for 1,000 guards');
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const settings = ['--data', join(directory, 'data')];
  const administrator = install(settings) as InstalledKey & { readonly AccountId: string };
  const configuration = readConfiguration({ data: join(directory, 'data') }, {});
  const services = await openServices(configuration, { now: Date.now, log: () => {} });
  const file = join(configuration.data, 'claviger.db');
  await writeUsers(file, services, administrator.AccountId, USERS, Date.now());
  const guard = await registerGuard(services, administrator.AccountId);
  await closeServices(services);
  const limits = ['access-key', 'account', 'node'].flatMap((scope) => [
    `--streams-per-${scope}`,
    String(FOLLOWERS),
  ]);
  const server = await ServerProcess.start(claviger([...settings, ...limits, '--log-level', 'warn']));
  const url = `http://127.0.0.1:${server.port}`;
  const sources: SnapshotSource[] = [];
  try {
    const call = callerOf(url, administrator);
    const before = server.residentBytes;
    let heard = (_index: number) => {};
    const began = performance.now();
    for (let first = 0; first < FOLLOWERS; first += CONNECTING) {
      progress(`scale: guard ${first} of ${FOLLOWERS}`);
      const added = Array.from({ length: CONNECTING }, (_, index) =>
        openSnapshotSource({
          server: url,
          allowPlainHttpOnLoopback: true,
          ...guard,
          onChange: () => heard(first + index),
        }),
      );
      sources.push(...added);
      await Promise.all(added.map((source) => source.ready()));
    }
    const connectSeconds = (performance.now() - began) / 1000;
    const bytesPerFollower = (server.residentBytes - before) / FOLLOWERS;
    const isStatus = (source: SnapshotSource, status: string) => {
      const found = source.find(keyId(0), undefined);
      if (found instanceof Promise || typeof found === 'string') throw new Error('the key is not there');
      return found.status === status;
    };
    /** Resolves with the time at which the last guard knows the key to be so. */
    const untilAll = (status: string) =>
      new Promise<number>((resolve) => {
        const waiting = new Set(sources.keys());
        heard = (index) => {
          const source = sources[index];
          if (source === undefined || !isStatus(source, status)) return;
          waiting.delete(index);
          if (waiting.size === 0) resolve(performance.now());
        };
        for (const index of sources.keys()) heard(index);
      });
    const delays: number[] = [];
    const cpuBefore = server.times.cpuSeconds;
    for (let revocation = 0; revocation < REVOCATIONS; revocation += 1) {
      progress(`scale: revocation ${revocation + 1} of ${REVOCATIONS} with ${FOLLOWERS} guards`);
      for (const Status of ['Inactive', 'Active']) {
        const known = untilAll(Status);
        await call('UpdateAccessKey', { UserName: 'user-0', UserAccessKeyId: keyId(0), Status });
        const answered = performance.now();
        const delay = Math.max(0, (await known) - answered);
        if (Status === 'Inactive') delays.push(delay);
      }
    }
    const cpuPerChange = ((server.times.cpuSeconds - cpuBefore) / (2 * REVOCATIONS)) * 1000;
    const name = 'scale.followers-1000';
    const after = `from the answer until the last of 1,000 guards refuses, ${REVOCATIONS} revocations`;
    return [
      row(`${name}.revocation.p99`, percentile(delays, 0.99), `ms p99 ${after}`),
      row(`${name}.revocation.p50`, median(delays), `ms p50 ${after}`),
      row(`${name}.connect-time`, connectSeconds, 's until 1,000 guards have their copy, 100 at a time'),
      row(`${name}.bytes-per-follower`, bytesPerFollower, "bytes of the node's memory for each guard"),
      row(`${name}.cpu-per-change`, cpuPerChange, "ms of the node's processor time for a change"),
    ];
  } finally {
    await Promise.all(sources.map((source) => source.close()));
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Returns a function that calls an operation of RAM, which has to succeed. */
function callerOf(url: string, { AccessKeyId, AccessKeySecret }: InstalledKey) {
  const fetchSigned = signedFetch({ accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret });
  return async (action: string, parameters: Readonly<Record<string, string>>): Promise<void> => {
    const answer = await fetchSigned(`${url}/?${new URLSearchParams(parameters)}`, {
      method: 'POST',
      headers: { 'x-acs-action': action, 'x-acs-version': '2015-05-01', accept: 'application/json' },
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${action}: ${text}`);
  };
}
