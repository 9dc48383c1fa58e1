import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { Secret, TOTP } from 'otpauth';
import { eventOf } from '../src/audit/stored-event.ts';
import { Browser, OWN } from './browser.ts';
import { type AssertionChanges, SamlIdentityProvider } from './identity-providers.ts';
import { eachServer, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const password = 'correct horse 42';
/** Headers of browsers with a form that a page of the console sends. */
const sameSite = { 'sec-fetch-site': 'same-origin' };
const idp = new SamlIdentityProvider({ entityId: 'https://idp.example.com/saml' });

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const fresh = async (settings: Record<string, string> = {}) => {
    started ??= start({ configuration: { audit: 'strict', allowUnverifiedDomains: true } });
    const server = await started;
    const account = await server.newAccount();
    const alice = await server.newUser(account, 'alice');
    const name = alice.userPrincipalName;
    const ims = (action: string, fields: Record<string, string> = {}) =>
      account.admin.callRpc(IMS, action, fields);
    await ims('SetUserSsoSettings', { SsoEnabled: 'true', MetadataDocument: idp.metadata(), ...settings });
    const address = `${server.url}/saml/sign-in/${account.accountId}`;
    const response = (changes: Partial<AssertionChanges> = {}, by = idp) =>
      by.response({
        roles: [],
        subject: name,
        recipient: address,
        audience: `${server.url}/saml/metadata/${account.accountId}`,
        ...changes,
      });
    /** Returns the form of the continue page, after the provider's page has sent the response to the address. */
    const brought = async (text: string, to: string) => {
      const answer = await fetch(to, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: 'https://idp.example.com', 'sec-fetch-site': 'cross-site', connection: 'close' },
        body: new URLSearchParams({ SAMLResponse: Buffer.from(text).toString('base64'), RelayState: 'x' }),
      });
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.headers.getSetCookie(), []);
      const page = await answer.text();
      return new URLSearchParams(
        [...page.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
      );
    };
    /** Sends a response as a browser does. @returns the redirect and the cookie */
    const show = async (
      text: string,
      to = address,
      browser = new Browser(server),
      page: object = sameSite,
    ) => {
      const cookie = browser.cookieHeader;
      const answer = await fetch(to, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...page, connection: 'close', ...(cookie !== '' && { cookie }) },
        body: await brought(text, to),
      });
      assert.equal(answer.status, 303);
      const [set = ''] = answer.headers.getSetCookie();
      return { location: answer.headers.get('location'), cookie: set };
    };
    /** Begins a sign-in. @returns the ID of the request that the browser carries to the provider */
    const asked = async (browser: Browser) => {
      const { Location } = await browser.done('BeginSamlSignIn', { LoginName: name });
      const sent = new URL(String(Location)).searchParams.get('SAMLRequest')!;
      return /ID="([^"]+)"/.exec(inflateRawSync(Buffer.from(sent, 'base64')).toString())![1]!;
    };
    const acceptUnsolicited = (AcceptUnsolicited: boolean) =>
      account.admin.call(OWN, 'SetUserSsoResponsePolicy', { AcceptUnsolicited: String(AcceptUnsolicited) });
    const signedIn = async (changes: Partial<AssertionChanges> = {}) => {
      const browser = new Browser(server);
      const inResponseTo = await asked(browser);
      const { location, cookie } = await show(response({ inResponseTo, ...changes }), address, browser);
      assert.equal(location, '/');
      browser.jar.set('claviger_session', /^claviger_session_\d+=([A-Za-z0-9]{44});/.exec(cookie)![1]!);
      await browser.done('GetSession');
      return browser;
    };
    const refused = async (text: string, code = 'AuthenticationFail.SAMLAssertion.Invalid') => {
      const { location, cookie } = await show(text);
      assert.equal(location, `/sign-in?error=${encodeURIComponent(code)}`);
      assert.equal(cookie, '');
    };
    return {
      server,
      account,
      alice,
      name,
      ims,
      address,
      response,
      show,
      asked,
      acceptUnsolicited,
      signedIn,
      refused,
    };
  };

  test('a user signs in through the provider of its account, without a password of its own', async () => {
    const { signedIn, name, account, server } = await fresh();
    const browser = await signedIn();
    const session = await browser.done('GetSession');
    assert.equal((session['Principal'] as { LoginName: string }).LoginName, name);
    assert.equal(session['MFAPresent'], false);
    await browser.refused('ListUsers', {}, 'NoPermission', 403, { version: RAM });
    const rows = await server.services.store.queries
      .selectFrom('audit_records')
      .selectAll()
      .where('account_id', '=', account.accountId)
      .where('event_name', '=', 'ConsoleSignin')
      .execute();
    const [event] = rows.map((row) => eventOf(row) as Record<string, Record<string, unknown>>);
    assert.equal(event!['userIdentity']!['userName'], 'alice');
    assert.ok(!JSON.stringify(rows).includes('SAMLResponse'));
  });

  test('the sign-in counts as a step-up; later the user signs in again to create credentials', async () => {
    const { signedIn, ims } = await fresh();
    await ims('SetSecurityPreference', { AllowUserToManageAccessKeys: 'true' });
    const browser = await signedIn();
    assert.deepEqual((await browser.done('GetSession'))['StepUpMethods'], []);
    await browser.done('CreateAccessKey', {}, { version: RAM });
  });

  test('a user with a device of its own uses it for a step-up', async () => {
    const { signedIn, ims, name } = await fresh();
    const { VirtualMFADevice } = await ims('CreateVirtualMFADevice', { VirtualMFADeviceName: 'alice' });
    const device = VirtualMFADevice as { readonly SerialNumber: string; readonly Base32StringSeed: string };
    const code = (step: number) => {
      const totp = new TOTP({ secret: Secret.fromBase32(device.Base32StringSeed) });
      return totp.generate({ timestamp: Date.now() + step * 30_000 });
    };
    await ims('SetSecurityPreference', { AllowUserToManageAccessKeys: 'true' });
    await ims('BindMFADevice', {
      UserPrincipalName: name,
      SerialNumber: device.SerialNumber,
      AuthenticationCode1: code(-1),
      AuthenticationCode2: code(0),
    });
    const browser = await signedIn();
    const session = await browser.done('GetSession');
    assert.deepEqual([session['StepUpUntil'], session['StepUpMethods']], [undefined, ['Code']]);
    await browser.refused('CreateAccessKey', {}, 'StepUpRequired', 403, { version: RAM });
    await browser.done('StepUp', { Method: 'Code', Code: code(1) });
    await browser.done('CreateAccessKey', {}, { version: RAM });
  });

  test('with single sign-on users have no other sign-in, and the root keeps its own', async () => {
    const { server, account, name, ims } = await fresh();
    await ims('CreateLoginProfile', { UserPrincipalName: name, Password: password });
    const browser = new Browser(server);
    const login = { LoginName: name, Password: password };
    await browser.refused('SignIn', login, 'Forbidden.PasswordSignIn', 403);
    const wrong = { LoginName: name, Password: 'wrong horse 42' };
    await browser.refused('SignIn', wrong, 'AuthenticationFail.SignIn', 401);
    assert.equal(await browser.signIn(account.rootLoginName, account.rootPassword), 'NewPassword');
    await ims('SetUserSsoSettings', { SsoEnabled: 'false' });
    assert.equal(await browser.signIn(name, password), 'Done');
  });

  test("only a response of this account's provider, for this console, valid and unused, signs in", async () => {
    const { server, account, response, refused, show, name, acceptUnsolicited } = await fresh();
    const other = await fresh();
    await acceptUnsolicited(true);
    const stranger = new SamlIdentityProvider({ entityId: idp.entityId });
    await refused(response({}, stranger));
    await refused(idp.unsignedResponse({ roles: [], subject: name }));
    await refused(response({ issuer: 'https://elsewhere.example.com' }));
    await refused(response({ audience: 'urn:alibaba:cloudcomputing' }));
    await refused(response({ audience: `${server.url}/saml/metadata/${other.account.accountId}` }));
    await refused(response({ recipient: other.address }));
    await refused(response({ recipient: 'https://signin.aliyun.com/saml/SSO' }));
    await refused(response({ notOnOrAfter: Date.now() - 1000 }), 'AuthenticationFail.SAMLAssertion.Expired');
    await refused('no XML');
    const link = { AccountId: account.accountId, SAMLResponse: Buffer.from(response()).toString('base64') };
    const byLink = await new Browser(server).call('SignInWithSaml', link, { method: 'GET' });
    assert.equal(byLink.code, 'UnsupportedHTTPMethod');
    for (const subject of [
      'alice',
      'alice@elsewhere.example.com',
      other.name,
      `absent@${account.domain}`,
      'root',
    ]) {
      await refused(response({ subject }));
    }
    const good = response();
    assert.equal((await show(good)).location, '/');
    await refused(good);
    const foreign = await show(response(), other.address);
    assert.match(String(foreign.location), /error=AuthenticationFail/);
    const unknown = await show(response(), `${server.url}/saml/sign-in/1999999999999999`);
    assert.match(String(unknown.location), /error=AuthenticationFail\.SAMLAssertion\.Invalid/);
  });

  test('user names come with the domain, or without, as the account is set', async () => {
    const { account, ims, signedIn, refused, response, acceptUnsolicited } = await fresh({
      AuxiliaryDomain: 'corp.example.com',
    });
    await acceptUnsolicited(true);
    await signedIn({ subject: 'ALICE@corp.example.com' });
    await signedIn({ subject: `alice@${account.accountId}` });
    await refused(response({ subject: 'alice' }));
    await ims('SetUserSsoSettings', { SsoLoginWithDomain: 'false' });
    await signedIn({ subject: 'alice' });
    await refused(response({ subject: 'alice@elsewhere.example.com' }));
  });

  test('the RAM names of the service provider are accepted as the audience', async () => {
    const { account, signedIn } = await fresh();
    await signedIn({ audience: `https://signin.aliyun.com/${account.accountId}/saml/SSO` });
  });

  test("the session ends with the setting, the user's sign-in, and the provider's own session", async () => {
    const { signedIn, ims, name, alice, account, response, refused, acceptUnsolicited } = await fresh();
    await acceptUnsolicited(true);
    const isOver = (browser: Browser) => browser.refused('GetSession', {}, 'NotSignedIn', 401);
    const bounded = await signedIn({ sessionEndsBy: Date.now() + 30 * 60_000 });
    const { ExpiresAt } = await bounded.done('GetSession');
    assert.ok(Date.parse(String(ExpiresAt)) <= Date.now() + 30 * 60_000);
    const first = await signedIn();
    await ims('SetUserSsoSettings', { SsoEnabled: 'false' });
    await isOver(first);
    await refused(response());
    await ims('SetUserSsoSettings', { SsoEnabled: 'true' });
    const second = await signedIn();
    await ims('CreateLoginProfile', { UserPrincipalName: name, Password: password });
    await second.done('GetSession');
    await account.admin.call(IMS, 'UpdateLoginProfile', { UserPrincipalName: name, Status: 'Inactive' });
    await isOver(second);
    await refused(response(), 'Inactive');
    await ims('DeleteLoginProfile', { UserPrincipalName: name });
    const third = await signedIn();
    await ims('DeleteUser', { UserId: alice.userId });
    await isOver(third);
    await refused(response());
  });

  test('login networks apply to sign-ins through a provider, too', async () => {
    const { ims, refused, response, acceptUnsolicited } = await fresh();
    await acceptUnsolicited(true);
    await ims('SetSecurityPreference', { LoginNetworkMasks: '203.0.113.0/24' });
    await refused(response(), 'Forbidden.LoginNetwork');
  });

  test('a sign-in begun here is sent to the provider, with a request that names this console', async () => {
    const { server, account, name, address } = await fresh({ AuxiliaryDomain: 'corp2.example.com' });
    const browser = new Browser(server);
    const { Location } = await browser.done('BeginSamlSignIn', { LoginName: name });
    const location = new URL(String(Location));
    assert.equal(location.origin + location.pathname, 'https://idp.example.com/sso');
    assert.equal(location.searchParams.get('tenant'), '1');
    const asked = inflateRawSync(Buffer.from(location.searchParams.get('SAMLRequest')!, 'base64')).toString();
    assert.ok(asked.includes(`AssertionConsumerServiceURL="${address}"`), asked);
    assert.ok(asked.includes(`>${server.url}/saml/metadata/${account.accountId}</saml:Issuer>`), asked);
    const byAuxiliary = await browser.done('BeginSamlSignIn', { LoginName: 'alice@corp2.example.com' });
    assert.match(String(byAuxiliary['Location']), /idp\.example\.com/);
    const without = await server.newAccount();
    for (const LoginName of [`alice@${without.domain}`, 'alice@nowhere.example.com', 'alice']) {
      await browser.refused('BeginSamlSignIn', { LoginName }, 'EntityNotExist.UserSso', 404);
    }
    const metadata = await fetch(`${server.url}/saml/metadata/${account.accountId}`);
    assert.ok((await metadata.text()).includes(`Location="${address}"`));
  });

  test('at an address that is not configured single sign-on is not available', async () => {
    const { server, account, response, name } = await fresh();
    const browser = new Browser(server);
    const headers = { host: 'evil.example.com' };
    const location = await new Promise<string | undefined>((resolve, reject) => {
      const body = new URLSearchParams({
        Continued: '1',
        SAMLResponse: Buffer.from(
          response({
            recipient: `http://evil.example.com/saml/sign-in/${account.accountId}`,
            audience: `http://evil.example.com/saml/metadata/${account.accountId}`,
          }),
        ).toString('base64'),
      }).toString();
      const { port } = new URL(server.url);
      request(
        {
          host: '127.0.0.1',
          port,
          method: 'POST',
          path: `/saml/sign-in/${account.accountId}`,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        (answer) => {
          answer.resume();
          resolve(answer.headers.location);
        },
      )
        .on('error', reject)
        .end(body);
    });
    assert.equal(location, '/sign-in?error=PublicUrlNeeded');
    await browser.done('BeginSamlSignIn', { LoginName: name });
  });

  test('a response signs in only the browser whose request it answers', async () => {
    const { server, account, address, response, show, asked, signedIn } = await fresh();
    const unsolicited = '/sign-in?error=AuthenticationFail.SAMLAssertion.Unsolicited';
    const at = async (...shown: Parameters<typeof show>) => (await show(...shown)).location;
    const attacker = new Browser(server);
    const victim = new Browser(server);
    const attackersRequest = await asked(attacker);
    // The victim's browser has no request, or one of its own, or one that was made for another account.
    assert.equal(await at(response({ inResponseTo: attackersRequest }), address, victim), unsolicited);
    const own = await asked(victim);
    assert.equal(await at(response({ inResponseTo: attackersRequest }), address, victim), unsolicited);
    assert.equal(await at(response(), address, victim), unsolicited);
    for (const inResponseTo of [`${own}0`, own.slice(0, -1), own.toUpperCase(), '', '_1']) {
      assert.equal(await at(response({ inResponseTo }), address, victim), unsolicited, inResponseTo);
    }
    // Only the page of the console may send it on, whatever cookies go along.
    const foreign = { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' };
    const solicited = response({ inResponseTo: own });
    assert.equal(await at(solicited, address, victim, foreign), '/sign-in?error=ForeignOrigin');
    assert.equal(await at(solicited, address, victim), '/');
    // Two tabs of one browser do not affect each other.
    const tabs = new Browser(server);
    const [first, second] = [await asked(tabs), await asked(tabs)];
    assert.notEqual(first, second);
    assert.equal(await at(response({ inResponseTo: first }), address, tabs), '/');
    assert.equal(await at(response({ inResponseTo: second }), address, tabs), '/');
    await signedIn();
    const events = await server.services.store.queries
      .selectFrom('audit_records')
      .select('event')
      .where('account_id', '=', account.accountId)
      .where('event_name', '=', 'ConsoleSignin')
      .execute();
    assert.equal(events.length, 4);
  });

  test('unsolicited responses are accepted only while the account allows it', async () => {
    const { account, response, show, refused, acceptUnsolicited, server, address, asked } = await fresh();
    const policy = () => account.admin.call(OWN, 'GetUserSsoResponsePolicy');
    const unsolicited = 'AuthenticationFail.SAMLAssertion.Unsolicited';
    assert.equal((await policy())['AcceptUnsolicited'], false);
    await refused(response(), unsolicited);
    await acceptUnsolicited(true);
    assert.equal((await policy())['AcceptUnsolicited'], true);
    assert.equal((await show(response())).location, '/');
    // A response that names a request is still for the browser that made it.
    const inResponseTo = await asked(new Browser(server));
    await refused(response({ inResponseTo }), unsolicited);
    assert.equal((await show(response(), address, new Browser(server))).location, '/');
    await acceptUnsolicited(false);
    await refused(response(), unsolicited);
  });

  test('the continue page contains nothing of the response as markup', async () => {
    const { address } = await fresh();
    for (const [language, word] of [
      ['en-GB,en;q=0.9', 'Continue'],
      ['zh-TW', '繼續'],
      ['zh-Hans-CN', '继续'],
      ['fr', 'Continue'],
    ] as const) {
      const answer = await fetch(address, {
        method: 'POST',
        headers: { 'accept-language': language, connection: 'close' },
        body: new URLSearchParams({ SAMLResponse: `"><script>alert(1)</script>'` }),
      });
      const page = await answer.text();
      assert.ok(page.includes(`<button>${word}</button>`), page);
      assert.equal(page.match(/<script>/g)?.length, 1);
      assert.match(
        String(answer.headers.get('content-security-policy')),
        /default-src 'none'; script-src 'sha256-/,
      );
      assert.equal(answer.headers.get('cache-control'), 'no-store');
    }
  });
});
