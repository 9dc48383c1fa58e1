/** Page "Guards": registered guards and their credentials, which are shown once. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertAccessible } from './axe.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { PASSWORD, startForSuite } from './console.ts';
import { assertSecretGone } from './secret-gone.ts';

type Words = Readonly<Record<string, string>> & {
  readonly field: Record<string, string>;
  readonly status: Record<string, string>;
  readonly credential: Record<string, string>;
  readonly keys: Record<string, string>;
};

const catalogue = (language: string, name: string) =>
  JSON.parse(readFileSync(new URL(`../src/locales/${language}/${name}.json`, import.meta.url), 'utf8'));

describe('guards in the console', { skip: CHROMIUM_MISSING }, async () => {
  const { console } = await startForSuite();

  for (const [language, width] of [
    ['en', 'desktop'],
    ['zh-TW', 'phone'],
    ['zh-CN', 'desktop'],
  ] as const) {
    test(`a guard is added, disabled, enabled and removed, and its secret is shown once: ${language}, ${width}`, async () => {
      const t: Words = catalogue(language, 'guards');
      const shell: Record<string, string> = catalogue(language, 'shell');
      const account = await console.newAccount();
      const admin = await console.newConsoleUser(account, 'manager', ['AdministratorAccess']);
      const opened = await console.openSignedIn(admin.loginName, PASSWORD, {
        language,
        width,
        steppedUp: true,
      });
      const { page } = opened;
      const button = (name: string | undefined) =>
        page.getByRole('button', { name: name ?? '', exact: true });
      await page.goto('/guards');
      await page.getByText(t['none'] ?? '').waitFor();
      await assertAccessible(page, 'guards, none');

      await button(t['add']).click();
      const adding = page.getByRole('dialog', { name: t['add'] ?? '' });
      await adding.getByLabel(t.field['name'] ?? '').fill('two words');
      await adding.getByRole('button', { name: t['add'] ?? '' }).click();
      await adding.getByText(shell['required'] ?? '').waitFor();
      await adding.getByLabel(t.field['name'] ?? '').fill('orders-gateway');
      const services = adding.getByLabel(t.field['services'] ?? '');
      await services.fill('orders');
      await services.press('Enter');
      await adding.getByRole('button', { name: t['add'] ?? '' }).click();

      const shown = page.getByRole('dialog', { name: t.credential['title'] ?? '' });
      const secret = await shown.getByLabel(t.credential['secret'] ?? '', { exact: true }).inputValue();
      assert.match(secret, /^\S{30,}$/);
      await assertAccessible(page, 'guards, credential');
      await shown.getByRole('checkbox', { name: t.credential['saved'] ?? '' }).check();
      await shown.getByRole('button', { name: shell['ok'] ?? '' }).click();
      await shown.waitFor({ state: 'hidden' });
      await page.getByText(t['notConnected'] ?? '').waitFor();
      await assertSecretGone(opened, secret);
      await page.reload();
      await page.getByText('orders-gateway').first().waitFor();
      await assertSecretGone(opened, secret);

      await button(t.keys['show']).click();
      const keys = page.getByRole('dialog', { name: 'orders-gateway' });
      await keys.getByText(t.keys['lead'] ?? '').waitFor();
      await keys.getByRole('button', { name: shell['ok'] ?? '', exact: true }).click();
      await keys.waitFor({ state: 'hidden' });

      await button(t['disable']).click();
      await button(t['enable']).waitFor();
      await button(t['enable']).click();
      await button(t['disable']).waitFor();
      await assertAccessible(page, 'guards, one');

      await button(t['remove']).click();
      const removing = page.getByRole('dialog', { name: t['removeTitle'] ?? '' });
      await removing.getByRole('textbox').fill('orders-gateway');
      await removing.getByRole('button', { name: shell['delete'] ?? '' }).click();
      await page.getByText(t['none'] ?? '').waitFor();
    });
  }

  test('a name in use is refused with a message and no credential', async () => {
    const account = await console.newAccount();
    const admin = await console.newConsoleUser(account, 'manager', ['AdministratorAccess']);
    const { page } = await console.openSignedIn(admin.loginName, PASSWORD, { steppedUp: true });
    await page.goto('/guards');
    for (const at of [0, 1]) {
      await page.getByRole('button', { name: 'Add guard', exact: true }).click();
      const adding = page.getByRole('dialog', { name: 'Add guard' });
      await adding.getByLabel('Name').fill('twice');
      await adding.getByLabel('Services').fill('orders');
      await adding.getByLabel('Services').press('Enter');
      await adding.getByRole('button', { name: 'Add guard' }).click();
      if (at === 0) {
        await page.getByRole('checkbox', { name: 'I have saved the credential' }).check();
        await page.getByRole('button', { name: 'OK' }).click();
      } else {
        await adding.getByRole('alert').waitFor();
        assert.match((await adding.getByRole('alert').textContent()) ?? '', /exists/i);
      }
    }
  });
});
