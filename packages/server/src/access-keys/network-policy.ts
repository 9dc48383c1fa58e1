import { parseNetworkPolicy } from '@claviger/guard';
import { networkPolicyWarnings, writeNetworkPolicy } from '@claviger/guard/internal';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { warnOf } from '../policy-documents/policy-text.ts';
import { writeSettings } from '../settings/security-preference.ts';
import { changeKey, requireAccessKey } from './access-key.ts';
import type { KeyOwner } from './owner.ts';

/** What is shown where a network policy was never set. */
const neverSet = '{}';

/**
 * Restricts from where a key may be used; from the answer on. An active policy takes the place of the account's.
 *
 * Nothing keeps a caller from shutting out the key that it signs with: RAM does not either, and an address that a
 * policy leaves out today may be the one to be shut out. The account root, or another key, opens it again.
 * @param document JSON; to reset, an inactive one without statements
 * @returns the policy as it is kept
 * @throws Refusal EntityNotExist.User.AccessKey, InvalidParameter.AccessKeyPolicy, LimitExceeded.AccessKeyPolicy
 */
export async function setKeyNetworkPolicy(
  scope: Scope,
  owner: KeyOwner,
  accessKeyId: string,
  document: string,
): Promise<string> {
  const policy = keptForm(document);
  warnOf(scope, networkPolicyWarnings(document));
  await requireAccessKey(scope, owner, accessKeyId);
  await changeKey(scope, accessKeyId, { network_policy: policy });
  return policy;
}

/** The network policy of a key, `{}` when none was ever set. @throws Refusal EntityNotExist.User.AccessKey */
export async function readKeyNetworkPolicy(
  scope: Scope,
  owner: KeyOwner,
  accessKeyId: string,
): Promise<string> {
  const key = await requireAccessKey(scope, owner, accessKeyId);
  return key.network_policy ?? neverSet;
}

/**
 * Restricts from where the keys of an account may be used, the root's included, but for those with an active
 * policy of their own. Temporary keys are not restricted.
 * @param document JSON; to reset, an inactive one without statements
 * @returns the policy as it is kept
 * @throws Refusal InvalidParameter.AccessKeyPolicy, LimitExceeded.AccessKeyPolicy
 */
export async function setAccountNetworkPolicy(scope: Scope, document: string): Promise<string> {
  const policy = keptForm(document);
  warnOf(scope, networkPolicyWarnings(document));
  await writeSettings(scope, { access_key_network_policy: policy });
  return policy;
}

/** The network policy of an account, `{}` when none was ever set. */
export async function readAccountNetworkPolicy(scope: Scope): Promise<string> {
  const settings = await scope.queries
    .selectFrom('account_settings')
    .select('access_key_network_policy')
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirst();
  return settings?.access_key_network_policy ?? neverSet;
}

/** RAM shows policies with their version and without blanks, however they were written. */
function keptForm(document: string): string {
  const parsed = parseNetworkPolicy(document);
  if (!parsed.ok) throw new Refusal(parsed.code, { reason: parsed.reason });
  return writeNetworkPolicy(parsed.policy);
}
