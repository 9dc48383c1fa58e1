import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What the database has instead of a session's or ticket's token, which is random enough not to need a slow hash. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * What the pages of a session send along to show that they are ours: bound to the session, since it is made from its
 * token, which it does not tell.
 */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('claviger csrf').digest('base64url');
}

/** Whether a request shows the token of its session. @param given undefined when it shows none */
export function isCsrfToken(token: string, given: string | undefined): boolean {
  const expected = Buffer.from(csrfTokenOf(token));
  const shown = Buffer.from(given ?? '');
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}
