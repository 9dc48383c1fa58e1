import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { CHROMIUM_MISSING } from './chromium.ts';
import { completeStepUp, PASSWORD, startForSuite } from './console.ts';
import { assertSecretGone } from './secret-gone.ts';

/** Texts of the pages, by language. */
const WORDS = {
  en: {
    menu: 'Account menu',
    warning: 'Using the cloud-account AccessKey is not recommended',
    acknowledge: 'I confirm I understand the security risk of the cloud-account AccessKey',
    continue: 'Continue to use the cloud-account AccessKey',
    create: 'Create AccessKey',
    second: 'Create cloud-account AccessKey',
    verification: 'Security verification',
    password: 'Password',
    verify: 'Verify',
    saved: 'I have saved the AccessKey Secret',
    ok: 'OK',
    recommended: 'Recommended:',
    configure: 'Configure network access policy',
  },
  'zh-TW': {
    menu: '帳號選單',
    warning: '不建議使用雲帳號 AccessKey',
    acknowledge: '我確認知曉雲帳號 AccessKey 的安全風險',
    continue: '繼續使用雲帳號 AccessKey',
    create: '建立 AccessKey',
    second: '建立雲帳號 AccessKey',
    verification: '安全驗證',
    password: '密碼',
    verify: '驗證',
    saved: '我已儲存好 AccessKey Secret',
    ok: '確定',
    recommended: '建議設定：',
    configure: '設定網路存取原則',
  },
  'zh-CN': {
    menu: '账号菜单',
    warning: '不建议使用云账号 AccessKey',
    acknowledge: '我确认知晓云账号 AccessKey 的安全风险',
    continue: '继续使用云账号 AccessKey',
    create: '创建 AccessKey',
    second: '创建云账号 AccessKey',
    verification: '安全验证',
    password: '密码',
    verify: '验证',
    saved: '我已保存好 AccessKey Secret',
    ok: '确定',
    recommended: '建议设置：',
    configure: '配置网络访问策略',
  },
} as const;

describe("the account root's AccessKey in the console", { skip: CHROMIUM_MISSING }, async () => {
  const { console } = await startForSuite();

  for (const [language, width] of [
    ['zh-TW', 'desktop'],
    ['zh-CN', 'phone'],
    ['en', 'desktop'],
  ] as const) {
    test(`flow 3, S39 to S53: ${language}, ${width}`, async () => {
      const t = WORDS[language];
      const account = await console.newAccount();
      const opened = await console.openSignedIn(account.rootLoginName, PASSWORD, { language, width });
      const { page, answers } = opened;
      await page.goto('/');
      // S41: the avatar, AccessKey.
      await page.getByRole('button', { name: t.menu }).hover();
      await page.getByRole('menuitem', { name: 'AccessKey' }).click();

      // S42, S43: the first warning, which must be acknowledged.
      await acknowledge(page, t.warning, t.acknowledge, t.continue);
      // S44: the AccessKey page.
      await page.getByRole('button', { name: t.create, exact: true }).click();
      // S46, S47: the second one, with the limits.
      await acknowledge(page, t.second, t.acknowledge, t.continue);
      const proof = page.getByRole('dialog', { name: t.verification });
      await proof.getByLabel(t.password, { exact: true }).fill(PASSWORD);
      await proof.getByRole('button', { name: t.verify, exact: true }).click();

      // S48 to S50: the secret, with the required checkbox.
      const secret = await page.getByLabel('AccessKey Secret', { exact: true }).inputValue();
      const keyId = await page.getByLabel('AccessKey ID', { exact: true }).inputValue();
      const ok = page.getByRole('button', { name: t.ok, exact: true });
      assert.ok(await ok.isDisabled());
      await page.getByRole('checkbox', { name: t.saved }).check();
      await ok.click();
      // S51, S52: the restriction is recommended.
      await page.getByText(t.recommended).waitFor();
      await page.getByRole('button', { name: t.configure }).click();
      await page.getByRole('dialog').getByText(keyId).waitFor();
      await page.keyboard.press('Escape');

      await page.getByRole('article', { name: keyId }).waitFor();
      const root = console.server.clients({ accessKeyId: keyId, accessKeySecret: secret });
      const identity = await root.callRpc('2015-04-01', 'GetCallerIdentity', {});
      assert.equal(identity['IdentityType'], 'Account');
      await assertSecretGone(opened, secret);
      assert.equal(answers.filter(({ body }) => body.includes(secret)).length, 1);
      await opened.close();
    });
  }

  test('the warning is also shown for the URL of the page, and can be cancelled', async () => {
    const account = await console.newAccount();
    const { page, close } = await console.openSignedIn(account.rootLoginName, PASSWORD);
    await page.goto('/access-keys');
    const warning = page.getByRole('dialog', { name: WORDS.en.warning });
    await warning.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForURL('**/overview');
    await close();
  });

  test('a RAM administrator sees its own keys on the page, not those of the root (S14)', async () => {
    const account = await console.newAccount();
    await account.rootKey();
    const { loginName } = await console.newConsoleUser(account, 'manager', ['AliyunRAMFullAccess']);
    const { page, close } = await console.openSignedIn(loginName, PASSWORD);
    await page.goto('/access-keys');
    await page.getByText('No AccessKey', { exact: true }).waitFor();
    await close();
  });
});

