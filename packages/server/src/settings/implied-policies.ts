import type { PermissionPolicy } from '@claviger/guard';
import type { SecurityPreference } from './security-preference.ts';
import { selfChangedPasswordPolicy } from './self-changed-password.ts';
import { selfManagedKeysPolicy } from './self-managed-keys.ts';
import { selfManagedMfaPolicy } from './self-managed-mfa.ts';
import { selfManagedServiceCredentialsPolicy } from './self-managed-service-credentials.ts';

/** The settings that allow every RAM user something on itself, and the policy that each stands for. */
const bySetting = {
  AllowUserToManageAccessKeys: selfManagedKeysPolicy,
  AllowUserToManageServiceCredentials: selfManagedServiceCredentialsPolicy,
  AllowUserToManageMFADevices: selfManagedMfaPolicy,
  AllowUserToChangePassword: selfChangedPasswordPolicy,
} as const;

/** The policies that every RAM user of an account has beside its own, by the account's settings. */
export function impliedPolicies(preference: SecurityPreference): PermissionPolicy[] {
  return Object.entries(bySetting)
    .filter(([setting]) => preference[setting as keyof typeof bySetting])
    .map(([, policy]) => ({ ...policy, type: 'System', version: 'v1' }));
}
