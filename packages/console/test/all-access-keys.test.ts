/** Page of all AccessKeys, Ctrl-K, and containing a leaked key. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertAccessible } from './axe.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { PASSWORD, startForSuite } from './console.ts';

const catalogue = (language: string, name: string) =>
  JSON.parse(readFileSync(new URL(`../src/locales/${language}/${name}.json`, import.meta.url), 'utf8'));

describe('all AccessKeys in the console', { skip: CHROMIUM_MISSING }, async () => {
  const { console } = await startForSuite();

  for (const [language, width] of [
    ['en', 'desktop'],
    ['zh-TW', 'phone'],
    ['zh-CN', 'desktop'],
  ] as const) {
    test(`a leaked key is found by Ctrl-K and contained: ${language}, ${width}`, async () => {
      const t = catalogue(language, 'all-access-keys');
      const shell = catalogue(language, 'shell');
      const account = await console.newAccount();
      const leaked = await console.server.newUser(account, 'leaked');
      const calm = await console.server.newUser(account, 'calm');
      await account.admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'leaked',
        PolicyName: 'AliyunRAMFullAccess',
        PolicyType: 'System',
      });
      await leaked.clients.callRpc('2015-05-01', 'CreateUser', { UserName: 'backdoor' });
      const admin = await console.newConsoleUser(account, 'manager', ['AdministratorAccess']);
      const { page } = await console.openSignedIn(admin.loginName, PASSWORD, { language, width });

      await page.goto('/all-access-keys');
      await page.getByText(calm.key.accessKeyId).waitFor();
      await assertAccessible(page, 'all AccessKeys');
      await page.getByRole('searchbox', { name: t.search }).fill('cal');
      await page.getByText(leaked.key.accessKeyId).waitFor({ state: 'detached' });
      assert.equal(new URL(page.url()).searchParams.get('q'), 'cal');
      await page.reload();
      await page.getByText(calm.key.accessKeyId).waitFor();
      assert.equal(await page.getByText(leaked.key.accessKeyId).count(), 0);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: shell.table.export }).click();
      const lines = readFileSync(await (await download).path(), 'utf8')
        .trim()
        .split('\r\n');
      assert.equal(lines.length, 2);
      assert.ok(lines[1]?.startsWith(`${calm.key.accessKeyId},calm@`));

      await page.keyboard.press('Control+k');
      const palette = page.getByRole('dialog', { name: shell.palette.title });
      await palette.getByRole('searchbox').fill(leaked.key.accessKeyId);
      await palette.getByText(leaked.key.accessKeyId).waitFor();
      await assertAccessible(page, 'search');
      await palette.getByRole('link', { name: shell.palette.contain }).click();

      const drawer = page.getByRole('dialog', {
        name: t.contain.title.replace('{{id}}', leaked.key.accessKeyId),
      });
      await drawer.getByText('backdoor').waitFor();
      await assertAccessible(page, 'containment');
      await drawer.getByRole('button', { name: t.contain.button }).click();
      await drawer.getByText(t.contain.inactive).waitFor();
      await assert.rejects(leaked.clients.callRpc('2015-05-01', 'ListUsers'), {
        code: 'InvalidAccessKeyId.Inactive',
      });
      await calm.clients.callRpc('2015-04-01', 'GetCallerIdentity');
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'hidden' });
      await page.getByText(t.status.Inactive).first().waitFor();
    });
  }

  test('Ctrl-K finds users, roles, policies and pages, and Enter opens the first', async () => {
    const account = await console.newAccount();
    const admin = await console.newConsoleUser(account, 'manager', ['AdministratorAccess']);
    await account.admin.callRpc('2015-05-01', 'CreateRole', {
      RoleName: 'deploy',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '1',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: ['acs:ram::1:root'] } }],
      }),
    });
    const { page } = await console.openSignedIn(admin.loginName, PASSWORD, { language: 'en' });
    await page.goto('/overview');
    await page.getByRole('button', { name: 'Search (Ctrl-K)' }).click();
    const palette = page.getByRole('dialog', { name: 'Search' });
    const box = palette.getByRole('searchbox');
    for (const [typed, found] of [
      ['mana', admin.loginName],
      ['deploy', 'deploy'],
      ['AdministratorAccess', 'AdministratorAccess'],
      ['recycle', 'Recycle bins'],
    ] as const) {
      await box.fill(typed);
      await palette.getByRole('link', { name: found, exact: true }).waitFor();
    }
    await box.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/recycle-bins');
    await page.keyboard.press('Control+k');
    await palette.getByRole('searchbox').fill('no such thing at all');
    await palette.getByText('Nothing found.').waitFor();
  });
});
