import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { insertUsers } from '../../server/test/inserted-users.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { completeStepUp, PASSWORD, startForSuite } from './console.ts';
import { assertSecretGone } from './secret-gone.ts';

describe('users in the console', { skip: CHROMIUM_MISSING }, async () => {
  const { console, account } = await startForSuite();
  const { loginName: admin } = await console.newConsoleUser(account, 'manager', ['AliyunRAMFullAccess']);

  const ims = (action: string, fields: Record<string, string>) =>
    account.admin.call('2019-08-15', action, fields);
  const ram = (action: string, fields: Record<string, string>) =>
    account.admin.callRpc('2015-05-01', action, fields);

  test('a user with console sign-in and AccessKey: password and secret are shown once, and the user signs in', async () => {
    const opened = await console.openSignedIn(admin, PASSWORD);
    const { page, close } = opened;
    await page.goto('/users');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByRole('heading', { name: 'Create user' }).waitFor();
    const create = page.getByRole('button', { name: 'Create user' });
    await create.click();
    await page.getByText('This field is required.').waitFor();
    await page.getByLabel('Login name').fill('Not A Name');
    await page.getByText('1 to 64 letters', { exact: false }).nth(1).waitFor();
    await page.getByLabel('Login name').fill('dora');
    await page.getByLabel('Display name').fill('Dora');
    await page.getByRole('checkbox', { name: 'Console access' }).check();
    await page.getByRole('checkbox', { name: 'Must use an MFA device' }).uncheck();
    await page.getByRole('checkbox', { name: 'Programmatic access' }).check();
    await page.getByText('Better make two users').waitFor();
    await create.click();
    await completeStepUp(page);

    const shown = page.getByRole('dialog', { name: 'Password of the user' });
    const oneTime = (await shown.locator('code').innerText()).trim();
    await shown.getByRole('button', { name: 'I have saved it' }).click();
    const warning = page.getByRole('dialog', { name: 'Create AccessKey' });
    await warning.getByRole('radio', { name: 'Application code' }).check();
    await warning.getByRole('checkbox').check();
    await warning.getByRole('button', { name: 'Continue to create' }).click();
    const secret = await page.getByLabel('AccessKey Secret', { exact: true }).inputValue();
    await page.getByRole('checkbox', { name: 'I have saved the AccessKey Secret' }).check();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('heading', { name: `dora@${account.domain}` }).waitFor();
    await page.getByRole('article').waitFor();
    for (const gone of [secret, oneTime]) await assertSecretGone(opened, gone);
    await close();

    const dora = await console.open();
    await dora.page.goto('/');
    await dora.page.getByLabel('Login name').fill(`dora@${account.domain}`);
    await dora.page.getByLabel('Password', { exact: true }).fill(oneTime);
    await dora.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dora.page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await dora.close();
  });

  test('a name in use is reported in the form, which keeps its values', async () => {
    const { page, close } = await console.openSignedIn(admin, PASSWORD, {
      language: 'zh-TW',
      steppedUp: true,
    });
    await page.goto('/users/new');
    await page.getByLabel('登入名稱').fill('manager');
    await page.getByLabel('顯示名稱').fill('另一位');
    await page.getByRole('button', { name: '建立使用者' }).click();
    await page.getByText('已有同名的使用者。').waitFor();
    assert.equal(await page.getByLabel('顯示名稱').inputValue(), '另一位');
    await close();
  });

  test('a user is edited, renamed and found under the new name', async () => {
    const { userId } = await console.newConsoleUser(account, 'emil');
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto(`/users/${userId}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit the user' });
    await dialog.getByLabel('Login name').fill('emile');
    await dialog.getByLabel('Display name').fill('Émile');
    await dialog.getByLabel('E-mail').fill('nonsense');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('This is not an e-mail address.').waitFor();
    await dialog.getByLabel('E-mail').fill('emile@example.com');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: `emile@${account.domain}` }).waitFor();
    await page.goto('/users?q=émile');
    await page.getByRole('link', { name: `emile@${account.domain}` }).waitFor();
    assert.equal(await page.getByRole('row').count(), 2);
    await close();
  });

  test('a user joins a group, inherits its policies and leaves it; a policy is attached and detached', async () => {
    const { userId, loginName } = await console.newConsoleUser(account, 'frida');
    await ims('CreateGroup', { GroupName: 'readers', DisplayName: 'Readers' });
    await ram('AttachPolicyToGroup', {
      GroupName: 'readers',
      PolicyName: 'AliyunRAMReadOnlyAccess',
      PolicyType: 'System',
    });
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto(`/users/${userId}?tab=groups`);
    await page.getByText('In no group').waitFor();
    await page.getByRole('button', { name: 'Add to groups' }).click();
    const adding = page.getByRole('dialog', { name: 'Add to groups' });
    await adding.getByRole('combobox', { name: 'Groups' }).fill('readers');
    await option(page, 'readers').click();
    // Closes the list.
    await adding.getByText(loginName).click();
    await adding.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('link', { name: 'readers' }).waitFor();

    await page.getByRole('tab', { name: 'Permissions' }).click();
    await page
      .getByRole('region', { name: 'From groups' })
      .first()
      .getByText('AliyunRAMReadOnlyAccess')
      .waitFor();
    await page.getByRole('button', { name: 'Attach policies' }).click();
    const attaching = page.getByRole('dialog', { name: 'Attach policies' });
    await attaching.getByRole('combobox', { name: 'Policies' }).fill('AliyunSTSAssumeRole');
    await option(page, 'AliyunSTSAssumeRoleAccess').click();
    await attaching.getByText('Attach policies').click();
    await attaching.getByRole('button', { name: 'Attach', exact: true }).click();
    await page.getByRole('link', { name: 'AliyunSTSAssumeRoleAccess' }).waitFor();
    const own = (await ram('ListPoliciesForUser', { UserName: 'frida' })) as {
      Policies: { Policy: { PolicyName: string }[] };
    };
    assert.deepEqual(
      own.Policies.Policy.map(({ PolicyName }) => PolicyName),
      ['AliyunSTSAssumeRoleAccess'],
    );
    await page.getByRole('checkbox', { name: 'Select AliyunSTSAssumeRoleAccess' }).check();
    await page.getByRole('button', { name: 'Detach' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Detach' }).click();
    await page.getByRole('link', { name: 'AliyunSTSAssumeRoleAccess' }).waitFor({ state: 'detached' });

    await page.getByRole('tab', { name: 'Groups' }).click();
    await page.getByRole('button', { name: 'Remove from the group' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove from the group' }).click();
    await page.getByText('In no group').waitFor();
    assert.equal(
      (await ims('ListGroupsForUser', { UserPrincipalName: loginName }))['RequestId'] !== '',
      true,
    );
    await close();
  });

  test('an MFA device is bound with its QR code and unbound', async () => {
    const { userId } = await console.newConsoleUser(account, 'greta');
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto(`/users/${userId}`);
    await page.getByRole('button', { name: 'Bind an MFA device' }).click();
    await completeStepUp(page);
    const binding = page.getByRole('dialog', { name: 'Bind an MFA device' });
    const seed = (await binding.locator('code').first().innerText()).trim();
    await binding.getByLabel('First code').fill('000000');
    await binding.getByLabel('Second code').fill('000001');
    await binding.getByRole('button', { name: 'Bind the device' }).click();
    await binding.getByText('do not belong to this device').waitFor();
    await binding.getByLabel('First code').fill(console.code(seed, -1));
    await binding.getByLabel('Second code').fill(console.code(seed, 0));
    await binding.getByRole('button', { name: 'Bind the device' }).click();
    await page.getByText(`acs:ram::${account.accountId}:mfa/greta`).waitFor();
    await page.getByRole('button', { name: 'Unbind the MFA device' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unbind the MFA device' }).click();
    await page.getByText('No MFA device is bound.').waitFor();
    await close();
  });

  test('several users are moved to the recycle bin; the list is exported without formulas', async () => {
    for (const name of ['temp-1', 'temp-2']) await ram('CreateUser', { UserName: name, DisplayName: '=1+1' });
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/users?q=temp-');
    await page.getByRole('link', { name: /temp-2/ }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    const csv = readFileSync(await (await download).path(), 'utf8');
    assert.equal(csv.split('\r\n').length, 4);
    assert.doesNotMatch(csv, /(?:^|,|")=/m);

    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Move to the recycle bin' }).click();
    await page.getByText('Nothing matches the search').waitFor();
    const bin = (await ims('ListUsersInRecycleBin', {})) as { Users: { User: object[] } };
    assert.equal(bin.Users.User.length, 2);
    await close();
  });

  test('a single user is deleted only after its name is typed', async () => {
    const { userId, loginName } = await console.newConsoleUser(account, 'hugo');
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto(`/users/${userId}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Move to the recycle bin' });
    const confirm = dialog.getByRole('button', { name: 'Move to the recycle bin' });
    assert.ok(await confirm.isDisabled());
    await dialog.getByRole('textbox').fill(loginName);
    await confirm.click();
    await page.waitForURL('**/users');
    await close();
  });

  test('the server pages, sorts and searches users', async () => {
    const large = await console.newAccount();
    await insertUsers(console.server, large, 60);
    const { page, close } = await console.openSignedIn(large.rootLoginName, PASSWORD);
    const user = (number: string) => page.getByRole('link', { name: `filler-${number}@` });
    await page.goto('/users');
    await user('0000').waitFor();
    await page.getByRole('button', { name: 'Next page' }).click();
    await user('0030').waitFor();
    await page.getByText('Page 2', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Previous page' }).click();
    await user('0000').waitFor();
    for (const sorted of ['ascending', 'descending']) {
      await page.getByRole('columnheader', { name: 'Created' }).click();
      await page.locator(`th[aria-sort=${sorted}]`).waitFor();
    }
    await page.waitForURL('**/users?order=-CreateDate');
    await user('0059').waitFor();
    await page.getByRole('searchbox').first().fill('LER-0042');
    await user('0042').waitFor();
    await user('0059').waitFor({ state: 'detached' });
    await page.goto('/simulator');
    await page.getByRole('combobox', { name: 'A RAM user' }).fill('ler-0055');
    await option(page, `filler-0055@${large.domain}`).waitFor();
    await close();
  });

  test('a list without permission names the missing permission', async () => {
    const { loginName } = await console.newConsoleUser(account, 'ivan');
    const { page, close } = await console.openSignedIn(loginName, PASSWORD);
    await page.goto('/users');
    await page.getByText('ram:ListUsers', { exact: true }).waitFor();
    await page.goto('/overview');
    await page.getByText('actiontrail:LookupEvents').waitFor();
    await close();
  });
});

/** Returns an entry of an open list; elements with the role `option` are for screen readers only. */
function option(page: Page, text: string) {
  return page.locator('.ant-select-item-option').getByText(text, { exact: true });
}
