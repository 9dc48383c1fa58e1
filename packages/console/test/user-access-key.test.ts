import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Language } from '../src/language/languages.ts';
import { assertAccessible } from './axe.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { completeStepUp, PASSWORD, startForSuite } from './console.ts';
import { assertSecretGone } from './secret-gone.ts';

/** Texts of the pages, by language. */
const WORDS = {
  en: {
    users: 'Users',
    authentication: 'Authentication',
    create: 'Create AccessKey',
    useCase: 'Command-line interface (CLI)',
    safer: 'Create a role',
    acknowledge: 'I confirm that an AccessKey must be created',
    continue: 'Continue to create',
    verification: 'Security verification',
    password: 'Password',
    verify: 'Verify',
    secret: 'AccessKey Secret',
    test: 'Test it now',
    works: 'The key works: the server knows the caller.',
    saved: 'I have saved the AccessKey Secret',
    ok: 'OK',
    configure: 'Configure network access policy',
    inForce: 'Restriction in force',
    addList: 'Add a list',
    addresses: 'Addresses and CIDR blocks',
    save: 'Save',
  },
  'zh-TW': {
    users: '使用者',
    authentication: '認證管理',
    create: '建立 AccessKey',
    useCase: '命令列工具（CLI）',
    safer: '建立角色',
    acknowledge: '我確認必須建立 AccessKey',
    continue: '繼續建立',
    verification: '安全驗證',
    password: '密碼',
    verify: '驗證',
    secret: 'AccessKey Secret',
    test: '立即測試',
    works: '金鑰可用：伺服器已識別呼叫者。',
    saved: '我已儲存好 AccessKey Secret',
    ok: '確定',
    configure: '設定網路存取原則',
    inForce: '啟用限制',
    addList: '新增清單',
    addresses: 'IP 位址與 CIDR 網段',
    save: '儲存',
  },
  'zh-CN': {
    users: '用户',
    authentication: '认证管理',
    create: '创建 AccessKey',
    useCase: '命令行工具（CLI）',
    safer: '创建角色',
    acknowledge: '我确认必须创建 AccessKey',
    continue: '继续创建',
    verification: '安全验证',
    password: '密码',
    verify: '验证',
    secret: 'AccessKey Secret',
    test: '立即测试',
    works: '密钥可用：服务器已识别调用者。',
    saved: '我已保存好 AccessKey Secret',
    ok: '确定',
    configure: '配置网络访问策略',
    inForce: '启用限制',
    addList: '添加列表',
    addresses: 'IP 地址与 CIDR 网段',
    save: '保存',
  },
} as const satisfies Record<Language, Record<string, string>>;

