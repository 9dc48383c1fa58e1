import { allowOnItself } from './own-resource.ts';

/**
 * What the setting AllowUserToManageMFADevices stands for: one more Allow, for the user's own device and passkeys only,
 * so that an administrator's explicit Deny wins over it like over any other. The device that a user makes for itself
 * has its own name.
 */
export const selfManagedMfaPolicy = allowOnItself('AllowUserToManageMFADevices', [
  'ram:CreateVirtualMFADevice',
  'ram:BindMFADevice',
  'ram:UnbindMFADevice',
  'ram:DisableVirtualMFA',
  'ram:DeleteVirtualMFADevice',
  'ram:GetUserMFAInfo',
  'claviger:RegisterPasskey',
  'ram:ListPasskeys',
  'ram:UpdatePasskey',
  'ram:DeletePasskey',
]);
