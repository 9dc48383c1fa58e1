import { Refusal } from '../errors/refusal.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import type { ServerServices } from './server-services.ts';

/**
 * Takes a call off the allowances of its AccessKey or console session, and of its account. Only verified callers are
 * counted, so no caller can use up another one's allowance.
 * @param now milliseconds since the epoch
 * @throws Refusal Throttling.User
 */
export async function takeCall(
  { callRates }: ServerServices,
  identity: CallerIdentity,
  now: number,
): Promise<void> {
  const caller = identity.by === 'signature' ? identity.accessKeyId : identity.session.row.session_id;
  const taken = callRates.take(caller, identity.principal, now);
  const wait = taken instanceof Promise ? await taken : taken;
  if (wait > 0) throw new Refusal('Throttling.User').retryAfter(wait);
}
