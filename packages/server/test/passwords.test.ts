import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { DAY_MS } from '../src/context/limits.ts';
import { purgeRecycleBins } from '../src/recycle-bin/purge.ts';
import { passwordPolicies } from '../src/store/migrations/0011-password-policies.ts';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer, type TestServerOptions } from './server.ts';

const IMS = '2019-08-15';
const tooWeak = 'InvalidParameter.Password.TooWeak';
const password = 'correct horse 42';

const create = async (clients: Clients, userPrincipalName: string, fields = {}) => {
  const request = new ims.CreateLoginProfileRequest({ userPrincipalName, password, ...fields });
  return (await clients.ims.createLoginProfile(request)).body!.loginProfile!;
};

const update = async (clients: Clients, userPrincipalName: string, fields: Record<string, unknown>) => {
  const request = new ims.UpdateLoginProfileRequest({ userPrincipalName, ...fields });
  return (await clients.ims.updateLoginProfile(request)).body!.loginProfile!;
};

const read = async (clients: Clients, userPrincipalName: string) => {
  const body = await clients.call(IMS, 'GetLoginProfile', { UserPrincipalName: userPrincipalName });
  return body['LoginProfile'] as Record<string, unknown>;
};

const remove = (clients: Clients, userPrincipalName: string) =>
  clients.ims.deleteLoginProfile(new ims.DeleteLoginProfileRequest({ userPrincipalName }));

const change = (clients: Clients, oldPassword: string, newPassword: string) =>
  clients.ims.changePassword(new ims.ChangePasswordRequest({ oldPassword, newPassword }));

const changeRam = (clients: Clients, oldPassword: string, newPassword: string) =>
  clients.ram.changePassword(new ram.ChangePasswordRequest({ oldPassword, newPassword }));

const createRam = (clients: Clients, fields: Record<string, unknown>) =>
  clients.ram.createLoginProfile(new ram.CreateLoginProfileRequest(fields));

const readRam = async (clients: Clients, userName: string) => {
  const request = new ram.GetLoginProfileRequest({ userName });
  return (await clients.ram.getLoginProfile(request)).body!.loginProfile!;
};

const setPolicy = async (clients: Clients, policy: Record<string, string> = {}) =>
  (await clients.call(IMS, 'SetPasswordPolicy', policy))['PasswordPolicy'] as Record<string, unknown>;

const getPolicy = async (clients: Clients) =>
  (await clients.call(IMS, 'GetPasswordPolicy'))['PasswordPolicy'] as Record<string, unknown>;

const setPolicyRam = async (clients: Clients, policy: Record<string, unknown> = {}) => {
  const { body } = await clients.ram.setPasswordPolicy(new ram.SetPasswordPolicyRequest(policy));
  return JSON.parse(JSON.stringify(body!.passwordPolicy)) as Record<string, unknown>;
};

const defaults = {
  HardExpire: false,
  InitialPasswordAge: 14,
  InterceptRiskPasswordOnApi: true,
  MaxLoginAttemps: 5,
  MaxPasswordAge: 0,
  MinimumPasswordDifferentCharacter: 0,
  MinimumPasswordLength: 8,
  PasswordNotContainUserName: false,
  PasswordReusePrevention: 0,
  RequireLowercaseCharacters: false,
  RequireNumbers: false,
  RequireSymbols: false,
  RequireUppercaseCharacters: false,
};

