import type { PermissionPolicy } from '@claviger/guard';
import { actionsOnItself } from './own-resource.ts';
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

const onItself: ReadonlySet<string> = new Set(
  Object.values(bySetting).flatMap(({ text }) => actionsOnItself(text).map((action) => action.toLowerCase())),
);

/** Whether calls of that action say if it is the caller itself that they act on. */
export const saysWhetherItself = (action: string): boolean => onItself.has(action.toLowerCase());
