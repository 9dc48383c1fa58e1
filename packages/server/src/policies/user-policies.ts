import { readSecurityPreference } from '../settings/security-preference.ts';
import { selfChangedPasswordPolicy } from '../settings/self-changed-password.ts';
import { selfManagedKeysPolicy } from '../settings/self-managed-keys.ts';
import { selfManagedMfaPolicy } from '../settings/self-managed-mfa.ts';
import { selfManagedServiceCredentialsPolicy } from '../settings/self-managed-service-credentials.ts';
import type { UserRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { type PermissionPolicy, readPermissions } from './permissions.ts';

/**
 * Everything that says what a RAM user may do: the policies attached to it and its groups, and what the account's
 * security preference gives to all users. Signed calls, sessions of the console and the simulator decide by it.
 */
export async function readUserPolicies(
  queries: Queries,
  accountId: string,
  user: Pick<UserRow, 'user_id' | 'user_name'>,
): Promise<readonly PermissionPolicy[]> {
  const preference = await readSecurityPreference(queries, accountId);
  const attached = await readPermissions(queries, accountId, { type: 'user', id: user.user_id });
  const implied: PermissionPolicy[] = [];
  if (preference.AllowUserToManageAccessKeys) {
    const policy = selfManagedKeysPolicy(accountId, user.user_name);
    implied.push({ ...policy, type: 'System', version: user.user_name });
  }
  if (preference.AllowUserToManageServiceCredentials) {
    implied.push({ ...selfManagedServiceCredentialsPolicy, type: 'System', version: 'v1' });
  }
  if (preference.AllowUserToManageMFADevices) {
    implied.push({ ...selfManagedMfaPolicy, type: 'System', version: 'v1' });
  }
  if (preference.AllowUserToChangePassword) {
    implied.push({ ...selfChangedPasswordPolicy, type: 'System', version: 'v1' });
  }
  return [...attached, ...implied];
}
