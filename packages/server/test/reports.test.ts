import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import { DAY_MS } from '../src/context/limits.ts';
import { callRaw } from './raw-request.ts';
import { eachServer, refused, type TestAccount, type TestServer, type TestUser } from './server.ts';

const version = '2019-08-15';
const columns =
  'user,user_creation_time,user_last_logon,password_exist,password_active,password_last_changed,password_next_rotation,mfa_active,' +
  'access_key_1_exist,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used,' +
  'access_key_2_exist,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used';

eachServer((_, start) => {
  describe('reports', () => {
    let server: TestServer;
    let user: TestUser;

    before(async () => {
      server = await start();
      user = await server.newUser(server.account, 'used');
      await user.clients.sts.getCallerIdentity();
      await server.account.admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'bare' });
    });

    const admin = (action: string, parameters: Record<string, string> = {}) =>
      server.account.admin.callRpc(version, action, parameters);

    test('a report does not exist before it was requested', async () => {
      await refused(admin('GetCredentialReport'), 'EntityNotExist.CredentialReport', 404);
      await refused(admin('ListRecentGovernanceMetrics'), 'EntityNotExist.GovernanceReport', 404);
    });

    test("the credential report has RAM's columns, the root first, and the credentials of each identity", async () => {
      const { admin: clients } = server.account;
      assert.equal((await clients.ims.generateCredentialReport()).body?.state, 'STARTED');
      assert.equal((await clients.ims.generateCredentialReport()).body?.state, 'COMPLETE');
      const { body } = await clients.ims.getCredentialReport(new ims.GetCredentialReportRequest({}));
      assert.equal(body?.isTruncated, 'false');
      const csv = Buffer.from(body?.content ?? '', 'base64').toString();
      const [heading, root, ...rows] = csv.trimEnd().split('\n');
      assert.equal(heading, columns);
      assert.match(root ?? '', /^<root>,\d{4}-[^,]*,-,TRUE,TRUE,/);
      const used = rows.find((row) => row.startsWith(`${user.userPrincipalName},`))?.split(',');
      assert.deepEqual(used?.slice(3, 10), ['FALSE', 'N/A', 'N/A', 'N/A', 'FALSE', 'TRUE', 'TRUE']);
      assert.match(used?.[11] ?? '', /^\d{4}-/, 'when its key was last used');
      assert.deepEqual(used?.slice(12), ['FALSE', 'N/A', 'N/A', 'N/A']);
      const bare = rows.find((row) => row.startsWith('bare@'))?.split(',');
      assert.deepEqual(bare?.slice(8), ['FALSE', 'N/A', 'N/A', 'N/A', 'FALSE', 'N/A', 'N/A', 'N/A']);
      assert.ok(!csv.includes(user.key.accessKeySecret));
    });

    test('the parts of a credential report make the whole', async () => {
      const whole = await admin('GetCredentialReport');
      let csv = '';
      for (let NextToken: string | undefined; ; ) {
        const part = await admin('GetCredentialReport', {
          MaxItems: '1',
          ...(NextToken === undefined ? {} : { NextToken }),
        });
        csv += Buffer.from(String(part['Content']), 'base64').toString();
        NextToken = part['NextToken'] as string | undefined;
        if (NextToken === undefined) break;
        assert.equal(part['IsTruncated'], 'true');
      }
      assert.equal(csv, Buffer.from(String(whole['Content']), 'base64').toString());
    });

    test('the security practice report counts the existing entities', async () => {
      const account = await server.newAccount('practice');
      const report = async () => {
        const answer = await account.admin.callRpc(version, 'GetAccountSecurityPracticeReport');
        return answer['AccountSecurityPracticeInfo'] as {
          Score: number;
          AccountSecurityPracticeUserInfo: Record<string, unknown>;
        };
      };
      const before = await report();
      assert.equal(before.AccountSecurityPracticeUserInfo['RootWithAccessKey'], 0);
      assert.equal(before.AccountSecurityPracticeUserInfo['SubUser'], 1);
      assert.equal(before.AccountSecurityPracticeUserInfo['OldAkNum'], 0);
      await account.rootKey();
      await server.services.store.write(({ queries }) =>
        queries
          .updateTable('access_keys')
          .set({ created_at: Date.now() - 100 * DAY_MS })
          .where('access_key_id', '=', account.key.accessKeyId)
          .execute(),
      );
      const after = await report();
      assert.equal(after.AccountSecurityPracticeUserInfo['RootWithAccessKey'], 1);
      assert.equal(after.AccountSecurityPracticeUserInfo['OldAkNum'], 1);
      assert.equal(after.AccountSecurityPracticeUserInfo['SubUserWithOldAccessKey'], 1);
      assert.equal(after.AccountSecurityPracticeUserInfo['UnusedAkNum'], 0, 'it has just been used');
      assert.ok(after.Score < before.Score);
    });

    test('the overview counts users who can sign in, and live keys by age and last use, and writes nothing', async () => {
      const account = await server.newAccount('overview');
      const { admin: own } = account;
      const overview = () => own.callRpc('2026-11-24', 'GetAccountOverview');
      for (const name of ['signs-in', 'disabled']) {
        await own.callRpc('2015-05-01', 'CreateUser', { UserName: name });
        await own.callRpc('2015-05-01', 'CreateLoginProfile', {
          UserName: name,
          Password: 'Sp4rrow-Meadow-7',
        });
      }
      await own.callRpc('2019-08-15', 'UpdateLoginProfile', {
        UserPrincipalName: `disabled@${account.domain}`,
        Status: 'Inactive',
      });
      const unused = await account.rootKey();
      await server.services.store.write(({ queries }) =>
        queries
          .updateTable('access_keys')
          .set({ created_at: Date.now() - 200 * DAY_MS })
          .where('access_key_id', '=', unused.accessKeyId)
          .execute(),
      );
      const answer = await overview();
      assert.equal(answer['Users'], 3);
      assert.equal(answer['ConsoleUsers'], 1);
      assert.equal(answer['ConsoleUsersWithoutMFA'], 1, 'the administrator and `disabled` cannot sign in');
      assert.equal(answer['NeverUsedAccessKeys'], 1);
      const byAge = answer['AccessKeysByAge'] as { BelowDays: number; AccessKeys: number }[];
      assert.deepEqual(
        byAge.map((range) => [range.BelowDays, range.AccessKeys]),
        [
          [30, 1],
          [90, 0],
          [180, 0],
          [365, 1],
          [0, 0],
        ],
      );
      const [lastDay, ...earlier] = answer['AccessKeysByLastUse'] as { AccessKeys: number }[];
      assert.equal(lastDay?.AccessKeys, 1);
      assert.ok(earlier.every(({ AccessKeys }) => AccessKeys === 0));
      await refused(own.callRpc(version, 'GetCredentialReport'), 'EntityNotExist.CredentialReport', 404);
    });

    test('the governance report finds keys of the root and two active keys, of the own account only', async () => {
      const account = await server.newAccount('governed');
      const rootKey = await account.rootKey();
      await account.admin.callRpc(version, 'CreateAccessKey');
      assert.equal((await account.admin.callRpc(version, 'GenerateGovernanceReport'))['State'], 'Started');
      const status = await account.admin.callRpc(version, 'GetGovernanceReportStatus');
      assert.equal(status['WholeReportStatus'], 'Finished');
      const answer = await account.admin.callRpc(version, 'ListRecentGovernanceMetrics');
      const metrics = new Map(
        (
          answer['GovernanceMetrics'] as {
            GovernanceMetric: { GovernanceItem: string; MetricValue: number }[];
          }
        ).GovernanceMetric.map((metric) => [metric.GovernanceItem, metric.MetricValue]),
      );
      assert.equal(metrics.get('RootAccessKey'), 1);
      assert.equal(metrics.get('RootWithoutMFA'), 1);
      assert.equal(metrics.get('TwoActiveAccessKeys'), 1);
      const item = await account.admin.callRpc(version, 'GetGovernanceItemReport', {
        GovernanceItemType: 'RootAccessKey',
      });
      const rows = (item['ColumnsValue'] as { ColumnRow: { ColumnValue: string[] }[] }).ColumnRow;
      assert.deepEqual(
        rows.map((row) => [...row.ColumnValue]),
        [['<root>', rootKey.accessKeyId]],
      );
      await refused(
        account.admin.callRpc(version, 'GetGovernanceItemReport', { GovernanceItemType: 'Weather' }),
        'InvalidParameter.GovernanceItemType.Format',
        400,
      );
    });

    test('reports on thousands of users are made after the answer, and read in parts', async () => {
      const account = await server.newAccount('large');
      await insertUsers(server, account, 2000, 1200);
      const ask = async (action: string, parameters: Record<string, string> = {}) => {
        const asked = { version, action, parameters };
        const answer = await callRaw(server.url, account.key, 'ACS3 with a form', asked);
        assert.equal(answer.code, 'OK', answer.message);
        return answer.body;
      };
      assert.equal((await ask('GenerateCredentialReport'))['State'], 'STARTED');
      for (let state = ''; state !== 'COMPLETE'; ) {
        state = String((await ask('GenerateCredentialReport'))['State']);
        assert.match(state, /^(INPROGRESS|COMPLETE)$/);
      }
      let csv = '';
      for (let NextToken = '0'; NextToken !== ''; ) {
        const part = await ask('GetCredentialReport', { NextToken });
        csv += Buffer.from(String(part['Content']), 'base64').toString();
        NextToken = String(part['NextToken'] ?? '');
      }
      const names = csv
        .trimEnd()
        .split('\n')
        .slice(2)
        .map((row) => row.split('@')[0]!);
      assert.equal(names.length, 2001, 'the administrator is a user');
      assert.deepEqual(names, names.toSorted());
      assert.equal(new Set(names).size, names.length);

      assert.equal((await ask('GenerateGovernanceReport'))['State'], 'Started');
      while ((await ask('GetGovernanceReportStatus'))['WholeReportStatus'] !== 'Finished');
      const keys: string[] = [];
      for (let Marker = '0'; Marker !== ''; ) {
        const page = await ask('GetGovernanceItemReport', { GovernanceItemType: 'OldAccessKey', Marker });
        assert.equal(page['MetricValue'], 1200);
        const { ColumnRow } = page['ColumnsValue'] as { ColumnRow: { ColumnValue: string[] }[] };
        keys.push(...ColumnRow.map((row) => row.ColumnValue[1]!));
        Marker = String(page['Marker'] ?? '');
      }
      assert.equal(new Set(keys).size, 1200);
      const practice = await ask('GetAccountSecurityPracticeReport');
      const info = practice['AccountSecurityPracticeInfo'] as {
        AccountSecurityPracticeUserInfo: { SubUser: number; OldAkNum: number };
      };
      assert.equal(info.AccountSecurityPracticeUserInfo.SubUser, 2001);
      assert.equal(info.AccountSecurityPracticeUserInfo.OldAkNum, 1200);
    });
  });
});

