import { endRoleSessions } from '../revocation/role-session-generation.ts';
import { readAccountProtection } from '../settings/account-protection.ts';
import type { Queries } from '../store/store.ts';

/**
 * Ends the role sessions that a key has opened, since it is disabled, deleted or expired: for good, so that enabling
 * or restoring the key does not revive them. Does nothing in an account whose role sessions outlive their key.
 * @param queries of the transaction that disables the key
 * @param now ms since the epoch
 */
export async function endRoleSessionsOfKey(
  queries: Queries,
  accountId: string,
  accessKeyId: string,
  now: number,
): Promise<void> {
  const { roleSessionsEndWithKey } = await readAccountProtection(queries, accountId);
  if (roleSessionsEndWithKey) await endRoleSessions(queries, accountId, `access-key:${accessKeyId}`, now);
}
