import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { operations } from '../src/api/operations.ts';
import { eventOf } from '../src/audit/stored-event.ts';
import type { ClientKey } from './clients.ts';
import { callRaw } from './raw-request.ts';
import { sampleRequest } from './sample-requests.ts';
import { eachServer, refused, type TestServer, type TestUser } from './server.ts';

interface Event {
  readonly eventId: string;
  readonly requestId: string;
  readonly eventVersion: number;
  readonly eventType: string;
  readonly eventTime: string;
  readonly eventName: string;
  readonly eventRW: string;
  readonly eventSource: string;
  readonly serviceName: string;
  readonly apiVersion: string;
  readonly sourceIpAddress: string;
  readonly errorCode: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly requestParameters: Readonly<Record<string, unknown>>;
  readonly responseElements?: Readonly<Record<string, unknown>>;
  readonly referencedResources: Readonly<Record<string, readonly string[]>>;
}

async function eventsOf(server: TestServer, requestId: unknown): Promise<Event[]> {
  const rows = await server.services.store.queries
    .selectFrom('audit_records')
    .selectAll()
    .where('event_id', '=', String(requestId))
    .execute();
  return rows.map((row) => eventOf(row) as unknown as Event);
}

async function countEvents(server: TestServer): Promise<number> {
  const { count } = await server.services.store.queries
    .selectFrom('audit_records')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

eachServer((name, start) => {
  describe('the audit log', () => {
    let server: TestServer;
    let user: TestUser;
    /** Milliseconds that the server's clock is ahead. */
    let ahead = 0;

    before(async () => {
      server = await start({ now: () => Date.now() + ahead, configuration: { audit: 'strict' } });
      user = await server.newUser(server.account, 'seen');
    });

    test("a change leaves one event in ActionTrail's shape, without its secret", async () => {
      const answer = await server.account.admin.callRpc('2019-08-15', 'CreateAccessKey', {
        UserPrincipalName: user.userPrincipalName,
      });
      const key = answer['AccessKey'] as { readonly AccessKeyId: string; readonly AccessKeySecret: string };
      const [event, ...more] = await eventsOf(server, answer['RequestId']);
      assert.ok(event !== undefined && more.length === 0);
      assert.equal(event.eventId, event.requestId);
      assert.equal(event.eventType, 'ApiCall');
      assert.equal(event.eventVersion, 1);
      assert.match(event.eventTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(event.eventName, 'CreateAccessKey');
      assert.equal(event.serviceName, 'Ims');
      assert.equal(event.eventSource, 'ims.aliyuncs.com');
      assert.equal(event.apiVersion, '2019-08-15');
      assert.equal(event.sourceIpAddress, '127.0.0.1');
      assert.equal(event.errorCode, '');
      assert.equal(event.userIdentity['type'], 'ram-user');
      assert.equal(event.userIdentity['userName'], 'administrator');
      assert.equal(event.userIdentity['accountId'], server.account.accountId);
      assert.equal(event.userIdentity['accessKeyId'], server.account.key.accessKeyId);
      assert.deepEqual(event.requestParameters, { UserPrincipalName: user.userPrincipalName });
      assert.deepEqual(event.referencedResources, { 'ACS::RAM::AccessKey': [key.AccessKeyId] });
      assert.equal(
        (event.responseElements?.['AccessKey'] as { readonly AccessKeyId?: string } | undefined)?.AccessKeyId,
        key.AccessKeyId,
      );
      assert.ok(!JSON.stringify(event).includes(key.AccessKeySecret));
      assert.ok(!JSON.stringify(event).includes('AccessKeySecret'));
    });

    test('reads, denials, broken signatures and unknown keys leave one event each', async () => {
      const before = await countEvents(server);
      const read = await user.clients.callRpc('2015-04-01', 'GetCallerIdentity');
      assert.equal((await eventsOf(server, read['RequestId']))[0]?.eventName, 'GetCallerIdentity');
      const requestIdOf = (error: { data?: Record<string, unknown> }) => error.data?.['RequestId'];
      const denied = await refused(user.clients.callRpc('2015-05-01', 'ListUsers'), 'NoPermission');
      assert.equal((await eventsOf(server, requestIdOf(denied)))[0]?.errorCode, 'NoPermission');
      const forger = server.clients({ ...user.key, accessKeySecret: 'guessed' });
      const forged = await refused(forger.callRpc('2015-05-01', 'ListUsers'), 'SignatureDoesNotMatch');
      const [event] = await eventsOf(server, requestIdOf(forged));
      assert.equal(event?.errorCode, 'SignatureDoesNotMatch');
      assert.equal(event?.userIdentity['type'], 'unknown', 'the user is not proven');
      assert.equal(event?.userIdentity['accessKeyId'], user.key.accessKeyId);
      const stranger = server.clients({ accessKeyId: 'LTAI5tAbsentAbsentAbsent', accessKeySecret: 'x' });
      await refused(stranger.callRpc('2015-05-01', 'ListUsers'), 'InvalidAccessKeyId.NotFound');
      assert.equal((await countEvents(server)) - before, 4);
    });

    test('every operation leaves one event a call: allowed, denied, with a forged signature, with an unknown key', async () => {
      const account = await server.newAccount('observed');
      const member = await server.newUser(account, 'member');
      const root = await account.rootKey();
      const callers: Record<string, ClientKey> = {
        root,
        member: member.key,
        forger: { ...member.key, accessKeySecret: 'guessed' },
        stranger: { accessKeyId: 'LTAI5tAbsentAbsentAbsent', accessKeySecret: 'x' },
      };
      for (const operation of operations) {
        const { version, name: action } = operation;
        const parameters = sampleRequest(operation);
        const before = await countEvents(server);
        // Of callers without a valid signature, two calls in two seconds are recorded one by one.
        ahead += 2000;
        const now = Date.now() + ahead;
        const called = await Promise.all(
          Object.entries(callers).map(async ([caller, key]) => {
            const call = { version, action, parameters, now };
            return { caller, key, ...(await callRaw(server.url, key, 'RPC 1.0 with a form', call)) };
          }),
        );
        assert.equal((await countEvents(server)) - before, called.length, `${version} ${action}`);
        for (const { caller, key, body, code } of called) {
          const what = `${version} ${action} by ${caller}: ${code}`;
          const [event] = await eventsOf(server, body['RequestId']);
          assert.equal(event?.eventName, action, what);
          assert.equal(event?.serviceName, operation.product, what);
          assert.equal(event?.apiVersion, version, what);
          assert.equal(event?.errorCode, code === 'OK' ? '' : code, what);
          assert.equal(event?.eventRW, operation.access === 'write' ? 'Write' : 'Read', what);
          // A forged signature is recorded in the log of the key's account.
          const ofAccount = caller !== 'stranger';
          assert.equal(event?.userIdentity['accountId'], ofAccount ? account.accountId : '', what);
          assert.equal(event?.userIdentity['accessKeyId'], key.accessKeyId, what);
          assert.equal(
            event?.userIdentity['type'],
            { root: 'root-account', member: 'ram-user' }[caller] ?? 'unknown',
            what,
          );
          // Parameters as sent, without those that hold secrets.
          const open = Object.entries(parameters).filter(
            ([parameter]) => !operation.input[parameter.split('.', 1)[0] ?? '']?.secret,
          );
          assert.deepEqual(event?.requestParameters, Object.fromEntries(open), what);
          if (caller !== 'root' || code !== 'OK') {
            assert.deepEqual(event?.referencedResources, {}, what);
            assert.equal(event?.responseElements, undefined, what);
          }
        }
      }
      ahead = 0;
    });

    test('an unreadable call leaves an event, a request that is not a call leaves none', async () => {
      const before = await countEvents(server);
      for (const [path, code] of [
        ['/?Action=ListUsers&Version=2015-05-01&Format=JSON', 'MissingAccessKeyId'],
        ['/?Action=ListUsers&Action=ListUsers', 'InvalidParameter.Duplicate'],
        ['/?Action=%ff', 'InvalidParameter.Format'],
        ['/nowhere', 'MissingAction'],
      ] as const) {
        const answer = await fetch(`${server.url}${path}`, { headers: { accept: 'application/json' } });
        const { RequestId, Code } = (await answer.json()) as Record<string, string>;
        assert.equal(Code, code);
        const [event] = await eventsOf(server, RequestId);
        assert.equal(event?.errorCode, code);
        assert.equal(event?.userIdentity['type'], 'unknown');
        assert.equal(event?.sourceIpAddress, '127.0.0.1');
      }
      assert.equal((await countEvents(server)) - before, 4);
      for (const path of ['/healthz', '/readyz', '/metrics', '/openapi/ims.json']) {
        assert.equal((await fetch(`${server.adminUrl}${path}`)).status, 200);
      }
      assert.equal((await countEvents(server)) - before, 4);
    });

    test('fifty calls at once leave fifty events', async () => {
      const { admin } = server.account;
      const before = await countEvents(server);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          at % 2 === 0
            ? admin.callRpc('2015-05-01', 'CreateUser', { UserName: `one-of-fifty-${at}` })
            : admin.callRpc('2015-05-01', 'GetUser', { UserName: 'seen' }),
        ),
      );
      assert.equal((await countEvents(server)) - before, 50);
      for (const answer of answers) assert.equal((await eventsOf(server, answer['RequestId'])).length, 1);
    });

    test('an event is visible to its own account only', async () => {
      const other = await server.newAccount('unseen');
      const answer = await other.admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'hidden' });
      const list = async (admin: typeof other.admin) =>
        JSON.stringify(await admin.callRpc('2020-07-06', 'LookupEvents', { MaxResults: '50' }));
      const rootOf = async (account: typeof other) => server.clients(await account.rootKey());
      assert.ok((await list(await rootOf(other))).includes(String(answer['RequestId'])));
      assert.ok(!(await list(await rootOf(server.account))).includes(String(answer['RequestId'])));
    });

    test('a refused change leaves its refusal, and no resource names of the change', async () => {
      const error = await refused(
        server.account.admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'seen' }),
        'EntityAlreadyExists.User',
        409,
      );
      const [event] = await eventsOf(server, error.data?.['RequestId']);
      assert.equal(event?.errorCode, 'EntityAlreadyExists.User');
      assert.deepEqual(event?.referencedResources, {});
    });

    test('a change whose record cannot be written is refused and rolled back', async () => {
      const { admin } = server.account;
      await breakLog(server, name);
      try {
        await assert.rejects(
          admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'unrecorded' }),
          (error: { code: string }) => ['InternalError', 'ServiceUnavailable'].includes(error.code),
        );
      } finally {
        await mendLog(server, name);
      }
      await refused(
        admin.callRpc('2015-05-01', 'GetUser', { UserName: 'unrecorded' }),
        'EntityNotExist.User',
      );
      await admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'unrecorded' });
    });

    test('a key stays enabled if its disabling cannot be recorded, in memory too', async () => {
      const { admin } = server.account;
      const kept = await server.newUser(server.account, 'kept');
      await kept.clients.sts.getCallerIdentity();
      await breakLog(server, name);
      try {
        await assert.rejects(
          admin.callRpc('2015-05-01', 'UpdateAccessKey', {
            UserName: 'kept',
            UserAccessKeyId: kept.key.accessKeyId,
            Status: 'Inactive',
          }),
        );
      } finally {
        await mendLog(server, name);
      }
      await kept.clients.sts.getCallerIdentity();
    });
  });

  describe('the audit log in mode best effort', () => {
    test('a change goes through while its record cannot be written', async () => {
      const server = await start({ configuration: { audit: 'best-effort' } });
      await breakLog(server, name);
      try {
        await server.account.admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'unrecorded' });
      } finally {
        await mendLog(server, name);
      }
      await server.account.admin.callRpc('2015-05-01', 'GetUser', { UserName: 'unrecorded' });
    });
  });
});

/** Makes every insertion into the log fail. */
async function breakLog(server: TestServer, name: string): Promise<void> {
  await server.services.store.write(async ({ queries }) => {
    if (name === 'SQLite') {
      await sql`create trigger no_audit before insert on audit_records begin select raise(abort, 'no room'); end`.execute(
        queries,
      );
      return;
    }
    await sql`create function no_audit() returns trigger as 'begin raise exception ''no room''; end' language plpgsql`.execute(
      queries,
    );
    await sql`create trigger no_audit before insert on audit_records for each row execute function no_audit()`.execute(
      queries,
    );
  });
}

async function mendLog(server: TestServer, name: string): Promise<void> {
  await server.services.store.write(async ({ queries }) => {
    if (name === 'SQLite') await sql`drop trigger no_audit`.execute(queries);
    else await sql`drop function no_audit() cascade`.execute(queries);
  });
}
