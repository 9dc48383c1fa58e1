import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import type { BrowserContext, Page } from 'playwright-core';
import { SamlIdentityProvider } from '../../server/test/identity-providers.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { acceptedCall, startForSuite } from './console.ts';

describe('signing in to the console with an identity provider', { skip: CHROMIUM_MISSING }, async () => {
  const otherSites = ['idp', 'evil', 'portal'].map((name) => `http://${name}.example.com`);
  const idp = new SamlIdentityProvider({ entityId: 'http://idp.example.com/saml' });
  const { console, account } = await startForSuite();
  const { loginName: alice } = await console.newConsoleUser(account, 'alice', ['AdministratorAccess']);
  await account.admin.call('2019-08-15', 'SetUserSsoSettings', {
    SsoEnabled: 'true',
    MetadataDocument: idp.metadata(),
  });

  /** Returns a page of another site that posts a SAML response to the console, as identity providers do. */
  function sendingPage(inResponseTo: string | undefined): string {
    const { url } = console;
    const address = `${url}/saml/sign-in/${account.accountId}`;
    const response = idp.response({
      roles: [],
      subject: alice,
      now: console.now,
      recipient: address,
      audience: `${url}/saml/metadata/${account.accountId}`,
      ...(inResponseTo !== undefined && { inResponseTo }),
    });
    const encoded = Buffer.from(response).toString('base64');
    return `<form method="post" action="${address}"><input type="hidden" name="SAMLResponse" value="${encoded}"></form><script>document.forms[0].submit()</script>`;
  }

  const serveAt = (context: BrowserContext, address: string, page: (url: URL) => string) =>
    context.route(address, (route) =>
      route.fulfill({ contentType: 'text/html', body: page(new URL(route.request().url())) }),
    );

  const requestIdIn = (url: URL) => {
    const sent = Buffer.from(url.searchParams.get('SAMLRequest')!, 'base64');
    return /ID="([^"]+)"/.exec(inflateRawSync(sent).toString())![1]!;
  };

  async function beginSignIn(page: Page): Promise<void> {
    await page.goto('/sign-in');
    await page.getByLabel('Login name').fill(alice);
    await page.getByRole('button', { name: 'Use single sign-on (SSO)' }).click();
  }

  test('a user who starts at the console is signed in by the response of the provider', async () => {
    const { page, context, close } = await console.open({ otherSites });
    await serveAt(context, 'http://idp.example.com/sso?*', (url) => sendingPage(requestIdIn(url)));
    await beginSignIn(page);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await close();
  });

  test('another site cannot sign a browser in, with an unsolicited response or with its own request', async () => {
    const attacker = await console.open({ otherSites });
    let attackersRequest: string | undefined;
    await serveAt(attacker.context, 'http://idp.example.com/sso?*', (url) => {
      attackersRequest = requestIdIn(url);
      return 'kept';
    });
    await beginSignIn(attacker.page);
    await attacker.page.getByText('kept').waitFor();
    await attacker.close();
    for (const inResponseTo of [undefined, attackersRequest]) {
      const { page, context, close } = await console.open({ otherSites });
      await serveAt(context, 'http://evil.example.com/', () => sendingPage(inResponseTo));
      await page.goto('http://evil.example.com/');
      await page.getByText('does not belong to a sign-in that this browser began').waitFor();
      assert.match(page.url(), /\/sign-in\?error=AuthenticationFail\.SAMLAssertion\.Unsolicited$/);
      await close();
    }
  });

  test('unsolicited responses are accepted after they are enabled on the SSO page', async () => {
    const policy = async () =>
      (await account.admin.call('2026-11-24', 'GetUserSsoResponsePolicy'))['AcceptUnsolicited'];
    const { page, context, close } = await console.open({ otherSites });
    await serveAt(context, 'http://idp.example.com/sso?*', (url) => sendingPage(requestIdIn(url)));
    await beginSignIn(page);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.goto('/sso?tab=user-sso');
    const section = page.getByRole('region', { name: 'User SSO' });
    await section.getByRole('switch', { name: 'Accept unsolicited responses' }).click();
    const saved = acceptedCall(page, 'SetUserSsoResponsePolicy');
    await section.getByRole('button', { name: 'Save' }).click();
    await saved;
    assert.equal(await policy(), true);
    await serveAt(context, 'http://portal.example.com/', () => sendingPage(undefined));
    await page.goto('http://portal.example.com/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await close();
  });
});
