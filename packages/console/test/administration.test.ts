import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { SamlIdentityProvider } from '../../server/test/identity-providers.ts';
import { assertAccessible } from './axe.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { acceptedCall, completeStepUp, PASSWORD, startForSuite } from './console.ts';
import { assertSecretGone } from './secret-gone.ts';

describe('administration of an account in the console', { skip: CHROMIUM_MISSING }, async () => {
  const { console, account } = await startForSuite();
  const { loginName: admin } = await console.newConsoleUser(account, 'manager', ['AdministratorAccess']);

  const ims = (action: string, fields: Record<string, string> = {}) =>
    account.admin.call('2019-08-15', action, fields);
  const ram = (action: string, fields: Record<string, string> = {}) =>
    account.admin.callRpc('2015-05-01', action, fields);

  test('a group is created, gets a member and a policy, and is deleted with both', async () => {
    const { loginName } = await console.newConsoleUser(account, 'grace');
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/groups');
    await page.getByRole('button', { name: 'Create group' }).click();
    const making = page.getByRole('dialog', { name: 'Create group' });
    await making.getByLabel('Group name').fill('two words');
    await making.getByRole('button', { name: 'Save' }).click();
    await making.getByText('1 to 64 letters').waitFor();
    await making.getByLabel('Group name').fill('developers');
    await making.getByLabel('Display name').fill('Developers');
    await making.getByLabel('Comments').fill('All of them');
    await making.getByRole('button', { name: 'Save' }).click();

    await page.getByRole('heading', { level: 1, name: 'developers' }).waitFor();
    const { Group: made } = await ims('GetGroup', { GroupName: 'developers' });
    const { DisplayName, Comments } = made as Record<string, string>;
    assert.deepEqual([DisplayName, Comments], ['Developers', 'All of them']);

    await page.getByRole('button', { name: 'Add members' }).click();
    const adding = page.getByRole('dialog', { name: 'Add members' });
    await choose(page, 'Users', loginName);
    await adding.getByRole('button', { name: 'Add members' }).click();
    await page.getByRole('link', { name: loginName }).waitFor();
    const { Users } = await ims('ListUsersForGroup', { GroupName: 'developers' });
    assert.deepEqual(
      (Users as { User: { UserPrincipalName: string }[] }).User.map((user) => user.UserPrincipalName),
      [loginName],
    );

    await attachPolicy(page, 'AliyunRAMReadOnlyAccess');
    const { Policies } = await ram('ListPoliciesForGroup', { GroupName: 'developers' });
    assert.deepEqual(namesOf(Policies), ['AliyunRAMReadOnlyAccess']);

    await page.getByRole('button', { name: 'Delete' }).click();
    const deleting = page.getByRole('dialog', { name: 'Delete' });
    const confirm = deleting.getByRole('button', { name: 'Delete' });
    assert.ok(await confirm.isDisabled());
    await deleting.getByRole('textbox').fill('developers');
    await confirm.click();
    await page.waitForURL((url) => url.pathname === '/groups');
    await assert.rejects(ims('GetGroup', { GroupName: 'developers' }), { code: 'EntityNotExist.Group' });
    await close();
  });

  test('a role is created for this account, its trust policy is edited, and an invalid trust policy changes nothing', async () => {
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/roles');
    await page.getByRole('button', { name: 'Create role' }).click();
    await page.getByRole('radio', { name: 'A service' }).check();
    await page.getByLabel('Service', { exact: true }).fill('ecs.aliyuncs.com');
    await page.getByRole('radio', { name: 'RAM users and roles of an account' }).check();
    await page.getByLabel('External ID').fill('partner-42');
    await page.getByLabel('Role name').fill('deployer');
    await page.getByLabel('Longest session, in hours').fill('2');
    await page.getByRole('button', { name: 'Create role' }).click();

    await page.getByRole('heading', { level: 1, name: 'deployer' }).waitFor();
    const own = `acs:ram::${account.accountId}:root`;
    const made = await storedRole('deployer');
    assert.equal(made.MaxSessionDuration, 7200);
    assert.deepEqual(trusted(made), { RAM: [own] });
    assert.match(made.AssumeRolePolicyDocument, /"sts:ExternalId":\s*"partner-42"/);
    await attachPolicy(page, 'AliyunRAMReadOnlyAccess');
    const { Policies } = await ram('ListPoliciesForRole', { RoleName: 'deployer' });
    assert.deepEqual(namesOf(Policies), ['AliyunRAMReadOnlyAccess']);

    await page.getByRole('tab', { name: 'Trust policy' }).click();
    const trust = page.getByRole('region', { name: 'Trust policy' });
    await trust.getByRole('button', { name: 'Edit' }).click();
    await rewrite(page, trustPolicy({ Unknown: ['value'] }));
    await trust.getByRole('button', { name: 'Save' }).click();
    await trust.getByRole('alert').waitFor();
    assert.deepEqual(trusted(await storedRole('deployer')), { RAM: [own] });

    await rewrite(page, trustPolicy({ Service: ['fc.aliyuncs.com'] }));
    await trust.getByRole('button', { name: 'Save' }).click();
    await trust.getByRole('button', { name: 'Edit' }).waitFor();
    assert.deepEqual(trusted(await storedRole('deployer')), { Service: ['fc.aliyuncs.com'] });
    await close();
  });

  test('a service-linked role is shown without edit controls, and deleted as a whole', async () => {
    await ram('CreateServiceLinkedRole', { ServiceName: 'polardb.aliyuncs.com' });
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/roles/AliyunServiceRoleForPolarDB');
    await page.getByText('Service-linked role', { exact: true }).waitFor();
    await page.getByText('Its service manages this role').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Edit' }).count(), 0);
    await page.getByRole('tab', { name: 'Permissions' }).click();
    await page.getByRole('link', { name: 'AliyunServiceRolePolicyForPolarDB' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Attach policies' }).count(), 0);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const deleting = page.getByRole('dialog', { name: 'Delete' });
    await deleting.getByRole('textbox').fill('AliyunServiceRoleForPolarDB');
    await deleting.getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL((url) => url.pathname === '/roles');
    await assert.rejects(ram('GetRole', { RoleName: 'AliyunServiceRoleForPolarDB' }), {
      code: 'EntityNotExist.Role',
    });
    await close();
  });

  test('a deleted user is restored from the recycle bin, and another is permanently deleted', async () => {
    const back = await console.newConsoleUser(account, 'comes-back');
    const gone = await console.newConsoleUser(account, 'stays-gone');
    await ims('DeleteUser', { UserPrincipalName: gone.loginName });
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto(`/users/${back.userId}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const deleting = page.getByRole('dialog', { name: 'Move to the recycle bin' });
    await deleting.getByRole('textbox').fill(back.loginName);
    await deleting.getByRole('button', { name: 'Move to the recycle bin' }).click();
    await page.waitForURL((url) => url.pathname === '/users');

    await page.goto('/recycle-bins');
    const restored = page.getByRole('row', { name: back.loginName });
    await restored.getByRole('button', { name: 'Restore' }).click();
    await restored.waitFor({ state: 'detached' });
    const { User } = await ims('GetUser', { UserPrincipalName: back.loginName });
    assert.equal((User as { UserId: string }).UserId, back.userId);

    await page
      .getByRole('row', { name: gone.loginName })
      .getByRole('button', { name: 'Delete for good' })
      .click();
    const forGood = page.getByRole('dialog', { name: 'Delete the user for good' });
    await forGood.getByRole('textbox').fill(gone.loginName);
    await forGood.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('No user is in the recycle bin').waitFor();
    const { Users } = await ims('ListUsersInRecycleBin');
    assert.deepEqual((Users as { User: unknown[] }).User, []);
    await close();
  });

  test('settings: password policy, warning about self-managed keys, network policy, longest lifetime of keys', async () => {
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    const save = () => page.getByRole('button', { name: 'Save', exact: true });

    await page.goto('/settings');
    const ownKeys = page.getByRole('switch', { name: 'Manage their AccessKeys' });
    assert.equal(await ownKeys.getAttribute('aria-checked'), 'false');
    await page.getByText('Not recommended in production').waitFor();

    await page.getByRole('tab', { name: 'Password policy' }).click();
    await page.getByLabel('Characters at least', { exact: true }).fill('14');
    await page.getByRole('switch', { name: 'A symbol' }).click();
    await page.getByLabel('Days that a password is valid').fill('90');
    const { PasswordPolicy: before } = await ims('GetPasswordPolicy');
    const policySaved = acceptedCall(page, 'SetPasswordPolicy');
    await save().click();
    await completeStepUp(page);
    await policySaved;
    const { PasswordPolicy: after } = await ims('GetPasswordPolicy');
    const symbols = !(before as { RequireSymbols: boolean }).RequireSymbols;
    assert.deepEqual(after, {
      ...(before as object),
      MinimumPasswordLength: 14,
      RequireSymbols: symbols,
      MaxPasswordAge: 90,
    });

    await page.goto('/settings?tab=access-keys');
    const network = page.getByRole('region', { name: 'Network access restriction of the account' });
    await network.getByRole('switch', { name: 'Restriction in force' }).click();
    // An active policy without a list allows no address.
    await network.getByRole('alert').waitFor();
    await network.getByRole('button', { name: 'Add a list' }).click();
    await network.getByLabel('Addresses and CIDR blocks').fill('127.0.0.0/8\n203.0.113.0/24');
    const networkSaved = acceptedCall(page, 'SetAccessKeyPolicyForAccount');
    await network.getByRole('button', { name: 'Save' }).click();
    await networkSaved;
    const { AccessKeyPolicy } = await ims('GetAccessKeyPolicyForAccount');
    assert.deepEqual(JSON.parse(String(AccessKeyPolicy)), {
      Version: 1,
      Status: 'Active',
      Statements: [{ Type: 'ClassicWhiteList', IPList: ['127.0.0.0/8', '203.0.113.0/24'] }],
    });

    const life = page.getByRole('region', { name: 'Longest life of AccessKeys' });
    await life.getByLabel('Days').fill('180');
    const ceilingSaved = acceptedCall(page, 'SetAccessKeyExpiryCeiling');
    await life.getByRole('button', { name: 'Save' }).click();
    await ceilingSaved;
    const { Days } = await account.admin.call('2026-11-24', 'GetAccessKeyExpiryCeiling');
    assert.equal(Days, 180);
    await close();
  });

  test('a tag is added to a user, shown with its value, and removed', async () => {
    const { loginName } = await console.newConsoleUser(account, 'tagged');
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/tags');
    await page.getByRole('button', { name: 'Add a tag' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a tag' });
    await dialog.getByLabel('User').fill(loginName);
    await page.locator('.ant-select-item-option').filter({ hasText: loginName }).click();
    await dialog.getByLabel('Key').fill('team');
    await dialog.getByLabel('Value').fill('payments');
    await dialog.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByRole('cell', { name: 'payments' }).waitFor();
    await page.getByRole('checkbox', { name: 'Select team' }).check();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog', { name: 'Remove' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No tag yet').waitFor();
    await close();
  });

  test('a SAML provider is created from its metadata file, changed without it, and deleted', async () => {
    const provider = new SamlIdentityProvider();
    const metadata = Buffer.from(provider.metadata(), 'base64').toString();
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto('/sso');
    await page.getByRole('button', { name: 'Add a SAML provider' }).click();
    const adding = page.getByRole('dialog', { name: 'Add a SAML provider' });
    await adding.getByLabel('Name').fill('company');
    await adding.getByLabel('Metadata document (XML)').fill('<not-metadata/>');
    await adding.getByRole('button', { name: 'Save' }).click();
    await completeStepUp(page);
    await adding.getByRole('alert').first().waitFor();
    await adding.locator('input[type=file]').setInputFiles({
      name: 'metadata.xml',
      mimeType: 'application/xml',
      buffer: Buffer.from(metadata),
    });
    await adding.getByRole('button', { name: 'Save' }).click();
    const row = page.getByRole('row', { name: 'company' });
    await row.waitFor();
    const stored = async () =>
      (await ims('GetSAMLProvider', { SAMLProviderName: 'company' }))['SAMLProvider'] as Record<
        string,
        string
      >;
    const made = await stored();
    assert.equal(Buffer.from(made['EncodedSAMLMetadataDocument'] ?? '', 'base64').toString(), metadata);

    await row.getByRole('button', { name: 'Edit' }).click();
    const editing = page.getByRole('dialog', { name: 'Edit the SAML provider' });
    await editing.getByLabel('Description').fill('All employees');
    await editing.getByRole('button', { name: 'Save' }).click();
    await row.getByText('All employees').waitFor();
    assert.equal((await stored())['EncodedSAMLMetadataDocument'], made['EncodedSAMLMetadataDocument']);

    await row.getByRole('button', { name: 'Delete' }).click();
    const deleting = page.getByRole('dialog', { name: 'Delete the identity provider' });
    await deleting.getByRole('textbox').fill('company');
    await deleting.getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
    await assert.rejects(stored(), { code: 'EntityNotExist.SAMLProvider' });
    await close();
  });

  test('an OIDC provider is created, and its client IDs and fingerprints are changed', async () => {
    const [one, other] = ['a1'.repeat(20), 'b2'.repeat(20)];
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto('/sso');
    await page.getByRole('tab', { name: 'OIDC providers' }).click();
    await page.getByRole('button', { name: 'Add an OIDC provider' }).click();
    const adding = page.getByRole('dialog', { name: 'Add an OIDC provider' });
    await adding.getByLabel('Name').fill('cluster');
    await adding.getByLabel('Issuer').fill('http://oidc.example.com');
    await adding.getByRole('button', { name: 'Save' }).click();
    await adding.getByText('An address that begins with https://').waitFor();
    await adding.getByLabel('Issuer').fill('https://oidc.example.com');
    await enterTags(page, adding.getByLabel('Client IDs'), ['sts.aliyuncs.com', 'builder']);
    await enterTags(page, adding.getByLabel('Certificate fingerprints'), [one]);
    await adding.getByRole('button', { name: 'Save' }).click();
    await completeStepUp(page);
    const row = page.getByRole('row', { name: 'cluster' });
    await row.waitFor();
    const stored = async () => {
      const answer = await ims('GetOIDCProvider', { OIDCProviderName: 'cluster' });
      const { IssuerUrl, ClientIds, Fingerprints } = answer['OIDCProvider'] as Record<string, string>;
      return [IssuerUrl, ClientIds?.split(',').sort(), Fingerprints?.toLowerCase()];
    };
    assert.deepEqual(await stored(), ['https://oidc.example.com', ['builder', 'sts.aliyuncs.com'], one]);

    await row.getByRole('button', { name: 'Edit' }).click();
    const editing = page.getByRole('dialog', { name: 'Edit the OIDC provider' });
    await editing.getByLabel('Certificate fingerprints').focus();
    await page.keyboard.press('Backspace');
    await enterTags(page, editing.getByLabel('Certificate fingerprints'), [other]);
    await editing.getByRole('button', { name: 'Save' }).click();
    await editing.waitFor({ state: 'detached' });
    assert.deepEqual(await stored(), ['https://oidc.example.com', ['builder', 'sts.aliyuncs.com'], other]);
    await close();
  });

  test("an application's secret is shown once and not kept", async () => {
    const opened = await console.openSignedIn(admin, PASSWORD);
    const { page, close, answers } = opened;
    await page.goto('/applications');
    await page.getByRole('button', { name: 'Create application' }).click();
    const making = page.getByRole('dialog', { name: 'Create application' });
    await making.getByLabel('Display name').fill('Reports');
    await enterTags(page, making.getByLabel('Redirect addresses'), ['https://reports.example.com/back']);
    await making.getByRole('button', { name: 'Save' }).click();
    await completeStepUp(page);
    await page.getByRole('table').getByRole('link', { name: 'Reports' }).click();

    await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor();
    await page.getByRole('button', { name: 'Create a secret' }).click();
    const field = page.getByLabel('Secret', { exact: true });
    const secret = await field.inputValue();
    const secretId = await page.getByRole('textbox', { name: 'Secret ID' }).inputValue();
    assert.ok(secret.length >= 30, `a secret of ${secret.length} characters`);
    const ok = page.getByRole('button', { name: 'OK', exact: true });
    assert.ok(await ok.isDisabled());
    await page.keyboard.press('Escape');
    await field.waitFor();
    await page.getByRole('checkbox', { name: 'I have saved the secret' }).check();
    await ok.click();
    await page.getByRole('row', { name: secretId }).waitFor();

    const appId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const { AppSecrets } = await ims('ListAppSecretIds', { AppId: appId });
    assert.deepEqual(
      (AppSecrets as { AppSecret: { AppSecretId: string }[] }).AppSecret.map((each) => each.AppSecretId),
      [secretId],
    );
    await assertSecretGone(opened, secret);
    await page.reload();
    await page.getByRole('row', { name: secretId }).waitFor();
    await assertSecretGone(opened, secret);
    assert.deepEqual(
      answers.filter(({ body }) => body.includes(secret)).map(({ operation }) => operation),
      ['CreateAppSecret'],
    );
    await close();
  });

  test('audit events are looked up by name and shown in full', async () => {
    await ims('CreateGroup', { GroupName: 'audited', DisplayName: 'Audited' });
    await assert.rejects(ims('GetGroup', { GroupName: 'never-made' }));
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto('/audit');
    await page.getByLabel('Value').fill('CreateGroup');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('button', { name: 'CreateGroup' }).first().waitFor();
    await page.getByRole('button', { name: 'GetGroup' }).first().waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).searchParams.get('value'), 'CreateGroup');
    // The filter is in the URL and survives a reload.
    await page.reload();
    await page.getByRole('button', { name: 'CreateGroup' }).first().click();
    const detail = page.getByRole('dialog', { name: 'CreateGroup' });
    await detail.getByText('The whole event').waitFor();
    await detail.getByText('"GroupName"').or(detail.getByText('audited')).first().waitFor();
    await page.keyboard.press('Escape');

    await page.goto('/audit?by=ErrorCode&value=EntityNotExist.Group');
    await page.getByText('Nothing here yet').waitFor();
    await page.getByRole('switch', { name: 'Show reads' }).click();
    await page.getByRole('row', { name: 'GetGroup' }).first().getByText('EntityNotExist.Group').waitFor();
    assert.equal(await page.getByText('Succeeded').count(), 0);
    await close();
  });

  test('the audit log pages, exports all that matches, and keeps an event and a time zone', async () => {
    const numbers = Array.from({ length: 51 }, (_, number) => number);
    await Promise.all(numbers.map((number) => ims('CreateGroup', { GroupName: `paged-${number}` })));
    const denied = await console.server.newUser(account, 'denied');
    await assert.rejects(denied.clients.callRpc('2019-08-15', 'DeleteGroup', { GroupName: 'paged-0' }));
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.setViewportSize({ width: 1024, height: 768 });
    await page.goto('/audit?value=CreateGroup');
    await page.getByRole('button', { name: 'CreateGroup' }).nth(49).waitFor();
    const table = page.locator('.resource-table-scroll');
    assert.equal(await table.evaluate((element) => element.scrollWidth - element.clientWidth), 0);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split(/\r?\n/);
    assert.ok(lines.length > 51, `${lines.length} lines`);
    assert.ok(lines.slice(1).every((line) => line.includes(',CreateGroup,Ims,')));
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('Page 2').waitFor();
    await page.getByRole('button', { name: 'Previous page' }).click();

    await page.getByRole('button', { name: /^Account menu/ }).click();
    await page.getByRole('menuitem', { name: 'Time zone' }).click();
    const zones = page.getByRole('dialog', { name: 'Time zone' });
    await assertAccessible(page, 'time zone');
    await zones.getByRole('combobox').fill('Tokyo');
    await page.locator('.ant-select-item-option').getByText('Asia/Tokyo', { exact: true }).click();
    await zones.getByRole('button', { name: 'Save' }).click();
    await page
      .getByRole('cell', { name: /T\d\d:\d\d:\d\d\+09:00$/ })
      .first()
      .waitFor();

    await page.goto('/audit?by=EventName&value=DeleteGroup');
    await page.getByRole('button', { name: 'DeleteGroup' }).first().click();
    await page.waitForURL(/event=/);
    const { searchParams } = new URL(page.url());
    await page.goto(`/audit?event=${searchParams.get('event')}`);
    const detail = page.getByRole('dialog', { name: 'DeleteGroup' });
    await detail.getByText('+09:00').first().waitFor();
    await assertAccessible(page, 'audit event');
    await detail.getByRole('link', { name: 'Open in the simulator' }).click();
    await page.waitForURL('**/simulator?**');
    assert.equal(await page.getByRole('textbox', { name: 'Action' }).inputValue(), 'ram:DeleteGroup');
    await page.getByRole('button', { name: 'Simulate' }).click();
    await page.getByText('Denied: nothing allows it').waitFor();
    await close();
  });

  test('the credential report is downloaded, with a line for the root and each user', async () => {
    await console.newConsoleUser(account, 'reported');
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto('/reports');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Generate and download' }).click();
    const file = await download;
    assert.match(file.suggestedFilename(), /^credential-report-\d{4}-\d{2}-\d{2}\.csv$/);
    const [heading, ...lines] = readFileSync(await file.path(), 'utf8')
      .trim()
      .split(/\r?\n/);
    assert.match(heading ?? '', /^\ufeff?user,/);
    const { Users } = await ims('ListUsers', { MaxItems: '1000' });
    const names = (Users as { User: { UserPrincipalName: string }[] }).User.map(
      (user) => user.UserPrincipalName,
    );
    assert.equal(lines.length, names.length + 1);
    for (const name of names)
      assert.ok(
        lines.some((line) => line.startsWith(`${name},`)),
        name,
      );
    await close();
  });

  test('reports are in the language of the page, also the strength of the password rules', async () => {
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { language: 'zh-TW' });
    await page.goto('/reports');
    const practice = page.getByRole('region', { name: '安全實務' });
    await practice.getByText('密碼原則強度').waitFor();
    assert.match(await practice.innerText(), /密碼原則強度\s+[弱中強]$/m);
    assert.equal(await page.getByText('尚未執行檢查').count(), 1);
    await close();
  });

  interface StoredRole {
    readonly MaxSessionDuration: number;
    readonly AssumeRolePolicyDocument: string;
  }

  async function storedRole(RoleName: string): Promise<StoredRole> {
    return (await ram('GetRole', { RoleName }))['Role'] as StoredRole;
  }
});

function trusted({ AssumeRolePolicyDocument }: { readonly AssumeRolePolicyDocument: string }): unknown {
  return JSON.parse(AssumeRolePolicyDocument).Statement[0].Principal;
}

function trustPolicy(Principal: object): string {
  return JSON.stringify({
    Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal }],
    Version: '1',
  });
}

function namesOf(policies: unknown): string[] {
  return (policies as { Policy: { PolicyName: string }[] }).Policy.map((policy) => policy.PolicyName);
}

/** Chooses an option of a long list by its text. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(label, { exact: true }).fill(option);
  await page.locator('.ant-select-item-option').filter({ hasText: option }).first().click();
  // Closes the list of options, not the dialog.
  await dialog.locator('.ant-modal-title').click();
}

async function attachPolicy(page: Page, policy: string): Promise<void> {
  await page.getByRole('tab', { name: 'Permissions' }).click();
  await page.getByRole('button', { name: 'Attach policies' }).click();
  const dialog = page.getByRole('dialog', { name: 'Attach policies' });
  await choose(page, 'Policies', policy);
  await dialog.getByRole('button', { name: 'Attach', exact: true }).click();
  await page.getByRole('link', { name: policy }).waitFor();
}

/** Replaces the text of the editor on the page. */
async function rewrite(page: Page, text: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: 'Trust policy' });
  await editor.fill(text);
}

async function enterTags(page: Page, field: ReturnType<Page['getByLabel']>, tags: readonly string[]) {
  await field.focus();
  for (const tag of tags) {
    await page.keyboard.type(tag);
    await page.keyboard.press('Enter');
  }
}
