import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import type { Shown } from '../session/session-authenticator.ts';
import type { SessionIdentity } from '../session/session-identity.ts';
import type { Journey } from './request-context.ts';
import type { Operation, StreamOperation } from './operation.ts';
import { headerOf } from '../wire/request-format.ts';
import type { Road } from './request-dependencies.ts';

/** What a browser shows of a session of the console; undefined when it shows none. */
export function shownSession({ gate }: Road, { request }: Journey): Shown | undefined {
  // Programs have no cookies, and need not wait until an address is made out of their headers.
  if (headerOf(request, 'cookie') === undefined) return undefined;
  const shown = gate.shown(request);
  return shown.sessionToken === undefined ? undefined : shown;
}

/**
 * Whose session it is that a page of the console shows.
 * @throws Refusal SessionAndSignature, UnsupportedHTTPMethod, ForeignOrigin, NotSignedIn, InvalidCsrfToken
 */
export async function admitFromSession(
  { gate }: Road,
  { request, time }: Journey,
  operation: Operation | StreamOperation,
  signature: ParsedSignature,
  shown: Shown,
): Promise<SessionIdentity> {
  if (signature.scheme !== 'anonymous') throw new Refusal('SessionAndSignature');
  const isPageLoad = operation.access !== 'stream' && operation.sessionOnly === 'page-load';
  return gate.admit(request, shown, isPageLoad ? 'unknown' : 'needed', time);
}
