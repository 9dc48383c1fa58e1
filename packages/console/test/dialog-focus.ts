import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';

/**
 * Opens a dialog or drawer by its button; asserts that axe finds no violation, that the focus is in its first field,
 * and that Escape returns the focus to the button.
 */
export async function assertDialog(page: Page, button: string): Promise<void> {
  const opener = page.getByRole('button', { name: button, exact: true }).first();
  await opener.click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await assertAccessible(page, button);
  const focus = await dialog.evaluate((shown) => {
    const fields = shown.querySelectorAll<HTMLElement>(
      'input:not([type=hidden]):not(:disabled), textarea:not(:disabled)',
    );
    const first = [...fields].find((field) => field.checkVisibility());
    return {
      first: first?.outerHTML,
      at: document.activeElement?.outerHTML,
      within: shown.contains(document.activeElement),
    };
  });
  assert.ok(focus.within, `${button}: the focus is not in the dialog, but at ${focus.at}`);
  if (focus.first !== undefined)
    assert.equal(focus.at, focus.first, `${button}: the first focus is the first field`);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.ok(
    await opener.evaluate((element) => element === document.activeElement),
    `${button}: Escape returns the focus to the button`,
  );
}
