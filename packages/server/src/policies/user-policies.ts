import type { PermissionPolicy } from '@claviger/guard';
import { type CallChannel, impliedPolicies } from '../settings/implied-policies.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';
import type { UserRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { readPermissions } from './permissions.ts';

/**
 * Everything that says what a RAM user may do: the policies attached to it and its groups, and what the account's
 * security preference gives to all users. Signed calls, sessions of the console and the simulator decide by it.
 * @param channel the preference gives less to AccessKeys than to console sessions
 */
export async function readUserPolicies(
  queries: Queries,
  accountId: string,
  user: Pick<UserRow, 'user_id'>,
  channel: CallChannel,
): Promise<readonly PermissionPolicy[]> {
  const attached = await readPermissions(queries, accountId, { type: 'user', id: user.user_id });
  return [...attached, ...impliedPolicies(await readSecurityPreference(queries, accountId), channel)];
}
