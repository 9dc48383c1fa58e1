import type { Page } from 'playwright-core';

/** Address without a page of its own. */
const UNKNOWN_ADDRESS = '/nothing-here';

/**
 * Shows the page of an address in a window with a signed-in page, as a link does: without loading the console again,
 * which takes three times as long. The page for unknown addresses is shown between, so that the page of the same
 * address with another query is mounted anew, too.
 */
export async function showPage(page: Page, address: string): Promise<void> {
  await replaceHeading(page, UNKNOWN_ADDRESS);
  await replaceHeading(page, address);
}

/** Follows an address, and waits until the heading of the page before is gone and there is another. */
async function replaceHeading(page: Page, address: string): Promise<void> {
  const heading = await page.getByRole('heading', { level: 1 }).elementHandle();
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    // Only the browser's own steps through the history cause this event: the router follows it.
    dispatchEvent(new PopStateEvent('popstate'));
  }, address);
  await heading?.waitForElementState('hidden');
  await page.getByRole('heading').first().waitFor();
}