describe("a RAM user's AccessKey in the console", { skip: CHROMIUM_MISSING }, async () => {
  const { console, account } = await startForSuite();
  const { loginName: admin } = await console.newConsoleUser(account, 'manager', ['AliyunRAMFullAccess']);

  /** Creates a user without keys. */
  async function newUser(userName: string): Promise<{ loginName: string; userId: string }> {
    const made = await account.admin.callRpc('2015-05-01', 'CreateUser', { UserName: userName });
    const { UserId } = made['User'] as { readonly UserId: string };
    return { loginName: `${userName}@${account.domain}`, userId: UserId };
  }

  for (const language of ['zh-TW', 'zh-CN', 'en'] as const) {
    for (const width of ['desktop', 'phone'] as const) {
      test(`flow 1, S24 to S34: created by an administrator, ${language}, ${width}`, async () => {
        const t = WORDS[language];
        const { loginName, userId } = await newUser(`app-${language}-${width}`);
        const opened = await console.openSignedIn(admin, PASSWORD, { language, width });
        const { page, answers } = opened;

        // S24: Users in the left navigation.
        await page.goto('/');
        if (width === 'phone') await page.locator('header').getByRole('button').first().click();
        await page.getByRole('navigation').getByRole('link', { name: t.users, exact: true }).click();
        // S25: the user's name.
        await page.getByRole('link', { name: loginName }).click();
        // S26: on the tab "Authentication", in the area AccessKey.
        await page.getByRole('tab', { name: t.authentication, selected: true }).waitFor();
        await page.getByRole('button', { name: t.create }).click();

        // S28, S29: use cases with safer alternatives, and the required acknowledgement.
        const dialog = page.getByRole('dialog', { name: t.create });
        const goOn = dialog.getByRole('button', { name: t.continue });
        assert.ok(await goOn.isDisabled());
        await dialog.getByRole('radio', { name: t.useCase }).check();
        await dialog.getByRole('link', { name: t.safer }).waitFor();
        assert.ok(await goOn.isDisabled());
        await dialog.getByRole('checkbox', { name: t.acknowledge }).check();
        await goOn.click();

        // S31: the step-up.
        const proof = page.getByRole('dialog', { name: t.verification });
        await proof.getByLabel(t.password, { exact: true }).fill(PASSWORD);
        await proof.getByRole('button', { name: t.verify, exact: true }).click();

        // S32, S33: the secret, shown once.
        const secretField = page.getByLabel(t.secret, { exact: true });
        const secret = await secretField.inputValue();
        assert.match(secret, /^[A-Za-z0-9]{30}$/);
        const keyId = await page.getByLabel('AccessKey ID', { exact: true }).inputValue();
        const ok = page.getByRole('button', { name: t.ok, exact: true });
        assert.ok(await ok.isDisabled());
        await page.keyboard.press('Escape');
        await secretField.waitFor();
        // The key signs a call from the page.
        await page.getByRole('button', { name: t.test }).click();
        await page.getByText(t.works).waitFor();
        await page.getByRole('checkbox', { name: t.saved }).check();
        await ok.click();

        // S34: the network policy.
        await page.getByRole('button', { name: t.configure }).click();
        await page.getByRole('switch', { name: t.inForce }).click();
        await page.getByRole('button', { name: t.addList }).click();
        await page.getByLabel(t.addresses).fill('203.0.113.0/24\n127.0.0.1');
        await page.getByRole('button', { name: t.save, exact: true }).click();
        await page.getByRole('article').getByText('203.0.113.0/24').waitFor();

        // The key belongs to the user, is active, and is valid from the allowed address.
        const keys = await account.admin.call('2019-08-15', 'ListAccessKeys', {
          UserPrincipalName: loginName,
        });
        const [key] = (keys['AccessKeys'] as { AccessKey: { AccessKeyId: string; Status: string }[] })
          .AccessKey;
        assert.deepEqual([key?.AccessKeyId, key?.Status], [keyId, 'Active']);
        const own = console.server.clients({ accessKeyId: keyId, accessKeySecret: secret });
        const identity = await own.callRpc('2015-04-01', 'GetCallerIdentity', {});
        assert.equal(identity['UserId'], userId);

        await assertSecretGone(opened, secret);
        assert.deepEqual(
          answers.filter(({ body }) => body.includes(secret)).map(({ operation }) => operation),
          ['CreateAccessKey'],
        );
        await opened.close();
      });
    }
  }

  test('the use case is not sent and does not affect the key (S30)', async () => {
    const { userId } = await newUser('use-case');
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto(`/users/${userId}`);
    const sent = page.waitForRequest((request) =>
      (request.postData() ?? '').includes('Action=CreateAccessKey'),
    );
    await beginCreation(page, 'Third-party service');
    const fields = new URLSearchParams((await sent).postData() ?? '');
    assert.deepEqual([...fields.keys()].sort(), ['Action', 'Format', 'UserPrincipalName', 'Version']);
    await close();
  });

  test('both halves can be copied and downloaded as CSV', async () => {
    const { userId } = await newUser('csv');
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto(`/users/${userId}`);
    await beginCreation(page, 'Application code');
    await completeStepUp(page);
    const secret = await page.getByLabel('AccessKey Secret', { exact: true }).inputValue();
    const keyId = await page.getByLabel('AccessKey ID', { exact: true }).inputValue();
    await page.getByRole('button', { name: 'Copy: AccessKey Secret' }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV file' }).click();
    const file = await (await download).path();
    assert.equal(readFileSync(file, 'utf8'), `\ufeffAccessKey ID,AccessKey Secret\r\n${keyId},${secret}\r\n`);
    await close();
  });

  test('scripts have the key and the endpoint; the page is not left before the secret is saved', async () => {
    const { loginName } = await newUser('first-call');
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto('/users');
    await page.getByRole('link', { name: loginName }).click();
    await beginCreation(page, 'Application code');
    await completeStepUp(page);
    const secret = await page.getByLabel('AccessKey Secret', { exact: true }).inputValue();
    const keyId = await page.getByLabel('AccessKey ID', { exact: true }).inputValue();
    for (const title of ['curl', 'aliyun', 'Python', 'Go', 'Java', 'Node.js', 'Terraform', '.env']) {
      await page.getByRole('tab', { name: title, exact: true }).click();
      const script = await page.getByLabel(title, { exact: true }).last().inputValue();
      assert.ok(script.includes(`ALIBABA_CLOUD_ACCESS_KEY_ID=${keyId}\n`), title);
      assert.ok(script.includes(`ALIBABA_CLOUD_ACCESS_KEY_SECRET=${secret}\n`), title);
      if (title !== '.env') assert.ok(script.includes(new URL(console.url).host), title);
      await page.getByRole('button', { name: `Copy for ${title}`, exact: true }).click();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), script);
    }

    await page.evaluate(() => history.back());
    const question = page.getByRole('dialog', { name: 'Leave without saving the secret?' });
    await question.getByRole('button', { name: 'Stay' }).click();
    assert.equal(await page.getByLabel('AccessKey Secret', { exact: true }).inputValue(), secret);
    const asked = page.waitForEvent('dialog');
    const reloaded = page.evaluate(() => location.reload());
    const browserQuestion = await asked;
    assert.equal(browserQuestion.type(), 'beforeunload');
    await browserQuestion.dismiss();
    await reloaded.catch(() => {});

    await page.getByRole('checkbox', { name: 'I have saved' }).check();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await page.getByRole('button', { name: 'Give it permissions' }).click();
    await page.getByRole('tab', { name: 'Permissions', selected: true }).waitFor();
    await close();
  });

  test('a key is created with its note, expiry and networks, or not at all', async () => {
    const { loginName, userId } = await newUser('limited');
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto(`/users/${userId}`);
    const fill = async (networks: string) => {
      await page.getByRole('button', { name: 'Create AccessKey' }).click();
      const dialog = page.getByRole('dialog', { name: 'Create AccessKey' });
      await dialog.getByText('Note, expiry and networks').click();
      await dialog.getByLabel('What it is for').fill('nightly build');
      await dialog.getByLabel('Last day').fill('2099-12-31');
      await dialog.getByLabel('Only from these networks').fill(networks);
      await dialog.getByRole('radio').first().check();
      await dialog.getByRole('checkbox').check();
      return dialog;
    };
    const keys = async () => {
      const found = await account.admin.callRpc('2026-11-24', 'SearchAccessKeys', { Search: 'limited' });
      return found['AccessKeys'] as readonly Readonly<Record<string, unknown>>[];
    };

    const dialog = await fill('10.0.0.0/8, nonsense');
    await dialog.getByText('is not an address or a CIDR block').waitFor();
    await assertAccessible(page, 'settings of a new key');
    assert.ok(await dialog.getByRole('button', { name: 'Continue to create' }).isDisabled());
    // What only the server finds: nothing is left of the key.
    await dialog.getByLabel('Only from these networks').fill('2001:db8:::/32');
    await dialog.getByRole('button', { name: 'Continue to create' }).click();
    const failed = page.getByRole('dialog', { name: 'The AccessKey was not created' });
    await failed.waitFor();
    assert.deepEqual(await keys(), []);
    await page.reload();

    await (await fill('10.0.0.0/8')).getByRole('button', { name: 'Continue to create' }).click();
    await page.getByLabel('AccessKey Secret', { exact: true }).waitFor();
    const [key] = await keys();
    assert.deepEqual(
      [key?.['Note'], key?.['NetworkRestriction'], String(key?.['ExpireDate']).slice(0, 4)],
      ['nightly build', 'AccessKey', '2099'],
    );
    assert.ok(loginName.startsWith('limited'));
    await close();
  });

  test('a third key is refused before any question (S27)', async () => {
    const { loginName, userId } = await newUser('full');
    for (let made = 0; made < 2; made++) {
      await account.admin.call('2019-08-15', 'CreateAccessKey', { UserPrincipalName: loginName });
    }
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto(`/users/${userId}`);
    await page.getByRole('article').nth(1).waitFor();
    const create = page.getByRole('button', { name: 'Create AccessKey' });
    assert.ok(await create.isDisabled());
    await create.hover({ force: true });
    await page.getByText('There are two AccessKeys already').waitFor();
    await close();
  });

  test('a key is disabled, enabled, moved to the recycle bin, restored and permanently deleted', async () => {
    const { loginName, userId } = await newUser('cycle');
    const made = await account.admin.call('2019-08-15', 'CreateAccessKey', { UserPrincipalName: loginName });
    const { AccessKeyId: keyId } = made['AccessKey'] as { readonly AccessKeyId: string };
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto(`/users/${userId}`);
    const card = page.getByRole('article', { name: keyId });

    await card.getByRole('button', { name: 'Disable' }).click();
    await page
      .getByRole('dialog', { name: 'Disable the AccessKey' })
      .getByRole('button', { name: 'Disable' })
      .click();
    await card.getByText('Disabled', { exact: true }).waitFor();
    await card.getByRole('button', { name: 'Enable' }).click();
    await completeStepUp(page);
    await card.getByText('Enabled', { exact: true }).waitFor();

    // An active key must be disabled first.
    await card.getByRole('button', { name: `More for ${keyId}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Move the AccessKey to the recycle bin' });
    await dialog.getByRole('button', { name: 'Disable it now' }).click();
    const confirm = dialog.getByRole('button', { name: 'Move to the recycle bin' });
    await confirm.waitFor();
    assert.ok(await confirm.isDisabled());
    await dialog.getByRole('textbox').fill('LTAI5tnotthisone');
    assert.ok(await confirm.isDisabled());
    await dialog.getByRole('textbox').fill(keyId);
    await confirm.click();
    await card.waitFor({ state: 'detached' });

    const bin = page.getByRole('region', { name: 'Recycle bin' }).first();
    await bin.getByText(keyId).waitFor();
    await bin.getByRole('button', { name: 'Restore' }).click();
    await card.getByText('Disabled', { exact: true }).waitFor();

    await card.getByRole('button', { name: `More for ${keyId}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog.getByRole('textbox').fill(keyId);
    await confirm.click();
    await bin.getByRole('button', { name: 'Delete for good' }).click();
    const forGood = page.getByRole('dialog', { name: 'Delete the AccessKey for good' });
    await forGood.getByRole('textbox').fill(keyId);
    await forGood.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('The recycle bin is empty').waitFor();
    await close();
  });

  test('a rotation creates a second key, deletes the first, and can be interrupted', async () => {
    const { loginName, userId } = await newUser('rotated');
    const made = await account.admin.call('2019-08-15', 'CreateAccessKey', { UserPrincipalName: loginName });
    const { AccessKeyId: oldId, AccessKeySecret } = made['AccessKey'] as {
      readonly AccessKeyId: string;
      readonly AccessKeySecret: string;
    };
    await console.server
      .clients({ accessKeyId: oldId, accessKeySecret: AccessKeySecret })
      .callRpc('2015-04-01', 'GetCallerIdentity', {});
    const named = { UserPrincipalName: loginName, UserAccessKeyId: oldId };
    const Statements = [{ Type: 'ClassicWhiteList', IPList: ['127.0.0.0/8'] }];
    const AccessKeyPolicy = JSON.stringify({ Version: 1, Status: 'Active', Statements });
    await account.admin.call('2019-08-15', 'SetAccessKeyPolicy', { ...named, AccessKeyPolicy });
    const { page, close } = await console.openSignedIn(admin, PASSWORD);
    await page.goto(`/users/${userId}`);
    await page.getByRole('article', { name: oldId }).getByRole('button', { name: 'Rotate' }).click();
    const rotation = page.getByRole('dialog', { name: 'Rotate the AccessKey' });
    await rotation.getByText('takes over the network restriction').waitFor();
    await rotation.getByRole('button', { name: 'Create the second AccessKey' }).click();
    await fillUseCase(page, 'Other');
    await completeStepUp(page);
    await page.getByRole('checkbox', { name: 'I have saved' }).check();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await page.getByRole('button', { name: 'Not now' }).click();

    const list = await account.admin.call('2019-08-15', 'ListAccessKeys', { UserPrincipalName: loginName });
    const newId = (list['AccessKeys'] as { AccessKey: { AccessKeyId: string }[] }).AccessKey.map(
      (key) => key.AccessKeyId,
    ).find((id) => id !== oldId)!;
    const taken = await account.admin.call('2019-08-15', 'GetAccessKeyPolicy', {
      UserPrincipalName: loginName,
      UserAccessKeyId: newId,
    });
    assert.deepEqual(JSON.parse(String(taken['AccessKeyPolicy'])).Statements, Statements);

    // The recent use of the old key is shown with its service.
    await rotation.getByText('was used within the last 24 hours').waitFor();
    await rotation.getByText('Sts').first().waitFor();
    await rotation.getByRole('button', { name: 'Go on later' }).click();
    await page.goto(`/users/${userId}?rotate=${oldId}`);
    await rotation.getByRole('button', { name: 'Disable the old AccessKey' }).click();
    await rotation.getByRole('button', { name: 'Enable it again' }).waitFor();
    await rotation.getByRole('button', { name: 'Delete' }).click();
    const bin = page.getByRole('dialog', { name: 'Move the AccessKey to the recycle bin' });
    await bin.getByRole('textbox').fill(oldId);
    await bin.getByRole('button', { name: 'Move to the recycle bin' }).click();
    await rotation.getByText('The rotation is complete').waitFor();
    await rotation.getByRole('button', { name: 'Done' }).click();
    await close();
  });
});

async function fillUseCase(page: Page, useCase: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Create AccessKey' });
  await dialog.getByRole('radio', { name: useCase }).check();
  await dialog.getByRole('checkbox').check();
  await dialog.getByRole('button', { name: 'Continue to create' }).click();
}

async function beginCreation(page: Page, useCase: string): Promise<void> {
  await page.getByRole('button', { name: 'Create AccessKey' }).click();
  await fillUseCase(page, useCase);
}
