/** The console requires a step-up for changes that grant, revive or loosen permissions, and repeats them after it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CHROMIUM_MISSING } from './chromium.ts';
import { acceptedCall, completeStepUp, PASSWORD, startForSuite } from './console.ts';

describe('security verification in the console', { skip: CHROMIUM_MISSING }, async () => {
  const { console, account } = await startForSuite();
  const { loginName: admin } = await console.newConsoleUser(account, 'manager', ['AdministratorAccess']);

  const ram = (action: string, fields: Record<string, string>) =>
    account.admin.callRpc('2015-05-01', action, fields);
  const own = (action: string, fields: Record<string, string>) =>
    account.admin.callRpc('2026-11-24', action, fields);

  test('attaching AdministratorAccess', async () => {
    const { userId } = await console.newConsoleUser(account, 'promoted');
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto(`/users/${userId}?tab=permissions`);
    await page.getByRole('button', { name: 'Attach policies' }).click();
    const attaching = page.getByRole('dialog', { name: 'Attach policies' });
    await attaching.getByRole('combobox', { name: 'Policies' }).fill('AdministratorAccess');
    await page.locator('.ant-select-item-option').filter({ hasText: 'AdministratorAccess' }).first().click();
    await attaching.locator('.ant-modal-title').click();
    await attaching.getByRole('button', { name: 'Attach', exact: true }).click();
    const proof = page.getByRole('dialog', { name: 'Security verification' });
    await proof.waitFor();
    const { Policies } = await ram('ListPoliciesForUser', { UserName: 'promoted' });
    assert.deepEqual((Policies as { Policy: object[] }).Policy, []);
    await completeStepUp(page);
    await page.getByRole('link', { name: 'AdministratorAccess' }).waitFor();
    await close();
  });

  test('creating a role', async () => {
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto('/roles/new');
    await page.getByLabel('Role name').fill('made-by-page');
    await page.getByRole('button', { name: 'Create role' }).click();
    await page.getByRole('dialog', { name: 'Security verification' }).waitFor();
    await assert.rejects(ram('GetRole', { RoleName: 'made-by-page' }), { code: 'EntityNotExist.Role' });
    await completeStepUp(page);
    await page.getByRole('heading', { name: 'made-by-page' }).waitFor();
    await close();
  });

  test('setting the default version of a policy', async () => {
    const one = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*"}]}';
    await ram('CreatePolicy', { PolicyName: 'versioned', PolicyDocument: one });
    await ram('CreatePolicyVersion', { PolicyName: 'versioned', PolicyDocument: one, SetAsDefault: 'true' });
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto('/policies/Custom/versioned?tab=versions');
    const row = page.getByRole('row').filter({ hasText: 'v1' });
    await row.getByRole('button', { name: 'Bring into force' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Bring into force' }).click();
    const changed = acceptedCall(page, 'SetDefaultPolicyVersion');
    await completeStepUp(page);
    await changed;
    await close();
  });

  test('deleting a user; cancelled, the user is kept', async () => {
    const { userId, loginName } = await console.newConsoleUser(account, 'doomed');
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto(`/users/${userId}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Move to the recycle bin' });
    await dialog.getByRole('textbox').fill(loginName);
    await dialog.locator('button.ant-btn-primary').click();
    const proof = page.getByRole('dialog', { name: 'Security verification' });
    await proof.waitFor();
    await proof.getByRole('button', { name: 'Close' }).click();
    await proof.waitFor({ state: 'hidden' });
    await ram('GetUser', { UserName: 'doomed' });
    await dialog.locator('button.ant-btn-primary').click();
    await completeStepUp(page);
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
    await assert.rejects(ram('GetUser', { UserName: 'doomed' }), { code: 'EntityNotExist.User' });
    await close();
  });

  for (const [field, name] of [
    ['PresignedIdentityAllowed', 'Accept presigned GetCallerIdentity requests'],
    ['RoleSessionsEndWithAccessKey', 'End role sessions when their AccessKey is disabled or deleted'],
  ] as const) {
    test(`the switch of ${field} takes effect`, async () => {
      const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
      await page.goto('/settings?tab=access-keys');
      const section = page.getByRole('region').filter({ has: page.getByRole('switch', { name }) });
      for (const expected of [false, true]) {
        await section.getByRole('switch', { name }).click();
        const saved = acceptedCall(page, 'SetAccountProtection');
        await section.getByRole('button', { name: 'Save' }).click();
        await saved;
        assert.equal((await own('GetAccountProtection', {}))[field], expected);
      }
      await close();
    });
  }

  test('requiring a second factor for credential changes by AccessKey', async () => {
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto('/settings?tab=access-keys');
    const section = page.getByRole('region', { name: 'Changes by AccessKey' });
    await section.getByRole('switch', { name: 'Credential changes need a second factor' }).click();
    await section.getByRole('button', { name: 'Save' }).click();
    const protectedNow = acceptedCall(page, 'SetAccountProtection');
    await completeStepUp(page);
    await protectedNow;
    const { CredentialChangesNeedMFA } = await own('GetAccountProtection', {});
    assert.equal(CredentialChangesNeedMFA, true);
    await assert.rejects(ram('CreateUser', { UserName: 'by-key' }), { code: 'Forbidden.CredentialChange' });
    await section.getByRole('switch', { name: 'Credential changes need a second factor' }).click();
    const openedAgain = acceptedCall(page, 'SetAccountProtection');
    await section.getByRole('button', { name: 'Save' }).click();
    await openedAgain;
    await ram('CreateGroup', { GroupName: 'by-key' });
    await close();
  });

  test('revoking the sessions of a role, a user and a key needs no step-up', async () => {
    const { userId, loginName } = await console.newConsoleUser(account, 'leaked', ['AdministratorAccess']);
    const made = await ram('CreateAccessKey', { UserName: 'leaked' });
    const { AccessKeyId, AccessKeySecret } = made['AccessKey'] as Record<string, string>;
    const key = { accessKeyId: String(AccessKeyId), accessKeySecret: String(AccessKeySecret) };
    const RoleArn = `acs:ram::${account.accountId}:role/revoked`;
    await ram('CreateRole', {
      RoleName: 'revoked',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '1',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
          },
        ],
      }),
    });
    const open = async () => {
      const { Credentials } = await console.server
        .clients(key)
        .callRpc('2015-04-01', 'AssumeRole', { RoleArn, RoleSessionName: 'leaked' });
      const stsSession = Credentials as Record<string, string>;
      return console.server.clients({
        accessKeyId: String(stsSession['AccessKeyId']),
        accessKeySecret: String(stsSession['AccessKeySecret']),
        securityToken: String(stsSession['SecurityToken']),
      });
    };
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    const confirm = async () => {
      const revoked = acceptedCall(page, 'RevokeSessions');
      await page
        .getByRole('dialog', { name: 'Revoke sessions' })
        .getByRole('button', { name: 'Revoke' })
        .click();
      await revoked;
    };
    const revokers = [
      async () => {
        await page.goto('/roles/revoked');
        await page.getByRole('button', { name: 'Revoke sessions' }).click();
      },
      async () => {
        await page.goto(`/users/${userId}`);
        await page.getByRole('button', { name: 'Revoke sessions' }).click();
      },
      async () => {
        await page.goto(`/users/${userId}`);
        await page.getByRole('button', { name: `More for ${AccessKeyId}` }).click();
        await page.getByRole('menuitem', { name: 'Revoke sessions' }).click();
      },
    ];
    for (const revoke of revokers) {
      const stsSession = await open();
      await stsSession.callRpc('2015-04-01', 'GetCallerIdentity');
      await revoke();
      await confirm();
      await assert.rejects(stsSession.callRpc('2015-04-01', 'GetCallerIdentity'), {
        code: 'InvalidAccessKeyId.NotFound',
      });
    }
    assert.ok(loginName);
    await close();
  });

  for (const [language, words] of Object.entries({
    en: { create: 'Create user', title: 'Another identity has signed in', reload: 'Reload the page' },
    'zh-TW': { create: '建立使用者', title: '目前登入的身分已變更', reload: '重新載入頁面' },
    'zh-CN': { create: '创建用户', title: '当前登录的身份已变更', reload: '刷新页面' },
  } as const)) {
    test(`a tab of a previous user makes no calls as the current one, ${language}`, async () => {
      const userName = `stale-${language.toLowerCase()}`;
      const { loginName } = await console.newConsoleUser(account, userName, ['AdministratorAccess']);
      const look = { language: language as 'en' | 'zh-TW' | 'zh-CN', steppedUp: true };
      const { page, context, close } = await console.openSignedIn(loginName, PASSWORD, look);
      await page.goto('/users/new');
      const fields = page.getByRole('textbox');
      await fields.first().fill(`planted-${language.toLowerCase()}`);
      await fields.nth(1).fill('Planted');

      // The root signs in from another tab of the same browser and completes a step-up.
      const form = { Version: '2026-11-24', Format: 'JSON' };
      const signedIn = await context.request.post('/', {
        form: { ...form, Action: 'SignIn', LoginName: account.rootLoginName, Password: PASSWORD },
      });
      const { CsrfToken } = (await signedIn.json()) as { readonly CsrfToken: string };
      const proven = await context.request.post('/', {
        form: { ...form, Action: 'StepUp', Method: 'Password', Password: PASSWORD },
        headers: { 'x-claviger-csrf': CsrfToken },
      });
      assert.ok(proven.ok());

      await page.getByRole('button', { name: words.create }).click();
      await page.getByRole('dialog', { name: words.title }).waitFor();
      await assert.rejects(ram('GetUser', { UserName: `planted-${language.toLowerCase()}` }), {
        code: 'EntityNotExist.User',
      });
      await page.getByRole('button', { name: words.reload }).click();
      await page.getByRole('dialog', { name: words.title }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: words.create }).waitFor();
      await close();
    });
  }
});
