import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import { operatorScope } from '../src/accounts/create-account.ts';
import { DAY_MS } from '../src/context/limits.ts';
import { noteSignIn, verifySignIn } from '../src/passwords/verify-sign-in.ts';
import { eachServer, refused, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const HOUR_MS = 60 * 60 * 1000;
const password = 'correct horse 42';

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const freshUser = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    const { admin } = account;
    const { services } = server;
    const alice = await server.newUser(account, 'alice');
    const name = alice.userPrincipalName;
    const now = Date.now();
    await admin.ims.createLoginProfile(
      new ims.CreateLoginProfileRequest({ userPrincipalName: name, password }),
    );
    const known = (await services.accounts.get(account.accountId))!;
    /** Returns `in` for a successful sign-in, else the reason of its refusal. */
    const signIn = async (given = password, when = now, userName = 'alice') => {
      const outcome = await verifySignIn(services, known, { by: 'name', userName }, 'test', given, when);
      return outcome.verified ? 'in' : outcome.reason;
    };
    const verified = async (when = now) => {
      const outcome = await verifySignIn(
        services,
        known,
        { by: 'name', userName: 'alice' },
        'test',
        password,
        when,
      );
      assert.ok(outcome.verified);
      return outcome;
    };
    const note = (when: number) =>
      services.store.write(async (transaction) =>
        noteSignIn(await operatorScope(services, transaction, account.accountId, when), alice.userId),
      );
    const setPolicy = (policy: Record<string, string>) => admin.call(IMS, 'SetPasswordPolicy', policy);
    const update = (fields: Record<string, string>) =>
      admin.call(IMS, 'UpdateLoginProfile', { UserPrincipalName: name, ...fields });
    const read = async () =>
      (await admin.call(IMS, 'GetLoginProfile', { UserPrincipalName: name }))['LoginProfile'] as Record<
        string,
        unknown
      >;
    return { server, account, admin, alice, name, now, signIn, verified, note, setPolicy, update, read };
  };

  test('a user signs in with its password, by its name in any case', async () => {
    const { signIn, alice, verified, now } = await freshUser();
    assert.equal(await signIn(), 'in');
    assert.equal(await signIn(password, now, 'ALICE'), 'in');
    const outcome = await verified();
    assert.equal(outcome.user.user_id, alice.userId);
    assert.deepEqual([outcome.passwordMustChange, outcome.mfaRequired], [false, false]);
  });

  test('a wrong password, an unknown user and one without a profile are refused alike', async () => {
    const { server, account, admin, signIn, now, name } = await freshUser();
    await server.newUser(account, 'bob');
    assert.equal(await signIn('wrong horse 42'), 'Wrong');
    assert.equal(await signIn(password, now, 'absent'), 'Wrong');
    assert.equal(await signIn(password, now, 'bob'), 'Wrong');
    await admin.call(IMS, 'DeleteUser', { UserPrincipalName: name });
    assert.equal(await signIn(), 'Wrong');
  });

  test('a changed password takes effect at once', async () => {
    const { signIn, update } = await freshUser();
    await update({ Password: 'another horse 42' });
    assert.equal(await signIn(), 'Wrong');
    assert.equal(await signIn('another horse 42'), 'in');
  });

  test('consecutive wrong passwords lock sign-in for an hour, also for the right one', async () => {
    const { signIn, setPolicy, now } = await freshUser();
    await setPolicy({ MaxLoginAttemps: '3' });
    for (let n = 0; n < 3; n++) assert.equal(await signIn('wrong horse 42'), 'Wrong');
    assert.equal(await signIn(), 'Locked');
    assert.equal(await signIn(password, now + HOUR_MS - 1), 'Locked');
    assert.equal(await signIn(password, now + HOUR_MS), 'in');
  });

  test('after a lock the count begins anew', async () => {
    const { signIn, setPolicy, now } = await freshUser();
    await setPolicy({ MaxLoginAttemps: '2' });
    for (let n = 0; n < 2; n++) await signIn('wrong horse 42');
    assert.equal(await signIn('wrong horse 42', now + HOUR_MS), 'Wrong');
    assert.equal(await signIn(password, now + HOUR_MS), 'in');
  });

  test('the last allowed attempt may be the right one, and a right one resets the count', async () => {
    const { signIn, setPolicy } = await freshUser();
    await setPolicy({ MaxLoginAttemps: '3' });
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 2; n++) assert.equal(await signIn('wrong horse 42'), 'Wrong');
      assert.equal(await signIn(), 'in');
    }
  });

  test('concurrent attempts get no more tries than the policy allows', async () => {
    const { signIn, setPolicy } = await freshUser();
    await setPolicy({ MaxLoginAttemps: '3' });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => signIn('wrong horse 42')));
    assert.equal(outcomes.filter((outcome) => outcome === 'Wrong').length, 3);
    assert.equal(outcomes.filter((outcome) => outcome === 'Locked').length, 5);
  });

  test('without a limit no user is locked', async () => {
    const { signIn, setPolicy } = await freshUser();
    await setPolicy({ MaxLoginAttemps: '0' });
    for (let n = 0; n < 8; n++) assert.equal(await signIn('wrong horse 42'), 'Wrong');
    assert.equal(await signIn(), 'in');
  });

  test('while sign-in is locked the user cannot change the password; an administrator can, and unlocks it', async () => {
    const { alice, signIn, setPolicy, update } = await freshUser();
    await setPolicy({ MaxLoginAttemps: '1' });
    await signIn('wrong horse 42', Date.now());
    const change = alice.clients.ims.changePassword(
      new ims.ChangePasswordRequest({ oldPassword: password, newPassword: 'another horse 42' }),
    );
    await refused(change, 'Inactive', 403);
    await update({ Password: 'another horse 42' });
    assert.equal(await signIn('another horse 42'), 'in');
  });

  test('a disabled profile is revealed only with the right password', async () => {
    const { signIn, update } = await freshUser();
    await update({ Status: 'Inactive' });
    assert.equal(await signIn('wrong horse 42'), 'Wrong');
    assert.equal(await signIn(), 'Disabled');
    await update({ Status: 'Active' });
    assert.equal(await signIn(), 'in');
  });

  test('an expired password has to be changed; with HardExpire it does not sign in', async () => {
    const { signIn, verified, note, setPolicy, now } = await freshUser();
    await note(now);
    await setPolicy({ MaxPasswordAge: '30' });
    assert.equal((await verified(now + 29 * DAY_MS)).passwordMustChange, false);
    assert.equal((await verified(now + 31 * DAY_MS)).passwordMustChange, true);
    await setPolicy({ MaxPasswordAge: '30', HardExpire: 'true' });
    assert.equal(await signIn(password, now + 29 * DAY_MS), 'in');
    assert.equal(await signIn(password, now + 31 * DAY_MS), 'PasswordExpired');
  });

  test('an initial password has to be used in time', async () => {
    const { signIn, note, setPolicy, now, read } = await freshUser();
    assert.equal(await signIn(password, now + 13 * DAY_MS), 'in');
    assert.equal(await signIn(password, now + 15 * DAY_MS), 'InitialPasswordExpired');
    await setPolicy({ InitialPasswordAge: '0' });
    assert.equal(await signIn(password, now + 15 * DAY_MS), 'in');
    await setPolicy({});
    await note(now + 10 * DAY_MS);
    assert.equal((await read())['PasswordStatus'], 'NotInitial');
    assert.equal(await signIn(password, now + 15 * DAY_MS), 'in');
  });

  test('sign-in reports the requirements of profile and account: a new password, an MFA device', async () => {
    const { admin, verified, update } = await freshUser();
    await update({ PasswordResetRequired: 'true' });
    assert.equal((await verified()).passwordMustChange, true);
    await update({ MFABindRequired: 'true', PasswordResetRequired: 'false' });
    assert.equal((await verified()).mfaRequired, true);
    await update({ MFABindRequired: 'false' });
    assert.equal((await verified()).mfaRequired, false);
    await admin.call(IMS, 'SetSecurityPreference', { MFAOperationForLogin: 'mandatory' });
    assert.equal((await verified()).mfaRequired, true);
  });

  test('a user without a sign-in for the days that the account allows is disabled, until an administrator enables it', async () => {
    const { server, alice, admin, signIn, setPolicy, note, update, read, now } = await freshUser();
    await admin.call(IMS, 'SetSecurityPreference', { MaxIdleDaysForUsers: '90' });
    await setPolicy({ InitialPasswordAge: '0' });
    assert.equal(await signIn(password, now + 89 * DAY_MS), 'in');
    assert.equal(await signIn(password, now + 91 * DAY_MS), 'Disabled');
    await note(now + 80 * DAY_MS);
    assert.equal(await signIn(password, now + 91 * DAY_MS), 'in');
    assert.match((await read())['LastLoginTime'] as string, /Z$/);
    // A year ago, by the server's clock.
    await note(now - 365 * DAY_MS);
    await server.services.store.write(async ({ queries }) => {
      await queries
        .updateTable('login_profiles')
        .set({ enabled_at: now - 366 * DAY_MS })
        .where('user_id', '=', alice.userId)
        .execute();
    });
    assert.equal((await read())['Status'], 'Inactive');
    assert.equal(await signIn(), 'Disabled');
    await update({ Status: 'Active' });
    assert.equal((await read())['Status'], 'Active');
    assert.equal(await signIn(), 'in');
  });
});
