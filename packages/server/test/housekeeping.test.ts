/** Changes by housekeeping are in the audit log of their account, written in the same transaction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import { pino } from 'pino';
import { DAY_MS } from '../src/context/limits.ts';
import { Housekeeping } from '../src/housekeeping.ts';
import { insertConsoleSession } from './console-session-row.ts';
import { eachServer, type TestServer } from './server.ts';

interface Event {
  readonly eventType: string;
  readonly eventName: string;
  readonly userIdentity: { readonly type: string; readonly userName: string };
  readonly referencedResources: Readonly<Record<string, readonly string[]>>;
  readonly additionalEventData: Readonly<Record<string, string>>;
}

const silent = pino({ level: 'silent' });

/** Runs one round of housekeeping. @param time milliseconds since the epoch */
async function round(server: TestServer, time: number, auditRetentionDays = 0): Promise<void> {
  const housekeeping = new Housekeeping(server.services, {
    now: () => time,
    logger: silent,
    auditRetentionDays,
  });
  housekeeping.start();
  await housekeeping.stop();
}

/** Returns the rows of every table except the audit log, the change log and last uses. */
async function contentOf({ services }: TestServer): Promise<string> {
  const { store } = services;
  const tables = await store.queries.introspection.getTables();
  const content: [string, string[]][] = [];
  for (const { name } of tables) {
    if (['audit_events', 'changes', 'access_key_uses', 'migrations'].includes(name)) continue;
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
    .selectFrom('audit_events')
    .select(['event', 'user_name'])
    .where('account_id', '=', accountId)
    .orderBy('event_time')
    .orderBy('event_name')
    .execute();
  return rows
    .filter(({ user_name: name }) => name === 'system:housekeeping')
    .map(({ event }) => JSON.parse(event) as Event);
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

    const now = Date.now();
    await round(server, now);
    const quiet = await contentOf(server);
    assert.deepEqual((await housekeepingEvents(server, account.accountId)).map(nameOf), [
      'PurgeConsoleSessions',
    ]);
    await round(server, now);
    assert.equal(await contentOf(server), quiet, 'nothing is due');
    assert.equal((await housekeepingEvents(server, account.accountId)).length, 1, 'and nothing is written');

    await round(server, now + 366 * DAY_MS);
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
    const keys = [idle.key.accessKeyId, account.key.accessKeyId];
    assert.deepEqual(touched('DisableIdleAccessKey', 'ACS::RAM::AccessKey'), keys.sort());
    assert.deepEqual(touched('PurgeRecycledUser', 'ACS::RAM::User'), ['deleted']);
    assert.ok(touched('PurgeRecycledAccessKey', 'ACS::RAM::AccessKey').includes(withKey.key.accessKeyId));
    const theirs = await housekeepingEvents(server, other.accountId);
    assert.deepEqual(theirs.map(nameOf), ['DisableIdleAccessKey'], 'events are those of the account');
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
    const housekeeping = new Housekeeping(failing, {
      now: () => Date.now() + 366 * DAY_MS,
      logger: silent,
      auditRetentionDays: 1,
    });
    housekeeping.start();
    await housekeeping.stop();
    assert.equal(await contentOf(server), before);
  });
});

function nameOf({ eventName }: Event): string {
  return eventName;
}
