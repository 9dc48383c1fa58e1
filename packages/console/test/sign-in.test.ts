import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { CHROMIUM_MISSING } from './chromium.ts';
import { PASSWORD, startForSuite } from './console.ts';

describe('signing in to the console', { skip: CHROMIUM_MISSING }, async () => {
  const { console, account } = await startForSuite();

  const ims = (action: string, fields: Record<string, string>) =>
    account.admin.call('2019-08-15', action, fields);

  async function fillIn(page: Page, loginName: string, secret: string): Promise<void> {
    await page.getByLabel('Login name').fill(loginName);
    await page.getByLabel('Password', { exact: true }).fill(secret);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  test('the one-time password of the root must be changed; a weak password is refused', async () => {
    const fresh = await console.server.newAccount();
    const { page, close } = await console.open();
    await page.goto('/');
    await fillIn(page, fresh.rootLoginName, fresh.rootPassword);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    // The rules are shown in advance.
    await page.getByText('At least 8 characters').waitFor();
    await page.getByText('At least 2 kinds of lowercase letters').waitFor();
    await page.getByText('Not one of the well-known passwords').waitFor();
    const set = page.getByRole('button', { name: 'Set the password and go on' });
    await page.getByLabel('New password', { exact: true }).fill('a');
    await page.getByLabel('New password, again').fill('b');
    await set.click();
    await page.getByText('The two passwords differ.').waitFor();
    await page.getByLabel('New password, again').fill('a');
    await set.click();
    await page.getByText('does not follow the account').waitFor();
    await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('New password, again').fill(PASSWORD);
    await set.click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await close();
  });

  test('a wrong password and an AccessKey pair are refused (S5)', async () => {
    const { page, context, close } = await console.open();
    await page.goto('/');
    await page.getByText('An AccessKey cannot be used to sign in here').waitFor();
    await fillIn(page, account.rootLoginName, 'not the password');
    await page.getByText('The login name or the password is wrong').waitFor();
    await fillIn(page, account.key.accessKeyId, account.key.accessKeySecret);
    await page.getByText('The login name or the password is wrong').waitFor();
    assert.deepEqual(await context.cookies(), []);
    await close();
  });

  test('a code of the MFA device is required at sign-in and step-up; a wrong one is refused', async () => {
    const { loginName } = await console.newConsoleUser(account, 'coded', ['AliyunRAMFullAccess']);
    const made = await ims('CreateVirtualMFADevice', { VirtualMFADeviceName: 'coded' });
    const device = made['VirtualMFADevice'] as { SerialNumber: string; Base32StringSeed: string };
    const code = (later: number) => console.code(device.Base32StringSeed, later);
    await ims('BindMFADevice', {
      UserPrincipalName: loginName,
      SerialNumber: device.SerialNumber,
      AuthenticationCode1: code(-2),
      AuthenticationCode2: code(-1),
    });
    const { page, close } = await console.open();
    await page.goto('/users');
    await fillIn(page, loginName, PASSWORD);
    await page.getByLabel('Six-digit code').fill('000000');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText('The code is wrong.').waitFor();
    // The device is bound.
    await page.getByLabel('Six-digit code').fill(code(-1));
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText('This code was used already. Wait for the next one.').waitFor();
    await page.getByLabel('Six-digit code').fill(code(0));
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    // Back at the first step.
    await page.waitForURL('**/users');
    await page.getByRole('heading', { name: 'Users' }).waitFor();

    const create = async () => {
      await page.goto('/access-keys');
      await page.getByRole('button', { name: 'Create AccessKey' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Create AccessKey' });
      await dialog.getByRole('radio', { name: 'Other' }).check();
      await dialog.getByRole('checkbox').check();
      await dialog.getByRole('button', { name: 'Continue to create' }).click();
    };
    // The code of the sign-in counts as step-up.
    await create();
    await page.getByLabel('AccessKey Secret', { exact: true }).waitFor();
    await console.expireStepUps();
    await create();
    const proof = page.getByRole('dialog', { name: 'Security verification' });
    await proof.getByLabel('MFA code').fill(code(0));
    await proof.getByRole('button', { name: 'Verify', exact: true }).click();
    await proof.getByText('This code was used already. Wait for the next one.').waitFor();
    await proof.getByLabel('MFA code').fill(code(1));
    await proof.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByLabel('AccessKey Secret', { exact: true }).waitFor();
    await close();
  });

  test('a required device is bound during sign-in', async () => {
    const { loginName } = await console.newConsoleUser(account, 'binding');
    await ims('UpdateLoginProfile', { UserPrincipalName: loginName, MFABindRequired: 'true' });
    const { page, close } = await console.open();
    await page.goto('/');
    await fillIn(page, loginName, PASSWORD);
    await page.getByRole('heading', { name: 'Bind an MFA device' }).waitFor();
    assert.ok(
      await page
        .getByRole('img', { name: 'QR code' })
        .evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
    );
    const seed = (await page.locator('code').first().innerText()).trim();
    await page.getByLabel('First code').fill(console.code(seed, -1));
    await page.getByLabel('Second code').fill(console.code(seed, 0));
    await page.getByRole('button', { name: 'Bind the device' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await close();
  });

  test('a passkey is registered, signs in, and verifies', async () => {
    const { loginName } = await console.newConsoleUser(account, 'keyed');
    const { page, context, close } = await console.openSignedIn(loginName, PASSWORD);
    const browser = await context.newCDPSession(page);
    await browser.send('WebAuthn.enable');
    await browser.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    });
    await page.goto('/account');
    await page.getByRole('button', { name: 'Register a passkey' }).click();
    await page.getByLabel('Name').fill('Office laptop');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    const proof = page.getByRole('dialog', { name: 'Security verification' });
    await proof.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await proof.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByRole('region', { name: 'Passkeys' }).first().getByText('Office laptop').waitFor();

    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You have signed out.').waitFor();
    await fillIn(page, loginName, PASSWORD);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    // The next sign-in does not lead to the page that was left.
    await page.waitForURL('**/overview');
    await page.goto('/account');
    await console.expireStepUps();

    await page
      .getByRole('region', { name: 'Passkeys' })
      .first()
      .getByRole('button', { name: 'Delete' })
      .click();
    await page
      .getByRole('dialog', { name: 'Delete the passkey' })
      .getByRole('button', { name: 'Delete' })
      .click();
    await page.getByRole('button', { name: 'Verify with a passkey' }).click();
    // The session depended on the passkey.
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    await close();
  });

  test('the language is that of the browser until one is chosen, also for dates', async () => {
    const { page, close } = await console.open({ language: 'zh-TW' });
    await page.goto('/');
    await page.getByRole('heading', { name: '登入控制台' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-TW');
    await page.getByRole('button', { name: /語言/ }).click();
    await page.getByRole('menuitem', { name: '简体中文' }).click();
    await page.getByRole('heading', { name: '登录控制台' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '登录控制台' }).waitFor();
    assert.equal(await page.title(), '登录控制台 · Claviger');
    await close();
  });

  test('a window has no cookies and no storage of the window before it', async () => {
    const earlier = await console.open({ language: 'zh-TW', scheme: 'dark' });
    await earlier.page.goto('/');
    await earlier.context.addCookies([{ name: 'kept', value: '1', url: console.url }]);
    await earlier.page.evaluate(() => {
      localStorage.setItem('kept', '1');
      sessionStorage.setItem('kept', '1');
    });
    await earlier.close();
    const { page, context, close } = await console.open();
    assert.equal(context, earlier.context);
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    const kept = () => ({ ...localStorage, ...sessionStorage });
    assert.deepEqual(await page.evaluate(kept), { 'claviger.language': 'en' });
    assert.deepEqual(await context.cookies(), []);
    await close();
  });

  test('the colour scheme follows the system until one is chosen', async () => {
    const { page, close } = await console.open({ scheme: 'dark' });
    await page.goto('/');
    const scheme = () => page.locator('html').getAttribute('data-scheme');
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    assert.equal(await scheme(), 'dark');
    await page.getByRole('button', { name: /Appearance/ }).click();
    await page.getByRole('menuitem', { name: 'Light' }).click();
    assert.equal(await scheme(), 'light');
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    assert.equal(await scheme(), 'light');
    await close();
  });

  test('an ended session leads to the sign-in page, and from there back to the previous page', async () => {
    const { loginName } = await console.newConsoleUser(account, 'ended', ['AliyunRAMFullAccess']);
    const { page, context, close } = await console.openSignedIn(loginName, PASSWORD);
    await page.goto('/users');
    await page.getByRole('heading', { name: 'Users' }).waitFor();
    await context.clearCookies();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    await page.getByText('Your session has ended').waitFor();
    // No cached data is shown to the next user.
    assert.equal(await page.getByText(loginName).count(), 0);
    await fillIn(page, loginName, PASSWORD);
    await page.waitForURL('**/users');
    await close();
  });

  test('the sign-in does not redirect to another site', async () => {
    const { loginName } = await console.newConsoleUser(account, 'phished');
    const { page, close } = await console.openSignedIn(loginName, PASSWORD);
    for (const next of [
      'https://evil.example/overview',
      '//evil.example/overview',
      '/\\\\evil.example',
      '/.//evil.example/a',
      '/%2e//evil.example',
      '/users/../..//evil.example',
      '//',
      'http://',
    ]) {
      await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      assert.ok(page.url().startsWith(`${console.url}/overview`), `${next} led to ${page.url()}`);
    }
    await page.goto(`/sign-in?next=${encodeURIComponent('/users?q=x#list')}`);
    await page.waitForURL('**/users?q=x#list');
    await close();
  });

  test('text from the URL is not shown', async () => {
    const { page, close } = await console.open();
    await page.goto('/sign-in?error=InvalidCallUsAt0800123456');
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    assert.equal(await page.getByText('0800123456').count(), 0);
    assert.equal(await page.getByRole('alert').count(), 0);
    await close();
  });

  test('the root binds and unbinds a device in its security settings', async () => {
    const fresh = await console.newAccount();
    const { page, close } = await console.openSignedIn(fresh.rootLoginName, PASSWORD);
    await page.goto('/account');
    await page.getByRole('button', { name: 'Bind an MFA device' }).click();
    const proof = page.getByRole('dialog', { name: 'Security verification' });
    await proof.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await proof.getByRole('button', { name: 'Verify', exact: true }).click();
    const binding = page.getByRole('dialog', { name: 'Bind an MFA device' });
    const seed = (await binding.locator('code').first().innerText()).trim();
    await binding.getByLabel('First code').fill(console.code(seed, -1));
    await binding.getByLabel('Second code').fill(console.code(seed, 0));
    await binding.getByRole('button', { name: 'Bind the device' }).click();
    await page.getByText('An MFA device is bound.', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Unbind the MFA device' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unbind the MFA device' }).click();
    await page.getByText('No MFA device is bound').waitFor();
    await close();
  });

  test('another session is ended from the list', async () => {
    const { loginName } = await console.newConsoleUser(account, 'twice');
    const other = await console.openSignedIn(loginName, PASSWORD);
    const { page, close } = await console.openSignedIn(loginName, PASSWORD);
    await page.goto('/account');
    const sessions = page.getByRole('region', { name: 'Sessions' }).first();
    await sessions.getByRole('button', { name: 'End', exact: true }).click();
    await sessions.getByRole('button', { name: 'End', exact: true }).waitFor({ state: 'detached' });
    await other.page.goto('/account');
    await other.page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    await close();
    await other.close();
  });

  test('SSO needs only the login name; without a provider an error is shown', async () => {
    const { loginName } = await console.newConsoleUser(account, 'no-provider');
    const { page, close } = await console.open();
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Use single sign-on (SSO)' }).click();
    await page.getByText('This field is required.').waitFor();
    await page.getByLabel('Login name').fill(loginName);
    await page.getByRole('button', { name: 'Use single sign-on (SSO)' }).click();
    await page.getByText('Users of this name do not sign in through an identity provider.').waitFor();
    await page.goto('/sign-in?error=AuthenticationFail.SAMLAssertion.Expired');
    await page.getByText('The answer of the identity provider came too late. Sign in again.').waitFor();
    await close();
  });
});
