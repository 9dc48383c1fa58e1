import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { Browser } from './browser.ts';
import { type AssertionChanges, SamlIdentityProvider } from './identity-providers.ts';
import { eachServer, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const password = 'correct horse 42';
const idp = new SamlIdentityProvider({ entityId: 'https://idp.example.com/saml' });

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const fresh = async (settings: Record<string, string> = {}) => {
    started ??= start({ configuration: { audit: 'strict' } });
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
    /** As a browser brings it, from the provider's page. @returns where it is sent, and with which cookie */
    const show = async (text: string, to = address) => {
      const answer = await fetch(to, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: 'https://idp.example.com', 'sec-fetch-site': 'cross-site', connection: 'close' },
        body: new URLSearchParams({ SAMLResponse: Buffer.from(text).toString('base64'), RelayState: 'x' }),
      });
      assert.equal(answer.status, 303);
      const [cookie = ''] = answer.headers.getSetCookie();
      return { location: answer.headers.get('location'), cookie };
    };
    const signedIn = async (changes: Partial<AssertionChanges> = {}) => {
      const { location, cookie } = await show(response(changes));
      assert.equal(location, '/');
      const browser = new Browser(server);
      browser.jar.set('claviger_session', /^claviger_session=([A-Za-z0-9]{44});/.exec(cookie)![1]!);
      await browser.done('GetSession');
      return browser;
    };
    const refused = async (text: string, code = 'AuthenticationFail.SAMLAssertion.Invalid') => {
      const { location, cookie } = await show(text);
      assert.equal(location, `/sign-in?error=${encodeURIComponent(code)}`);
      assert.equal(cookie, '');
    };
    return { server, account, alice, name, ims, address, response, show, signedIn, refused };
  };

  test('a user signs in through the provider of its account, without a password of its own', async () => {
    const { signedIn, name, account, server } = await fresh();
    const browser = await signedIn();
    const session = await browser.done('GetSession');
    assert.equal((session['Principal'] as { LoginName: string }).LoginName, name);
    assert.equal(session['MFAPresent'], false);
    await browser.refused('ListUsers', {}, 'NoPermission', 403, { version: RAM });
    const rows = await server.services.store.queries
      .selectFrom('audit_events')
      .select('event')
      .where('account_id', '=', account.accountId)
      .where('event_name', '=', 'ConsoleSignin')
      .execute();
    const [event] = rows.map((row) => JSON.parse(row.event) as Record<string, Record<string, unknown>>);
    assert.equal(event!['userIdentity']!['userName'], 'alice');
    assert.ok(!JSON.stringify(rows).includes('SAMLResponse'));
  });

  test('it has just been verified, and later signs in again to make credentials', async () => {
    const { signedIn, ims } = await fresh();
    await ims('SetSecurityPreference', { AllowUserToManageAccessKeys: 'true' });
    const browser = await signedIn();
    assert.deepEqual((await browser.done('GetSession'))['StepUpMethods'], []);
    await browser.done('CreateAccessKey', {}, { version: RAM });
  });

  test('with single sign-on users have no other way in, and the root has its own', async () => {
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

  test('only what this account’s provider says, for this console, now and once, signs in', async () => {
    const { server, account, response, refused, show, name } = await fresh();
    const other = await fresh();
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
      `nobody@${account.domain}`,
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

  test('names of users come with the domain, or without, as the account says', async () => {
    const { account, ims, signedIn, refused, response } = await fresh({
      AuxiliaryDomain: 'corp.example.com',
    });
    await signedIn({ subject: 'ALICE@corp.example.com' });
    await signedIn({ subject: `alice@${account.accountId}` });
    await refused(response({ subject: 'alice' }));
    await ims('SetUserSsoSettings', { SsoLoginWithDomain: 'false' });
    await signedIn({ subject: 'alice' });
    await refused(response({ subject: 'alice@elsewhere.example.com' }));
  });

  test('the RAM names of the service provider will do as its audience', async () => {
    const { account, signedIn } = await fresh();
    await signedIn({ audience: `https://signin.aliyun.com/${account.accountId}/saml/SSO` });
  });

  test('such a session ends with the setting, the user’s sign-in, and the provider’s own session', async () => {
    const { signedIn, ims, name, alice, account, response, refused } = await fresh();
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

  test('login networks bind who comes through a provider, too', async () => {
    const { ims, refused, response } = await fresh();
    await ims('SetSecurityPreference', { LoginNetworkMasks: '203.0.113.0/24' });
    await refused(response(), 'Forbidden.LoginNetwork');
  });

  test('who begins here is sent to the provider, with a question that names this console', async () => {
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

  test('at an address that nobody vouches for there is no single sign-on', async () => {
    const { server, account, response, name } = await fresh();
    const browser = new Browser(server);
    const headers = { host: 'evil.example.com' };
    const location = await new Promise<string | undefined>((resolve, reject) => {
      const body = new URLSearchParams({
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
});
