import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { acceptedCall, completeStepUp, PASSWORD, startForSuite, VARIANTS } from './console.ts';

describe('switching to a role in the console', { skip: CHROMIUM_MISSING }, async () => {
  const { console, account } = await startForSuite();
  const ram = (action: string, fields: Record<string, string>) =>
    account.admin.callRpc('2015-05-01', action, fields);

  async function role(RoleName: string, AllowConsoleLogin = 'true'): Promise<void> {
    const statement = {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
    };
    await ram('CreateRole', {
      RoleName,
      AllowConsoleLogin,
      AssumeRolePolicyDocument: JSON.stringify({ Version: '1', Statement: [statement] }),
    });
    await ram('AttachPolicyToRole', {
      RoleName,
      PolicyName: 'AliyunRAMReadOnlyAccess',
      PolicyType: 'System',
    });
  }

  const menu = async (page: Page, item: string) => {
    await page.getByRole('button', { name: /^Account menu/ }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  const reloaded = (page: Page) => page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();

  test('a user acts as the role and comes back; the page says who it is, and the role is remembered', async () => {
    await role('reader');
    const { loginName } = await console.newConsoleUser(account, 'switcher', ['AliyunSTSAssumeRoleAccess']);
    const { page, close } = await console.openSignedIn(loginName, PASSWORD);
    await page.goto('/users');
    await page.getByText('You do not have permission for this').first().waitFor();
    await menu(page, 'Switch role');
    const dialog = page.getByRole('dialog', { name: 'Switch role' });
    await dialog.getByLabel('Role name').fill('reader');
    await dialog.getByRole('button', { name: 'Switch', exact: true }).click();
    const switched = acceptedCall(page, 'SwitchRole');
    await completeStepUp(page);
    await switched;
    await reloaded(page);
    const banner = page.getByRole('region', { name: 'Current role' });
    await banner.getByText(`You act as the role reader of the account ${account.accountId}`).waitFor();
    await page.getByRole('button', { name: 'Account menu: reader' }).waitFor();
    await page.goto('/users');
    await page.getByText(loginName).first().waitFor();
    await page.goto('/access-keys');
    await page.getByText('This page is for your user, and you act as a role').waitFor();
    await page.goto('/account');
    await page.getByText('This page is for your user, and you act as a role').waitFor();

    await banner.getByRole('button', { name: `Back to ${loginName}` }).click();
    await page.getByRole('button', { name: 'Account menu: switcher' }).waitFor();
    await banner.waitFor({ state: 'detached' });
    await menu(page, 'Switch role');
    await dialog.getByRole('button', { name: 'reader', exact: true }).click();
    await banner.getByText('You act as the role reader').waitFor();
    await close();
  });

  test('a role that is not open for the console is refused with what to do', async () => {
    await role('closed', 'false');
    const { loginName } = await console.newConsoleUser(account, 'refused', ['AliyunSTSAssumeRoleAccess']);
    const { page, close } = await console.openSignedIn(loginName, PASSWORD, { steppedUp: true });
    await page.goto('/');
    await menu(page, 'Switch role');
    const dialog = page.getByRole('dialog', { name: 'Switch role' });
    await dialog.getByLabel('Role name').fill('closed');
    await dialog.getByRole('button', { name: 'Switch', exact: true }).click();
    await dialog.getByText('The role cannot be switched to in the console').waitFor();
    // An administrator opens it on the role's page.
    const admin = await console.newConsoleUser(account, 'opener', ['AdministratorAccess']);
    const other = await console.openSignedIn(admin.loginName, PASSWORD, { steppedUp: true });
    await other.page.goto('/roles/closed');
    await other.page.getByRole('button', { name: 'Edit', exact: true }).first().click();
    await other.page.getByRole('switch', { name: 'Switch to it in the console' }).click();
    const saved = acceptedCall(other.page, 'UpdateRole');
    await other.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await saved;
    await other.close();
    await dialog.getByRole('button', { name: 'Switch', exact: true }).click();
    await page.getByText('You act as the role closed').waitFor();
    await close();
  });

  test('another tab does nothing for the role; when the role ends, the way back is shown', async () => {
    await role('ending');
    const { loginName } = await console.newConsoleUser(account, 'tabs', ['AliyunSTSAssumeRoleAccess']);
    const { page, context, close } = await console.openSignedIn(loginName, PASSWORD, { steppedUp: true });
    await page.goto('/');
    const stale = await context.newPage();
    await stale.goto('/account');
    await stale.getByRole('heading', { level: 1 }).waitFor();
    await menu(page, 'Switch role');
    const dialog = page.getByRole('dialog', { name: 'Switch role' });
    await dialog.getByLabel('Role name').fill('ending');
    await dialog.getByRole('button', { name: 'Switch', exact: true }).click();
    await page.getByText('You act as the role ending').waitFor();
    await stale.getByRole('link', { name: 'Users', exact: true }).click();
    await stale.getByRole('dialog', { name: 'Another identity has signed in' }).waitFor();
    await ram('UpdateRole', { RoleName: 'ending', NewAllowConsoleLogin: 'false' });
    await page.reload();
    await page.getByText('The session of the role ending').waitFor();
    await page.getByRole('button', { name: `Back to ${loginName}` }).click();
    await page.getByRole('button', { name: 'Account menu: tabs' }).waitFor();
    await close();
  });

  test('the dialog and the banner are accessible in every language, scheme and width', async () => {
    await role('shown');
    const { loginName } = await console.newConsoleUser(account, 'looker', ['AliyunSTSAssumeRoleAccess']);
    for (const look of VARIANTS) {
      const { page, close } = await console.openSignedIn(loginName, PASSWORD, { ...look, steppedUp: true });
      await page.goto('/');
      await page.locator('.avatar-button').click();
      await page.locator('.ant-dropdown-menu-item').nth(2).click();
      await page.getByRole('dialog').getByRole('textbox').nth(1).fill('shown');
      await assertAccessible(page, `switch role, ${look.language}`);
      await page.getByRole('dialog').locator('button.ant-btn-primary').click();
      await page.locator('.role-banner').waitFor();
      await assertAccessible(page, `role banner, ${look.language}`);
      assert.match((await page.locator('.role-banner').textContent()) ?? '', /shown/);
      await close();
    }
  });
});
