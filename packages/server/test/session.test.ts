import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { type Claviger, startClaviger } from '../src/claviger.ts';
import { readConfiguration } from '../src/configuration.ts';
import { DAY_MS } from '../src/context/limits.ts';
import { initialise } from '../src/installation.ts';
import { codeAt, stepAt } from '../src/mfa/one-time-code.ts';
import { purgeConsoleSessions } from '../src/session/console-session.ts';
import { Browser, OWN } from './browser.ts';
import { eachDatabase } from './databases.ts';
import { eachServer, refused, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';
const password = 'correct horse 42';
const minute = 60 * 1000;
const hour = 60 * minute;

eachServer((_, start) => {
  const began = Date.now();
  let ahead = 0;
  let started: Promise<TestServer> | undefined;
  const fresh = async () => {
    ahead = 0;
    started ??= start({ now: () => began + ahead });
    const server = await started;
    const account = await server.newAccount();
    const alice = await server.newUser(account, 'alice');
    const name = alice.userPrincipalName;
    const ims = (action: string, fields: Record<string, string> = {}) =>
      account.admin.call(IMS, action, fields);
    await ims('CreateLoginProfile', { UserPrincipalName: name, Password: password });
    const signedIn = async () => {
      const browser = new Browser(server);
      assert.equal(await browser.signIn(name, password), 'Done');
      return browser;
    };
    const isOver = (browser: Browser) => browser.refused('GetSession', {}, 'NotSignedIn', 401);
    const attach = async (PolicyName: string, ...Statement: object[]) => {
      const PolicyDocument = JSON.stringify({ Version: '1', Statement });
      await account.admin.callRpc(RAM, 'CreatePolicy', { PolicyName, PolicyDocument });
      const attachment = { UserName: 'alice', PolicyName, PolicyType: 'Custom' };
      await account.admin.callRpc(RAM, 'AttachPolicyToUser', attachment);
    };
    const bindDevice = async () => {
      const { VirtualMFADevice } = (await ims('CreateVirtualMFADevice', {
        VirtualMFADeviceName: 'phone',
      })) as {
        VirtualMFADevice: { SerialNumber: string; Base32StringSeed: string };
      };
      const code = (of: number) => codeAt(VirtualMFADevice.Base32StringSeed, stepAt(began + ahead) + of);
      await ims('BindMFADevice', {
        UserPrincipalName: name,
        SerialNumber: VirtualMFADevice.SerialNumber,
        AuthenticationCode1: code(-1),
        AuthenticationCode2: code(0),
      });
      return code;
    };
    return { server, account, alice, name, ims, signedIn, isOver, attach, bindDevice };
  };

  test('pages cannot read the cookie, and other sites cannot send it', async () => {
    const { server, name } = await fresh();
    const login = { LoginName: name, Password: password };
    const { cookies } = await new Browser(server).call('SignIn', login);
    assert.equal(cookies.length, 1);
    assert.match(cookies[0]!, /^claviger_session_\d+=[A-Za-z0-9]{44}; Path=\/; HttpOnly; SameSite=Strict$/);
    const rows = await server.services.store.queries.selectFrom('console_sessions').selectAll().execute();
    const token = /=(\w{44});/.exec(cookies[0]!)![1]!;
    assert.ok(!JSON.stringify(rows).includes(token), 'the database has only its hash');
  });

  test('over TLS the cookie is bound to the host and to TLS', async () => {
    const proxied = await start({ configuration: { trustedProxies: '127.0.0.1' } });
    const browser = new Browser(proxied);
    const { rootLoginName: LoginName, rootPassword: Password } = proxied.account;
    const headers = { 'x-forwarded-proto': 'https' };
    const { cookies } = await browser.call('SignIn', { LoginName, Password }, { headers });
    assert.match(
      cookies[0]!,
      /^__Host-claviger_session_\d+=[A-Za-z0-9]{44}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    const choose = { NewPassword: 'a long passphrase 1' };
    await browser.refused('ChooseSignInPassword', choose, 'NotSignedIn', 401);
    await browser.done('ChooseSignInPassword', choose, { headers });
  });

  test('with a public address only its pages are accepted, and its cookies are those of TLS', async () => {
    const server = await start({
      configuration: { publicUrl: 'https://keys.example.com', hosts: '127.0.0.1' },
    });
    const { rootLoginName: LoginName, rootPassword: Password } = server.account;
    const browser = new Browser(server);
    const { port } = new URL(server.url);
    const from = (origin: string) => ({ headers: { origin } });
    for (const origin of [
      `http://127.0.0.1:${port}`,
      'http://keys.example.com',
      'https://keys.example.com.evil.org',
    ]) {
      await browser.refused('SignIn', { LoginName, Password }, 'ForeignOrigin', 403, from(origin));
    }
    const { cookies } = await browser.call(
      'SignIn',
      { LoginName, Password },
      from('https://keys.example.com'),
    );
    assert.match(cookies[0]!, /^__Host-claviger_session=.*; Secure$/);
  });

  test('a session ends after an hour without use, and after its duration in any case', async () => {
    const { signedIn, isOver, ims } = await fresh();
    const idle = await signedIn();
    const used = await signedIn();
    for (let minutes = 50; minutes < 6 * 60; minutes += 50) {
      ahead = minutes * minute;
      await used.done('GetSession');
    }
    await isOver(idle);
    ahead = 6 * hour - minute;
    await used.done('GetSession');
    ahead = 6 * hour;
    await isOver(used);
    ahead = 0;
    await ims('SetSecurityPreference', { LoginSessionDuration: '24' });
    const long = await signedIn();
    await ims('SetSecurityPreference', { LoginSessionDuration: '1' });
    ahead = 59 * minute;
    await long.done('GetSession');
    ahead = hour;
    await isOver(long);
  });

  test('signing out ends the session, also for a copied cookie', async () => {
    const { server, signedIn, isOver } = await fresh();
    const browser = await signedIn();
    const copy = new Browser(server);
    for (const [name, value] of browser.jar) copy.jar.set(name, value);
    await copy.done('GetSession');
    const { cookies } = await browser.call('SignOut');
    assert.match(cookies[0]!, /^claviger_session_\d+=; .*Max-Age=0/);
    await isOver(browser);
    await isOver(copy);
  });

  test('signing in again ends the earlier session of the browser', async () => {
    const { server, name, signedIn, isOver } = await fresh();
    const browser = await signedIn();
    const copy = new Browser(server);
    for (const [cookie, value] of browser.jar) copy.jar.set(cookie, value);
    await browser.signIn(name, password);
    await isOver(copy);
    await browser.done('GetSession');
  });

  test('a session ends with the password, profile, user or second factor that it rests on', async () => {
    const { account, name, alice, ims, signedIn, isOver, bindDevice, server } = await fresh();
    const ends: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      [
        'a new password',
        () => ims('UpdateLoginProfile', { UserPrincipalName: name, Password: 'another horse 42' }),
        () => ims('UpdateLoginProfile', { UserPrincipalName: name, Password: password }),
      ],
      [
        'a disabled profile',
        () => ims('UpdateLoginProfile', { UserPrincipalName: name, Status: 'Inactive' }),
        () => ims('UpdateLoginProfile', { UserPrincipalName: name, Status: 'Active' }),
      ],
      [
        'a deleted profile',
        () => ims('DeleteLoginProfile', { UserPrincipalName: name }),
        () => ims('CreateLoginProfile', { UserPrincipalName: name, Password: password }),
      ],
    ];
    for (const [what, end, again] of ends) {
      const browser = await signedIn();
      ahead += 1000;
      await end();
      await isOver(browser);
      await again();
      await browser.refused('GetSession', {}, 'NotSignedIn', 401).catch((error: unknown) => {
        throw new Error(`after ${what} was undone`, { cause: error });
      });
    }
    const code = await bindDevice();
    const browser = new Browser(server);
    assert.equal(await browser.signIn(name, password), 'Code');
    ahead += minute;
    await browser.done('VerifySignInCode', { Code: code(0) });
    await browser.done('GetSession');
    await ims('UnbindMFADevice', { UserPrincipalName: name });
    await isOver(browser);
    const last = await signedIn();
    await account.admin.call(IMS, 'DeleteUser', { UserId: alice.userId });
    await isOver(last);
    await ims('RestoreUserFromRecycleBin', { UserId: alice.userId });
    await isOver(last);
    assert.equal(await new Browser(server).signIn(name, password), 'Done');
  });

  test('a user changes its password, and signs in again', async () => {
    const { server, name, signedIn, isOver } = await fresh();
    const browser = await signedIn();
    ahead += 1000;
    const change = { OldPassword: password, NewPassword: 'another horse 42' };
    await browser.refused('ChangePassword', change, 'StepUpRequired', 403, { version: IMS });
    await browser.done('StepUp', { Method: 'Password', Password: password });
    await browser.done('ChangePassword', change, { version: IMS });
    await isOver(browser);
    assert.equal(await new Browser(server).signIn(name, 'another horse 42'), 'Done');
  });

  test("a user lists and ends its own sessions, and no other user's", async () => {
    const { server, account, signedIn, isOver } = await fresh();
    const here = await signedIn();
    const there = await signedIn();
    const third = await signedIn();
    const list = async (browser: Browser) =>
      (await browser.done('ListSessions'))['Sessions'] as {
        SessionId: string;
        Current: boolean;
        UserAgent: string;
        SourceIp: string;
      }[];
    const sessions = await list(here);
    assert.equal(sessions.length, 3);
    assert.deepEqual(sessions.map(({ Current }) => Current).filter(Boolean), [true]);
    assert.deepEqual([sessions[0]!.UserAgent, sessions[0]!.SourceIp], ['Browser under test', '127.0.0.1']);
    const ofThere = (await list(there)).find(({ Current }) => Current)!;

    const bob = await server.newUser(account, 'bob');
    await account.admin.call(IMS, 'CreateLoginProfile', {
      UserPrincipalName: bob.userPrincipalName,
      Password: password,
    });
    const stranger = new Browser(server);
    await stranger.signIn(bob.userPrincipalName, password);
    assert.equal((await list(stranger)).length, 1);
    await stranger.done('EndSession', { SessionId: ofThere.SessionId });
    await stranger.done('EndSession');
    await there.done('GetSession');

    await here.done('EndSession', { SessionId: ofThere.SessionId });
    await isOver(there);
    await third.done('GetSession');
    await here.done('EndSession');
    await isOver(third);
    await here.done('GetSession');
    await refused(bob.clients.call(OWN, 'ListSessions'), 'SessionOnly', 403);
    await refused(bob.clients.call(OWN, 'GetSession'), 'SessionOnly', 403);
  });

  test('policies can depend on how a user has signed in', async () => {
    const { server, name, signedIn, attach, bindDevice } = await fresh();
    await attach('with-mfa', {
      Effect: 'Allow',
      Action: 'ram:ListUsers',
      Resource: '*',
      Condition: { Bool: { 'acs:MFAPresent': 'true' } },
    });
    await attach('without-mfa', {
      Effect: 'Allow',
      Action: 'ram:ListGroups',
      Resource: '*',
      Condition: { Bool: { 'acs:MFAPresent': 'false' } },
    });
    await attach('from-here', {
      Effect: 'Allow',
      Action: 'ram:ListRoles',
      Resource: '*',
      Condition: { IpAddress: { 'acs:SourceIp': '127.0.0.1' }, Bool: { 'acs:SecureTransport': 'false' } },
    });
    await attach('from-elsewhere', {
      Effect: 'Allow',
      Action: 'ram:ListPolicies',
      Resource: '*',
      Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } },
    });
    const may = async (browser: Browser) => {
      const codes = [];
      for (const action of ['ListUsers', 'ListGroups', 'ListRoles', 'ListPolicies']) {
        codes.push((await browser.call(action, {}, { version: RAM })).code);
      }
      return codes;
    };
    const first = await signedIn();
    assert.deepEqual(await may(first), ['NoPermission', 'OK', 'OK', 'NoPermission']);
    const code = await bindDevice();
    const browser = new Browser(server);
    await browser.signIn(name, password);
    ahead += minute;
    await browser.done('VerifySignInCode', { Code: code(0) });
    assert.deepEqual(await may(browser), ['OK', 'NoPermission', 'OK', 'NoPermission']);
    assert.deepEqual(await may(first), ['NoPermission', 'OK', 'OK', 'NoPermission']);
  });

  test('a revoked permission is missing from the next call on', async () => {
    const { account, signedIn, attach } = await fresh();
    const browser = await signedIn();
    await attach('lists', { Effect: 'Allow', Action: 'ram:ListUsers', Resource: '*' });
    await browser.done('ListUsers', {}, { version: RAM });
    const attachment = { UserName: 'alice', PolicyName: 'lists', PolicyType: 'Custom' };
    await account.admin.callRpc(RAM, 'DetachPolicyFromUser', attachment);
    const { body } = await browser.refused('ListUsers', {}, 'NoPermission', 403, { version: RAM });
    assert.match(JSON.stringify(body['AccessDeniedDetail']), /ram:ListUsers/);
  });

  test('creating credentials needs a step-up', async () => {
    const { signedIn, attach, alice } = await fresh();
    await attach('keys', { Effect: 'Allow', Action: '*', Resource: '*' });
    const browser = await signedIn();
    const create = (code: string, status: number) =>
      browser.refused('CreateAccessKey', {}, code, status, { version: RAM });
    await create('StepUpRequired', 403);
    const wrong = { Method: 'Password', Password: 'wrong horse 42' };
    await browser.refused('StepUp', wrong, 'AuthenticationFail.StepUp', 401);
    await browser.refused('StepUp', { Method: 'Code', Code: '123456' }, 'AuthenticationFail.StepUp', 401);
    await browser.refused('StepUp', { Method: 'Password' }, 'MissingPassword', 400);
    await create('StepUpRequired', 403);
    const { StepUpUntil } = await browser.done('StepUp', { Method: 'Password', Password: password });
    assert.equal(Date.parse(String(StepUpUntil)), Math.floor((began + ahead + 10 * minute) / 1000) * 1000);
    const { AccessKey } = await browser.done('CreateAccessKey', {}, { version: RAM });
    assert.ok((AccessKey as { AccessKeySecret: string }).AccessKeySecret);
    const other = await signedIn();
    await other.refused('CreateAccessKey', {}, 'StepUpRequired', 403, { version: RAM });
    ahead += 10 * minute;
    await create('StepUpRequired', 403);
    // Signed calls need no step-up.
    await refused(alice.clients.callRpc(RAM, 'CreateAccessKey'), 'LimitExceeded.User.AccessKey', 409);
  });

  test('a wrong password in a step-up counts like one at sign-in', async () => {
    const { ims, signedIn, name, server } = await fresh();
    const browser = await signedIn();
    await ims('SetPasswordPolicy', { MaxLoginAttemps: '3' });
    for (let attempt = 0; attempt < 3; attempt++) {
      await browser.call('StepUp', { Method: 'Password', Password: 'wrong horse 42' });
    }
    const right = { Method: 'Password', Password: password };
    await browser.refused('StepUp', right, 'AuthenticationFail.StepUp', 401);
    const login = { LoginName: name, Password: password };
    await new Browser(server).refused('SignIn', login, 'AuthenticationFail.SignIn', 401);
  });

  test('the account root manages its own password and device, and no other principal can', async () => {
    const { server, account, signedIn, attach, isOver } = await fresh();
    const root = new Browser(server);
    await root.signIn(account.rootLoginName, account.rootPassword);
    await root.done('ChooseSignInPassword', { NewPassword: password });
    await root.refused('BeginRootDevice', {}, 'StepUpRequired', 403);
    await root.done('StepUp', { Method: 'Password', Password: password });
    const { Seed } = (await root.done('BeginRootDevice')) as { Seed: string };
    const code = (of: number) => codeAt(Seed, stepAt(began + ahead) + of);
    const wrong = { Code1: '111111', Code2: '222222' };
    await root.refused('BindRootDevice', wrong, 'CheckAuthenticationCodeFail', 403);
    await root.done('BindRootDevice', { Code1: code(-1), Code2: code(0) });
    const info = await root.done('GetAccountMFAInfo', {}, { version: IMS });
    assert.equal(info['IsMFAEnable'], true);

    const again = new Browser(server);
    assert.equal(await again.signIn(account.rootLoginName, password), 'Code');
    ahead += minute;
    await again.done('VerifySignInCode', { Code: code(0) });
    ahead += minute;
    await again.done('StepUp', { Method: 'Code', Code: code(0) });
    const same = { NewPassword: password };
    await again.refused('ChangeRootPassword', same, 'InvalidParameter.Password.TooWeak', 400);
    await again.done('ChangeRootPassword', { NewPassword: 'another horse 42' });
    await isOver(again);
    await isOver(root);

    assert.equal(await again.signIn(account.rootLoginName, 'another horse 42'), 'Code');
    ahead += minute;
    await again.done('VerifySignInCode', { Code: code(0) });
    ahead += minute;
    await again.done('StepUp', { Method: 'Code', Code: code(0) });
    await again.done('UnbindRootDevice');
    await isOver(again);

    await attach('everything', { Effect: 'Allow', Action: '*', Resource: '*' });
    const browser = await signedIn();
    await browser.done('StepUp', { Method: 'Password', Password: password });
    for (const action of ['BeginRootDevice', 'UnbindRootDevice']) {
      await browser.refused(action, {}, 'NoPermission', 403);
    }
    await browser.refused('ChangeRootPassword', { NewPassword: 'stolen horse 42' }, 'NoPermission', 403);
  });

  test('a role session opened in the console ends with the console session', async () => {
    const { server, account, signedIn, attach } = await fresh();
    const { accountId } = account;
    await attach('assumes', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
    await account.admin.callRpc(RAM, 'CreateRole', {
      RoleName: 'guest',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '1',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${accountId}:root`] } },
        ],
      }),
    });
    const browser = await signedIn();
    await browser.done('StepUp', { Method: 'Password', Password: password });
    const asked = { RoleArn: `acs:ram::${accountId}:role/guest`, RoleSessionName: 'console' };
    const { Credentials } = (await browser.done('AssumeRole', asked, { version: STS })) as {
      Credentials: { AccessKeyId: string; AccessKeySecret: string; SecurityToken: string };
    };
    const guest = server.clients({
      accessKeyId: Credentials.AccessKeyId,
      accessKeySecret: Credentials.AccessKeySecret,
      securityToken: Credentials.SecurityToken,
    });
    await guest.call(STS, 'GetCallerIdentity');
    await browser.done('SignOut');
    await refused(guest.call(STS, 'GetCallerIdentity'), 'InvalidAccessKeyId.NotFound', 404);
  });

  test('a session survives a restart, and ends with its user', async () => {
    const { server, alice, signedIn } = await fresh();
    const browser = await signedIn();
    await server.restart();
    await browser.done('GetSession');
    const count = async () =>
      (
        await server.services.store.queries
          .selectFrom('console_sessions')
          .select('session_id')
          .where('owner_id', '=', alice.userId)
          .execute()
      ).length;
    assert.equal(await count(), 1);
    await server.services.store.write(({ queries }) => purgeConsoleSessions(queries, began + DAY_MS, 100));
    assert.equal(await count(), 0);
  });
});

eachDatabase((name, { freshLocation }) => {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-sessions-'));
  const running: Claviger[] = [];
  after(async () => {
    for (const node of running) await node.close();
    rmSync(directory, { recursive: true });
  });

  test(`a session is valid on every node, and ends on every node at once (${name})`, async () => {
    const location = await freshLocation();
    const configuration = readConfiguration(
      {
        data: join(directory, 'data'),
        port: 0,
        // Nonces of one node are not sent to the other here.
        unsharedNonces: 'warn',
        ...(location.kind === 'postgres' ? { database: location.url } : {}),
      },
      {},
    );
    const made = await initialise(configuration, { now: Date.now, log: () => {} });
    const logger = pino({ level: 'silent' });
    running.push(await startClaviger(configuration, logger), await startClaviger(configuration, logger));
    const node = { url: running[0]!.url };
    const browser = new Browser(node);
    await browser.signIn(made.rootLoginName, made.rootPassword.reveal());
    node.url = running[1]!.url;
    await browser.done('ChooseSignInPassword', { NewPassword: 'a long passphrase 1' });
    node.url = running[0]!.url;
    await browser.done('StepUp', { Method: 'Password', Password: 'a long passphrase 1' });
    node.url = running[1]!.url;
    await browser.done('CreateAccessKey', {}, { version: RAM });
    const jar = new Map(browser.jar);
    await browser.done('SignOut');
    for (const [cookie, value] of jar) browser.jar.set(cookie, value);
    for (const { url } of running) {
      node.url = url;
      await browser.refused('GetSession', {}, 'NotSignedIn', 401);
    }
  });
});