describe('a RAM user’s own AccessKey in the console', { skip: CHROMIUM_MISSING }, async () => {
  const { console, account } = await startForSuite();

  /** Policy S20 and S21 of the source document for a user. */
  const selfService = (accountId: string, userName: string) =>
    JSON.stringify({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'ram:CreateAccessKey',
            'ram:ListAccessKeys',
            'ram:UpdateAccessKey',
            'ram:DeleteAccessKey',
            'ram:GetAccessKeyLastUsed',
            'ram:ListAccessKeysInRecycleBin',
          ],
          Resource: `acs:ram:*:${accountId}:user/${userName}`,
        },
      ],
    });

  test('S23 with the policy S21: a user creates, disables and deletes its own key from the avatar menu', async () => {
    const { loginName } = await console.newConsoleUser(account, 'alice');
    const ram = (action: string, fields: Record<string, string>) =>
      account.admin.callRpc('2015-05-01', action, fields);
    await ram('CreatePolicy', {
      PolicyName: 'own-keys',
      PolicyDocument: selfService(account.accountId, 'alice'),
    });
    await ram('AttachPolicyToUser', { UserName: 'alice', PolicyName: 'own-keys', PolicyType: 'Custom' });
    const opened = await console.openSignedIn(loginName, PASSWORD, { width: 'phone' });
    const { page } = opened;
    await page.goto('/');
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('menuitem', { name: 'AccessKey' }).click();
    await page.getByRole('button', { name: 'Create AccessKey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create AccessKey' });
    await dialog.getByRole('radio', { name: 'Local development' }).check();
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Continue to create' }).click();
    await completeStepUp(page);
    const secret = await page.getByLabel('AccessKey Secret', { exact: true }).inputValue();
    const keyId = await page.getByLabel('AccessKey ID', { exact: true }).inputValue();
    await page.getByRole('checkbox', { name: 'I have saved' }).check();
    await page.getByRole('button', { name: 'OK', exact: true }).click();

    // The policy S21 does not allow the network policy: the missing permission is named.
    await page.getByRole('button', { name: 'Configure network access policy' }).click();
    await page.getByRole('dialog').getByText('ram:GetAccessKeyPolicy').waitFor();
    await page.keyboard.press('Escape');
    await assertSecretGone(opened, secret);

    const card = page.getByRole('article', { name: keyId });
    await card.getByRole('button', { name: `More for ${keyId}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const bin = page.getByRole('dialog', { name: 'Move the AccessKey to the recycle bin' });
    await bin.getByRole('button', { name: 'Disable it now' }).click();
    await bin.getByRole('textbox').fill(keyId);
    await bin.getByRole('button', { name: 'Move to the recycle bin' }).click();
    await page.getByRole('region', { name: 'Recycle bin' }).first().getByText(keyId).waitFor();
    await opened.close();
  });

  test('without permission the missing action and resource are named, and a statement can be copied', async () => {
    const { loginName } = await console.newConsoleUser(account, 'bob');
    const { page, close } = await console.openSignedIn(loginName, PASSWORD);
    await page.goto('/access-keys');
    const notice = page.getByRole('alert').first();
    await notice.getByText('You do not have permission for this').waitFor();
    await notice.getByText('ram:ListAccessKeys', { exact: true }).waitFor();
    await notice.getByText(`acs:ram:*:${account.accountId}:user/bob`).waitFor();
    await notice.getByRole('button', { name: 'Copy' }).click();
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as unknown;
    assert.deepEqual(copied, {
      Effect: 'Allow',
      Action: 'ram:ListAccessKeys',
      Resource: `acs:ram:*:${account.accountId}:user/bob`,
    });
    await close();
  });

  test('an explicit denial is named as such', async () => {
    const { loginName } = await console.newConsoleUser(account, 'carol', ['AliyunRAMFullAccess']);
    const ram = (action: string, fields: Record<string, string>) =>
      account.admin.callRpc('2015-05-01', action, fields);
    const statement = { Effect: 'Deny', Action: 'ram:CreateAccessKey', Resource: '*' };
    await ram('CreatePolicy', {
      PolicyName: 'no-keys',
      PolicyDocument: JSON.stringify({ Version: '1', Statement: [statement] }),
    });
    await ram('AttachPolicyToUser', { UserName: 'carol', PolicyName: 'no-keys', PolicyType: 'Custom' });
    const { page, close } = await console.openSignedIn(loginName, PASSWORD);
    await page.goto('/access-keys');
    await page.getByRole('button', { name: 'Create AccessKey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create AccessKey' });
    await dialog.getByRole('radio', { name: 'Other' }).check();
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Continue to create' }).click();
    await page.getByText('A policy denies it explicitly').waitFor();
    await close();
  });
});

async function acknowledge(page: Page, title: string, box: string, goOn: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: title });
  const button = dialog.getByRole('button', { name: goOn });
  await button.waitFor();
  assert.ok(await button.isDisabled());
  await dialog.getByRole('checkbox', { name: box }).check();
  await button.click();
}
