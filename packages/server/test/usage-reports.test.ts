/** Reports of guards on the use of keys, and the last uses made from them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { createGuard, openUsageReports, parseServiceMap, type UsageReports } from '@claviger/guard';
import { signRequest } from '@claviger/signature';
import type { ClientKey } from './clients.ts';
import { callRaw } from './raw-request.ts';
import { RecordedConnection } from './recorded-connection.ts';
import { ManualTime, ReplicatedGuard, userWith } from './replicated-guard.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const IMS = '2019-08-15';
const TRAIL = '2020-07-06';
const OWN = '2026-11-24';
const minute = 60_000;

const service = parseServiceMap(`
service: orders
region: cn-hangzhou
routes:
  - route: GET /orders/{orderId}
    action: GetOrder
    resource: order/{orderId}
`);

eachServer((_, start) => {
  describe('the last use of a key', () => {
    let server: TestServer;
    let account: TestAccount;
    let guardKey: ClientKey;
    let line: RecordedConnection;
    let time: ManualTime;
    let reports: UsageReports;
    let userKey: ClientKey;
    const log: string[] = [];

    before(async () => {
      server = await start();
    });

    beforeEach(async () => {
      account = await server.newAccount();
      guardKey = await server.newGuard(account);
      userKey = (await server.newUser(account, 'customer')).key;
      line = await RecordedConnection.to(server.url);
      time = new ManualTime();
      log.length = 0;
      reports = openUsageReports({
        server: line.url,
        accessKeyId: guardKey.accessKeyId,
        accessKeySecret: guardKey.accessKeySecret,
        allowPlainHttpOnLoopback: true,
        timer: time.timer,
        log: (message) => log.push(message),
      });
    });

    afterEach(async () => {
      await reports.close();
      await line.close();
    });

    const use = (more: { accessKeyId?: string; service?: string; time?: number } = {}) => ({
      accessKeyId: userKey.accessKeyId,
      service: 'orders',
      region: 'cn-hangzhou',
      sourceAddress: '198.51.100.7',
      time: Date.now(),
      ...more,
    });

    const lastUsed = async (): Promise<{ readonly date: string; readonly service: string }> => {
      const answer = await account.admin.call(IMS, 'GetAccessKeyLastUsed', {
        UserPrincipalName: `customer@${account.domain}`,
        UserAccessKeyId: userKey.accessKeyId,
      });
      const { LastUsedDate, ServiceName } = answer['AccessKeyLastUsed'] as Record<string, string>;
      return { date: LastUsedDate!, service: ServiceName! };
    };

    const second = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;

    test('at a protected service is shown with the name of the service, wherever last uses are', async () => {
      const copy = ReplicatedGuard.open(line.url, guardKey);
      await copy.source.ready();
      const guard = createGuard({ source: copy.source, service, onUse: reports.note });
      const signed = signRequest(
        { method: 'GET', target: '/orders/1', headers: [['host', 'orders.example']] },
        { accessKeyId: userKey.accessKeyId, accessKeySecret: userKey.accessKeySecret },
        { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: randomUUID() },
      );
      const decision = await guard.check({ ...signed, peerAddress: '198.51.100.7', secure: true });
      assert.equal(decision.allowed, false, 'a call that was denied has used its key too');
      await reports.flush();
      await copy.close();

      const { date, service: name } = await lastUsed();
      assert.equal(name, 'orders');
      const ram = await account.admin.callRpc(RAM, 'GetAccessKeyLastUsed', {
        UserName: 'customer',
        UserAccessKeyId: userKey.accessKeyId,
      });
      assert.deepEqual({ ...(ram['AccessKeyLastUsed'] as object) }, { LastUsedDate: date });
      const AccessKey = userKey.accessKeyId;
      const info = await account.admin.call(TRAIL, 'GetAccessKeyLastUsedInfo', { AccessKey });
      assert.equal(info['ServiceName'], 'orders');
      const products = await account.admin.call(TRAIL, 'GetAccessKeyLastUsedProducts', { AccessKey });
      assert.deepEqual(
        (products['Products'] as Record<string, string>[]).map((product) => product['ServiceNameEn']),
        ['orders'],
      );
      const ips = await account.admin.call(TRAIL, 'GetAccessKeyLastUsedIps', {
        AccessKey,
        ServiceName: 'orders',
      });
      assert.deepEqual(
        (ips['Ips'] as Record<string, string>[]).map(({ Ip }) => Ip),
        ['198.51.100.7'],
      );
    });

    test('is reported in batches, the last of each key and service', async () => {
      const began = Date.now() - minute;
      for (let at = 0; at < 1000; at += 1) reports.note(use({ time: began + at }));
      reports.note(use({ service: 'invoices', time: began }));
      reports.note(use({ accessKeyId: 'STS.SessionSessionSession', time: began }));
      assert.equal(line.sent.length, 0);
      assert.deepEqual(time.waits, [5000]);
      time.fire();
      await reports.flush();
      assert.equal(line.sent.toString('latin1').split('POST / ').length - 1, 1);
      assert.deepEqual(await lastUsed(), { date: second(began + 999), service: 'orders' });
      assert.ok(!line.sent.includes('STS.'));
    });

    test('is never set back, and never in the future', async () => {
      const late = Date.now() - minute;
      reports.note(use({ time: late }));
      await reports.flush();
      reports.note(use({ time: late - minute }));
      await reports.flush();
      assert.deepEqual(await lastUsed(), { date: second(late), service: 'orders' });
      reports.note(use({ time: Date.now() + 60 * minute }));
      await reports.flush();
      const { date } = await lastUsed();
      assert.ok(Date.parse(date) <= Date.now(), date);
      assert.ok(Date.parse(date) > late);
    });

    test("of another account's key, or of an unknown one, is ignored, and nothing is revealed of the key", async () => {
      const other = await server.newAccount();
      const { key: theirs } = await server.newUser(other, 'theirs');
      reports.note(use({ accessKeyId: theirs.accessKeyId }));
      reports.note(use({ accessKeyId: 'LTAI5tAbsentAbsentAbsent' }));
      reports.note(use());
      await reports.flush();
      assert.equal((await lastUsed()).service, 'orders');
      const rows = await server.services.store.queries
        .selectFrom('access_key_uses')
        .selectAll()
        .where('service_name', '=', 'orders')
        .where('access_key_id', 'in', [theirs.accessKeyId, 'LTAI5tAbsentAbsentAbsent'])
        .execute();
      assert.deepEqual(rows, []);
    });

    test('waits while the control plane is unreachable, and is reported afterwards', async () => {
      line.down = true;
      const at = Date.now();
      reports.note(use({ time: at }));
      await assert.rejects(reports.flush(), { name: 'ControlPlaneUnreachable' });
      time.fire();
      await assert.rejects(reports.flush(), { name: 'ControlPlaneUnreachable' });
      assert.equal((await lastUsed()).service, '');
      line.down = false;
      await reports.flush();
      assert.deepEqual(await lastUsed(), { date: second(at), service: 'orders' });
    });

    test('is reported on closing; unreported ones are counted', async () => {
      reports.note(use());
      assert.equal(await reports.close(), 0);
      assert.equal((await lastUsed()).service, 'orders');
      const lost = openUsageReports({
        server: line.url,
        accessKeyId: guardKey.accessKeyId,
        accessKeySecret: guardKey.accessKeySecret,
        allowPlainHttpOnLoopback: true,
        timer: time.timer,
      });
      line.down = true;
      lost.note(use());
      lost.note(use({ service: 'invoices' }));
      assert.equal(await lost.close(), 2);
    });

    test('is reported although the control plane refuses another one for good', async () => {
      reports.note(use({ service: 'not a service' }));
      await reports.flush();
      reports.note(use());
      await reports.flush();
      assert.equal(reports.lost, 1);
      assert.match(log.join('\n'), /dropped.*ServiceName/);
      assert.equal((await lastUsed()).service, 'orders');
    });

    test('is accepted from guards only, under their own name', async () => {
      const report = async (key: ClientKey, GuardName: string) => {
        const Uses = JSON.stringify([
          { AccessKeyId: userKey.accessKeyId, ServiceName: 'orders', UsedAt: Date.now() },
        ]);
        const { code } = await callRaw(server.url, key, 'ACS3 with a form', {
          version: OWN,
          action: 'ReportAccessKeyUsage',
          parameters: { GuardName, Uses },
        });
        return code;
      };
      const guard = await server.newGuard(account, 'orders');
      assert.equal(await report(guard, 'orders'), 'OK');
      assert.equal(await report(guard, 'default'), 'NoPermission');
      const named = await userWith(server, account, 'reporter', {
        Effect: 'Allow',
        Action: 'claviger:ReportAccessKeyUsage',
        Resource: '*',
      });
      assert.equal(await report(named, 'orders'), 'NoPermission');
      assert.equal(await report(await account.rootKey(), 'orders'), 'NoPermission');
    });
  });
});
