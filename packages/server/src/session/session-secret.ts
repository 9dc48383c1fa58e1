import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Returns the hash that the database stores instead of a session's or ticket's token. Tokens are random enough not to
 * need a slow hash.
 */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * Returns the CSRF token of a session, which the console's pages send along. It is derived from the session token,
 * and does not reveal it.
 */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('claviger csrf').digest('base64url');
}

/** Returns whether a CSRF token belongs to a session. @param given `undefined` if absent */
export function isCsrfToken(token: string, given: string | undefined): boolean {
  const expected = Buffer.from(csrfTokenOf(token));
  const shown = Buffer.from(given ?? '');
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}
