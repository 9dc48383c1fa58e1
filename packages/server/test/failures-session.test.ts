/** Failure 4 of peers, for console sessions: no path skips their verification. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { implementedOperations } from '../src/claviger.ts';
import { Browser, cookieName, type PageCall } from './browser.ts';
import { callRaw, readJson, send, signedRequest } from './raw-request.ts';
import { eachServer, type TestServer } from './server.ts';

const password = 'correct horse 42';

eachServer((_, start) => {
  describe('failure 4: one path skips verification', () => {
    let server: TestServer;
    /** Session of an administrator: a call that is not refused is executed. */
    let whole: Browser;
    let pending: Browser;
    let ended: Browser;
    let another: Browser;

    before(async () => {
      server = await start();
      const { account } = server;
      const { admin } = account;
      const ims = (action: string, fields: Record<string, string>) =>
        admin.call('2019-08-15', action, fields);
      const administrator = `administrator@${account.domain}`;
      await ims('CreateLoginProfile', { UserPrincipalName: administrator, Password: password });
      const signIn = async (browser: Browser, loginName: string) => {
        await browser.signIn(loginName, password);
        return browser;
      };
      whole = await signIn(new Browser(server), administrator);
      await whole.done('StepUp', { Method: 'Password', Password: password });
      another = await signIn(new Browser(server), administrator);
      ended = await signIn(new Browser(server), administrator);
      const jar = new Map(ended.jar);
      await ended.done('SignOut');
      for (const [cookie, value] of jar) ended.jar.set(cookie, value);
      await ims('CreateUser', { UserPrincipalName: `newcomer@${account.domain}`, DisplayName: 'newcomer' });
      await ims('CreateLoginProfile', {
        UserPrincipalName: `newcomer@${account.domain}`,
        Password: password,
        PasswordResetRequired: 'true',
      });
      pending = await signIn(new Browser(server), `newcomer@${account.domain}`);
    });

    const cookieOf = (browser: Browser) => browser.jar.get('claviger_session') ?? '';

    test('an invalid session opens no operation, whatever is wrong with it', async () => {
      const cookie = (value: string) => ({ cookie: value });
      const right = `${cookieName(server)}=${cookieOf(whole)}`;
      const csrf = whole.csrf;
      const forms: Record<string, PageCall> = {
        'no cookie': { csrf },
        'an unknown token': { csrf, headers: cookie(`${cookieName(server)}=${'a'.repeat(44)}`) },
        'a token of another form': { csrf, headers: cookie(`${cookieName(server)}=' or 1=1 --`) },
        'a token cut short': { csrf, headers: cookie(right.slice(0, -1)) },
        'the cookie of TLS without it': { csrf, headers: cookie(`__Host-${right}`) },
        'the cookie of another port': {
          csrf,
          headers: cookie(right.replace(/_\d+=/, '_1=')),
        },
        'two cookies': { csrf, headers: cookie(`${right}; ${cookieName(server)}=${cookieOf(another)}`) },
        'the hash of the token': { csrf, headers: cookie(`${cookieName(server)}=${'0'.repeat(64)}`) },
        'no CSRF token': { csrf: '', headers: cookie(right) },
        'another session’s CSRF token': { csrf: another.csrf, headers: cookie(right) },
        'a page of another site': { csrf, headers: { ...cookie(right), origin: 'https://evil.example' } },
        'a page of another port': { csrf, headers: { ...cookie(right), origin: 'http://127.0.0.1:1' } },
        'a page without an origin': { csrf, headers: { ...cookie(right), origin: 'null' } },
        'another site, as the browser says': {
          csrf,
          headers: { ...cookie(right), 'sec-fetch-site': 'cross-site' },
        },
        'a neighbour in the domain': { csrf, headers: { ...cookie(right), 'sec-fetch-site': 'same-site' } },
        'an address that was opened': { csrf, headers: { ...cookie(right), 'sec-fetch-site': 'none' } },
        'by GET': { csrf, headers: cookie(right), method: 'GET' },
        'with a bearer token': { csrf, headers: { ...cookie(right), authorization: 'Bearer token' } },
        'a sign-in that is under way': {
          csrf: pending.csrf,
          headers: cookie(`${cookieName(server)}=${cookieOf(pending)}`),
        },
        'a session that has ended': {
          csrf: ended.csrf,
          headers: cookie(`${cookieName(server)}=${cookieOf(ended)}`),
        },
      };
      for (const operation of implementedOperations().all()) {
        // Operations that need no session are proven otherwise.
        if (operation.access === 'anonymous') continue;
        if (operation.access === 'console' && operation.session === 'none') continue;
        const attempt = async (form: string, how: PageCall) => {
          const isPageLoad = operation.access === 'read' && operation.sessionOnly === 'page-load';
          if (isPageLoad && form.endsWith('CSRF token')) return;
          const isStep = operation.access === 'console' && operation.session === 'pending';
          if (isStep && form === 'a sign-in that is under way') return;
          const browser = new Browser(server);
          const { status, code } = await browser.call(
            operation.name,
            {},
            { version: operation.version, ...how },
          );
          const place = `${operation.name} by ${form}: ${status} ${code}`;
          assert.ok(status >= 400 && status < 500, place);
          assert.match(
            code,
            /^(NotSignedIn|InvalidCsrfToken|ForeignOrigin|UnsupportedHTTPMethod|SessionAndSignature|MissingAccessKeyId)$/,
            place,
          );
        };
        await Promise.all(Object.entries(forms).map(([form, how]) => attempt(form, how)));
      }
    });

    test('a session and a signature together are refused, whether or not either is valid', async () => {
      const key = server.account.key;
      for (const who of [key, { ...key, accessKeySecret: 'guessed' }]) {
        for (const token of [cookieOf(whole), cookieOf(ended), 'a'.repeat(44)]) {
          for (const way of ['ACS3', 'RPC 1.0 with a form'] as const) {
            const request = signedRequest(server.url, who, way, { format: 'JSON' });
            const headers = [
              ['cookie', `${cookieName(server)}=${token}`],
              ['x-claviger-csrf', whole.csrf],
            ] as const;
            const { status, code } = readJson(await send(server.url, request, headers));
            assert.deepEqual([status, code], [400, 'SessionAndSignature'], way);
          }
        }
      }
      assert.equal((await callRaw(server.url, key, 'ACS3')).code, 'OK');
    });

    test('another site cannot sign a browser in', async () => {
      const login = { LoginName: `administrator@${server.account.domain}`, Password: password };
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site', origin: server.url },
      ] as Record<string, string>[]) {
        await new Browser(server).refused('SignIn', login, 'ForeignOrigin', 403, { headers });
      }
      await new Browser(server).refused('SignIn', login, 'UnsupportedHTTPMethod', 400, { method: 'GET' });
      for (const headers of [
        { origin: server.url },
        { origin: server.url, 'sec-fetch-site': 'same-origin' },
        { origin: 'null', 'sec-fetch-site': 'same-origin' },
      ] as Record<string, string>[]) {
        await new Browser(server)
          .call('SignIn', login, { headers })
          .then(({ code }) => assert.equal(code, 'OK'));
      }
    });

    test('calls of a complete session are authorised like signed calls', async () => {
      assert.equal((await whole.call('ListUsers', {}, { version: '2015-05-01' })).code, 'OK');
      assert.equal((await pending.call('ListUsers', {}, { version: '2015-05-01' })).code, 'NotSignedIn');
    });
  });
});
