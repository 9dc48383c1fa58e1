/** Changes by housekeeping are in the audit log of their account, written in the same transaction. */

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import { pino } from 'pino';
import { chainRecords } from '../src/audit/chain-records.ts';
import { eventOf } from '../src/audit/stored-event.ts';
import { DAY_MS } from '../src/context/limits.ts';
import { Housekeeping, type HousekeepingOptions } from '../src/housekeeping.ts';
import { HousekeepingTime } from '../src/housekeeping-time.ts';
import { auditSigningKeyOf } from '../src/secrets/audit-signing-key.ts';
import { insertConsoleSession } from './console-session-row.ts';
import { eachServer, type TestServer } from './server.ts';

interface Event {
  readonly eventType: string;
  readonly eventName: string;
  readonly userIdentity: { readonly type: string; readonly userName: string };
  readonly referencedResources: Readonly<Record<string, readonly string[]>>;
  readonly additionalEventData: Readonly<Record<string, string>>;
}

const HOUR_MS = 60 * 60 * 1000;

/** Runs one round of housekeeping in a process of its own. @param time milliseconds since the epoch */
const SIGNING_KEY = auditSigningKeyOf(generateKeyPairSync('ed25519').privateKey);

async function oneRound(
  server: Pick<TestServer, 'services'>,
  time: number,
  options: Partial<HousekeepingOptions> = {},
): Promise<string[]> {
  const reasons: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void reasons.push(line) });
  const housekeeping = new Housekeeping(server.services, {
    now: () => time,
    logger,
    auditRetentionDays: 0,
    auditSigningKey: SIGNING_KEY,
    ...options,
  });
  await housekeeping.round();
  return reasons.map((line) => (JSON.parse(line) as { readonly reason: string }).reason);
}

