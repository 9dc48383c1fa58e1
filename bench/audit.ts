import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signedFetch } from '@claviger/signature';
import {
  address,
  DAYS,
  fillAuditLog,
  keyOfUser,
  RARE,
  resourceName,
  USERS,
  userName,
} from './audit-population.ts';
import { whileHealthIsWatched } from './health.ts';
import { percentile, progress, type Row, row } from './ratio.ts';
import { claviger, type InstalledKey, install, ServerProcess } from './server-process.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const ACTIONTRAIL = '2020-07-06';
const RAM = '2015-05-01';

/** Look-ups of each kind. */
const ROUNDS = 60;

/** Time without work, ms. */
const CALM_MS = 5_000;

/** Time of the changes while the disk is busy, ms. */
const BUSY_MS = 15_000;

/** Changes that are made at the same time while the disk is busy. */
const WRITERS = 8;

type Parameters = Readonly<Record<string, string>>;
type Call = (version: string, action: string, parameters: Parameters) => Promise<Record<string, unknown>>;

/** What is looked up, by the number of the round. */
const LOOK_UPS: Readonly<Record<string, (round: number) => readonly (readonly [string, string])[]>> = {
  'by-time': () => [],
  'by-key': (round) => [['EventAccessKeyId', keyOfUser(round % USERS)]],
  'by-user': (round) => [['User', userName(round % USERS)]],
  'by-event-name': (round) => [['EventName', `Event${round % 40}`]],
  'by-rare-event-name': () => [['EventName', RARE.eventName]],
  'by-service': () => [['ServiceName', 'Sts']],
  'by-change': () => [['EventRW', 'Write']],
  'by-address': (round) => [['SourceIpAddress', address(round)]],
  'by-error': () => [['ErrorCode', 'NoPermission']],
  'by-resource': (round) => [['ResourceName', resourceName(round * 50)]],
  'by-resource-type': () => [['ResourceType', 'ACS::RAM::User']],
  'by-event-id': () => [['EventId', randomUUID().toUpperCase()]],
  'without-match.key': () => [['EventAccessKeyId', 'LTAI5tNever']],
  'without-match.user': () => [['User', 'never']],
  'without-match.event-name': () => [['EventName', 'Never']],
  'without-match.service': () => [['ServiceName', 'Never']],
  'without-match.address': () => [['SourceIpAddress', '192.0.2.1']],
  'without-match.resource': () => [['ResourceName', 'never']],
  // Both are frequent, and no event has both: the page ends at its bound.
  'without-match.of-two': () => [
    ['ErrorCode', 'NoPermission'],
    ['EventRW', 'Write'],
  ],
  'of-two': (round) => [
    ['User', userName(round % USERS)],
    ['EventName', `Event${round % 40}`],
  ],
};

/**
 * Pages of look-ups in an audit log, with the health of the server meanwhile; then changes while the disk is busy.
 * @param events in the log
 * @param measured told of each row
 */
