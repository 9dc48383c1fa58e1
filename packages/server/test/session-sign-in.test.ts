import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setAccountStatus } from '../src/accounts/create-account.ts';
import { eventJson, eventOf } from '../src/audit/stored-event.ts';
import { codeAt, stepAt } from '../src/mfa/one-time-code.ts';
import { Browser } from './browser.ts';
import { eachServer, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const password = 'correct horse 42';
const minute = 60 * 1000;
const hour = 60 * minute;

eachServer((_, start) => {
  /** Clock of the server: it stands still, so that codes stay valid during a test, and is moved by `ahead`. */
  const began = Date.now();
  let ahead = 0;
  let started: Promise<TestServer> | undefined;
  const fresh = async () => {
    ahead = 0;
    started ??= start({ now: () => began + ahead, configuration: { audit: 'strict' } });
    const server = await started;
    const account = await server.newAccount();
    const { admin } = account;
    const alice = await server.newUser(account, 'alice');
    const name = alice.userPrincipalName;
    const ims = (action: string, fields: Record<string, string> = {}) => admin.call(IMS, action, fields);
    await ims('CreateLoginProfile', { UserPrincipalName: name, Password: password });
    const browser = new Browser(server);
    /** Returns the code of a step relative to now, by the server's clock. */
    const code = (seed: string, of = 0) => codeAt(seed, stepAt(began + ahead) + of);
    let devices = 0;
    const bindDevice = async () => {
      const { VirtualMFADevice } = (await ims('CreateVirtualMFADevice', {
        VirtualMFADeviceName: `alice-${++devices}`,
      })) as { VirtualMFADevice: { SerialNumber: string; Base32StringSeed: string } };
      const seed = VirtualMFADevice.Base32StringSeed;
      await ims('BindMFADevice', {
        UserPrincipalName: name,
        SerialNumber: VirtualMFADevice.SerialNumber,
        AuthenticationCode1: code(seed, -1),
        AuthenticationCode2: code(seed),
      });
      return seed;
    };
    return { server, account, alice, name, ims, browser, code, bindDevice };
  };

  test('a RAM user signs in with its password, and calls with its own permissions', async () => {
    const { browser, name, alice, account } = await fresh();
    assert.equal(await browser.signIn(name, password), 'Done');
    const session = await browser.done('GetSession');
    assert.deepEqual(session['Principal'], {
      Type: 'ram-user',
      AccountId: account.accountId,
      UserId: alice.userId,
      UserName: 'alice',
      DisplayName: '',
      LoginName: name,
    });
    assert.deepEqual(session['StepUpMethods'], ['Password']);
    const identity = await browser.done('GetCallerIdentity', {}, { version: '2015-04-01' });
    assert.equal(identity['Arn'], `acs:ram::${account.accountId}:user/alice`);
    await browser.refused('ListUsers', {}, 'NoPermission', 403, { version: RAM });
    await browser.done('ListPasskeys', {}, { version: IMS });
  });

  test('a login name is accepted in any case, without the suffix, and with the alias', async () => {
    const { server, name, account, ims } = await fresh();
    for (const given of [name.toUpperCase(), `Alice@${account.accountId}`]) {
      assert.equal(await new Browser(server).signIn(given, password), 'Done', given);
    }
    const alias = `company-${account.accountId}`;
    await ims('SetDefaultDomain', { DefaultDomainName: `${alias}.onaliyun.com` });
    for (const given of [`alice@${alias}`, name, `alice@${account.accountId}`]) {
      assert.equal(await new Browser(server).signIn(given, password), 'Done', given);
    }
    await ims('SetDefaultDomain', { DefaultDomainName: `other-${account.accountId}.onaliyun.com` });
    await new Browser(server).refused(
      'SignIn',
      { LoginName: `alice@${alias}`, Password: password },
      'AuthenticationFail.SignIn',
      401,
    );
  });

  test('the account root changes its one-time password, and then has every permission', async () => {
    const { server, account } = await fresh();
    const browser = new Browser(server);
    const { rootLoginName, rootPassword } = account;
    const first = await browser.done('SignIn', { LoginName: rootLoginName, Password: rootPassword });
    assert.equal(first['Step'], 'NewPassword');
    assert.equal((first['PasswordRules'] as Record<string, unknown>)['MinimumPasswordLength'], 8);
    const choose = (NewPassword: string) => browser.call('ChooseSignInPassword', { NewPassword });
    assert.equal((await choose('short')).code, 'InvalidParameter.Password.TooWeak');
    assert.equal((await choose(rootPassword)).code, 'InvalidParameter.Password.TooWeak');
    await browser.refused('ListUsers', {}, 'NotSignedIn', 401, { version: RAM });
    assert.equal((await choose('a long passphrase 1')).body['Step'], 'Done');
    const users = await browser.done('ListUsers', {}, { version: RAM });
    assert.match(JSON.stringify(users), /administrator/);
    const session = await browser.done('GetSession');
    assert.deepEqual(session['Principal'], {
      Type: 'root',
      AccountId: account.accountId,
      LoginName: `root@${account.domain}`,
    });
    const again = new Browser(server);
    await again.refused(
      'SignIn',
      { LoginName: rootLoginName, Password: rootPassword },
      'AuthenticationFail.SignIn',
      401,
    );
    assert.equal(await again.signIn(rootLoginName, 'a long passphrase 1'), 'Done');
  });

  test('a wrong password and an unknown name are refused alike; a key pair does not sign in', async () => {
    const { server, name, account, alice } = await fresh();
    const answers = [];
    for (const [LoginName, Password] of [
      [name, 'wrong horse 42'],
      [`absent@${account.domain}`, password],
      ['alice@nowhere.onaliyun.com', password],
      ['alice', password],
      [account.rootLoginName, password],
      [alice.key.accessKeyId, alice.key.accessKeySecret],
      [name, alice.key.accessKeySecret],
    ] as const) {
      const { status, body, cookies } = await new Browser(server).call('SignIn', { LoginName, Password });
      answers.push([status, body['Code'], body['Message'], cookies.length]);
    }
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1, JSON.stringify(answers));
    assert.deepEqual(answers[0]?.slice(0, 2), [401, 'AuthenticationFail.SignIn']);
  });

  test('a user with a device enters a code, and the session records it', async () => {
    const { browser, name, code, bindDevice } = await fresh();
    const seed = await bindDevice();
    assert.equal(await browser.signIn(name, password), 'Code');
    await browser.refused('GetSession', {}, 'NotSignedIn', 401);
    await browser.refused('VerifySignInCode', { Code: '000000' }, 'AuthenticationFail.SecondFactor', 401);
    await browser.refused('VerifySignInCode', { Code: code(seed) }, 'AuthenticationFail.CodeUsed', 401);
    ahead += minute;
    const before = new Map(browser.jar);
    const done = await browser.done('VerifySignInCode', { Code: code(seed) });
    assert.equal(done['Step'], 'Done');
    assert.notDeepEqual(browser.jar, before, 'what the browser has is replaced when it is signed in');
    const session = await browser.done('GetSession');
    assert.equal(session['MFAPresent'], true);
    assert.deepEqual(session['StepUpMethods'], ['Code']);
    const thief = new Browser((await started)!);
    thief.jar.set('claviger_session', before.get('claviger_session') ?? '');
    await thief.refused('GetSession', {}, 'NotSignedIn', 401);
  });

  test('a user who has to have a device binds one during the sign-in', async () => {
    const { browser, name, ims, code } = await fresh();
    await ims('UpdateLoginProfile', { UserPrincipalName: name, MFABindRequired: 'true' });
    assert.equal(await browser.signIn(name, password), 'BindDevice');
    const { Seed, QRCodePNG } = (await browser.done('BeginSignInDevice')) as Record<string, string>;
    assert.match(Seed!, /^[A-Z2-7]{64}$/);
    assert.equal(Buffer.from(QRCodePNG!, 'base64').subarray(1, 4).toString(), 'PNG');
    const wrong = { Code1: '111111', Code2: '222222' };
    await browser.refused('BindSignInDevice', wrong, 'CheckAuthenticationCodeFail', 403);
    const right = { Code1: code(Seed!, -1), Code2: code(Seed!) };
    assert.equal((await browser.done('BindSignInDevice', right))['Step'], 'Done');
    const info = await ims('GetUserMFAInfo', { UserPrincipalName: name });
    assert.equal(info['IsMFAEnable'], true);
    const later = new Browser((await started)!);
    assert.equal(await later.signIn(name, password), 'Code');
  });

  test('a password to be changed is changed before anything else, and to another one', async () => {
    const { browser, name, ims } = await fresh();
    await ims('UpdateLoginProfile', { UserPrincipalName: name, PasswordResetRequired: 'true' });
    assert.equal(await browser.signIn(name, password), 'NewPassword');
    await browser.refused(
      'ChooseSignInPassword',
      { NewPassword: password },
      'InvalidParameter.Password.TooWeak',
      400,
    );
    const { Step } = await browser.done('ChooseSignInPassword', { NewPassword: 'another horse 42' });
    assert.equal(Step, 'Done');
    await browser.done('GetSession');
  });

  test('the steps have to be taken in order', async () => {
    const { browser, name, bindDevice } = await fresh();
    await bindDevice();
    assert.equal(await browser.signIn(name, password), 'Code');
    for (const [action, parameters] of [
      ['ChooseSignInPassword', { NewPassword: 'another horse 42' }],
      ['BeginSignInDevice', {}],
      ['BindSignInDevice', { Code1: '111111', Code2: '222222' }],
      ['BeginPasskeyVerification', {}],
      ['VerifySignInPasskey', { Response: '{}' }],
    ] as const) {
      await browser.refused(action, parameters, 'InvalidStep.SignIn', 409);
    }
  });

  test('a browser with an MFA ticket needs no code, where the account allows that', async () => {
    const { server, browser, name, ims, code, bindDevice } = await fresh();
    const seed = await bindDevice();
    ahead += minute;
    assert.equal(await browser.signIn(name, password), 'Code');
    await browser.done('VerifySignInCode', { Code: code(seed), Remember: 'true' });
    assert.deepEqual([...browser.jar.keys()], ['claviger_session'], 'not where it does not');
    await ims('SetSecurityPreference', { EnableSaveMFATicket: 'true' });
    ahead += minute;
    assert.equal(await browser.signIn(name, password), 'Code');
    await browser.done('VerifySignInCode', { Code: code(seed), Remember: 'true' });
    assert.equal(await browser.signIn(name, password), 'Done');
    assert.equal((await browser.done('GetSession'))['MFAPresent'], false);
    assert.equal(await new Browser(server).signIn(name, password), 'Code', 'another browser');
    await ims('UnbindMFADevice', { UserPrincipalName: name });
    await browser.refused('GetSession', {}, 'NotSignedIn', 401);
    await bindDevice();
    assert.equal(await browser.signIn(name, password), 'Code', 'another device');
  });

  test('users sign in from the networks that the account allows, the root from any', async () => {
    const { server, account, browser, name, ims } = await fresh();
    await ims('SetSecurityPreference', { LoginNetworkMasks: '203.0.113.0/24;2001:db8::/32' });
    const wrong = await browser.call('SignIn', { LoginName: name, Password: 'wrong horse 42' });
    assert.equal(wrong.code, 'AuthenticationFail.SignIn', 'only who knows the password is told');
    const login = { LoginName: name, Password: password };
    await browser.refused('SignIn', login, 'Forbidden.LoginNetwork', 403);
    const root = new Browser(server);
    assert.equal(await root.signIn(account.rootLoginName, account.rootPassword), 'NewPassword');
    await ims('SetSecurityPreference', { LoginNetworkMasks: '203.0.113.0/24;127.0.0.0/8' });
    assert.equal(await browser.signIn(name, password), 'Done');
  });

  test('the reason of a refused sign-in is revealed with the right password only', async () => {
    const { server, browser, name, ims } = await fresh();
    await ims('UpdateLoginProfile', { UserPrincipalName: name, Status: 'Inactive' });
    await browser.refused('SignIn', { LoginName: name, Password: password }, 'Inactive', 403);
    await ims('UpdateLoginProfile', { UserPrincipalName: name, Status: 'Active' });
    assert.equal(await browser.signIn(name, password), 'Done');
    await ims('SetPasswordPolicy', { MaxLoginAttemps: '2' });
    for (let attempt = 0; attempt < 2; attempt++) {
      await new Browser(server).call('SignIn', { LoginName: name, Password: 'wrong horse 42' });
    }
    const locked = { LoginName: name, Password: password };
    await new Browser(server).refused('SignIn', locked, 'AuthenticationFail.SignIn', 401);
    await browser.done('GetSession');
    ahead = hour + minute;
    assert.equal(await new Browser(server).signIn(name, password), 'Done');
  });

  test('guesses are throttled, whether or not the name exists', async () => {
    const { server, name, account } = await fresh();
    for (const LoginName of [name, `absent@${account.domain}`]) {
      const codes = new Set<string>();
      for (let attempt = 0; attempt < 25; attempt++) {
        const { status, code } = await new Browser(server).call('SignIn', { LoginName, Password: 'guess' });
        codes.add(`${status} ${code}`);
      }
      assert.deepEqual(codes, new Set(['401 AuthenticationFail.SignIn', '429 Throttling.SignIn']), LoginName);
    }
    ahead = hour;
    assert.equal(await new Browser(server).signIn(name, password), 'Done');
  });

  test('a sign-in has to be complete within fifteen minutes', async () => {
    const { browser, name, code, bindDevice } = await fresh();
    const seed = await bindDevice();
    await browser.signIn(name, password);
    ahead = 16 * minute;
    await browser.refused('VerifySignInCode', { Code: code(seed) }, 'NotSignedIn', 401);
  });

  test('signing in and out, and failing to, are events of their own', async () => {
    const { server, browser, account, name, alice, ims } = await fresh();
    await browser.call('SignIn', { LoginName: name, Password: 'wrong horse 42' });
    await browser.call('SignIn', { LoginName: `absent@${account.domain}`, Password: 'my password' });
    ahead += 1000;
    await browser.signIn(name, password);
    ahead += 1000;
    await browser.refused('GetUser', { UserName: 'alice' }, 'NoPermission', 403, { version: RAM });
    await browser.done('SignOut');
    await ims('GetAccountMFAInfo');
    const rows = await server.services.store.queries
      .selectFrom('audit_records')
      .selectAll()
      .where('account_id', '=', account.accountId)
      .orderBy('event_time')
      .execute();
    const events = rows.map((row) => eventOf(row) as Record<string, Record<string, unknown>>);
    const signIns = events.filter((event) => String(event['eventType']).startsWith('Console'));
    assert.deepEqual(
      signIns.map((event) => [event['eventName'], event['errorCode'], event['serviceName']]),
      [
        ['ConsoleSignin', 'AuthenticationFail.SignIn', 'AasSub'],
        ['ConsoleSignin', '', 'AasSub'],
        ['ConsoleSignout', '', 'AasSub'],
      ],
    );
    assert.deepEqual(signIns[0]!['userIdentity'], {
      type: 'ram-user',
      accountId: account.accountId,
      principalId: '',
      userName: 'alice',
    });
    assert.deepEqual(signIns[1]!['userIdentity'], {
      type: 'ram-user',
      accountId: account.accountId,
      principalId: alice.userId,
      userName: 'alice',
    });
    assert.equal(signIns[1]!['additionalEventData']!['isMFAChecked'], 'false');
    const call = events.find((event) => event['eventName'] === ('GetUser' as never));
    assert.equal(call?.['eventType'], 'ApiCall');
    assert.deepEqual(Object.keys(call!['userIdentity']!), [
      'type',
      'accountId',
      'principalId',
      'userName',
      'sessionContext',
    ]);
    const all = await server.services.store.queries.selectFrom('audit_records').selectAll().execute();
    const text = all.map(eventJson).join('\n') + server.log.join('\n');
    for (const secret of [password, 'wrong horse 42', 'my password', browser.csrf]) {
      assert.ok(!text.includes(secret), `the log has ${secret}`);
    }
  });

  test('no user can sign in to a disabled account', async () => {
    const { server, account, browser, name } = await fresh();
    assert.equal(await browser.signIn(name, password), 'Done');
    const set = (status: 'Active' | 'Disabled') =>
      server.services.store.write((transaction) =>
        setAccountStatus(transaction, account.accountId, status, Date.now()),
      );
    await set('Disabled');
    await browser.refused('GetSession', {}, 'NotSignedIn', 401);
    const login = { LoginName: name, Password: password };
    await new Browser(server).refused('SignIn', login, 'AuthenticationFail.SignIn', 401);
    await set('Active');
    await browser.refused('GetSession', {}, 'NotSignedIn', 401);
    assert.equal(await new Browser(server).signIn(name, password), 'Done');
  });
});
