import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import type { PresentedCookies } from '../session/session-authenticator.ts';
import type { SessionIdentity } from '../session/session-identity.ts';
import { headerOf } from '../wire/request-format.ts';
import type { Operation, StreamOperation } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';

/** Returns the console session cookies of a request; `undefined` if it has none. */
export function presentedSession(
  { sessionAuthenticator }: RequestDependencies,
  { request }: RequestContext,
): PresentedCookies | undefined {
  // Programs send no cookies; this check spares them the construction of a `URL` from their headers.
  if (headerOf(request, 'cookie') === undefined) return undefined;
  const cookies = sessionAuthenticator.presentedCookies(request);
  return cookies.sessionToken === undefined ? undefined : cookies;
}

/**
 * Authenticates a request of the console by its session.
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
