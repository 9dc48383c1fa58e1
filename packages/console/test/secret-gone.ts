import assert from 'node:assert/strict';
import type { ConsolePage } from './console.ts';

/**
 * Asserts that a secret is neither in the document and its fields nor in the storage, cookies, history or URL of the
 * page.
 */
export async function assertSecretGone({ page }: ConsolePage, secret: string): Promise<void> {
  const kept = await page.evaluate(async (sought) => {
    const places: string[] = [];
    const fields = [...document.querySelectorAll('input, textarea')] as HTMLInputElement[];
    if (document.documentElement.outerHTML.includes(sought)) places.push('document');
    if (fields.some(({ value }) => value.includes(sought))) places.push('fields');
    if (JSON.stringify({ ...localStorage }).includes(sought)) places.push('localStorage');
    if (JSON.stringify({ ...sessionStorage }).includes(sought)) places.push('sessionStorage');
    if (document.cookie.includes(sought)) places.push('cookies');
    if (JSON.stringify(history.state ?? null).includes(sought)) places.push('history');
    if (location.href.includes(sought)) places.push('address');
    if ((await indexedDB.databases()).length > 0) places.push('indexedDB');
    if ((await caches.keys()).length > 0) places.push('caches');
    return places;
  }, secret);
  assert.deepEqual(kept, [], 'the secret is still there');
}
