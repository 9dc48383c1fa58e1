import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Lifetime of the cookie that binds SAML requests to a browser, seconds. Signing in at the provider may take a while.
 */
export const SAML_REQUEST_SECONDS = 3600;

const REQUEST_ID = /^_([0-9a-f]{32})([0-9a-f]{64})$/;

/**
 * Returns the ID of a new authentication request, bound to the browser that sends it: only a browser with the same
 * cookie can present the response. One cookie serves any number of requests, so that two tabs do not disturb each other.
 * @param browserToken value of the cookie `saml`
 * @returns an XML ID of 97 characters
 * @see SAML 2.0 Core 3.2.2 (`InResponseTo`), SAML 2.0 Profiles 4.1.4.3
 */
export function newSamlRequestId(browserToken: string, accountId: string): string {
  const nonce = randomBytes(16).toString('hex');
  return `_${nonce}${bound(browserToken, accountId, nonce)}`;
}

/**
 * Returns whether a request ID was made for this browser and account.
 * @param browserToken `undefined` if the browser sends no cookie
 * @param id the `InResponseTo` of a verified assertion
 */
export function isSamlRequestOf(browserToken: string | undefined, accountId: string, id: string): boolean {
  const [, nonce, shown] = REQUEST_ID.exec(id) ?? [];
  if (browserToken === undefined || nonce === undefined || shown === undefined) return false;
  return timingSafeEqual(Buffer.from(bound(browserToken, accountId, nonce)), Buffer.from(shown));
}

function bound(browserToken: string, accountId: string, nonce: string): string {
  return createHmac('sha256', browserToken)
    .update(`claviger saml request\n${accountId}\n${nonce}`)
    .digest('hex');
}
