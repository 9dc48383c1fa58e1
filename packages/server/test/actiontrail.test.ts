import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { chainRecords } from '../src/audit/chain-records.ts';
import { purgeOldEvents } from '../src/audit/retention.ts';
import { eventJson } from '../src/audit/stored-event.ts';
import { DAY_MS } from '../src/context/limits.ts';
import { auditSigningKeyOf } from '../src/secrets/audit-signing-key.ts';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestServer, type TestUser } from './server.ts';

const version = '2020-07-06';

interface Event {
  readonly eventId: string;
  readonly eventName: string;
  readonly errorCode: string;
  readonly userIdentity: { readonly accessKeyId: string };
}

eachServer((_, start) => {
  describe('ActionTrail look-ups', () => {
    let server: TestServer;
    let root: Clients;
    let user: TestUser;

    before(async () => {
      server = await start({ configuration: { audit: 'strict' } });
      root = server.clients(await server.account.rootKey());
      user = await server.newUser(server.account, 'watched');
      await user.clients.callRpc('2015-04-01', 'GetCallerIdentity');
      await refused(user.clients.callRpc('2015-05-01', 'ListUsers'), 'NoPermission');
      await refused(user.clients.callRpc('2015-05-01', 'GetUser', { UserName: 'other' }), 'NoPermission');
    });

    const events = async (parameters: Record<string, string>) => {
      const answer = await root.callRpc(version, 'LookupEvents', parameters);
      return { events: answer['Events'] as Event[], next: answer['NextToken'] as string | undefined };
    };

    test('events are found by key, by name and by both, the newest first', async () => {
      const byKey = {
        'LookupAttribute.1.Key': 'EventAccessKeyId',
        'LookupAttribute.1.Value': user.key.accessKeyId,
      };
      const found = await events(byKey);
      assert.deepEqual(
        found.events.map(({ eventName, errorCode }) => [eventName, errorCode]),
        [
          ['GetUser', 'NoPermission'],
          ['ListUsers', 'NoPermission'],
          ['GetCallerIdentity', ''],
        ],
      );
      const both = { ...byKey, 'LookupAttribute.2.Key': 'EventName', 'LookupAttribute.2.Value': 'ListUsers' };
      assert.equal((await events(both)).events.length, 1);
      const oldestFirst = await events({ ...byKey, Direction: 'FORWARD' });
      assert.deepEqual(oldestFirst.events, found.events.toReversed());
    });

    test('pages follow each other without gap or repetition', async () => {
      const attribute = {
        'LookupAttribute.1.Key': 'User',
        'LookupAttribute.1.Value': 'watched',
        MaxResults: '1',
      };
      const seen: string[] = [];
      let next: string | undefined;
      do {
        const page = await events(next === undefined ? attribute : { ...attribute, NextToken: next });
        seen.push(...page.events.map((event) => event.eventId));
        next = page.next;
      } while (next !== undefined);
      assert.equal(seen.length, 3);
      assert.equal(new Set(seen).size, 3);
    });

    test('a range without events is empty, a malformed one is refused', async () => {
      const past = await events({ StartTime: '2020-01-01T00:00:00Z', EndTime: '2020-01-02T00:00:00Z' });
      assert.deepEqual(past.events, []);
      await refused(
        root.callRpc(version, 'LookupEvents', { StartTime: 'yesterday' }),
        'InvalidParameter.StartTime.Format',
        400,
      );
      const backwards = { StartTime: '2020-01-02T00:00:00Z', EndTime: '2020-01-01T00:00:00Z' };
      await refused(root.callRpc(version, 'LookupEvents', backwards), 'InvalidStartTime', 400);
      await refused(
        root.callRpc(version, 'LookupEvents', {
          'LookupAttribute.1.Key': 'Colour',
          'LookupAttribute.1.Value': 'red',
        }),
        'InvalidLookupAttribute',
        400,
      );
      await refused(root.callRpc(version, 'LookupEvents', { NextToken: 'x' }), 'InvalidNextToken', 400);
    });

    test('the last use of a key has the time, products, addresses and resources', async () => {
      const { admin, key } = server.account;
      await admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'touched' });
      const of = { AccessKey: key.accessKeyId };
      const info = await root.callRpc(version, 'GetAccessKeyLastUsedInfo', of);
      assert.equal(info['ServiceName'], 'Ram');
      assert.equal(info['AccountType'], 'ram-user');
      assert.equal(info['UserName'], 'administrator');
      assert.equal(typeof info['UsedTimestamp'], 'number');
      const products = await root.callRpc(version, 'GetAccessKeyLastUsedProducts', of);
      assert.deepEqual(
        (products['Products'] as { ServiceName: string }[]).map((product) => product.ServiceName),
        ['Ram'],
      );
      const inRam = { ...of, ServiceName: 'Ram' };
      const ips = await root.callRpc(version, 'GetAccessKeyLastUsedIps', inRam);
      assert.deepEqual(
        (ips['Ips'] as { Ip: string }[]).map(({ Ip }) => Ip),
        ['127.0.0.1'],
      );
      const used = await root.callRpc(version, 'GetAccessKeyLastUsedEvents', { ...inRam, PageSize: '1' });
      assert.deepEqual(
        (used['Events'] as { EventName: string }[]).map(({ EventName }) => EventName),
        ['CreateUser'],
      );
      const further = await root.callRpc(version, 'GetAccessKeyLastUsedEvents', {
        ...inRam,
        NextToken: used['NextToken'],
      });
      const all = await root.callRpc(version, 'GetAccessKeyLastUsedEvents', inRam);
      assert.deepEqual(further['Events'], (all['Events'] as unknown[]).slice(1));
      const resources = await root.callRpc(version, 'GetAccessKeyLastUsedResources', inRam);
      assert.deepEqual(
        (resources['Resources'] as { ResourceType: string; ResourceName: string }[])[0]?.ResourceName,
        'touched',
      );
    });

    test('events are kept for the configured days, and for ever by default', async () => {
      const own = await start({ configuration: { audit: 'strict' } });
      const { store } = own.services;
      await own.account.admin.callRpc('2015-04-01', 'GetCallerIdentity');
      const count = async () =>
        (await store.queries.selectFrom('audit_records').select('event_id').execute()).length;
      const before = await count();
      assert.ok(before > 0);
      const later = Date.now() + 90 * DAY_MS;
      const key = auditSigningKeyOf(generateKeyPairSync('ed25519').privateKey);
      const purge = async (due: number, days: number) => {
        while ((await chainRecords(store, key, due)) !== undefined);
        return purgeOldEvents(own.services, key, { days }, { due, now: due });
      };
      assert.equal(await purge(later, 0), 0);
      assert.equal(await purge(later, 91), 0);
      assert.equal(await count(), before);
      assert.equal(await purge(later, 89), before);
      const left = await store.queries.selectFrom('audit_records').selectAll().execute();
      assert.deepEqual(
        left.map((row) => [row.event_name, JSON.parse(eventJson(row)).additionalEventData.Removed]),
        [['PurgeAuditEvents', String(before)]],
      );
      // The event of the purge is purged itself, without another event.
      assert.equal(await purge(later + 90 * DAY_MS, 89), 1);
      assert.equal(await count(), 0);
    });

    test("another account's events and keys are not found", async () => {
      const other = await server.newAccount('other');
      const otherRoot = server.clients(await other.rootKey());
      await refused(
        otherRoot.callRpc(version, 'GetAccessKeyLastUsedInfo', { AccessKey: user.key.accessKeyId }),
        'EntityNotExist.User.AccessKey',
        404,
      );
      const answer = await otherRoot.callRpc(version, 'LookupEvents', {
        'LookupAttribute.1.Key': 'EventAccessKeyId',
        'LookupAttribute.1.Value': user.key.accessKeyId,
      });
      assert.deepEqual(answer['Events'], []);
    });

    test('the full reason of a denial is decoded for callers with permission, within the account only', async () => {
      const { admin } = server.account;
      const document = {
        Version: '1',
        Statement: [{ Effect: 'Deny', Action: 'ram:ListGroups', Resource: '*' }],
      };
      await admin.callRpc('2015-05-01', 'CreatePolicy', {
        PolicyName: 'no-groups',
        PolicyDocument: JSON.stringify(document),
      });
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        PolicyName: 'no-groups',
        PolicyType: 'Custom',
        UserName: 'watched',
      });
      const error = await refused(user.clients.callRpc('2015-05-01', 'ListGroups'), 'NoPermission', 403);
      const detail = error.data?.['AccessDeniedDetail'] as { readonly EncodedDiagnosticMessage: string };
      const message = { EncodedDiagnosticMessage: detail.EncodedDiagnosticMessage };
      const answer = await admin.callRpc('2015-05-01', 'DecodeDiagnosticMessage', message);
      // Objects of the old client have no prototype.
      const decoded = structuredClone(answer['DecodedDiagnosticMessage']) as Record<string, unknown>;
      assert.equal(decoded['AuthAction'], 'ram:ListGroups');
      assert.equal(decoded['ExplicitDeny'], true);
      assert.deepEqual(decoded['MatchedPolicies'], [
        {
          AttachedScope: 'Account',
          Effect: 'Deny',
          PolicyIdentifier: 'no-groups',
          PolicyType: 'Custom',
          PolicyVersion: 'v1',
          AttachedEntityType: 'RamUser',
        },
      ]);
      await refused(
        user.clients.callRpc('2015-05-01', 'DecodeDiagnosticMessage', message),
        'NoPermission',
        403,
      );
      const other = await server.newAccount('decoder');
      await refused(
        other.admin.callRpc('2015-05-01', 'DecodeDiagnosticMessage', message),
        'InvalidEncodedDiagnosticMessage',
        400,
      );
    });
  });

  describe('the trail that stands for the audit log', () => {
    let server: TestServer;

    before(async () => {
      server = await start();
    });

    /** Returns the trails as a client in one of the formats reads them. */
    const trails = async (apiVersion: string, parameters: Record<string, string> = {}) =>
      (await server.account.admin.callRpc(apiVersion, 'DescribeTrails', parameters))['TrailList'] as Record<
        string,
        unknown
      >[];

    test('is enabled for all events of all regions in both versions, as scanners ask for it', async () => {
      for (const apiVersion of ['2020-07-06', '2017-12-04']) {
        for (const parameters of [
          // Prowler, ScoutSuite and CloudSploit; then Steampipe.
          {},
          { IncludeShadowTrails: 'true' },
          { NameList: 'claviger-audit' },
          { NameList: 'other, claviger-audit' },
          { IncludeOrganizationTrail: 'true', RegionId: 'ap-southeast-1' },
        ]) {
          const found = await trails(apiVersion, parameters);
          assert.equal(found.length, 1, JSON.stringify(parameters));
          const [trail = {}] = found;
          assert.equal(trail['Name'], 'claviger-audit');
          assert.equal(trail['Status'], 'Enable');
          assert.equal(trail['TrailRegion'], 'All');
          assert.equal(trail['EventRW'], 'All');
          // Prowler reads these as texts, and drops a trail with null.
          for (const field of ['OssBucketName', 'OssBucketLocation', 'SlsProjectArn', 'HomeRegion']) {
            assert.equal(typeof trail[field], 'string', field);
          }
        }
        assert.deepEqual(await trails(apiVersion, { NameList: 'other' }), []);
      }
    });

    test('has the times of each version: ISO 8601 in the newer one, milliseconds in the older one', async () => {
      const account = await server.services.accounts.get(server.account.accountId);
      const seconds = Math.floor(account!.createdAt / 1000);
      const [newer] = await trails('2020-07-06');
      const [older] = await trails('2017-12-04');
      for (const field of ['CreateTime', 'UpdateTime', 'StartLoggingTime']) {
        assert.match(String(newer![field]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        assert.equal(Date.parse(String(newer![field])) / 1000, seconds);
        assert.equal(older![field], String(account!.createdAt));
      }
    });

    test('needs actiontrail:DescribeTrails, which the read-only policies of the system allow', async () => {
      const reader = await server.newUser(server.account, 'scanner');
      await refused(reader.clients.callRpc('2020-07-06', 'DescribeTrails'), 'NoPermission');
      await server.account.admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'scanner',
        PolicyName: 'AliyunActionTrailReadOnlyAccess',
        PolicyType: 'System',
      });
      for (const apiVersion of ['2020-07-06', '2017-12-04'])
        await reader.clients.callRpc(apiVersion, 'DescribeTrails');
    });
  });
});