const hashesOf = async (server: TestServer, userId: string) =>
  (
    await server.services.store.queries
      .selectFrom('password_history')
      .select('password_hash')
      .where('user_id', '=', userId)
      .execute()
  ).map((row) => row.password_hash);

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
  const freshAccount = async (options?: TestServerOptions) => {
    started ??= start();
    const server = await (options === undefined ? started : start(options));
    const account = await server.newAccount();
    const alice = await server.newUser(account, 'alice');
    return { server, account, admin: account.admin, alice, name: alice.userPrincipalName };
  };

  test('a login profile is created, read, updated and deleted', async () => {
    const { admin, name } = await freshAccount();
    const made = await create(admin, name);
    assert.deepEqual(
      [made.userPrincipalName, made.status, made.MFABindRequired, made.passwordResetRequired],
      [name, 'Active', false, false],
    );
    const profile = await read(admin, name);
    assert.match(profile['UpdateDate'] as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(profile, {
      UserPrincipalName: name,
      Status: 'Active',
      PasswordResetRequired: false,
      MFABindRequired: false,
      PasswordStatus: 'InitialValid',
      AutoDisableLoginStatus: 'true',
      LastLoginTime: '',
      UpdateDate: profile['UpdateDate'],
    });
    const changed = await update(admin, name, { MFABindRequired: true, status: 'Inactive' });
    assert.deepEqual(
      [changed.MFABindRequired, changed.status, changed.passwordResetRequired],
      [true, 'Inactive', false],
    );
    assert.equal(changed.autoDisableLoginStatus, 'true');
    assert.partialDeepStrictEqual(await read(admin, name), {
      MFABindRequired: true,
      Status: 'Inactive',
      PasswordStatus: 'InitialValid',
    });
    await remove(admin, name);
    await refused(read(admin, name), 'EntityNotExist.User.LoginProfile', 404);
    await refused(remove(admin, name), 'EntityNotExist.User.LoginProfile', 404);
    await refused(update(admin, name, {}), 'EntityNotExist.User.LoginProfile', 404);
  });

  test('RAM has the same profile, with its creation time', async () => {
    const { admin, name } = await freshAccount();
    const made = await createRam(admin, { userName: 'alice', password, MFABindRequired: true });
    const { createDate } = made.body!.loginProfile!;
    assert.match(createDate!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(JSON.parse(JSON.stringify(await readRam(admin, 'alice'))), {
      userName: 'alice',
      createDate,
      MFABindRequired: true,
      passwordResetRequired: false,
    });
    await admin.ram.updateLoginProfile(
      new ram.UpdateLoginProfileRequest({ userName: 'alice', passwordResetRequired: true }),
    );
    assert.partialDeepStrictEqual(await read(admin, name), {
      MFABindRequired: true,
      PasswordResetRequired: true,
      Status: 'Active',
    });
    await admin.ram.deleteLoginProfile(new ram.DeleteLoginProfileRequest({ userName: 'alice' }));
    await refused(readRam(admin, 'alice'), 'EntityNotExist.User.LoginProfile', 404);
    const again = new ram.DeleteLoginProfileRequest({ userName: 'alice' });
    await refused(admin.ram.deleteLoginProfile(again), 'EntityNotExist.User.LoginProfile', 404);
    const later = new ram.UpdateLoginProfileRequest({ userName: 'alice' });
    await refused(admin.ram.updateLoginProfile(later), 'EntityNotExist.User.LoginProfile', 404);
  });

  test('a user has one login profile, and an unknown user none', async () => {
    const { account, admin, name } = await freshAccount();
    await create(admin, name);
    await refused(create(admin, name), 'EntityAlreadyExists.User.LoginProfile', 409);
    await refused(
      createRam(admin, { userName: 'alice', password }),
      'EntityAlreadyExists.User.LoginProfile',
      409,
    );
    const absent = `absent@${account.domain}`;
    await refused(create(admin, absent), 'EntityNotExist.User', 404);
    await refused(read(admin, absent), 'EntityNotExist.User', 404);
    await refused(update(admin, absent, {}), 'EntityNotExist.User', 404);
    await refused(remove(admin, absent), 'EntityNotExist.User', 404);
    await refused(createRam(admin, { userName: 'absent', password }), 'EntityNotExist.User', 404);
    await refused(readRam(admin, 'absent'), 'EntityNotExist.User', 404);
  });

  test('malformed requests are refused by parameter', async () => {
    const { admin, name } = await freshAccount();
    await refused(admin.call(IMS, 'CreateLoginProfile'), 'MissingUserPrincipalName', 400);
    await refused(createRam(admin, { userName: 'alice' }), 'MissingPassword', 400);
    await refused(createRam(admin, { password }), 'MissingUserName', 400);
    await refused(create(admin, name, { status: 'Off' }), 'InvalidParameter.Status.Format', 400);
    await refused(
      create(admin, name, { password: 'aA1!'.repeat(33) }),
      'InvalidParameter.Password.Length',
      400,
    );
    await refused(
      create(admin, name, { password: 'correct\u0007horse 42' }),
      'InvalidParameter.Password.InvalidChars',
      400,
    );
    await refused(admin.call(IMS, 'ChangePassword', { OldPassword: 'x' }), 'MissingNewPassword', 400);
  });

  test('IMS creates a profile without a password, which RAM cannot', async () => {
    const { admin, alice, name } = await freshAccount();
    const request = new ims.CreateLoginProfileRequest({ userPrincipalName: name });
    await admin.ims.createLoginProfile(request);
    assert.equal((await read(admin, name))['PasswordStatus'], 'NotInitial');
    await refused(change(alice.clients, '', 'something new 1'), 'MissingOldPassword', 400);
    await refused(
      change(alice.clients, 'something old 1', 'something new 1'),
      'InvalidParameter.OldPassword',
      400,
    );
  });

  test('an initial password is the one that sign-in was enabled with', async () => {
    const { admin, name } = await freshAccount();
    const status = async () => (await read(admin, name))['PasswordStatus'];
    await create(admin, name);
    assert.equal(await status(), 'InitialValid');
    await update(admin, name, { password: 'another horse 42' });
    assert.equal(await status(), 'NotInitial');
    await update(admin, name, { status: 'Inactive' });
    await update(admin, name, { status: 'Active', password: 'a third horse 42' });
    assert.equal(await status(), 'InitialValid');
  });

  test('a new account has the same defaults in both APIs', async () => {
    const { admin } = await freshAccount();
    assert.deepEqual(await getPolicy(admin), defaults);
    const { body } = await admin.ram.getPasswordPolicy();
    assert.deepEqual(JSON.parse(JSON.stringify(body!.passwordPolicy)), {
      hardExpiry: false,
      maxLoginAttemps: 5,
      maxPasswordAge: 0,
      minimumPasswordLength: 8,
      passwordReusePrevention: 0,
      requireLowercaseCharacters: false,
      requireNumbers: false,
      requireSymbols: false,
      requireUppercaseCharacters: false,
    });
  });

  test('an account that is older than the defaults keeps its policy', async () => {
    const [untouched, stricter] = [await freshAccount(), await freshAccount()];
    await setPolicy(stricter.admin, { MaxLoginAttemps: '3', MinimumPasswordLength: '12' });
    const { store } = stricter.server.services;
    await store.write(({ queries }) => passwordPolicies.up(queries as never, store.kind));
    const older = { InterceptRiskPasswordOnApi: false, MaxLoginAttemps: 0 };
    assert.deepEqual(await getPolicy(untouched.admin), { ...defaults, ...older });
    assert.deepEqual(await getPolicy(stricter.admin), {
      ...defaults,
      InterceptRiskPasswordOnApi: false,
      MaxLoginAttemps: 3,
      MinimumPasswordLength: 12,
    });
    assert.deepEqual(await getPolicy((await freshAccount()).admin), defaults);
  });

  test('a well-known password is refused by a new account, and five wrong ones lock', async () => {
    const { admin, server, account } = await freshAccount();
    const user = await server.newUser(account, 'guessed');
    const profile = { UserPrincipalName: user.userPrincipalName };
    for (const Password of ['Password1', 'Liverpool1', 'qwer1234']) {
      await refused(
        admin.call(IMS, 'CreateLoginProfile', { ...profile, Password }),
        'InvalidParameter.Password.TooWeak',
        400,
      );
    }
    await admin.call(IMS, 'CreateLoginProfile', { ...profile, Password: 'correct horse 42' });
    const change = (OldPassword: string) =>
      user.clients.call(IMS, 'ChangePassword', { OldPassword, NewPassword: 'another horse 42' });
    for (let guess = 0; guess < 5; guess++) {
      await refused(change(`wrong horse ${guess}`), 'InvalidParameter.OldPassword', 400);
    }
    await refused(change('correct horse 42'), 'Inactive', 403);
  });

  test('a policy keeps the settings that are left out', async () => {
    const { admin } = await freshAccount();
    const changed = {
      HardExpire: 'true',
      InitialPasswordAge: '90',
      InterceptRiskPasswordOnApi: 'false',
      MaxLoginAttemps: '32',
      MaxPasswordAge: '1095',
      MinimumPasswordDifferentCharacter: '8',
      MinimumPasswordLength: '32',
      PasswordNotContainUserName: 'true',
      PasswordReusePrevention: '24',
      RequireLowercaseCharacters: 'true',
      RequireNumbers: 'true',
      RequireSymbols: 'true',
      RequireUppercaseCharacters: 'true',
    };
    const expected = Object.fromEntries(
      Object.entries(changed).map(([key, value]) => [key, JSON.parse(value) as unknown]),
    );
    assert.deepEqual(await setPolicy(admin, changed), expected);
    assert.deepEqual(await getPolicy(admin), expected);
    assert.deepEqual(await setPolicy(admin, { MinimumPasswordLength: '10' }), {
      ...expected,
      MinimumPasswordLength: 10,
    });
  });

  test('RAM sets its fields of the policy, and keeps those that only IMS has', async () => {
    const { admin } = await freshAccount();
    await setPolicy(admin, {
      PasswordNotContainUserName: 'true',
      InitialPasswordAge: '7',
      MinimumPasswordLength: '12',
    });
    const answered = await setPolicyRam(admin, { hardExpiry: true, maxLoginAttemps: 7 });
    assert.partialDeepStrictEqual(answered, {
      hardExpiry: true,
      maxLoginAttemps: 7,
      minimumPasswordLength: 12,
    });
    assert.deepEqual(await getPolicy(admin), {
      ...defaults,
      MinimumPasswordLength: 12,
      HardExpire: true,
      MaxLoginAttemps: 7,
      PasswordNotContainUserName: true,
      InitialPasswordAge: 7,
    });
  });

  test('values that RAM does not offer are refused, and nothing changes', async () => {
    const { admin } = await freshAccount();
    const cases: Record<string, readonly [string, string]> = {
      InitialPasswordAge: ['-1', '91'],
      MaxLoginAttemps: ['-1', '33'],
      MaxPasswordAge: ['-1', '1096'],
      MinimumPasswordDifferentCharacter: ['-1', '9'],
      MinimumPasswordLength: ['7', '33'],
      PasswordReusePrevention: ['-1', '25'],
    };
    for (const [parameter, values] of Object.entries(cases)) {
      for (const value of values) {
        const set = setPolicy(admin, { RequireNumbers: 'true', [parameter]: value });
        await refused(set, `InvalidParameter.${parameter}.Range`, 400);
      }
    }
    await refused(
      setPolicyRam(admin, { minimumPasswordLength: 7 }),
      'InvalidParameter.MinimumPasswordLength.Range',
      400,
    );
    await refused(setPolicy(admin, { HardExpire: 'maybe' }), 'InvalidParameter.HardExpire.Format', 400);
    assert.deepEqual(await getPolicy(admin), defaults);
  });

  test('the policy of one account does not affect another, and reading it needs permission', async () => {
    const { server, admin, alice } = await freshAccount();
    const other = await server.newAccount();
    await setPolicy(admin, { MinimumPasswordLength: '20' });
    assert.deepEqual(await getPolicy(other.admin), defaults);
    await refused(getPolicy(alice.clients), 'NoPermission', 403);
    await refused(setPolicy(alice.clients), 'NoPermission', 403);
    await refused(setPolicyRam(alice.clients), 'NoPermission', 403);
    await refused(alice.clients.ram.getPasswordPolicy(), 'NoPermission', 403);
  });

  test('every operation that sets a password applies the policy, and its refusal does not contain the password', async () => {
    const { admin, alice, name } = await freshAccount();
    await setPolicy(admin, { MinimumPasswordLength: '12', RequireSymbols: 'true' });
    const weak = 'weakest4dinner';
    const ways = [
      () => create(admin, name, { password: weak }),
      () => createRam(admin, { userName: 'alice', password: weak }),
    ];
    for (const way of ways) {
      const error = await refused(way(), tooWeak, 400);
      assert.match(error.message, /symbol/);
      assert.ok(!error.message.includes(weak));
    }
    await refused(read(admin, name), 'EntityNotExist.User.LoginProfile', 404);
    await create(admin, name);
    const later = [
      () => update(admin, name, { password: weak }),
      () =>
        admin.ram.updateLoginProfile(
          new ram.UpdateLoginProfileRequest({ userName: 'alice', password: weak }),
        ),
      () => change(alice.clients, password, weak),
      () => changeRam(alice.clients, password, weak),
    ];
    for (const way of later) await refused(way(), tooWeak, 400);
    await change(alice.clients, password, 'another horse 42');
  });

  test('the latest passwords cannot be reused, also not by deleting the profile in between', async () => {
    const { admin, alice, name } = await freshAccount();
    await setPolicy(admin, { PasswordReusePrevention: '2' });
    await create(admin, name, { password: 'first horse 1' });
    await refused(update(admin, name, { password: 'first horse 1' }), tooWeak, 400);
    await change(alice.clients, 'first horse 1', 'second horse 2');
    await refused(change(alice.clients, 'second horse 2', 'first horse 1'), tooWeak, 400);
    await remove(admin, name);
    await refused(create(admin, name, { password: 'first horse 1' }), tooWeak, 400);
    await create(admin, name, { password: 'third horse 3' });
    // Two came after it.
    await update(admin, name, { password: 'first horse 1' });
    await setPolicy(admin, { PasswordReusePrevention: '0' });
    await update(admin, name, { password: 'first horse 1' });
  });

  test('24 passwords are remembered', async () => {
    const { server, admin, alice, name } = await freshAccount();
    await setPolicy(admin, { PasswordReusePrevention: '24' });
    await create(admin, name, { password: 'horse number 0' });
    for (let n = 1; n <= 23; n++) await update(admin, name, { password: `horse number ${n}` });
    await refused(update(admin, name, { password: 'horse number 0' }), tooWeak, 400);
    await update(admin, name, { password: 'horse number 24' });
    assert.equal((await hashesOf(server, alice.userId)).length, 24);
    await update(admin, name, { password: 'horse number 0' });
  });

  test('users change their own password by default, with the present one', async () => {
    const { admin, alice, name } = await freshAccount();
    await refused(
      change(alice.clients, password, 'another horse 42'),
      'EntityNotExist.User.LoginProfile',
      404,
    );
    await create(admin, name, { passwordResetRequired: true });
    await refused(change(alice.clients, 'wrong horse 42', 'x horse 42'), 'InvalidParameter.OldPassword', 400);
    await refused(
      changeRam(alice.clients, 'wrong horse 42', 'x horse 42'),
      'InvalidParameter.OldPassword',
      400,
    );
    await change(alice.clients, password, 'another horse 42');
    assert.partialDeepStrictEqual(await read(admin, name), {
      PasswordResetRequired: false,
      PasswordStatus: 'NotInitial',
    });
    await refused(change(alice.clients, password, 'a third horse 42'), 'InvalidParameter.OldPassword', 400);
    await changeRam(alice.clients, 'another horse 42', 'a third horse 42');
    await update(admin, name, { status: 'Inactive' });
    await refused(change(alice.clients, 'a third horse 42', password), 'Inactive', 403);
  });

  test('the account setting, and an explicit Deny, remove the default', async () => {
    const { server, account, admin, alice, name } = await freshAccount();
    await create(admin, name);
    await admin.call(IMS, 'SetSecurityPreference', { AllowUserToChangePassword: 'false' });
    await refused(change(alice.clients, password, 'another horse 42'), 'NoPermission', 403);
    await refused(changeRam(alice.clients, password, 'another horse 42'), 'NoPermission', 403);
    await admin.call(IMS, 'SetSecurityPreference', { AllowUserToChangePassword: 'true' });
    await change(alice.clients, password, 'another horse 42');
    await attach(account, 'alice', { Effect: 'Deny', Action: 'ram:ChangePassword', Resource: '*' });
    const denied = await refused(change(alice.clients, 'another horse 42', password), 'NoPermission', 403);
    assert.equal(denied.accessDeniedDetail!['NoPermissionType'], 'ExplicitDeny');
    const bob = await server.newUser(account, 'bob');
    await refused(update(bob.clients, name, { password }), 'NoPermission', 403);
    await refused(create(bob.clients, bob.userPrincipalName), 'NoPermission', 403);
  });

  test('only a RAM user has a password of its own to change', async () => {
    const { server, account } = await freshAccount();
    const root = server.clients(await account.rootKey());
    await refused(change(root, password, 'another horse 42'), 'NoPermission', 403);
    await refused(changeRam(root, password, 'another horse 42'), 'NoPermission', 403);
  });

  test('no record, log or answer contains a password, and the database its hash only', async () => {
    const options = { productionPasswordCost: true };
    const { server, account, admin, alice, name } = await freshAccount(options);
    await create(admin, name);
    await change(alice.clients, password, 'another horse 42');
    await createRam(admin, { userName: 'absent', password }).catch(() => {});
    const events = await server.services.store.queries
      .selectFrom('audit_records')
      .selectAll()
      .where('account_id', '=', account.accountId)
      .execute();
    assert.ok(events.some((event) => event.event_name === 'ChangePassword'));
    const hashes = await hashesOf(server, alice.userId);
    assert.equal(hashes.length, 2);
    for (const hash of hashes) assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    for (const text of [...server.log, ...hashes, JSON.stringify(events)]) {
      assert.ok(!text.includes('horse'), text);
    }
  });

  test('two users with the same password have different hashes', async () => {
    const { server, account, admin, alice, name } = await freshAccount();
    const bob = await server.newUser(account, 'bob');
    await create(admin, name);
    await create(admin, bob.userPrincipalName);
    assert.notDeepEqual(await hashesOf(server, alice.userId), await hashesOf(server, bob.userId));
  });

  test('RAM does not delete a user with a login profile; IMS deletes both', async () => {
    const { server, admin, alice, name } = await freshAccount();
    await create(admin, name);
    await admin.ram.deleteAccessKey(
      new ram.DeleteAccessKeyRequest({ userName: 'alice', userAccessKeyId: alice.key.accessKeyId }),
    );
    const request = new ram.DeleteUserRequest({ userName: 'alice' });
    await refused(admin.ram.deleteUser(request), 'DeleteConflict.User.LoginProfile', 409);
    await admin.ims.deleteUser(new ims.DeleteUserRequest({ userId: alice.userId }));
    await refused(read(admin, name), 'EntityNotExist.User', 404);
    await admin.ims.restoreUserFromRecycleBin(
      new ims.RestoreUserFromRecycleBinRequest({ userId: alice.userId }),
    );
    assert.equal((await read(admin, name))['Status'], 'Active');
    await admin.ims.deleteUser(new ims.DeleteUserRequest({ userId: alice.userId }));
    await purgeRecycleBins(server.services, Date.now() + 31 * DAY_MS);
    assert.deepEqual(await hashesOf(server, alice.userId), []);
  });

  test('the profiles of another account cannot be found', async () => {
    const { server, admin, name } = await freshAccount();
    await create(admin, name);
    const other = await server.newAccount();
    await server.newUser(other, 'alice');
    await refused(read(other.admin, name), 'EntityNotExist.User', 404);
    await refused(readRam(other.admin, 'alice'), 'EntityNotExist.User.LoginProfile', 404);
  });
});
