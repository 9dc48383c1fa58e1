/** A console session that acts as a role: `SwitchRole`, `SwitchBack`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeAt, stepAt } from '../src/mfa/one-time-code.ts';
import { Browser } from './browser.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';
const password = 'correct horse 42';
const MINUTE_MS = 60_000;

const policy = (...Statement: readonly object[]) => JSON.stringify({ Version: '1', Statement });
const allow = (Action: string, Resource = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const trust = (principal: string, Condition?: object) =>
  policy({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { RAM: [principal] },
    ...(Condition && { Condition }),
  });

eachServer((_, start) => {
  const began = Date.now();
  let ahead = 0;
  let started: Promise<TestServer> | undefined;

  interface RoleParts {
    readonly in?: TestAccount;
    readonly trusts?: string;
    readonly open?: string;
  }

  async function fresh() {
    ahead = 0;
    started ??= start({ now: () => began + ahead, configuration: { audit: 'strict' } });
    const server = await started;
    const account = await server.newAccount();
    const own = await server.clients(await account.rootKey());
    const alice = await server.newUser(account, 'alice');
    await account.admin.call(IMS, 'CreateLoginProfile', {
      UserPrincipalName: alice.userPrincipalName,
      Password: password,
    });
    const permit = async (PolicyName: string, ...statements: readonly object[]) => {
      await account.admin.callRpc(RAM, 'CreatePolicy', { PolicyName, PolicyDocument: policy(...statements) });
      await account.admin.callRpc(RAM, 'AttachPolicyToUser', {
        UserName: 'alice',
        PolicyName,
        PolicyType: 'Custom',
      });
    };
    await permit('assume', allow('sts:AssumeRole'));
    const role = async (RoleName: string, parts: RoleParts = {}) => {
      const { admin } = parts.in ?? account;
      await admin.callRpc(RAM, 'CreateRole', {
        RoleName,
        AssumeRolePolicyDocument: parts.trusts ?? trust(`acs:ram::${account.accountId}:root`),
        AllowConsoleLogin: parts.open ?? 'true',
      });
      await admin.callRpc(RAM, 'AttachPolicyToRole', {
        RoleName,
        PolicyName: 'AliyunRAMReadOnlyAccess',
        PolicyType: 'System',
      });
    };
    const signedIn = async () => {
      const browser = new Browser(server);
      assert.equal(await browser.signIn(alice.userPrincipalName, password), 'Done');
      return browser;
    };
    const switched = async (RoleName: string, more: Record<string, string> = {}) => {
      const browser = await signedIn();
      await browser.done('StepUp', { Method: 'Password', Password: password });
      await browser.done('SwitchRole', { RoleName, ...more });
      return browser;
    };
    return { server, account, own, alice, permit, role, signedIn, switched };
  }

  const arnOf = async (browser: Browser) =>
    (await browser.done('GetCallerIdentity', {}, { version: STS }))['Arn'];
  const principalOf = async (browser: Browser) =>
    (await browser.done('GetSession'))['Principal'] as Readonly<Record<string, string>>;

  test('it has the permissions of the role and none of the user, until it switches back', async () => {
    const { account, alice, permit, role, switched } = await fresh();
    await role('reader');
    await permit('groups', allow('ram:CreateGroup'));
    const browser = await switched('Reader');
    assert.equal(await arnOf(browser), `acs:ram::${account.accountId}:assumed-role/reader/alice`);
    await browser.done('ListUsers', {}, { version: RAM });
    await browser.refused('CreateGroup', { GroupName: 'g' }, 'NoPermission', 403, { version: RAM });
    const session = await browser.done('GetSession');
    assert.equal((session['SwitchedFrom'] as { UserId: string }).UserId, alice.userId);
    assert.equal(session['RoleEnded'], false);
    assert.equal((await principalOf(browser))['RoleName'], 'reader');
    await browser.done('SwitchBack');
    assert.equal(await arnOf(browser), `acs:ram::${account.accountId}:user/alice`);
    await browser.refused('ListUsers', {}, 'NoPermission', 403, { version: RAM });
    await browser.done('CreateGroup', { GroupName: 'g' }, { version: RAM });
    assert.equal((await browser.done('GetSession'))['SwitchedFrom'], undefined);
    // Nothing to switch back from.
    await browser.done('SwitchBack');
  });

  test('it needs a step-up, the permission of the user, the trust of the role, and AllowConsoleLogin', async () => {
    const { server, account, role, signedIn } = await fresh();
    await role('closed', { open: 'false' });
    await role('open');
    await role('strange', { trusts: trust(`acs:ram::${account.accountId}:user/administrator`) });
    const browser = await signedIn();
    const refused = (RoleName: string, code: string, status: number) =>
      browser.refused('SwitchRole', { RoleName }, code, status);
    await refused('open', 'StepUpRequired', 403);
    await browser.done('StepUp', { Method: 'Password', Password: password });
    await refused('closed', 'Forbidden.RoleConsoleLogin', 403);
    await refused('strange', 'NoPermission', 403);
    await refused('absent', 'EntityNotExist.Role', 404);
    await account.admin.callRpc(RAM, 'DetachPolicyFromUser', {
      UserName: 'alice',
      PolicyName: 'assume',
      PolicyType: 'Custom',
    });
    await refused('open', 'NoPermission', 403);
    assert.equal((await browser.done('GetSession'))['SwitchedFrom'], undefined);
    const root = new Browser(server);
    await root.signIn(account.rootLoginName, account.rootPassword);
    await root.done('ChooseSignInPassword', { NewPassword: password });
    await root.done('StepUp', { Method: 'Password', Password: password });
    await root.refused('SwitchRole', { RoleName: 'open' }, 'NoPermission', 403);
  });

  test('a role of another account is named by id or alias; nothing is told of one that trusts others', async () => {
    const { server, account, role, signedIn } = await fresh();
    const partner = await server.newAccount();
    await partner.admin.call(IMS, 'SetDefaultDomain', {}).catch(() => {});
    await partner.admin.callRpc(RAM, 'SetAccountAlias', { AccountAlias: `p${partner.accountId.slice(-8)}` });
    await role('guest', { in: partner });
    await role('private', { in: partner, trusts: trust(`acs:ram::${partner.accountId}:root`) });
    await role('closed', { in: partner, trusts: trust(`acs:ram::${partner.accountId}:root`), open: 'false' });
    const browser = await signedIn();
    await browser.done('StepUp', { Method: 'Password', Password: password });
    const messages = new Set<string>();
    for (const [RoleAccount, RoleName] of [
      [partner.accountId, 'private'],
      [partner.accountId, 'closed'],
      [partner.accountId, 'absent'],
    ] as const) {
      const { body } = await browser.refused('SwitchRole', { RoleAccount, RoleName }, 'NoPermission', 403);
      messages.add(String(body['Message']).replace(RoleName, 'ROLE'));
    }
    assert.equal(messages.size, 1);
    await browser.refused(
      'SwitchRole',
      { RoleAccount: 'unknown-alias', RoleName: 'guest' },
      'NoPermission',
      403,
    );
    for (const RoleAccount of [partner.accountId, `P${partner.accountId.slice(-8)}`]) {
      const answer = await browser.done('SwitchRole', { RoleAccount, RoleName: 'guest' });
      assert.equal(answer['RoleAccountId'], partner.accountId);
      assert.equal((await principalOf(browser))['AccountId'], partner.accountId);
      const users = await browser.done('ListUsers', {}, { version: RAM });
      assert.ok(!JSON.stringify(users).includes('alice'), 'the users of the other account');
      await browser.done('SwitchBack');
      assert.equal((await principalOf(browser))['AccountId'], account.accountId);
    }
  });

  test('pages that show the user act no more, and pages that show the role not after the way back', async () => {
    const { account, alice, role, signedIn } = await fresh();
    await role('reader');
    const browser = await signedIn();
    const asUser = { headers: { 'x-claviger-principal': `${account.accountId}/${alice.userId}` } };
    await browser.done('StepUp', { Method: 'Password', Password: password }, asUser);
    await browser.done('SwitchRole', { RoleName: 'reader' }, asUser);
    const { RoleId } = await principalOf(browser);
    const asRole = { headers: { 'x-claviger-principal': `${account.accountId}/role/${RoleId}` } };
    for (const action of ['GetSession', 'ListSessions', 'SwitchBack', 'SignOut', 'StepUp']) {
      await browser.refused(action, { Method: 'Password' }, 'OtherPrincipalSignedIn', 409, asUser);
    }
    await browser.refused('ListUsers', {}, 'OtherPrincipalSignedIn', 409, {
      version: RAM,
      headers: { 'x-claviger-principal': `${account.accountId}/${RoleId}` },
    });
    await browser.done('ListUsers', {}, { version: RAM, ...asRole });
    await browser.done('SwitchBack', {}, asRole);
    await browser.refused('ListUsers', {}, 'OtherPrincipalSignedIn', 409, { version: RAM, ...asRole });
    await browser.done('GetSession', {}, asUser);
  });

  test('operations on the user, and another switch, are refused while it acts as a role', async () => {
    const { account, role, switched } = await fresh();
    await role('reader');
    await role('other');
    // What it lacks is not a permission.
    await account.admin.callRpc(RAM, 'AttachPolicyToRole', {
      RoleName: 'reader',
      PolicyName: 'AdministratorAccess',
      PolicyType: 'System',
    });
    const browser = await switched('reader');
    const EndSession = { SessionId: `cs-${'a'.repeat(20)}` };
    await browser.refused('ListSessions', {}, 'SwitchedToRole', 409);
    await browser.refused('EndSession', EndSession, 'SwitchedToRole', 409);
    await browser.refused('SwitchRole', { RoleName: 'other' }, 'SwitchedToRole', 409);
    await browser.refused('BeginPasskeyRegistration', {}, 'SwitchedToRole', 409);
    const change = { OldPassword: password, NewPassword: 'another horse 43' };
    const { status } = await browser.call('ChangePassword', change, { version: RAM });
    assert.ok(status >= 400, 'a role has no password');
    const assume = { RoleArn: 'acs:ram::1:role/x', RoleSessionName: 'chained' };
    assert.ok((await browser.call('AssumeRole', assume, { version: STS })).status >= 400);
    await browser.done('SwitchBack');
    await browser.done('ListSessions');
  });

  test('a step-up stays that of the user, and the second factor stays what it was', async () => {
    const { server, account, alice, role } = await fresh();
    await role('admin');
    await account.admin.callRpc(RAM, 'AttachPolicyToRole', {
      RoleName: 'admin',
      PolicyName: 'AliyunRAMFullAccess',
      PolicyType: 'System',
    });
    const { VirtualMFADevice } = (await account.admin.call(IMS, 'CreateVirtualMFADevice', {
      VirtualMFADeviceName: 'phone',
    })) as { VirtualMFADevice: { SerialNumber: string; Base32StringSeed: string } };
    const code = (of: number) => codeAt(VirtualMFADevice.Base32StringSeed, stepAt(began + ahead) + of);
    await account.admin.call(IMS, 'BindMFADevice', {
      UserPrincipalName: alice.userPrincipalName,
      SerialNumber: VirtualMFADevice.SerialNumber,
      AuthenticationCode1: code(-1),
      AuthenticationCode2: code(0),
    });
    const browser = new Browser(server);
    assert.equal(await browser.signIn(alice.userPrincipalName, password), 'Code');
    await browser.done('VerifySignInCode', { Code: code(1) });
    await browser.done('SwitchRole', { RoleName: 'admin' });
    assert.equal((await browser.done('GetSession'))['MFAPresent'], true);
    await browser.done('CreateUser', { UserName: 'made' }, { version: RAM });
    ahead = 11 * MINUTE_MS;
    const grant = { UserName: 'made', PolicyName: 'AliyunRAMReadOnlyAccess', PolicyType: 'System' };
    await browser.refused('AttachPolicyToUser', grant, 'StepUpRequired', 403, { version: RAM });
    const { StepUpMethods } = await browser.done('GetSession');
    assert.deepEqual(StepUpMethods, ['Code']);
    await browser.done('StepUp', { Method: 'Code', Code: code(0) });
    await browser.done('AttachPolicyToUser', grant, { version: RAM });
  });

  test('it ends with the role, its opening, its duration, and every revocation; then only the way back is open', async () => {
    const ends: Readonly<Record<string, (parts: Awaited<ReturnType<typeof fresh>>) => Promise<unknown>>> = {
      'role deleted': async ({ account }) => {
        await account.admin.callRpc(RAM, 'DetachPolicyFromRole', {
          RoleName: 'reader',
          PolicyName: 'AliyunRAMReadOnlyAccess',
          PolicyType: 'System',
        });
        await account.admin.callRpc(RAM, 'DeleteRole', { RoleName: 'reader' });
      },
      'closed for the console': ({ account }) =>
        account.admin.callRpc(RAM, 'UpdateRole', { RoleName: 'reader', NewAllowConsoleLogin: 'false' }),
      'sessions of the role revoked': ({ own }) =>
        own.callRpc('2026-11-24', 'RevokeSessions', { Target: 'Role', RoleName: 'reader' }),
      'duration over': async () => {
        ahead = 60 * MINUTE_MS;
      },
    };
    for (const [end, happen] of Object.entries(ends)) {
      const parts = await fresh();
      await parts.role('reader');
      const browser = await parts.switched('reader');
      ahead = 30 * MINUTE_MS;
      await browser.done('ListUsers', {}, { version: RAM });
      ahead = 0;
      await happen(parts);
      const answer = await browser.call('ListUsers', {}, { version: RAM });
      assert.equal(answer.code, 'SwitchedRoleEnded', end);
      await browser.refused('CreateGroup', { GroupName: 'g' }, 'SwitchedRoleEnded', 403, { version: RAM });
      const session = await browser.done('GetSession');
      assert.equal(session['RoleEnded'], true, end);
      assert.equal((session['Principal'] as { Type: string }).Type, 'assumed-role');
      await browser.done('SwitchBack');
      assert.match(String(await arnOf(browser)), /user\/alice$/);
    }
  });

  test('it ends with the session of the user', async () => {
    const ends: Readonly<Record<string, (parts: Awaited<ReturnType<typeof fresh>>) => Promise<unknown>>> = {
      'user revoked': ({ own, alice }) =>
        own.callRpc('2026-11-24', 'RevokeSessions', {
          Target: 'User',
          UserPrincipalName: alice.userPrincipalName,
        }),
      'password changed': ({ account, alice }) =>
        account.admin.call(IMS, 'UpdateLoginProfile', {
          UserPrincipalName: alice.userPrincipalName,
          Password: 'another horse 43',
        }),
      'user deleted': ({ account, alice }) =>
        account.admin.call(IMS, 'DeleteUser', { UserPrincipalName: alice.userPrincipalName }),
    };
    for (const [end, happen] of Object.entries(ends)) {
      const parts = await fresh();
      await parts.role('reader');
      const browser = await parts.switched('reader');
      await browser.done('ListUsers', {}, { version: RAM });
      await happen(parts).catch((error: Error) => assert.fail(`${end}: ${error.message}`));
      await browser.refused('ListUsers', {}, 'NotSignedIn', 401, { version: RAM });
      await browser.refused('SwitchBack', {}, 'NotSignedIn', 401);
    }
  });

  test('the permissions of the role, and its conditions, apply at once and to the session', async () => {
    const { account, role, switched } = await fresh();
    await role('mfa', {
      trusts: trust(`acs:ram::${account.accountId}:root`, { Bool: { 'acs:MFAPresent': 'true' } }),
    });
    await role('reader');
    const browser = await switched('reader');
    await account.admin.callRpc(RAM, 'DetachPolicyFromRole', {
      RoleName: 'reader',
      PolicyName: 'AliyunRAMReadOnlyAccess',
      PolicyType: 'System',
    });
    await browser.refused('ListUsers', {}, 'NoPermission', 403, { version: RAM });
    await browser.done('SwitchBack');
    await browser.refused('SwitchRole', { RoleName: 'mfa' }, 'NoPermission', 403);
  });

  test('both ways are audited as the user, and what is done between them as the role', async () => {
    const { own, role, switched } = await fresh();
    await role('reader');
    const browser = await switched('reader');
    await browser.done('ListGroups', {}, { version: RAM });
    await browser.done('SwitchBack');
    const { Events } = (await own.callRpc('2020-07-06', 'LookupEvents', { MaxResults: '50' })) as {
      Events: { eventName: string; userIdentity: { type: string; userName: string } }[];
    };
    const who = (name: string) => {
      const found = Events.filter(({ eventName }) => eventName === name);
      return found.map(({ userIdentity: { type, userName } }) => `${type} ${userName}`);
    };
    assert.deepEqual(who('SwitchRole'), ['ram-user alice']);
    assert.deepEqual(who('SwitchBack'), ['ram-user alice']);
    assert.deepEqual(who('ListGroups'), ['assumed-role reader:alice']);
    assert.match(JSON.stringify(Events.find(({ eventName }) => eventName === 'SwitchRole')), /"reader"/);
  });
});
