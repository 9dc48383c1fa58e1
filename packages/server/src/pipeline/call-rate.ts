import { Refusal } from '../errors/refusal.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import type { ServerServices } from './server-services.ts';

/**
 * Takes a call off the allowances of its AccessKey or console session, and of its account. Only verified callers are
 * counted, so no caller can use up another one's allowance.
 * @param now milliseconds since the epoch
 * @throws Refusal Throttling.User
 */
export function takeCall({ callRates }: ServerServices, identity: CallerIdentity, now: number): void {
  const caller = identity.by === 'signature' ? identity.accessKeyId : identity.session.row.session_id;
  const wait = callRates.take(caller, identity.principal, now);
  if (wait > 0) throw new Refusal('Throttling.User').retryAfter(wait);
}

/** Milliseconds to wait after a refusal that has no time of its own, by code. */
const DEFAULT_WAITS_MS: Readonly<Record<string, number>> = {
  'Throttling.SignIn': 30_000,
  'Throttling.SAMLAssertion': 60_000,
};

/**
 * Returns how long the sender of a request has to wait that was throttled, or came during an outage.
 * @returns milliseconds; `undefined` for other refusals
 */
export function waitAfterRefusal(code: string, retryAfterMs: number | undefined): number | undefined {
  if (!code.startsWith('Throttling') && !code.startsWith('ServiceUnavailable')) return undefined;
  return retryAfterMs ?? DEFAULT_WAITS_MS[code] ?? 1000;
}
