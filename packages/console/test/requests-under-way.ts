import type { Page, Request } from 'playwright-core';

const underWay = new WeakMap<Page, Set<Request>>();

/** Counts the requests of a page from now on, for {@link waitForRequests}. */
export function watchRequests(page: Page): void {
  const requests = new Set<Request>();
  underWay.set(page, requests);
  page.on('request', (request) => requests.add(request));
  page.on('requestfinished', (request) => requests.delete(request));
  page.on('requestfailed', (request) => requests.delete(request));
}

/**
 * Resolves when no request of the page is under way and what the answers show has been painted. Unlike the state
 * `networkidle` it does not wait for half a second without requests.
 */
export async function waitForRequests(page: Page): Promise<void> {
  const requests = underWay.get(page);
  if (requests === undefined) throw new Error('the requests of this page are not watched');
  for (let quiet = 0; quiet < 2; ) {
    const [request] = requests;
    if (request !== undefined) {
      quiet = 0;
      const response = await request.response();
      await response?.finished();
      requests.delete(request);
      continue;
    }
    await page.evaluate(
      () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(() => painted(0)))),
    );
    quiet += 1;
  }
}
