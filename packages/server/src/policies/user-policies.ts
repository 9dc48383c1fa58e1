import type { PermissionPolicy } from '@claviger/guard';
import { type CallChannel, impliedPolicies } from '../settings/implied-policies.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';
import type { UserRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { readPermissions } from './permissions.ts';

/**
 * Reads all policies of a RAM user: those attached to it and its groups, and those that the account's security
 * preference gives to all users. Used for signed calls, console sessions and the simulator.
 * @param channel the preference gives AccessKeys less than console sessions
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
