import { allowOnItself } from './own-resource.ts';

/**
 * Policy of the setting AllowUserToManageServiceCredentials: an additional Allow for the user's own service
 * credentials, which an explicit Deny overrides. It does not include listing those of all users.
 */
export const SELF_MANAGED_SERVICE_CREDENTIALS_POLICY = allowOnItself('AllowUserToManageServiceCredentials', [
  'ram:CreateServiceCredential',
  'ram:GetServiceCredential',
  'ram:ListServiceCredentials',
  'ram:UpdateServiceCredential',
  'ram:DeleteServiceCredential',
]);