/** Inserts users by SQL, the first of them with an unused key that is 100 days old. */
async function insertUsers(
  { services }: TestServer,
  { accountId }: TestAccount,
  count: number,
  withKey: number,
): Promise<void> {
  const createdAt = Date.now() - 100 * DAY_MS;
  const common = { account_id: accountId, created_at: createdAt, updated_at: createdAt };
  const notRecycled = { recycled_at: null, purge_at: null };
  for (let from = 0; from < count; from += 500) {
    const numbers = Array.from({ length: 500 }, (_, at) => from + at);
    await services.store.write(async ({ queries }) => {
      const users = numbers.map((number) => ({
        ...common,
        ...notRecycled,
        user_id: `${accountId}-${number}`,
        user_name: `user-${String(number).padStart(5, '0')}`,
        user_name_key: `user-${String(number).padStart(5, '0')}`,
        display_name: '',
        comments: '',
        email: '',
        mobile_phone: '',
        provision_type: 'Manual' as const,
        last_login_at: null,
      }));
      await queries.insertInto('users').values(users).execute();
      const keys = numbers
        .filter((number) => number < withKey)
        .map((number) => ({
          ...common,
          ...notRecycled,
          access_key_id: `LTAI5t${accountId}-${number}`,
          owner_type: 'user' as const,
          owner_id: `${accountId}-${number}`,
          sealed_secret: '',
          status: 'Active' as const,
          expires_at: null,
          note: '',
          network_policy: null,
        }));
      if (keys.length > 0) await queries.insertInto('access_keys').values(keys).execute();
    });
  }
}
