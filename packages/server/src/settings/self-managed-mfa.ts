import { allowOnItself } from './own-resource.ts';

const reading = ['ram:GetUserMFAInfo', 'ram:ListPasskeys'];

/**
 * What the setting AllowUserToManageMFADevices stands for in sessions of the console: one more Allow, for the user's own
 * device and passkeys only, so that an administrator's explicit Deny wins over it like over any other. The device that a
 * user makes for itself has its own name.
 */
export const selfManagedMfaPolicy = allowOnItself('AllowUserToManageMFADevices', [
  'ram:CreateVirtualMFADevice',
  'ram:BindMFADevice',
  'ram:UnbindMFADevice',
  'ram:DisableVirtualMFA',
  'ram:DeleteVirtualMFADevice',
  'claviger:RegisterPasskey',
  'ram:UpdatePasskey',
  'ram:DeletePasskey',
  ...reading,
]);

/**
 * What the same setting stands for in calls signed with an AccessKey: to see one's own second factors. To bind or remove
 * one takes a policy that says so, since a leaked key must not become a console session with a second factor.
 */
export const selfReadMfaPolicy = allowOnItself('AllowUserToManageMFADevices', reading);
