import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { Browser } from './browser.ts';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const IMS = '2019-08-15';

const setAlias = (clients: Clients, accountAlias: string) =>
  clients.ram.setAccountAlias(new ram.SetAccountAliasRequest({ accountAlias }));

const aliasOf = async (clients: Clients) => (await clients.ram.getAccountAlias()).body!.accountAlias;

const setDomain = (clients: Clients, defaultDomainName: string) =>
  clients.ims.setDefaultDomain(new ims.SetDefaultDomainRequest({ defaultDomainName }));

const domainOf = async (clients: Clients) => (await clients.ims.getDefaultDomain()).body!.defaultDomainName;

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  // One server for all tests; each test has an account of its own.
  const freshAccount = async () => {
    started ??= start();
    const server = await started;
    return { server, account: await server.newAccount() };
  };

  test('the alias defaults to the account id', async () => {
    const { account } = await freshAccount();
    assert.equal(await aliasOf(account.admin), account.accountId);
    assert.equal(await domainOf(account.admin), `${account.accountId}.onaliyun.com`);
  });

  test('beside an alias the account id goes on naming the domain of login names', async () => {
    const { server, account } = await freshAccount();
    const { admin, accountId } = account;
    const password = 'correct horse 42';
    await admin.callRpc(RAM, 'CreateUser', { UserName: 'alice' });
    await admin.callRpc(RAM, 'CreateLoginProfile', { UserName: 'alice', Password: password });
    await setAlias(admin, `corp-${accountId.slice(-6)}`);
    for (const domain of [accountId, `${accountId}.onaliyun.com`, `corp-${accountId.slice(-6)}`]) {
      const { body } = await admin.ims.getUser(
        new ims.GetUserRequest({ userPrincipalName: `alice@${domain}` }),
      );
      assert.equal(body!.user!.userPrincipalName, `alice@corp-${accountId.slice(-6)}.onaliyun.com`);
      assert.equal(await new Browser(server).signIn(`alice@${domain}`, password), 'Done');
    }
    const other = await server.newAccount();
    await refused(
      other.admin.ims.getUser(
        new ims.GetUserRequest({ userPrincipalName: `alice@${accountId}.onaliyun.com` }),
      ),
      'EntityNotExist.User',
      404,
    );
  });

  test('an alias is the first part of the default domain, and of login names, until it is cleared', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    await admin.callRpc(RAM, 'CreateUser', { UserName: 'alice' });
    await admin.callRpc(RAM, 'CreateGroup', { GroupName: 'dev' });
    const loginName = async () => {
      const { body } = await admin.ims.listUsersForGroup(
        new ims.ListUsersForGroupRequest({ groupName: 'dev' }),
      );
      return body!.users!.user![0]!.userPrincipalName;
    };
    const alias = `acme-${account.accountId.slice(-6)}`;
    await setAlias(admin, alias);
    assert.equal(await aliasOf(admin), alias);
    assert.equal(await domainOf(admin), `${alias}.onaliyun.com`);
    await admin.ims.addUserToGroup(
      new ims.AddUserToGroupRequest({ groupName: 'dev', userPrincipalName: `alice@${alias}.onaliyun.com` }),
    );
    assert.equal(await loginName(), `alice@${alias}.onaliyun.com`);

    await admin.ram.clearAccountAlias();
    assert.equal(await aliasOf(admin), account.accountId);
    assert.equal(await loginName(), `alice@${account.accountId}.onaliyun.com`);
    // Clearing an absent alias changes nothing.
    await admin.ram.clearAccountAlias();
    assert.equal(await domainOf(admin), `${account.accountId}.onaliyun.com`);
  });

  test('the default domain is case-insensitive, and determines the alias', async () => {
    const { account } = await freshAccount();
    const alias = `Big_Co.${account.accountId.slice(-6)}`;
    const set = await setDomain(account.admin, `${alias}.onaliyun.com`);
    assert.equal(set.body!.defaultDomainName, `${alias.toLowerCase()}.onaliyun.com`);
    assert.equal(await domainOf(account.admin), `${alias.toLowerCase()}.onaliyun.com`);
    assert.equal(await aliasOf(account.admin), alias.toLowerCase());
  });

  test('an alias of another account is refused, also just after that account has given it up', async () => {
    const { server, account } = await freshAccount();
    const other = await server.newAccount();
    const alias = `taken-${account.accountId.slice(-6)}`;
    await setAlias(account.admin, alias);
    await setAlias(account.admin, alias);
    await refused(setAlias(other.admin, alias), 'EntityAlreadyExists.AccountAlias', 409);
    await refused(
      setDomain(other.admin, `${alias.toUpperCase()}.onaliyun.com`),
      'EntityAlreadyExists.AccountAlias',
      409,
    );
    assert.equal(await aliasOf(other.admin), other.accountId);
    await account.admin.ram.clearAccountAlias();
    await refused(setAlias(other.admin, alias), 'EntityAlreadyExists.AccountAlias', 409);
    await setAlias(account.admin, alias);
    assert.equal(await aliasOf(account.admin), alias);
  });

  test('the id of another account is refused as an alias, whatever alias that account has', async () => {
    const { server, account } = await freshAccount();
    const other = await server.newAccount();
    await setAlias(account.admin, `away-${account.accountId.slice(-6)}`);
    await refused(setAlias(other.admin, account.accountId), 'EntityAlreadyExists.AccountAlias', 409);
    await setAlias(account.admin, account.accountId);
    assert.equal(await aliasOf(account.admin), account.accountId);
  });

  test('an alias that is missing, too short, too long or malformed is refused', async () => {
    const { admin } = (await freshAccount()).account;
    await refused(admin.callRpc(RAM, 'SetAccountAlias'), 'MissingAccountAlias', 400);
    for (const alias of ['ab', 'a'.repeat(33)]) {
      await refused(setAlias(admin, alias), 'InvalidParameter.AccountAlias.Length', 400);
    }
    for (const alias of ['-abc', 'abc-', 'a--b', 'Abc', 'a_b', 'a.b', 'a b']) {
      await refused(setAlias(admin, alias), 'InvalidParameter.AccountAlias.Format', 400);
    }
    for (const domain of [
      'acme',
      'acme.example.com',
      '.onaliyun.com',
      'a..b.onaliyun.com',
      'a b.onaliyun.com',
    ]) {
      await refused(setDomain(admin, domain), 'InvalidParameter.DefaultDomainName.Format', 400);
    }
    await refused(
      setDomain(admin, `${'a'.repeat(52)}.onaliyun.com`),
      'InvalidParameter.DefaultDomainName.Length',
      400,
    );
    await refused(admin.callRpc(IMS, 'SetDefaultDomain'), 'MissingDefaultDomainName', 400);
  });

  test("the summary has the account's counts and limits", async () => {
    const { server, account } = await freshAccount();
    const { admin } = account;
    const summary = async (clients: Clients) => {
      const answer = await clients.callRpc(IMS, 'GetAccountSummary');
      return { ...(answer['SummaryMap'] as Record<string, number>) };
    };
    // The administrator is a user.
    const before = await summary(admin);
    assert.deepEqual(before, {
      Users: 1,
      UsersQuota: 5000,
      Groups: 0,
      GroupsQuota: 300,
      GroupsPerUserQuota: 10,
      Roles: 0,
      RolesQuota: 1000,
      Policies: 0,
      PoliciesQuota: 1500,
      PolicySizeQuota: 6144,
      VersionsPerPolicyQuota: 5,
      AttachedPoliciesPerUserQuota: 10,
      AttachedPoliciesPerGroupQuota: 10,
      AttachedPoliciesPerRoleQuota: 10,
      AttachedSystemPoliciesPerUserQuota: 20,
      AttachedSystemPoliciesPerGroupQuota: 20,
      AttachedSystemPoliciesPerRoleQuota: 20,
      AccessKeysPerUserQuota: 2,
      AccountAccessKeysPerAccountQuota: 2,
      ConditionsPerAKPolicyQuota: 8,
      IPItemsPerAKPolicyQuota: 50,
      MFADevices: 0,
      MFADevicesInUse: 0,
      VirtualMFADevicesQuota: 5000,
      AuthorizedClientPerUserQuota: 0,
      ServiceCredentialsPerUserPerServiceQuota: 2,
    });

    await server.newUser(account, 'alice');
    for (const GroupName of ['a', 'b', 'c']) await admin.callRpc(RAM, 'CreateGroup', { GroupName });
    await admin.callRpc(RAM, 'CreatePolicy', {
      PolicyName: 'p',
      PolicyDocument: '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}',
    });
    await admin.callRpc(RAM, 'CreateRole', {
      RoleName: 'r',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '1',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
          },
        ],
      }),
    });
    // Entities of other accounts are not counted.
    const other = await server.newAccount();
    await other.admin.callRpc(RAM, 'CreateGroup', { GroupName: 'x' });

    const { body } = await admin.ims.getAccountSummary();
    const { users, groups, policies, roles } = body!.summaryMap!;
    assert.deepEqual({ users, groups, policies, roles }, { users: 2, groups: 3, policies: 1, roles: 1 });
    await admin.callRpc(RAM, 'DeleteGroup', { GroupName: 'a' });
    assert.equal((await summary(admin))['Groups'], 2);
  });

  test('a user without permission can neither read nor change the account', async () => {
    const { server, account } = await freshAccount();
    const { clients } = await server.newUser(account, 'alice');
    await refused(clients.ims.getAccountSummary(), 'NoPermission', 403);
    await refused(clients.ims.getDefaultDomain(), 'NoPermission', 403);
    await refused(setDomain(clients, 'alice.onaliyun.com'), 'NoPermission', 403);
    await refused(clients.ram.getAccountAlias(), 'NoPermission', 403);
    await refused(setAlias(clients, 'alice'), 'NoPermission', 403);
    await refused(clients.ram.clearAccountAlias(), 'NoPermission', 403);
    assert.equal(await aliasOf(account.admin), account.accountId);
  });
});
