import type { PermissionPolicy } from '@claviger/guard';
import type { SecurityPreference } from './security-preference.ts';
import { selfChangedPasswordPolicy } from './self-changed-password.ts';
import { selfManagedKeysPolicy } from './self-managed-keys.ts';
import { selfManagedMfaPolicy, selfReadMfaPolicy } from './self-managed-mfa.ts';
import { selfManagedServiceCredentialsPolicy } from './self-managed-service-credentials.ts';

/** The settings that allow every RAM user something on itself, and the policy that each stands for. */
const bySetting = {
  AllowUserToManageAccessKeys: selfManagedKeysPolicy,
  AllowUserToManageServiceCredentials: selfManagedServiceCredentialsPolicy,
  AllowUserToManageMFADevices: selfManagedMfaPolicy,
  AllowUserToChangePassword: selfChangedPasswordPolicy,
} as const;

/** How a call proves who sends it: signed with an AccessKey, or with a session of the console. */
export type CallChannel = 'access-key' | 'console-session';

/**
 * By key some settings allow less: with a leaked key alone nobody binds or removes a second factor. The rest is the same:
 * AllowUserToManageAccessKeys and AllowUserToManageServiceCredentials are off as shipped and are meant for keys, and
 * ChangePassword needs the present password.
 */
const byKey: Readonly<Record<keyof typeof bySetting, { readonly name: string; readonly text: string }>> = {
  ...bySetting,
  AllowUserToManageMFADevices: selfReadMfaPolicy,
};

/** The policies that every RAM user of an account has beside its own, by the account's settings. */
export function impliedPolicies(preference: SecurityPreference, channel: CallChannel): PermissionPolicy[] {
  return Object.entries(channel === 'access-key' ? byKey : bySetting)
    .filter(([setting]) => preference[setting as keyof typeof bySetting])
    .map(([, policy]) => ({ ...policy, type: 'System', version: 'v1' }));
}
