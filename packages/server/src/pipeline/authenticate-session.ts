import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import type { PresentedCookies } from '../session/session-authenticator.ts';
import type { SessionIdentity } from '../session/session-identity.ts';
import { headerOf } from '../wire/request-format.ts';
import type { Operation, StreamOperation } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';

/** What a browser shows of a session of the console; undefined when it shows none. */
export function presentedSession(
  { sessionAuthenticator }: RequestDependencies,
  { request }: RequestContext,
): PresentedCookies | undefined {
  // Programs have no cookies, and need not wait until an address is made out of their headers.
  if (headerOf(request, 'cookie') === undefined) return undefined;
  const cookies = sessionAuthenticator.presentedCookies(request);
  return cookies.sessionToken === undefined ? undefined : cookies;
}

/**
 * Whose session it is that a page of the console shows.
 * @throws Refusal SessionAndSignature, UnsupportedHTTPMethod, ForeignOrigin, NotSignedIn, InvalidCsrfToken
 */
export async function authenticateSession(
  { sessionAuthenticator }: RequestDependencies,
  { request, time }: RequestContext,
  operation: Operation | StreamOperation,
  signature: ParsedSignature,
  cookies: PresentedCookies,
): Promise<SessionIdentity> {
  if (signature.scheme !== 'anonymous') throw new Refusal('SessionAndSignature');
  const isPageLoad = operation.access !== 'stream' && operation.sessionOnly === 'page-load';
  return sessionAuthenticator.authenticate(request, cookies, isPageLoad ? 'unknown' : 'needed', time);
}
