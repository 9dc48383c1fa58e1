import assert from 'node:assert/strict';
import { test } from 'node:test';
import ram from '@alicloud/ram20150501';
import type { ClientKey, Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const STS = '2015-04-01';

/** No published client has the network policy operations: called as by Terraform. */
const setPolicy = (clients: Clients, key: Record<string, string>, policy: unknown) =>
  clients.call(IMS, 'SetAccessKeyPolicy', {
    ...key,
    AccessKeyPolicy: typeof policy === 'string' ? policy : JSON.stringify(policy),
  });

const getPolicy = async (clients: Clients, key: Record<string, string>) =>
  (await clients.call(IMS, 'GetAccessKeyPolicy', key))['AccessKeyPolicy'];

const setAccountPolicy = (clients: Clients, policy: unknown) =>
  clients.call(IMS, 'SetAccessKeyPolicyForAccount', { AccessKeyPolicy: JSON.stringify(policy) });

const getAccountPolicy = async (clients: Clients) =>
  (await clients.call(IMS, 'GetAccessKeyPolicyForAccount'))['AccessKeyPolicy'];

const whoAmI = (clients: Clients) => clients.call(STS, 'GetCallerIdentity');

const only = (...addresses: string[]) => ({
  Status: 'Active',
  Statements: [{ Type: 'ClassicWhiteList', IPList: addresses }],
});

/** Addresses of the tests. */
const here = only('127.0.0.1', '::1');
const elsewhere = only('203.0.113.0/24');
const nowhere = { Status: 'Active', Statements: [] };
const reset = { Version: 1, Status: 'Inactive', Statements: [] };

const shown = (policy: { Status: string; Statements: unknown[] }) =>
  JSON.stringify({ Version: 1, Status: policy.Status, Statements: policy.Statements });

const keyId = (key: ClientKey) => ({ UserAccessKeyId: key.accessKeyId });

async function attach(account: TestAccount, userName: string, statement: object): Promise<void> {
  const policyName = `of-${userName}`;
  const policyDocument = JSON.stringify({ Version: '1', Statement: [statement] });
  await account.admin.ram.createPolicy(new ram.CreatePolicyRequest({ policyName, policyDocument }));
  await account.admin.ram.attachPolicyToUser(
    new ram.AttachPolicyToUserRequest({ userName, policyName, policyType: 'Custom' }),
  );
}

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  // One server for all tests; each test has an account of its own.
  const freshAccount = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    return { server, account, admin: account.admin };
  };

  test('a key without a policy shows {}, and so does the account', async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userPrincipalName } = await server.newUser(account, 'alice');
    assert.equal(await getPolicy(admin, { ...keyId(key), UserPrincipalName: userPrincipalName }), '{}');
    assert.equal(await getAccountPolicy(admin), '{}');
  });

  test('a policy is in force as soon as it is set, and shown with its version', async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userPrincipalName: UserPrincipalName, clients } = await server.newUser(account, 'alice');
    const named = { ...keyId(key), UserPrincipalName };
    await whoAmI(clients);
    const answer = await setPolicy(admin, named, elsewhere);
    assert.equal(answer['AccessKeyId'], key.accessKeyId);
    assert.equal(answer['AccessKeyPolicy'], shown(elsewhere));
    assert.equal(await getPolicy(admin, named), shown(elsewhere));
    const error = await refused(whoAmI(clients), 'Forbidden.AccessKeyNetworkPolicy', 403);
    assert.match(error.message, new RegExp(key.accessKeyId));
    await setPolicy(admin, named, here);
    await whoAmI(clients);
    await setPolicy(admin, named, nowhere);
    await refused(whoAmI(clients), 'Forbidden.AccessKeyNetworkPolicy', 403);
    await setPolicy(admin, named, reset);
    await whoAmI(clients);
    assert.equal(await getPolicy(admin, named), shown(reset));
  });

  test('an inactive policy with statements is stored, and restricts nothing', async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userPrincipalName: UserPrincipalName, clients } = await server.newUser(account, 'alice');
    const named = { ...keyId(key), UserPrincipalName };
    const paused = { ...elsewhere, Status: 'Inactive' };
    await setPolicy(admin, named, paused);
    assert.equal(await getPolicy(admin, named), shown(paused));
    await whoAmI(clients);
  });

  test("the account's policy applies to every key, the root's too, except those with an active one of their own", async () => {
    const { server, account, admin } = await freshAccount();
    const alice = await server.newUser(account, 'alice');
    const bob = await server.newUser(account, 'bob');
    const root = server.clients(await account.rootKey());
    const aliceKey = { ...keyId(alice.key), UserPrincipalName: alice.userPrincipalName };
    await setPolicy(admin, keyId(account.key), here);
    await setPolicy(admin, aliceKey, here);
    const answer = await setAccountPolicy(admin, elsewhere);
    assert.equal(answer['AccessKeyPolicy'], shown(elsewhere));
    assert.equal(await getAccountPolicy(admin), shown(elsewhere));
    await whoAmI(alice.clients);
    await refused(whoAmI(bob.clients), 'Forbidden.AccessKeyNetworkPolicy', 403);
    await refused(whoAmI(root), 'Forbidden.AccessKeyNetworkPolicy', 403);
    // An inactive policy of a key does not replace the account's.
    await setPolicy(admin, aliceKey, reset);
    await refused(whoAmI(alice.clients), 'Forbidden.AccessKeyNetworkPolicy', 403);
    await setAccountPolicy(admin, reset);
    for (const clients of [alice.clients, bob.clients, root]) await whoAmI(clients);
  });

  test("one account's policy does not apply to the keys of another", async () => {
    const { server, account, admin } = await freshAccount();
    const other = await server.newAccount();
    await setPolicy(admin, keyId(account.key), here);
    await setAccountPolicy(admin, elsewhere);
    await whoAmI(other.admin);
    assert.equal(await getAccountPolicy(other.admin), '{}');
  });

  test('no network policy applies to temporary keys', async () => {
    const { server, account, admin } = await freshAccount();
    const { clients } = await server.newUser(account, 'alice');
    await attach(account, 'alice', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
    const trust = {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
    };
    await admin.ram.createRole(
      new ram.CreateRoleRequest({
        roleName: 'worker',
        assumeRolePolicyDocument: JSON.stringify({ Version: '1', Statement: [trust] }),
      }),
    );
    const answer = await clients.call(STS, 'AssumeRole', {
      RoleArn: `acs:ram::${account.accountId}:role/worker`,
      RoleSessionName: 'session',
    });
    const { AccessKeyId, AccessKeySecret, SecurityToken } = answer['Credentials'] as Record<string, string>;
    const session = server.clients({
      accessKeyId: AccessKeyId!,
      accessKeySecret: AccessKeySecret!,
      securityToken: SecurityToken,
    });
    await setPolicy(admin, keyId(account.key), here);
    await setAccountPolicy(admin, elsewhere);
    await refused(whoAmI(clients), 'Forbidden.AccessKeyNetworkPolicy', 403);
    await whoAmI(session);
  });

  test('older clients, which sign with RPC 1.0, set and read the same policy', async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userPrincipalName: UserPrincipalName, clients } = await server.newUser(account, 'alice');
    const named = { ...keyId(key), UserPrincipalName };
    await admin.callRpc(IMS, 'SetAccessKeyPolicy', { ...named, AccessKeyPolicy: JSON.stringify(elsewhere) });
    const read = await admin.callRpc(IMS, 'GetAccessKeyPolicy', named);
    assert.equal(read['AccessKeyPolicy'], shown(elsewhere));
    await refused(clients.callRpc(STS, 'GetCallerIdentity'), 'Forbidden.AccessKeyNetworkPolicy', 403);
  });

  test('without a login name the key is one of the caller; the root restricts its own keys so', async () => {
    const { server, account, admin } = await freshAccount();
    const { key } = await server.newUser(account, 'alice');
    const rootKey = await account.rootKey();
    const root = server.clients(rootKey);
    await setPolicy(root, keyId(rootKey), here);
    assert.equal(await getPolicy(root, keyId(rootKey)), shown(here));
    for (const notMine of [key, rootKey]) {
      await refused(setPolicy(admin, keyId(notMine), here), 'EntityNotExist.User.AccessKey', 404);
      await refused(getPolicy(admin, keyId(notMine)), 'EntityNotExist.User.AccessKey', 404);
    }
  });

  test('a document with an unknown part is refused, and nothing changes', async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userPrincipalName: UserPrincipalName } = await server.newUser(account, 'alice');
    const named = { ...keyId(key), UserPrincipalName };
    const block = { Type: 'ClassicWhiteList', IPList: ['192.0.2.1'] };
    const malformed: unknown[] = [
      '{}',
      'nonsense',
      { Status: 'Active' },
      { Status: 'active', Statements: [] },
      { Version: 2, Status: 'Active', Statements: [] },
      { Status: 'Active', Statements: null },
      { Status: 'Active', Statements: [{ Type: 'ClassicWhiteList' }] },
      { Status: 'Active', Statements: [{ ...block, Value: 'vpc-1' }] },
      { Status: 'Active', Statements: [{ ...block, IPList: ['not an address'] }] },
      { Status: 'Active', Statements: [{ ...block, Surprise: true }] },
      { Status: 'Active', Statements: [{ Type: 'VPCWhiteList', IPList: ['10.0.0.0/8'] }] },
    ];
    for (const document of malformed) {
      await refused(setPolicy(admin, named, document), 'InvalidParameter.AccessKeyPolicy', 400);
    }
    await refused(
      setPolicy(admin, named, { Status: 'Active', Statements: Array.from({ length: 9 }, () => block) }),
      'LimitExceeded.AccessKeyPolicy',
      409,
    );
    const addresses = Array.from({ length: 51 }, (_, n) => `192.0.2.${n}`);
    await refused(setPolicy(admin, named, only(...addresses)), 'LimitExceeded.AccessKeyPolicy', 409);
    await refused(setAccountPolicy(admin, only(...addresses)), 'LimitExceeded.AccessKeyPolicy', 409);
    await refused(setPolicy(admin, named, ''), 'MissingAccessKeyPolicy', 400);
    assert.equal(await getPolicy(admin, named), '{}');
    assert.equal(await getAccountPolicy(admin), '{}');
    await setPolicy(admin, named, only(...addresses.slice(1)));
  });

  test('a key of another account or in the recycle bin is not found', async () => {
    const { server, account, admin } = await freshAccount();
    const other = await server.newAccount();
    const theirs = await server.newUser(other, 'alice');
    const alice = await server.newUser(account, 'alice');
    const { userPrincipalName: UserPrincipalName } = alice;
    const foreignName = { ...keyId(theirs.key), UserPrincipalName: theirs.userPrincipalName };
    await refused(setPolicy(admin, foreignName, elsewhere), 'EntityNotExist.User', 404);
    await refused(getPolicy(admin, foreignName), 'EntityNotExist.User', 404);
    const foreignKey = { ...keyId(theirs.key), UserPrincipalName };
    await refused(setPolicy(admin, foreignKey, elsewhere), 'EntityNotExist.User.AccessKey', 404);
    await whoAmI(theirs.clients);
    await admin.ram.deleteAccessKey(
      new ram.DeleteAccessKeyRequest({ userName: 'alice', userAccessKeyId: alice.key.accessKeyId }),
    );
    const binned = { ...keyId(alice.key), UserPrincipalName };
    await refused(setPolicy(admin, binned, elsewhere), 'EntityNotExist.User.AccessKey', 404);
  });

  test("permission on one's own keys does not include others' keys or the account", async () => {
    const { server, account } = await freshAccount();
    const alice = await server.newUser(account, 'alice');
    const bob = await server.newUser(account, 'bob');
    await attach(account, 'alice', {
      Effect: 'Allow',
      Action: 'ram:*AccessKeyPolicy*',
      Resource: `acs:ram:*:${account.accountId}:user/alice`,
    });
    const { clients } = alice;
    await setPolicy(clients, keyId(alice.key), here);
    await getPolicy(clients, { ...keyId(alice.key), UserPrincipalName: alice.userPrincipalName });
    const bobs = { ...keyId(bob.key), UserPrincipalName: bob.userPrincipalName };
    await refused(setPolicy(clients, bobs, elsewhere), 'NoPermission', 403);
    await refused(getPolicy(clients, bobs), 'NoPermission', 403);
    await refused(setAccountPolicy(clients, elsewhere), 'NoPermission', 403);
    await refused(getAccountPolicy(clients), 'NoPermission', 403);
  });
});
