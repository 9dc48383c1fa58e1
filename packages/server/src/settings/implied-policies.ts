import type { PermissionPolicy } from '@claviger/guard';
import type { SecurityPreference } from './security-preference.ts';
import { SELF_CHANGED_PASSWORD_POLICY } from './self-changed-password.ts';
import { SELF_MANAGED_KEYS_POLICY } from './self-managed-keys.ts';
import { SELF_MANAGED_MFA_POLICY, SELF_READ_MFA_POLICY } from './self-managed-mfa.ts';
import { SELF_MANAGED_SERVICE_CREDENTIALS_POLICY } from './self-managed-service-credentials.ts';

/** Policy of each setting that allows all RAM users actions on themselves. */
const POLICIES_BY_SETTING = {
  AllowUserToManageAccessKeys: SELF_MANAGED_KEYS_POLICY,
  AllowUserToManageServiceCredentials: SELF_MANAGED_SERVICE_CREDENTIALS_POLICY,
  AllowUserToManageMFADevices: SELF_MANAGED_MFA_POLICY,
  AllowUserToChangePassword: SELF_CHANGED_PASSWORD_POLICY,
} as const;

/** Authentication of a call: signed with an AccessKey, or by a console session. */
export type CallChannel = 'access-key' | 'console-session';

/**
 * Policies of calls signed with an AccessKey. They exclude binding and removing a second factor, which a leaked key
 * must not suffice for. The others are the same: AllowUserToManageAccessKeys and
 * AllowUserToManageServiceCredentials are off by default and meant for keys, and ChangePassword needs the present
 * password.
 */
const POLICIES_FOR_KEYS: Readonly<
  Record<keyof typeof POLICIES_BY_SETTING, { readonly name: string; readonly text: string }>
> = {
  ...POLICIES_BY_SETTING,
  AllowUserToManageMFADevices: SELF_READ_MFA_POLICY,
};

/** Returns the policies that the account's settings give to all RAM users. */
export function impliedPolicies(preference: SecurityPreference, channel: CallChannel): PermissionPolicy[] {
  return Object.entries(channel === 'access-key' ? POLICIES_FOR_KEYS : POLICIES_BY_SETTING)
    .filter(([setting]) => preference[setting as keyof typeof POLICIES_BY_SETTING])
    .map(([, policy]) => ({ ...policy, type: 'System', version: 'v1' }));
}
