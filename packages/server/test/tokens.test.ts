import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';
import { setAccountStatus } from '../src/accounts/create-account.ts';
import { eventJson } from '../src/audit/stored-event.ts';
import type { ClientKey, Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer, type TestUser } from './server.ts';

const statement = (action: string | readonly string[], resource: string) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});

const policy = (...statements: readonly object[]) => JSON.stringify({ Version: '1', Statement: statements });

/** Returns a trust policy for `sts:AssumeRole`. */
const trust = (names: string | readonly string[], condition?: object) =>
  policy({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { RAM: names },
    ...(condition && { Condition: condition }),
  });

const roleArn = (account: TestAccount, name: string) => `acs:ram::${account.accountId}:role/${name}`;

const wholeAccount = (account: TestAccount) => `acs:ram::${account.accountId}:root`;

interface RoleParts {
  /** Trusted principal; default: its own account. */
  readonly trusts?: string;
  /** Statements of its policy; default: none. */
  readonly permissions?: readonly object[];
  readonly maxSessionDuration?: number;
}

async function makeRole(account: TestAccount, roleName: string, parts: RoleParts = {}): Promise<string> {
  const admin = account.admin.ram;
  const created = await admin.createRole(
    new ram.CreateRoleRequest({
      roleName,
      assumeRolePolicyDocument: parts.trusts ?? trust(wholeAccount(account)),
      ...(parts.maxSessionDuration && { maxSessionDuration: parts.maxSessionDuration }),
    }),
  );
  if (parts.permissions !== undefined) {
    const policyName = `role-${roleName}`;
    await admin.createPolicy(
      new ram.CreatePolicyRequest({ policyName, policyDocument: policy(...parts.permissions) }),
    );
    await admin.attachPolicyToRole(
      new ram.AttachPolicyToRoleRequest({ roleName, policyName, policyType: 'Custom' }),
    );
  }
  return created.body!.role!.roleId!;
}

async function makeUser(
  server: TestServer,
  account: TestAccount,
  userName: string,
  ...permissions: readonly object[]
): Promise<TestUser> {
  const user = await server.newUser(account, userName);
  if (permissions.length > 0) {
    const policyName = `user-${userName}`;
    await account.admin.ram.createPolicy(
      new ram.CreatePolicyRequest({ policyName, policyDocument: policy(...permissions) }),
    );
    await account.admin.ram.attachPolicyToUser(
      new ram.AttachPolicyToUserRequest({ userName, policyName, policyType: 'Custom' }),
    );
  }
  return user;
}

const mayAssume = statement('sts:AssumeRole', '*');
const mayListUsers = statement('ram:ListUsers', '*');

const assume = (clients: Clients, request: Record<string, unknown>) =>
  clients.sts.assumeRole(new sts.AssumeRoleRequest({ roleSessionName: 'session', ...request }));

/** Opens a role session. @returns its key as clients take it */
async function session(clients: Clients, request: Record<string, unknown>): Promise<ClientKey> {
  const { credentials } = (await assume(clients, request)).body!;
  return {
    accessKeyId: credentials!.accessKeyId!,
    accessKeySecret: credentials!.accessKeySecret!,
    securityToken: credentials!.securityToken!,
  };
}