export async function auditRows(events: number, measured: (row: Row) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const data = join(directory, 'data');
  let server: ServerProcess | undefined;
  try {
    const key = install(['--data', data]) as InstalledKey & { readonly AccountId: string };
    progress(`audit: writing ${events} events`);
    const before = statSync(join(data, 'claviger.db')).size;
    const now = Date.now();
    fillAuditLog(join(data, 'claviger.db'), key.AccountId, events, now);
    const bytes = statSync(join(data, 'claviger.db')).size - before;
    measured(row(`audit.${events}.size`, bytes / events, 'bytes an event, indexes included'));
    server = await ServerProcess.start(claviger(['--data', data, '--log-level', 'warn']));
    const call = callsOf(key, server.port);
    const calm = await whileHealthIsWatched(
      server.port,
      () => new Promise((resolve) => setTimeout(resolve, CALM_MS)),
    );
    measured(row('audit.calm.health.p99', calm.p99, 'ms, p99 of /healthz without work, to compare with'));
    await lookUpRows(call, server.port, events, now, measured);
    await busyDiskRows(call, server.port, directory, measured);
  } finally {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function lookUpRows(
  call: Call,
  port: number,
  events: number,
  now: number,
  measured: (row: Row) => void,
): Promise<void> {
  const name = `audit.${events}`;
  const range = { StartTime: instant(now - (DAYS + 1) * DAY_MS), EndTime: instant(now + DAY_MS) };
  const look = async (attributes: readonly (readonly [string, string])[], token?: string) => {
    const given = attributes.flatMap(([attribute, value], index) => [
      [`LookupAttribute.${index + 1}.Key`, attribute],
      [`LookupAttribute.${index + 1}.Value`, value],
    ]);
    return call(ACTIONTRAIL, 'LookupEvents', {
      ...range,
      MaxResults: '50',
      ...(token === undefined ? {} : { NextToken: token }),
      ...Object.fromEntries(given),
    });
  };
  const all: number[] = [];
  const timed = async <T>(times: number[], work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    times.push(performance.now() - began);
    return result;
  };
  await look([]);
  const health = await whileHealthIsWatched(port, async () => {
    for (const [kind, attributesOf] of Object.entries(LOOK_UPS)) {
      progress(`audit: look-up ${kind}`);
      const times: number[] = [];
      let token: string | undefined;
      for (let round = 0; round < ROUNDS; round += 1) {
        // Every other page is the one after.
        const page = await timed(times, () => look(attributesOf(round >> 1), token));
        const next = page['NextToken'];
        token = token === undefined && typeof next === 'string' && next !== '' ? next : undefined;
      }
      all.push(...times);
      measured(row(`${name}.look-up.${kind}`, percentile(times, 0.99), 'ms, p99 of a page', '<= 200'));
    }
    for (const action of ['GetAccessKeyLastUsedIps', 'GetAccessKeyLastUsedResources']) {
      const owner = (await call(RAM, 'ListAccessKeys', {}))['AccessKeys'] as {
        readonly AccessKey: readonly { readonly AccessKeyId: string }[];
      };
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const parameters = { AccessKey: owner.AccessKey[0]!.AccessKeyId, ServiceName: 'Actiontrail' };
        await timed(times, () => call(ACTIONTRAIL, action, parameters));
      }
      all.push(...times);
      measured(row(`${name}.${action}`, percentile(times, 0.99), 'ms, p99 of a page', '<= 200'));
    }
  });
  measured(row(`${name}.look-up`, percentile(all, 0.99), 'ms, p99 of all pages', '<= 200'));
  measured(row(`${name}.health.p99`, health.p99, 'ms, p99 of /healthz meanwhile', '<= 20'));
  measured(row(`${name}.health.longest`, health.longest, 'ms, the longest answer of /healthz meanwhile'));
}

/** Changes, and the health of the server, while another process flushes to the same disk without a pause. */
async function busyDiskRows(
  call: Call,
  port: number,
  directory: string,
  measured: (row: Row) => void,
): Promise<void> {
  progress('audit: changes while the disk is busy');
  const hog = spawn(process.execPath, [fileURLToPath(new URL('busy-disk.ts', import.meta.url)), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(hog.stdout, 'data');
  try {
    const times: number[] = [];
    const health = await whileHealthIsWatched(port, async () => {
      const stopAt = performance.now() + BUSY_MS;
      await Promise.all(
        Array.from({ length: WRITERS }, async () => {
          while (performance.now() < stopAt) {
            const began = performance.now();
            await call(RAM, 'CreateUser', { UserName: `u-${randomUUID()}` });
            times.push(performance.now() - began);
          }
        }),
      );
    });
    measured(row('audit.busy-disk.change', percentile(times, 0.99), 'ms, p99 of a change: its flush waits'));
    measured(
      row('audit.busy-disk.health.p99', health.p99, 'ms, p99 of /healthz meanwhile: no flush', '<= 20'),
    );
    measured(row('audit.busy-disk.health.longest', health.longest, 'ms, the longest of them'));
  } finally {
    hog.kill('SIGTERM');
    await once(hog, 'exit');
  }
}

function callsOf(key: InstalledKey, port: number): Call {
  const fetchSigned = signedFetch({
    accessKeyId: key.AccessKeyId,
    accessKeySecret: key.AccessKeySecret,
  });
  return async (version, action, parameters) => {
    const answer = await fetchSigned(`http://127.0.0.1:${port}/?${new URLSearchParams(parameters)}`, {
      method: 'POST',
      headers: { 'x-acs-action': action, 'x-acs-version': version, accept: 'application/json' },
    });
    const body = (await answer.json()) as Record<string, unknown>;
    if (answer.status !== 200) throw new Error(`${action}: ${JSON.stringify(body)}`);
    return body;
  };
}

const instant = (time: number) => `${new Date(time).toISOString().slice(0, 19)}Z`;
