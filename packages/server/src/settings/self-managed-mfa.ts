import { allowOnItself } from './own-resource.ts';

const READ_ACTIONS = ['ram:GetUserMFAInfo', 'ram:ListPasskeys'];

/**
 * Policy of the setting AllowUserToManageMFADevices for console sessions: an additional Allow for the user's own
 * device and passkeys, which an explicit Deny overrides. A device that a user creates for itself has the user's
 * name.
 */
export const SELF_MANAGED_MFA_POLICY = allowOnItself('AllowUserToManageMFADevices', [
  'ram:CreateVirtualMFADevice',
  'ram:BindMFADevice',
  'ram:UnbindMFADevice',
  'ram:DisableVirtualMFA',
  'ram:DeleteVirtualMFADevice',
  'claviger:RegisterPasskey',
  'ram:UpdatePasskey',
  'ram:DeletePasskey',
  ...READ_ACTIONS,
]);

/**
 * Policy of the same setting for calls signed with an AccessKey: reading one's own second factors. Binding or
 * removing one needs an explicit policy, since a leaked key must not yield a console session with a second factor.
 */
export const SELF_READ_MFA_POLICY = allowOnItself('AllowUserToManageMFADevices', READ_ACTIONS);
