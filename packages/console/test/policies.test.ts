import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertAccessible } from './axe.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { acceptedCall, PASSWORD, startForSuite } from './console.ts';

describe('policies and the simulator in the console', { skip: CHROMIUM_MISSING }, async () => {
  const { console, account } = await startForSuite();
  const { loginName: admin } = await console.newConsoleUser(account, 'manager', ['AliyunRAMFullAccess']);

  const ram = (action: string, fields: Record<string, string>) =>
    account.admin.callRpc('2015-05-01', action, fields);

  /** Returns the document of a policy. */
  async function documentOf(name: string): Promise<unknown> {
    const { DefaultPolicyVersion } = await ram('GetPolicy', { PolicyName: name, PolicyType: 'Custom' });
    return JSON.parse((DefaultPolicyVersion as { readonly PolicyDocument: string }).PolicyDocument);
  }

  test('a policy is built statement by statement', async () => {
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/policies/new');
    await page.getByLabel('Policy name').fill('key-readers');
    const statement = page.getByRole('region', { name: 'Statement 1' });
    await statement.getByLabel('Actions').fill('ram:ListAccessKeys,ram:GetUser,');
    await statement.getByRole('button', { name: 'Add a condition' }).click();
    await statement.getByLabel('Values').fill('10.0.0.0/8,');
    await page.getByRole('button', { name: 'Create policy' }).click();
    await page.getByRole('heading', { name: 'key-readers' }).waitFor();
    assert.deepEqual(await documentOf('key-readers'), {
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['ram:ListAccessKeys', 'ram:GetUser'],
          Resource: ['*'],
          Condition: { IpAddress: { 'acs:SourceIp': ['10.0.0.0/8'] } },
        },
      ],
    });

    // The page says what is next, and has the button for it.
    await page.getByRole('button', { name: 'Attach', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Attach' });
    await dialog.getByRole('combobox', { name: 'Users' }).fill(admin.split('@')[0]!);
    await page.keyboard.press('Enter');
    // Closes the list, which covers the button.
    await dialog.locator('.ant-modal-title').click();
    await dialog.getByRole('button', { name: 'Attach' }).click();
    await page.getByRole('region', { name: 'Attached to' }).getByRole('link').waitFor();
    await close();
  });

  test('a policy begins with a template; service, level, action and resource are chosen', async () => {
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/policies/new');
    await page.getByLabel('Policy name').fill('chosen');
    const choose = async (label: string, typed: string) => {
      await page.getByLabel(label, { exact: true }).last().fill(typed);
      await page.keyboard.press('Enter');
    };
    await page.getByLabel('Add from a template').click();
    await page.getByText(/A CI pipeline assumes a role/).click();
    await page.getByRole('button', { name: 'Add a statement' }).click();
    await choose('Service', '(ecs)');
    await page.getByLabel('Access level').last().click();
    await page.getByTitle('List', { exact: true }).last().click();
    await choose('Add an action', 'DescribeInstances');
    await choose('Add a resource', 'acs:ecs');
    await assertAccessible(page, 'policy builder with pickers');
    await page.getByRole('button', { name: 'Create policy' }).click();
    await page.getByRole('heading', { name: 'chosen' }).waitFor();
    const { Statement } = (await documentOf('chosen')) as { readonly Statement: readonly unknown[] };
    assert.deepEqual(Statement, [
      {
        Effect: 'Allow',
        Action: ['sts:AssumeRole'],
        Resource: [`acs:ram:*:${account.accountId}:role/ROLE_NAME`],
      },
      { Effect: 'Allow', Action: ['ecs:DescribeInstances'], Resource: [`acs:ecs:*:${account.accountId}:*`] },
    ]);
    await close();
  });

  test('faults are shown in the JSON with the messages of the server, and prevent saving', async () => {
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/policies/new');
    await page.getByLabel('Policy name').fill('faulty');
    await page.getByText('JSON', { exact: true }).click();
    const editor = page.getByLabel('Policy document');
    await editor.fill('{"Version":"1","Statement":[{"Effect":"Perhaps","Action":"ram:*","Resource":"*"}]}');
    await page.locator('.cm-lintRange-error').first().waitFor();
    await page.getByRole('button', { name: 'Create policy' }).click();
    await page
      .getByText(/Effect/)
      .last()
      .waitFor();
    await page.getByRole('alert').first().waitFor();
    await assert.rejects(documentOf('faulty'), { code: 'EntityNotExist.Policy' });
    await close();
  });

  for (const [language, expected] of [
    ['en', /Calls signed by an AccessKey.*BoolIfExists/],
    ['zh-TW', /以 AccessKey 簽署的呼叫/],
    ['zh-CN', /使用 AccessKey 签名的调用/],
  ] as const) {
    test(`a document with an unexpected effect and an unknown action has warnings, in ${language}`, async () => {
      const { page, close } = await console.openSignedIn(admin, PASSWORD, { language });
      await page.goto('/policies/new');
      await page.getByText('JSON', { exact: true }).click();
      await page
        .locator('.cm-content')
        .fill(
          '{"Version":"1","Statement":[{"Effect":"Deny","Action":["*","ram:CreateAcessKey"],"Resource":"*","Condition":{"Bool":{"acs:MFAPresent":"false"}}}]}',
        );
      await page.locator('.cm-lintRange-warning').first().waitFor();
      await page.getByRole('alert').filter({ hasText: expected }).waitFor();
      await page.getByRole('alert').filter({ hasText: 'ram:CreateAccessKey' }).waitFor();
      await close();
    });
  }

  test('parts that the builder does not support are kept', async () => {
    const document = {
      Version: '1',
      Statement: [
        { Effect: 'Deny', NotAction: 'ram:Get*', Resource: '*' },
        { Effect: 'Allow', Action: 'ram:Get*', Resource: '*' },
      ],
    };
    await ram('CreatePolicy', { PolicyName: 'mixed', PolicyDocument: JSON.stringify(document) });
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/policies/Custom/mixed');
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByText('It stays as it is.').waitFor();
    const second = page.getByRole('region', { name: 'Statement 2' });
    await second.getByText('Deny', { exact: true }).click();
    const saved = acceptedCall(page, 'CreatePolicyVersion');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved;
    assert.deepEqual(await documentOf('mixed'), {
      ...document,
      Statement: [document.Statement[0], { Effect: 'Deny', Action: 'ram:Get*', Resource: '*' }],
    });
    await close();
  });

  test('versions are compared, and an earlier one is restored', async () => {
    const one = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*"}]}';
    await ram('CreatePolicy', { PolicyName: 'versioned', PolicyDocument: one });
    await ram('CreatePolicyVersion', {
      PolicyName: 'versioned',
      PolicyDocument: one.replace('GetUser', 'ListUsers'),
      SetAsDefault: 'true',
    });
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/policies/Custom/versioned?tab=versions');
    const row = page.getByRole('row').filter({ hasText: 'v1' });
    await row.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('region', { name: 'v1 (left) and v2' }).getByText('"ram:ListUsers"').waitFor();
    await row.getByRole('button', { name: 'Bring into force' }).click();
    const changed = acceptedCall(page, 'SetDefaultPolicyVersion');
    await page.getByRole('dialog').getByRole('button', { name: 'Bring into force' }).click();
    await changed;
    assert.deepEqual(await documentOf('versioned'), JSON.parse(one));
    await close();
  });

  test('an attached policy cannot be deleted, with the reason', async () => {
    const document = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*"}]}';
    await ram('CreatePolicy', { PolicyName: 'in-use', PolicyDocument: document });
    await ram('AttachPolicyToUser', { PolicyName: 'in-use', PolicyType: 'Custom', UserName: 'manager' });
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto('/policies/Custom/in-use?tab=attached');
    const remove = page.getByRole('button', { name: 'Delete' });
    assert.ok(await remove.isDisabled());
    await remove.hover({ force: true });
    await page.getByRole('tooltip', { name: 'Detach the policy from everybody first.' }).waitFor();
    await page.getByRole('checkbox', { name: 'Select manager' }).check();
    await page.getByRole('button', { name: 'Detach' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Detach' }).click();
    await page.getByRole('checkbox', { name: 'Select manager' }).waitFor({ state: 'detached' });
    await remove.click();
    await page.getByRole('dialog').getByRole('textbox').fill('in-use');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Policies', level: 1 }).waitFor();
    await assert.rejects(documentOf('in-use'), { code: 'EntityNotExist.Policy' });
    await close();
  });

  test('the simulator shows the decision and highlights the decisive statement', async () => {
    const { loginName } = await console.newConsoleUser(account, 'reader');
    const document = [
      '{',
      '  "Version": "1",',
      '  "Statement": [',
      '    { "Effect": "Allow", "Action": "ram:GetUser", "Resource": "*" },',
      '    { "Effect": "Deny", "Action": "ram:DeleteUser", "Resource": "*" }',
      '  ]',
      '}',
    ].join('\n');
    await ram('CreatePolicy', { PolicyName: 'reading', PolicyDocument: document });
    await ram('AttachPolicyToUser', { PolicyName: 'reading', PolicyType: 'Custom', UserName: 'reader' });
    const { page, close } = await console.openSignedIn(admin, PASSWORD, { steppedUp: true });
    await page.goto(
      '/simulator?principal=user/reader&resource=acs:ram:*:*:user/*&context.acs:SourceIp=10.0.0.1',
    );
    await page.getByTitle('reader', { exact: true }).waitFor();
    assert.equal(await page.getByLabel('Condition key').inputValue(), 'acs:SourceIp');
    await page.getByLabel('A RAM user').last().fill(loginName);
    await page.keyboard.press('Enter');
    const decision = page.getByRole('region', { name: 'Decision' });
    for (const [action, outcome] of [
      ['ram:GetUser', 'Allowed'],
      ['ram:DeleteUser', 'Denied explicitly'],
      ['ram:CreateUser', 'Denied: nothing allows it'],
    ] as const) {
      await page.getByLabel('Action', { exact: true }).fill(action);
      await page.getByRole('button', { name: 'Simulate' }).click();
      await decision.getByText(outcome, { exact: true }).waitFor();
      const lit = await page.locator('.highlighted-allow, .highlighted-deny').allInnerTexts();
      if (action === 'ram:CreateUser') assert.deepEqual(lit, []);
      else assert.ok(lit.some((line) => line.includes(action)) && lit.length === 1, lit.join('\n'));
    }
    assert.deepEqual(
      [...new URL(page.url()).searchParams],
      [
        ['principal', `user/${loginName}`],
        ['action', 'ram:CreateUser'],
        ['resource', 'acs:ram:*:*:user/*'],
        ['context.acs:SourceIp', '10.0.0.1'],
      ],
    );
    await close();
  });
});
