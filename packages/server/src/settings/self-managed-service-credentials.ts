import { allowOnItself } from './own-resource.ts';

/**
 * What the setting AllowUserToManageServiceCredentials stands for: one more Allow, for the user's own service
 * credentials only, so that an administrator's explicit Deny wins over it like over any other. To list those of all
 * users is not among it.
 */
export const selfManagedServiceCredentialsPolicy = allowOnItself('AllowUserToManageServiceCredentials', [
  'ram:CreateServiceCredential',
  'ram:GetServiceCredential',
  'ram:ListServiceCredentials',
  'ram:UpdateServiceCredential',
  'ram:DeleteServiceCredential',
]);
