import { parseNetworkPolicy } from '@claviger/guard';
import { networkPolicyWarnings, writeNetworkPolicy } from '@claviger/guard/internal';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { warnOf } from '../policy-documents/policy-text.ts';
import { writeSettings } from '../settings/security-preference.ts';
import { changeKey, requireAccessKey } from './access-key.ts';
import type { KeyOwner } from './owner.ts';

/** Answer for a network policy that was never set. */
const EMPTY_POLICY = '{}';

/**
 * Restricts the addresses from which a key may be used, effective with the answer. An active policy of a key
 * replaces the account's.
 *
 * A caller may exclude the address or the key it signs with, as in RAM: a caller's current address may be the one
 * to exclude. The account root or another key can undo it.
 * @param document JSON; an inactive policy without statements resets it
 * @returns the policy as stored
 * @throws Refusal EntityNotExist.User.AccessKey, InvalidParameter.AccessKeyPolicy, LimitExceeded.AccessKeyPolicy
 */
export async function setKeyNetworkPolicy(
  scope: Scope,
  owner: KeyOwner,
  accessKeyId: string,
  document: string,
): Promise<string> {
  const policy = canonicalForm(document);
  warnOf(scope, networkPolicyWarnings(document));
  await requireAccessKey(scope, owner, accessKeyId);
  await changeKey(scope, accessKeyId, { network_policy: policy });
  return policy;
}

/** Reads the network policy of a key; `{}` if it was never set. @throws Refusal EntityNotExist.User.AccessKey */
export async function readKeyNetworkPolicy(
  scope: Scope,
  owner: KeyOwner,
  accessKeyId: string,
): Promise<string> {
  const key = await requireAccessKey(scope, owner, accessKeyId);
  return key.network_policy ?? EMPTY_POLICY;
}

/**
 * Restricts the addresses from which the account's keys may be used, the root's included. Keys with an active
 * policy of their own are exempt, and temporary credentials are not restricted.
 * @param document JSON; an inactive policy without statements resets it
 * @returns the policy as stored
 * @throws Refusal InvalidParameter.AccessKeyPolicy, LimitExceeded.AccessKeyPolicy
 */
export async function setAccountNetworkPolicy(scope: Scope, document: string): Promise<string> {
  const policy = canonicalForm(document);
  warnOf(scope, networkPolicyWarnings(document));
  await writeSettings(scope, { access_key_network_policy: policy });
  return policy;
}

/** Reads the network policy of an account; `{}` if it was never set. */
export async function readAccountNetworkPolicy(scope: Scope): Promise<string> {
  const settings = await scope.queries
    .selectFrom('account_settings')
    .select('access_key_network_policy')
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirst();
  return settings?.access_key_network_policy ?? EMPTY_POLICY;
}

/** Returns a policy as RAM shows it: with its version and without white space. */
function canonicalForm(document: string): string {
  const parsed = parseNetworkPolicy(document);
  if (!parsed.ok) throw new Refusal(parsed.code, { reason: parsed.reason });
  return writeNetworkPolicy(parsed.policy);
}