/** Notes that a round was begun. @param time milliseconds since the epoch */
async function noteRound({ services }: Pick<TestServer, 'services'>, time: number): Promise<void> {
  await services.store.write(async ({ queries }) => {
    await queries
      .insertInto('housekeeping_rounds')
      .values({ begun_at: time })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}

/** Runs one round of housekeeping a day after another one. @param time milliseconds since the epoch */
async function round(server: TestServer, time: number): Promise<void> {
  await noteRound(server, time - DAY_MS);
  assert.deepEqual(await oneRound(server, time), []);
}

/** Returns the rows of every table except the audit log, the change log and last uses. */
async function contentOf({ services }: TestServer): Promise<string> {
  const { store } = services;
  const tables = await store.queries.introspection.getTables();
  const content: [string, string[]][] = [];
  for (const { name } of tables) {
    const ignored = ['changes', 'access_key_uses', 'migrations', 'housekeeping_rounds'];
    if (ignored.includes(name) || name.startsWith('audit_')) continue;
    const rows = await store.queries
      .selectFrom(name as 'users')
      .selectAll()
      .execute();
    content.push([name, rows.map((row) => JSON.stringify(row)).sort()]);
  }
  return JSON.stringify(content.sort());
}

async function housekeepingEvents(server: TestServer, accountId: string): Promise<Event[]> {
  const rows = await server.services.store.queries
    .selectFrom('audit_records')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('event_time')
    .orderBy('event_name')
    .execute();
  return rows
    .filter(({ user_name: name }) => name === 'system:housekeeping')
    .map((row) => eventOf(row) as unknown as Event);
}

eachServer((name, start) => {
  test(`housekeeping leaves an event for each change it makes (${name})`, async () => {
    const server = await start();
    const { account } = server;
    const other = await server.newAccount('other');
    const idle = await server.newUser(account, 'idle');
    const deleted = await server.newUser(account, 'deleted');
    const withKey = await server.newUser(account, 'with-key');
    await account.admin.ims.deleteAccessKey(
      new ims.DeleteAccessKeyRequest({
        userPrincipalName: withKey.userPrincipalName,
        userAccessKeyId: withKey.key.accessKeyId,
      }),
    );
    await account.admin.ims.deleteUser(
      new ims.DeleteUserRequest({ userPrincipalName: deleted.userPrincipalName }),
    );
    await insertConsoleSession(server, account.accountId);

    const now = Date.now() + 2 * DAY_MS;
    await round(server, now);
    const quiet = await contentOf(server);
    assert.deepEqual((await housekeepingEvents(server, account.accountId)).map(nameOf), [
      'PurgeConsoleSessions',
    ]);
    await round(server, now);
    assert.equal(await contentOf(server), quiet, 'nothing is due');
    assert.equal((await housekeepingEvents(server, account.accountId)).length, 1, 'and nothing is written');

    await round(server, now + 368 * DAY_MS);
    assert.notEqual(await contentOf(server), quiet);
    const events = await housekeepingEvents(server, account.accountId);
    for (const { eventType, userIdentity } of events) {
      assert.equal(eventType, 'Housekeeping');
      assert.deepEqual([userIdentity.type, userIdentity.userName], ['system', 'system:housekeeping']);
    }
    const touched = (eventName: string, type: string) =>
      events
        .filter((event) => event.eventName === eventName)
        .flatMap((event) => event.referencedResources[type] ?? [])
        .sort();
    assert.deepEqual(touched('DisableIdleAccessKey', 'ACS::RAM::AccessKey'), [idle.key.accessKeyId]);
    assert.deepEqual(touched('PurgeRecycledUser', 'ACS::RAM::User'), ['deleted']);
    assert.ok(touched('PurgeRecycledAccessKey', 'ACS::RAM::AccessKey').includes(withKey.key.accessKeyId));
    const theirs = await housekeepingEvents(server, other.accountId);
    assert.deepEqual(theirs.map(nameOf), [], 'events are those of the account');
  });

  test(`a change whose event cannot be written is not made (${name})`, async () => {
    const server = await start();
    const before = await contentOf(server);
    const { services } = server;
    const failing = {
      ...services,
      identifiers: Object.create(services.identifiers, {
        requestId: {
          value: () => {
            throw new Error('no event can be made');
          },
        },
      }),
    };
    const later = Date.now() + 368 * DAY_MS;
    await noteRound(server, later - DAY_MS);
    await oneRound({ services: failing }, later, { auditRetentionDays: 1 });
    assert.equal(await contentOf(server), before);
  });

  test(`a clock that is wrong for hours ends nothing (${name})`, async () => {
    const server = await start();
    const { account } = server;
    const user = await server.newUser(account, 'deleted');
    await account.admin.ims.deleteUser(
      new ims.DeleteUserRequest({ userPrincipalName: user.userPrincipalName }),
    );
    const before = await contentOf(server);
    while ((await chainRecords(server.services.store, SIGNING_KEY, Date.now())) !== undefined);
    const now = Date.now() + 2 * DAY_MS;
    await noteRound(server, now - DAY_MS);
    const wrong = now + 5000 * DAY_MS;
    for (const time of [now, wrong, wrong + HOUR_MS, wrong + 2 * HOUR_MS]) {
      assert.deepEqual(await oneRound(server, time, { auditRetentionDays: 30 }), []);
    }
    assert.deepEqual(await oneRound(server, now + HOUR_MS), ['the clock is behind that of an earlier round']);
    await oneRound(server, now + 2 * HOUR_MS);
    assert.equal(await contentOf(server), before);
    const events = await server.services.store.queries
      .selectFrom('audit_records')
      .select('event_name')
      .where('account_id', '=', account.accountId)
      .where('event_name', '=', 'CreateUser')
      .execute();
    assert.equal(events.length, 1, 'no audit event was removed');
  });

  test(`a clock that is set while the process runs ends nothing (${name})`, async () => {
    const server = await start();
    let now = Date.now();
    let monotonic = 1000;
    const time = new HousekeepingTime(server.services.store, {
      now: () => now,
      monotonic: () => monotonic,
      maxDifferenceMs: name === 'SQLite' ? 60_000 : undefined,
    });
    if (name !== 'SQLite') return;
    now += HOUR_MS;
    monotonic += HOUR_MS;
    assert.equal(await time.begin(), 'no round was begun a day ago or earlier');
    now += 300 * DAY_MS;
    monotonic += HOUR_MS;
    assert.equal(await time.begin(), 'the clock was set since the round before');
    now += DAY_MS;
    monotonic += DAY_MS;
    assert.ok(typeof (await time.begin()) === 'number', 'it goes on with the clock as it is');
  });

  test(`nodes whose clocks differ a little do not undo each other's rounds (${name})`, async () => {
    const server = await start();
    const later = Date.now() + 2 * DAY_MS;
    for (let hour = 0; hour < 3; hour += 1) {
      // The second node is a second behind.
      for (const ahead of [1000, 0]) {
        assert.deepEqual(await oneRound(server, later + hour * HOUR_MS + ahead), [], `hour ${hour}`);
      }
    }
  });

  test(`a clock that differs from that of the database server ends nothing (${name})`, async () => {
    const server = await start();
    const compared = { maxClockDifferenceMs: 60_000 };
    const wrong = Date.now() + 10 * 60_000;
    await noteRound(server, wrong - DAY_MS);
    const reasons = await oneRound(server, wrong, compared);
    assert.deepEqual(reasons, name === 'SQLite' ? [] : ['the clock differs from that of the database']);
  });

  test(`an administrator keeps a key, and one round disables a share of the keys (${name})`, async () => {
    const server = await start();
    const { account } = server;
    const second = await server.newUser(account, 'second');
    await account.admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
      UserName: 'second',
      PolicyName: 'AdministratorAccess',
      PolicyType: 'System',
    });
    for (let made = 0; made < 24; made += 1) await server.newUser(account, `idle-${made}`);
    const later = Date.now() + 368 * DAY_MS;
    await round(server, later);
    const disabled = async () =>
      (await housekeepingEvents(server, account.accountId)).filter(
        (event) => event.eventName === 'DisableIdleAccessKey',
      ).length;
    const first = await disabled();
    // A key that has to stay counts towards the share.
    assert.ok(first === 19 || first === 20, String(first));
    await round(server, later + HOUR_MS);
    // 24 users and one of two administrators.
    assert.equal(await disabled(), 25);
    await round(server, later + 2 * HOUR_MS);
    assert.equal(await disabled(), 25);
    const administrators = [account.key.accessKeyId, second.key.accessKeyId];
    assert.equal((await activeKeysOf(server, administrators)).length, 1);
  });

  test(`an administrator by a group keeps a key as well (${name})`, async () => {
    const server = await start();
    const { account } = server;
    const ram = (action: string, fields: Record<string, string>) =>
      account.admin.callRpc('2015-05-01', action, fields);
    const second = await server.newUser(account, 'second');
    await ram('CreateGroup', { GroupName: 'administrators' });
    await ram('AddUserToGroup', { GroupName: 'administrators', UserName: 'second' });
    await ram('AttachPolicyToGroup', {
      GroupName: 'administrators',
      PolicyName: 'AliyunRAMFullAccess',
      PolicyType: 'System',
    });
    // The other administrator's key is disabled by hand.
    await ram('UpdateAccessKey', {
      UserName: 'administrator',
      UserAccessKeyId: account.key.accessKeyId,
      Status: 'Inactive',
    });
    await round(server, Date.now() + 368 * DAY_MS);
    assert.equal((await activeKeysOf(server, [second.key.accessKeyId])).length, 1);
  });
});

async function activeKeysOf({ services }: TestServer, accessKeyIds: readonly string[]) {
  return services.store.queries
    .selectFrom('access_keys')
    .select('access_key_id')
    .where('access_key_id', 'in', accessKeyIds)
    .where('status', '=', 'Active')
    .execute();
}

function nameOf({ eventName }: Event): string {
  return eventName;
}
