import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { eachServer, refused, type TestServer } from './server.ts';

eachServer((_, start) => {
  describe('the security preference', () => {
    let server: TestServer;
    before(async () => {
      server = await start();
    });

    test("a new account has RAM's defaults, in both dialects", async () => {
      const { admin } = server.account;
      const { securityPreference } = (await admin.ims.getSecurityPreference()).body ?? {};
      assert.equal(securityPreference?.accessKeyPreference?.allowUserToManageAccessKeys, false);
      assert.equal(securityPreference?.loginProfilePreference?.allowUserToChangePassword, true);
      assert.equal(securityPreference?.loginProfilePreference?.loginSessionDuration, 6);
      assert.equal(securityPreference?.loginProfilePreference?.loginNetworkMasks, '');
      assert.equal(securityPreference?.loginProfilePreference?.MFAOperationForLogin, 'independent');
      assert.equal(securityPreference?.MFAPreference?.allowUserToManageMFADevices, true);
      assert.equal(securityPreference?.maxIdleDays?.maxIdleDaysForAccessKeys, 365);
      const inRam = (await admin.ram.getSecurityPreference()).body?.securityPreference;
      assert.equal(inRam?.accessKeyPreference?.allowUserToManageAccessKeys, false);
      assert.equal(inRam?.loginProfilePreference?.loginSessionDuration, 6);
    });

    test('what is given changes, the rest stays, and both dialects show the same', async () => {
      const { admin } = server.account;
      await admin.ims.setSecurityPreference(
        new ims.SetSecurityPreferenceRequest({
          allowUserToManageAccessKeys: true,
          loginNetworkMasks: '10.0.0.0/8;192.0.2.1',
        }),
      );
      await admin.ram.setSecurityPreference(
        new ram.SetSecurityPreferenceRequest({ loginSessionDuration: 8 }),
      );
      const { securityPreference } = (await admin.ims.getSecurityPreference()).body ?? {};
      assert.equal(securityPreference?.accessKeyPreference?.allowUserToManageAccessKeys, true);
      assert.equal(securityPreference?.loginProfilePreference?.loginNetworkMasks, '10.0.0.0/8;192.0.2.1');
      assert.equal(securityPreference?.loginProfilePreference?.loginSessionDuration, 8);
      await admin.ims.setSecurityPreference(
        new ims.SetSecurityPreferenceRequest({ allowUserToManageAccessKeys: false, loginNetworkMasks: '' }),
      );
      const inRam = (await admin.ram.getSecurityPreference()).body?.securityPreference;
      assert.equal(inRam?.accessKeyPreference?.allowUserToManageAccessKeys, false);
      assert.equal(inRam?.loginProfilePreference?.loginNetworkMasks, '');
    });

    test('what is out of bounds is refused and changes nothing', async () => {
      const { admin } = server.account;
      const before = (await admin.ims.getSecurityPreference()).body?.securityPreference;
      for (const [parameters, code] of [
        [{ LoginSessionDuration: '25' }, 'InvalidParameter.LoginSessionDuration.Range'],
        [{ LoginSessionDuration: '0' }, 'InvalidParameter.LoginSessionDuration.Range'],
        [{ LoginNetworkMasks: '10.0.0.0/33' }, 'InvalidParameter.LoginNetworkMasks.Format'],
        [
          { LoginNetworkMasks: Array(41).fill('10.0.0.1').join(';') },
          'InvalidParameter.LoginNetworkMasks.Length',
        ],
        [{ AllowUserToManageAccessKeys: 'maybe' }, 'InvalidParameter.AllowUserToManageAccessKeys.Format'],
        [{ MFAOperationForLogin: 'sometimes' }, 'InvalidParameter.MFAOperationForLogin.Format'],
      ] as const) {
        await refused(admin.callRpc('2019-08-15', 'SetSecurityPreference', parameters), code, 400);
      }
      assert.deepEqual((await admin.ims.getSecurityPreference()).body?.securityPreference, before);
    });

    test('one account knows nothing of the settings of another', async () => {
      const other = await server.newAccount('other');
      await other.admin.callRpc('2019-08-15', 'SetSecurityPreference', { LoginSessionDuration: '12' });
      const { securityPreference } = (await server.account.admin.ims.getSecurityPreference()).body ?? {};
      assert.notEqual(securityPreference?.loginProfilePreference?.loginSessionDuration, 12);
    });
  });

  describe('network policies of AccessKeys', () => {
    let server: TestServer;
    before(async () => {
      server = await start();
    });

    const policy = (ips: readonly string[], Status = 'Active') =>
      JSON.stringify({
        Status,
        Statements: ips.length === 0 ? [] : [{ Type: 'ClassicWhiteList', IPList: ips }],
      });

    test("a key's own policy replaces the account's; an inactive one falls back to it; sessions are free", async () => {
      const { admin } = server.account;
      const user = await server.newUser(server.account, 'placed');
      const whoAmI = () => user.clients.callRpc('2015-04-01', 'GetCallerIdentity');
      const key = { UserPrincipalName: user.userPrincipalName, UserAccessKeyId: user.key.accessKeyId };
      const ofKey = (text: string) =>
        admin.call('2019-08-15', 'SetAccessKeyPolicy', { ...key, AccessKeyPolicy: text });
      const ofAccount = (text: string) =>
        admin.call('2019-08-15', 'SetAccessKeyPolicyForAccount', { AccessKeyPolicy: text });

      assert.equal((await admin.call('2019-08-15', 'GetAccessKeyPolicy', key))['AccessKeyPolicy'], '{}');
      await ofKey(policy(['203.0.113.1']));
      await refused(whoAmI(), 'Forbidden.AccessKeyNetworkPolicy', 403);
      const shown = await admin.call('2019-08-15', 'GetAccessKeyPolicy', key);
      assert.deepEqual(JSON.parse(String(shown['AccessKeyPolicy'])), {
        Version: 1,
        Status: 'Active',
        Statements: [{ Type: 'ClassicWhiteList', IPList: ['203.0.113.1'] }],
      });

      // The administrator's own key is bound as well: it must stay inside.
      await ofAccount(policy(['127.0.0.0/8']));
      await refused(whoAmI(), 'Forbidden.AccessKeyNetworkPolicy', 403);
      await ofKey(policy(['203.0.113.1'], 'Inactive'));
      await whoAmI();
      await ofKey(policy([], 'Inactive'));
      await whoAmI();
      await ofAccount(policy([], 'Inactive'));
      await whoAmI();
    });

    test('a malformed policy, and one beyond the limits, is refused and changes nothing', async () => {
      const { admin } = server.account;
      const user = await server.newUser(server.account, 'strict');
      const key = { UserPrincipalName: user.userPrincipalName, UserAccessKeyId: user.key.accessKeyId };
      const set = (text: string) =>
        admin.call('2019-08-15', 'SetAccessKeyPolicy', { ...key, AccessKeyPolicy: text });
      for (const text of [
        '{}',
        'not json',
        JSON.stringify({ Status: 'Active', Statements: null }),
        JSON.stringify({ Status: 'On', Statements: [] }),
        JSON.stringify({ Status: 'Active', Statements: [{ Type: 'ClassicWhiteList' }] }),
        policy(['300.0.0.1']),
        JSON.stringify({ Status: 'Active', Statements: [], Extra: 1 }),
      ]) {
        await refused(set(text), 'InvalidParameter.AccessKeyPolicy', 400);
      }
      const many = policy(Array.from({ length: 51 }, (_, at) => `10.0.0.${at}`));
      await refused(set(many), 'LimitExceeded.AccessKeyPolicy', 409);
      assert.equal((await admin.call('2019-08-15', 'GetAccessKeyPolicy', key))['AccessKeyPolicy'], '{}');
      await refused(
        admin.call('2019-08-15', 'GetAccessKeyPolicy', {
          ...key,
          UserAccessKeyId: 'LTAI5tNobodyNobodyNobody',
        }),
        'EntityNotExist.User.AccessKey',
        404,
      );
    });
  });
});