const listUsers = (clients: Clients) => clients.ram.listUsers(new ram.ListUsersRequest({}));
const listRoles = (clients: Clients) => clients.ram.listRoles(new ram.ListRolesRequest({}));
const whoAmI = async (clients: Clients) => ({ ...(await clients.sts.getCallerIdentity()).body! });

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const shared = () => {
    started ??= start();
    return started;
  };
  /** Creates an account with a user who may assume roles, for one test. */
  const fresh = async () => {
    const server = await shared();
    const account = await server.newAccount();
    const user = await makeUser(server, account, 'caller', mayAssume);
    return { server, account, user };
  };

  test('GetCallerIdentity describes the root, a user and a session', async () => {
    const { server, account, user } = await fresh();
    const { accountId } = account;
    const root = await whoAmI(server.clients(await account.rootKey()));
    assert.deepEqual(root, {
      identityType: 'Account',
      accountId,
      principalId: accountId,
      arn: `acs:ram::${accountId}:root`,
      requestId: root.requestId,
    });
    const asUser = await whoAmI(user.clients);
    assert.deepEqual(asUser, {
      identityType: 'RAMUser',
      accountId,
      principalId: user.userId,
      userId: user.userId,
      arn: `acs:ram::${accountId}:user/caller`,
      requestId: asUser.requestId,
    });
    const roleId = await makeRole(account, 'Worker');
    const key = await session(user.clients, {
      roleArn: roleArn(account, 'worker'),
      roleSessionName: 'al.ice@x',
    });
    const asSession = await whoAmI(server.clients(key));
    assert.deepEqual(asSession, {
      identityType: 'AssumedRoleUser',
      accountId,
      principalId: `${roleId}:al.ice@x`,
      roleId,
      arn: `acs:ram::${accountId}:assumed-role/Worker/al.ice@x`,
      requestId: asSession.requestId,
    });
  });

  test('a session is opened for an hour, with a key of its own', async () => {
    const { account, user } = await fresh();
    const roleId = await makeRole(account, 'Worker');
    const before = Date.now();
    const { credentials, assumedRoleUser, ...rest } = (
      await assume(user.clients, { roleArn: roleArn(account, 'Worker'), roleSessionName: 'alice' })
    ).body!;
    assert.match(credentials!.accessKeyId!, /^STS\.[A-Za-z0-9]{24}$/);
    assert.match(credentials!.accessKeySecret!, /^[A-Za-z0-9]{44}$/);
    assert.match(credentials!.securityToken!, /^CAIS/);
    const end = Date.parse(credentials!.expiration!);
    assert.ok(end >= before + 3_599_000 && end <= Date.now() + 3_600_000, credentials!.expiration);
    assert.deepEqual(
      { ...assumedRoleUser },
      { arn: `acs:ram::${account.accountId}:role/Worker/alice`, assumedRoleId: `${roleId}:alice` },
    );
    assert.deepEqual(Object.keys(rest), ['requestId']);
  });

  test('a session has the permissions of its role, and none of its user', async () => {
    const { server, account } = await fresh();
    const user = await makeUser(server, account, 'reader', mayAssume, statement('ram:ListRoles', '*'));
    await makeRole(account, 'worker', { permissions: [mayListUsers] });
    const worker = server.clients(await session(user.clients, { roleArn: roleArn(account, 'worker') }));
    await listUsers(worker);
    await listRoles(user.clients);
    const denied = await refused(listRoles(worker), 'NoPermission', 403);
    assert.equal(denied.accessDeniedDetail?.['AuthPrincipalType'], 'AssumedRoleUser');
    await account.admin.ram.detachPolicyFromRole(
      new ram.DetachPolicyFromRoleRequest({
        roleName: 'worker',
        policyName: 'role-worker',
        policyType: 'Custom',
      }),
    );
    await refused(listUsers(worker), 'NoPermission', 403);
  });

  test("a trusting role is not enough: the caller's own policies must allow it", async () => {
    const { server, account } = await fresh();
    const user = await makeUser(server, account, 'plain', mayListUsers);
    await makeRole(account, 'worker', {
      trusts: trust(`acs:ram::${account.accountId}:user/plain`),
    });
    const denied = await refused(
      assume(user.clients, { roleArn: roleArn(account, 'worker') }),
      'NoPermission',
      403,
    );
    assert.equal(denied.accessDeniedDetail?.['AuthAction'], 'sts:AssumeRole');
  });

  test("the caller's own policies are not enough: the role must trust the caller", async () => {
    const { server, account, user } = await fresh();
    const other = await makeUser(server, account, 'other', mayAssume);
    await makeRole(account, 'worker', { trusts: trust(`acs:ram::${account.accountId}:user/other`) });
    await assume(other.clients, { roleArn: roleArn(account, 'worker') });
    await refused(assume(user.clients, { roleArn: roleArn(account, 'worker') }), 'NoPermission', 403);
    await account.admin.ram.updateRole(
      new ram.UpdateRoleRequest({
        roleName: 'worker',
        newAssumeRolePolicyDocument: policy(...JSON.parse(trust(wholeAccount(account))).Statement, {
          ...JSON.parse(trust(`acs:ram::${account.accountId}:user/other`)).Statement[0],
          Effect: 'Deny',
        }),
      }),
    );
    await assume(user.clients, { roleArn: roleArn(account, 'worker') });
    await refused(assume(other.clients, { roleArn: roleArn(account, 'worker') }), 'NoPermission', 403);
  });

  test('a role that trusts a service is not assumed by a user', async () => {
    const { account, user } = await fresh();
    await makeRole(account, 'worker', {
      trusts: policy({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'ecs.aliyuncs.com' },
      }),
    });
    await refused(assume(user.clients, { roleArn: roleArn(account, 'worker') }), 'NoPermission', 403);
  });

  test('the root never assumes a role', async () => {
    const { server, account } = await fresh();
    await makeRole(account, 'worker');
    const root = server.clients(await account.rootKey());
    const denied = await refused(assume(root, { roleArn: roleArn(account, 'worker') }), 'NoPermission', 403);
    assert.match(denied.message, /Roles may not be assumed by root accounts\./);
  });

  test('a session policy restricts the permissions of the role and adds none', async () => {
    const { server, account, user } = await fresh();
    await makeRole(account, 'worker', { permissions: [mayListUsers, statement('ram:ListPolicies', '*')] });
    const narrow = server.clients(
      await session(user.clients, {
        roleArn: roleArn(account, 'worker'),
        policy: policy(statement(['ram:ListUsers', 'ram:ListRoles'], '*')),
      }),
    );
    await listUsers(narrow);
    await refused(listRoles(narrow), 'NoPermission', 403);
    const denied = await refused(
      narrow.ram.listPolicies(new ram.ListPoliciesRequest({})),
      'NoPermission',
      403,
    );
    assert.equal(denied.accessDeniedDetail?.['PolicyType'], 'SessionPolicy');
  });

  test('failure 6: a session policy with an unknown part opens no session', async () => {
    const { account, user } = await fresh();
    await makeRole(account, 'worker', { permissions: [mayListUsers] });
    const ask = (text: string) => assume(user.clients, { roleArn: roleArn(account, 'worker'), policy: text });
    for (const text of [
      '{}',
      'no policy',
      policy({ ...mayListUsers, Sid: 'x' }),
      policy({ ...mayListUsers, Condition: { IpAdress: { 'acs:SourceIp': '192.0.2.1' } } }),
      policy({ ...mayListUsers, Principal: { RAM: '*' } }),
    ]) {
      await refused(ask(text), 'InvalidParameter.PolicyGrammar', 400);
    }
    const longest = policy(mayListUsers).padEnd(2048);
    await ask(longest);
    await refused(ask(`${longest} `), 'InvalidParameter.PolicySize', 400);
  });

  test('an invalid parameter is refused with the code of STS', async () => {
    const { account, user } = await fresh();
    await makeRole(account, 'worker');
    const ask = (changes: Record<string, unknown>) =>
      assume(user.clients, { roleArn: roleArn(account, 'worker'), ...changes });
    const wrong: readonly [Record<string, unknown>, string][] = [
      [{ roleArn: 'worker' }, 'InvalidParameter.RoleArn'],
      [{ roleArn: `acs:ram::${account.accountId}:user/worker` }, 'InvalidParameter.RoleArn'],
      [{ roleArn: `acs:ram::${account.accountId}:role/worker/x` }, 'InvalidParameter.RoleArn'],
      [{ roleArn: 'acs:ram::1:role/worker' }, 'InvalidParameter.RoleArn'],
      [{ roleArn: `${roleArn(account, 'worker')}\n` }, 'InvalidParameter.RoleArn'],
      [{ roleArn: undefined }, 'MissingRoleArn'],
      [{ roleSessionName: 'a' }, 'InvalidParameter.RoleSessionName'],
      [{ roleSessionName: 'a'.repeat(65) }, 'InvalidParameter.RoleSessionName'],
      [{ roleSessionName: 'a/b' }, 'InvalidParameter.RoleSessionName'],
      [{ roleSessionName: 'a b' }, 'InvalidParameter.RoleSessionName'],
      [{ roleSessionName: undefined }, 'MissingRoleSessionName'],
      [{ durationSeconds: 899 }, 'InvalidParameter.DurationSeconds'],
      [{ durationSeconds: 3601 }, 'InvalidParameter.DurationSeconds'],
      [{ durationSeconds: 43_201 }, 'InvalidParameter.DurationSeconds'],
      [{ externalId: 'x' }, 'InvalidParameter.ExternalId'],
      [{ externalId: 'with space' }, 'InvalidParameter.ExternalId'],
    ];
    for (const [changes, code] of wrong) await refused(ask(changes), code, 400);
    await ask({ roleSessionName: 'a'.repeat(64), durationSeconds: 900 });
    await ask({ roleArn: `acs:ram:*:${account.accountId}:role/worker`, roleSessionName: 'ab' });
  });

  test('a session lasts as long as the role allows and no longer', async () => {
    const { account, user } = await fresh();
    await makeRole(account, 'long', { maxSessionDuration: 7200 });
    const before = Date.now();
    const opened = await assume(user.clients, { roleArn: roleArn(account, 'long'), durationSeconds: 7200 });
    assert.ok(Date.parse(opened.body!.credentials!.expiration!) >= before + 7_199_000);
    const error = await refused(
      assume(user.clients, { roleArn: roleArn(account, 'long'), durationSeconds: 7201 }),
      'InvalidParameter.DurationSeconds',
      400,
    );
    assert.match(error.message, /900\/7200/);
  });

  test('a role may require an external id, and a source address', async () => {
    const { account, user } = await fresh();
    const root = wholeAccount(account);
    await makeRole(account, 'external', {
      trusts: trust(root, { StringEquals: { 'sts:ExternalId': 'agreed' } }),
    });
    const external = { roleArn: roleArn(account, 'external') };
    await refused(assume(user.clients, external), 'NoPermission', 403);
    await refused(assume(user.clients, { ...external, externalId: 'guessed' }), 'NoPermission', 403);
    await assume(user.clients, { ...external, externalId: 'agreed' });

    await makeRole(account, 'here', {
      trusts: trust(root, { IpAddress: { 'acs:SourceIp': ['127.0.0.0/8', '::1'] } }),
    });
    await makeRole(account, 'elsewhere', {
      trusts: trust(root, { IpAddress: { 'acs:SourceIp': '192.0.2.0/24' } }),
    });
    await assume(user.clients, { roleArn: roleArn(account, 'here') });
    await refused(assume(user.clients, { roleArn: roleArn(account, 'elsewhere') }), 'NoPermission', 403);
  });

  test('a session of a session lasts an hour at most', async () => {
    const { server, account, user } = await fresh();
    await makeRole(account, 'first', { permissions: [mayAssume], maxSessionDuration: 43_200 });
    await makeRole(account, 'second', {
      trusts: trust(roleArn(account, 'first')),
      permissions: [mayListUsers],
      maxSessionDuration: 43_200,
    });
    const first = server.clients(
      await session(user.clients, { roleArn: roleArn(account, 'first'), durationSeconds: 43_200 }),
    );
    const onward = { roleArn: roleArn(account, 'second') };
    await refused(
      assume(first, { ...onward, durationSeconds: 3601 }),
      'InvalidParameter.DurationSeconds',
      400,
    );
    await refused(assume(user.clients, onward), 'NoPermission', 403);
    const second = server.clients(await session(first, { ...onward, durationSeconds: 3600 }));
    await listUsers(second);
  });

  test('a session policy that does not allow AssumeRole prevents it', async () => {
    const { server, account, user } = await fresh();
    await makeRole(account, 'worker', { permissions: [mayAssume, mayListUsers] });
    const narrow = server.clients(
      await session(user.clients, { roleArn: roleArn(account, 'worker'), policy: policy(mayListUsers) }),
    );
    await refused(assume(narrow, { roleArn: roleArn(account, 'worker') }), 'NoPermission', 403);
  });

  test('the source identity of a chain of sessions is set at its beginning and stays', async () => {
    const { server, account, user } = await fresh();
    await makeRole(account, 'chain', { permissions: [mayAssume] });
    const request = { roleArn: roleArn(account, 'chain') };
    const opened = await assume(user.clients, { ...request, sourceIdentity: 'alice' });
    assert.equal(opened.body!.sourceIdentity, 'alice');
    const { accessKeyId, accessKeySecret, securityToken } = opened.body!.credentials!;
    const first = server.clients({
      accessKeyId: accessKeyId!,
      accessKeySecret: accessKeySecret!,
      securityToken,
    });
    assert.equal((await assume(first, request)).body!.sourceIdentity, 'alice');
    await assume(first, { ...request, sourceIdentity: 'alice' });
    await refused(assume(first, { ...request, sourceIdentity: 'bob' }), 'InvalidParameter', 400);
  });

  test('the length of a chain of sessions is limited', async () => {
    const { server, account, user } = await fresh();
    let clients = user.clients;
    for (let index = 0; index < 16; index++) {
      await makeRole(account, `link-${index}`, { permissions: [mayAssume] });
      clients = server.clients(await session(clients, { roleArn: roleArn(account, `link-${index}`) }));
    }
    await makeRole(account, 'too-far');
    await refused(assume(clients, { roleArn: roleArn(account, 'too-far') }), 'InvalidParameter', 400);
    // A repeated role does not make the token longer: every issuer is named once.
    const again = server.clients(await session(user.clients, { roleArn: roleArn(account, 'link-0') }));
    let repeated = again;
    for (let index = 0; index < 20; index++) {
      repeated = server.clients(await session(repeated, { roleArn: roleArn(account, `link-${index % 2}`) }));
    }
  });

  test("a temporary key is refused without its token, with another's, and with half of it", async () => {
    const { server, account, user } = await fresh();
    await makeRole(account, 'worker', { permissions: [mayListUsers] });
    const request = { roleArn: roleArn(account, 'worker') };
    const key = await session(user.clients, request);
    const other = await session(user.clients, request);
    const withToken = (securityToken: string | undefined) =>
      whoAmI(server.clients({ ...key, securityToken }));
    await refused(withToken(undefined), 'MissingSecurityToken', 400);
    await refused(withToken(other.securityToken), 'InvalidSecurityToken.MismatchWithAccessKey', 400);
    await refused(withToken('CAISnotatoken'), 'InvalidSecurityToken.Malformed', 400);
    await refused(
      whoAmI(server.clients({ ...user.key, securityToken: key.securityToken })),
      'InvalidSecurityToken.MismatchWithAccessKey',
      400,
    );
    await refused(
      whoAmI(server.clients({ ...key, accessKeySecret: other.accessKeySecret })),
      'SignatureDoesNotMatch',
      400,
    );
    await withToken(key.securityToken);
  });

  /** Changes that end sessions. Each is tested on a session that was just used, and so is cached by the server. */
  const endings: Readonly<
    Record<string, (parts: { server: TestServer; account: TestAccount; user: TestUser }) => Promise<unknown>>
  > = {
    'its role is deleted': async ({ account }) => {
      await account.admin.ram.detachPolicyFromRole(
        new ram.DetachPolicyFromRoleRequest({
          roleName: 'last',
          policyName: 'role-last',
          policyType: 'Custom',
        }),
      );
      await account.admin.ram.deleteRole(new ram.DeleteRoleRequest({ roleName: 'last' }));
    },
    'its role is deleted and another made in its name': async (parts) => {
      await endings['its role is deleted']!(parts);
      await makeRole(parts.account, 'last');
      await parts.account.admin.ram.attachPolicyToRole(
        new ram.AttachPolicyToRoleRequest({
          roleName: 'last',
          policyName: 'role-last',
          policyType: 'Custom',
        }),
      );
    },
    'the role in between is deleted': async ({ account }) => {
      await account.admin.ram.detachPolicyFromRole(
        new ram.DetachPolicyFromRoleRequest({
          roleName: 'between',
          policyName: 'role-between',
          policyType: 'Custom',
        }),
      );
      await account.admin.ram.deleteRole(new ram.DeleteRoleRequest({ roleName: 'between' }));
    },
    'the AccessKey that opened it is disabled': ({ account, user }) =>
      account.admin.ram.updateAccessKey(
        new ram.UpdateAccessKeyRequest({
          userName: 'caller',
          userAccessKeyId: user.key.accessKeyId,
          status: 'Inactive',
        }),
      ),
    'the AccessKey that opened it is deleted': ({ account, user }) =>
      account.admin.ram.deleteAccessKey(
        new ram.DeleteAccessKeyRequest({ userName: 'caller', userAccessKeyId: user.key.accessKeyId }),
      ),
    'the user who opened it is deleted': ({ account, user }) =>
      account.admin.ims.deleteUser(new ims.DeleteUserRequest({ userId: user.userId })),
  };

  for (const [what, end] of Object.entries(endings)) {
    test(`a session is over as soon as ${what}`, async () => {
      const { server, account, user } = await fresh();
      await makeRole(account, 'between', { permissions: [mayAssume] });
      await makeRole(account, 'last', {
        trusts: trust(roleArn(account, 'between')),
        permissions: [mayListUsers],
      });
      const between = server.clients(await session(user.clients, { roleArn: roleArn(account, 'between') }));
      const last = server.clients(await session(between, { roleArn: roleArn(account, 'last') }));
      await listUsers(last);
      await end({ server, account, user });
      const isKey = what.startsWith('the AccessKey');
      const code = isKey ? 'InvalidSecurityToken' : 'InvalidAccessKeyId.NotFound';
      await refused(listUsers(last), code, isKey ? 400 : 404);
      await refused(whoAmI(last), code, isKey ? 400 : 404);
    });
  }

  test("a session of another account's role ends with either account", async () => {
    const { server, account, user } = await fresh();
    const other = await server.newAccount();
    await makeRole(other, 'guest', { trusts: trust(wholeAccount(account)), permissions: [mayListUsers] });
    const guest = server.clients(await session(user.clients, { roleArn: roleArn(other, 'guest') }));
    const set = (of: TestAccount, status: 'Active' | 'Disabled') =>
      server.services.store.write((transaction) =>
        setAccountStatus(transaction, of.accountId, status, Date.now()),
      );
    await listUsers(guest);
    await set(account, 'Disabled');
    await refused(listUsers(guest), 'InvalidAccessKeyId.NotFound', 404);
    await set(account, 'Active');
    // It was ended for good.
    await refused(listUsers(guest), 'InvalidAccessKeyId.NotFound', 404);
    const anew = server.clients(await session(user.clients, { roleArn: roleArn(other, 'guest') }));
    await listUsers(anew);
    await set(other, 'Disabled');
    await refused(listUsers(anew), 'InvalidAccessKeyId.NotFound', 404);
  });

  test("a session of another account's role acts in that account only", async () => {
    const { server, account, user } = await fresh();
    const other = await server.newAccount();
    await server.newUser(other, 'theirs');
    await makeRole(other, 'guest', { trusts: trust(wholeAccount(account)), permissions: [mayListUsers] });
    const guest = server.clients(await session(user.clients, { roleArn: roleArn(other, 'guest') }));
    assert.equal((await whoAmI(guest)).accountId, other.accountId);
    const listed = await listUsers(guest);
    assert.deepEqual(
      listed.body!.users!.user!.map((listedUser) => listedUser.userName),
      ['administrator', 'theirs'],
    );
  });

  test('failure 8: unknown roles and roles that do not trust the caller are refused, and told apart with permission only', async () => {
    const { server, account, user } = await fresh();
    const powerless = await makeUser(server, account, 'powerless', mayListUsers);
    const foreign = await server.newAccount();
    const disabled = await server.newAccount();
    const trusting = trust(wholeAccount(account));
    const distrusting = trust(wholeAccount(foreign));
    for (const owner of [account, foreign, disabled]) {
      await makeRole(owner, 'trusting', { trusts: trusting });
      await makeRole(owner, 'elsewhere', {
        trusts: owner === account ? distrusting : trust(wholeAccount(owner)),
      });
      await makeRole(owner, 'one-user', { trusts: trust(`acs:ram::${account.accountId}:user/powerless`) });
      await makeRole(owner, 'conditional', {
        trusts: trust(wholeAccount(account), { IpAddress: { 'acs:SourceIp': '192.0.2.1' } }),
      });
    }
    await server.services.store.write((transaction) =>
      setAccountStatus(transaction, disabled.accountId, 'Disabled', Date.now()),
    );
    const nowhere = { ...foreign, accountId: '1000000000000000' };
    const admitted = new Set([roleArn(account, 'trusting'), roleArn(foreign, 'trusting')]);
    const answers = new Map<string, string[]>();
    for (const owner of [account, foreign, disabled, nowhere]) {
      for (const name of ['trusting', 'elsewhere', 'one-user', 'conditional', 'absent']) {
        const arn = roleArn(owner, name);
        if (admitted.has(arn)) {
          await assume(user.clients, { roleArn: arn });
        } else {
          const isAbsentHere = owner === account && name === 'absent';
          const code = isAbsentHere ? 'EntityNotExist.Role' : 'NoPermission';
          const error = await refused(assume(user.clients, { roleArn: arn }), code, isAbsentHere ? 404 : 403);
          if (!isAbsentHere) note('may', error, arn);
        }
        note('may not', await refused(assume(powerless.clients, { roleArn: arn }), 'NoPermission', 403), arn);
      }
    }
    for (const [who, texts] of answers) assert.equal(new Set(texts).size, 1, `${who}: ${texts.join('\n')}`);
    assert.equal(answers.get('may')!.length, 17);
    assert.equal(answers.get('may not')!.length, 20);

    /** Returns an answer without the names in the request and the request id. */
    function note(who: string, error: Error, arn: string): void {
      const said = error.message
        .replace(arn, 'ROLE')
        .replace(arn.replace('::', ':*:'), 'ROLE')
        .replace(/request id: \S+/, '');
      answers.set(who, [...(answers.get(who) ?? []), said]);
    }
  });

  test('the bounds of a session do not reveal roles that the caller may not assume', async () => {
    const { server, user } = await fresh();
    const foreign = await server.newAccount();
    await makeRole(foreign, 'theirs', { maxSessionDuration: 3600 });
    for (const name of ['theirs', 'absent']) {
      await refused(
        assume(user.clients, { roleArn: roleArn(foreign, name), durationSeconds: 43_200 }),
        'NoPermission',
        403,
      );
    }
  });

  test('a session does not outlive the AccessKey that opened it', async () => {
    const { server, account, user } = await fresh();
    await makeRole(account, 'worker');
    const expires_at = Date.now() + 1_000_000;
    await server.services.store.write(async (transaction) => {
      const { accountId } = account;
      const { accessKeyId } = user.key;
      await transaction.queries
        .updateTable('access_keys')
        .set({ expires_at })
        .where('access_key_id', '=', accessKeyId)
        .execute();
      transaction.changed({ accountId, topic: 'access-key', subject: accessKeyId });
    });
    const opened = await assume(user.clients, { roleArn: roleArn(account, 'worker') });
    const end = Date.parse(opened.body!.credentials!.expiration!);
    assert.equal(end, Math.floor(expires_at / 1000) * 1000);
  });

  test('sessions survive a restart, and expire', async () => {
    let ahead = -600_000;
    const server = await start({ now: () => Date.now() + ahead });
    const { account } = server;
    const user = await makeUser(server, account, 'caller', mayAssume);
    await makeRole(account, 'worker', { permissions: [mayListUsers] });
    const worker = server.clients(
      await session(user.clients, { roleArn: roleArn(account, 'worker'), durationSeconds: 900 }),
    );
    // A client of its own for each call: one that keeps its connection would use it over a restart.
    const ask = () => worker.callRpc('2015-05-01', 'ListUsers');
    await ask();
    await server.restart();
    await ask();
    ahead += 901_000;
    await refused(ask(), 'InvalidSecurityToken.Expired', 400);
    await server.restart();
    await refused(ask(), 'InvalidSecurityToken.Expired', 400);
  });

  test('neither the secret nor the token of a session is stored', async () => {
    const { server, account, user } = await fresh();
    await makeRole(account, 'worker');
    const key = await session(user.clients, { roleArn: roleArn(account, 'worker') });
    await whoAmI(server.clients(key));
    const events = await server.services.store.queries
      .selectFrom('audit_records')
      .selectAll()
      .where('account_id', '=', account.accountId)
      .where('event_name', '=', 'AssumeRole')
      .execute();
    assert.equal(events.length, 1);
    const kept = [...events.map(eventJson), ...server.log].join('\n');
    assert.ok(kept.includes(key.accessKeyId), 'the key that was made is named');
    assert.ok(!kept.includes(key.accessKeySecret));
    assert.ok(!kept.includes(key.securityToken!));
  });
});
