import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { PASSWORD, startForSuite, VARIANTS } from './console.ts';
import { showPage } from './show-page.ts';

describe('accessibility (axe, WCAG 2.2 AA)', { skip: CHROMIUM_MISSING }, async () => {
  const { console, account } = await startForSuite();
  const root = account.rootLoginName;
  const rootKey = console.server.clients(await account.rootKey());
  const { loginName, userId } = await console.newConsoleUser(account, 'sample-user', ['AliyunRAMFullAccess']);
  const userPage = `/users/${userId}`;
  const ims = (action: string, fields: Record<string, string>) =>
    account.admin.call('2019-08-15', action, fields);
  for (let made = 0; made < 3; made++) {
    const key = await ims('CreateAccessKey', { UserPrincipalName: loginName });
    const { AccessKeyId } = key['AccessKey'] as { readonly AccessKeyId: string };
    // Two in use, one in the recycle bin.
    if (made === 0)
      await ims('DeleteAccessKey', { UserPrincipalName: loginName, UserAccessKeyId: AccessKeyId });
  }
  await ims('CreateGroup', { GroupName: 'developers', DisplayName: 'Developers' });
  await ims('AddUserToGroup', { UserPrincipalName: loginName, GroupName: 'developers' });

  for (const look of VARIANTS) {
    const { language, width, scheme } = look;
    test(`sign-in page, ${language}, ${width}, ${scheme}`, async () => {
      const { page, close } = await console.open(look);
      await page.goto('/');
      await page.getByRole('heading', { level: 1 }).waitFor();
      await assertAccessible(page, 'sign-in');
      await page.locator('button[type=submit]').click();
      await page.locator('.ant-form-item-explain-error').first().waitFor();
      await assertAccessible(page, 'sign-in with errors');
      await close();
    });

    test(`pages, ${language}, ${width}, ${scheme}`, async () => {
      const { page, close } = await console.openSignedIn(root, PASSWORD, look);
      const addresses = [
        '/overview',
        '/users',
        '/users/new',
        userPage,
        `${userPage}?tab=groups`,
        `${userPage}?tab=permissions`,
        '/account',
      ];
      await page.goto('/nowhere');
      await page.getByRole('heading').first().waitFor();
      await assertAccessible(page, '/nowhere');
      for (const address of addresses) {
        await showPage(page, address);
        await assertAccessible(page, address);
      }
      await close();
    });

    test(`dialogs for creating a key, ${language}, ${width}, ${scheme}`, async () => {
      const { page, close } = await console.openSignedIn(root, PASSWORD, look);
      await page.goto('/access-keys');
      await acknowledgeWarning(page, 'warning');
      await page.getByRole('region').first().locator('button.ant-btn-primary').click();
      await acknowledgeWarning(page, 'second warning');
      await page.locator('input[type=password]').waitFor();
      await assertAccessible(page, 'security verification');
      await page.locator('input[type=password]').fill(PASSWORD);
      await page.locator('input[type=password]').press('Enter');
      await page.locator('.secret-row').first().waitFor();
      await assertAccessible(page, 'the secret');
      const keyId = await page.locator('.secret-row input').first().inputValue();
      await page.getByRole('checkbox').check();
      await page.getByRole('dialog').locator('button.ant-btn-primary').last().click();
      await page.getByRole('dialog').locator('button.ant-btn-primary').last().click();
      await page.getByRole('switch').click();
      await page.locator('.ant-btn-dashed').click();
      await page.locator('textarea').waitFor();
      await assertAccessible(page, 'network restriction');
      await page.keyboard.press('Escape');
      // Deletes the key for the next variant.
      await rootKey.call('2019-08-15', 'DeleteAccessKey', { UserAccessKeyId: keyId });
      await close();
    });

    test(`other dialogs of keys, ${language}, ${width}, ${scheme}`, async () => {
      const { page, close } = await console.openSignedIn(root, PASSWORD, look);
      await page.goto(userPage);
      const card = page.getByRole('article').first();
      await card.getByRole('button').nth(1).click();
      await page.getByRole('dialog').waitFor();
      await assertAccessible(page, 'disabling');
      await page.keyboard.press('Escape');
      const keyId = (await card.locator('code').innerText()).trim();
      await showPage(page, `${userPage}?rotate=${keyId}`);
      await page.locator('.rotation-keys').waitFor();
      await assertAccessible(page, 'rotation');
      await close();
    });
  }

  test('a key can be created with the keyboard', async () => {
    const { loginName } = await console.newConsoleUser(account, 'typist');
    const { page, close } = await console.openSignedIn(root, PASSWORD);
    await page.goto('/users');
    await page.getByRole('link', { name: loginName }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Create AccessKey' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Create AccessKey' });
    await dialog.waitFor();
    assert.ok(await focusIsIn(page), 'the focus is within the dialog');
    await tabTo(page, 'radio');
    await page.keyboard.press('Space');
    await tabTo(page, 'checkbox');
    await page.keyboard.press('Space');
    await tabTo(page, 'Continue to create');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Security verification' }).waitFor();
    await tabTo(page, 'password');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByLabel('AccessKey Secret', { exact: true }).waitFor();
    await tabTo(page, 'checkbox');
    await page.keyboard.press('Space');
    await tabTo(page, 'OK');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Not now' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('article').waitFor();
    await close();
  });
});

async function acknowledgeWarning(page: Page, what: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox').waitFor();
  await assertAccessible(page, what);
  await dialog.getByRole('checkbox').check();
  await dialog.locator('button.ant-btn-primary').click();
}

/** Whether the focused element is in a dialog. */
function focusIsIn(page: Page): Promise<boolean> {
  return page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null);
}

/** Presses Tab until the focused element has this type or text. */
async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let pressed = 0; pressed < 25; pressed++) {
    const found = await page.evaluate((sought) => {
      const element = document.activeElement as HTMLInputElement | null;
      return element?.type === sought || element?.textContent?.trim() === sought;
    }, wanted);
    if (found) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not come to ${wanted}`);
}
