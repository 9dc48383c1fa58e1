import type { AnonymousOperation, Operation } from '../pipeline/operation.ts';
import { accessKeyOperations } from './access-keys.ts';
import { accessKeyUsageOperations } from './actiontrail/access-key-usage.ts';
import { describeTrailsOperations } from './actiontrail/describe-trails.ts';
import { lookupEventsOperations } from './actiontrail/lookup-events.ts';
import { groupOperations } from './groups.ts';
import { accessKeyPolicyOperations } from './ims/access-key-policy.ts';
import { accessKeyRecycleBinOperations } from './ims/access-key-recycle-bin.ts';
import { appSecretOperations } from './ims/app-secrets.ts';
import { applicationProvisioningOperations } from './ims/application-provisioning.ts';
import { applicationOperations } from './ims/applications.ts';
import { externalApplicationOperations } from './ims/external-applications.ts';
import { accountOperations as imsAccount } from './ims/ims-account.ts';
import { passkeyOperations } from './ims/ims-passkeys.ts';
import { passwordPolicyOperations as imsPasswordPolicy } from './ims/ims-password-policy.ts';
import { securityPreferenceOperations as imsSecurityPreference } from './ims/ims-security-preference.ts';
import { userOperations as imsUsers } from './ims/ims-users.ts';
import { oidcProviderOperations } from './ims/oidc-providers.ts';
import { reportOperations } from './ims/reports.ts';
import { samlProviderOperations } from './ims/saml-providers.ts';
import { serviceCredentialOperations } from './ims/service-credentials.ts';
import { tagOperations as imsTags } from './ims/tags.ts';
import { userRecycleBinOperations } from './ims/user-recycle-bin.ts';
import { userSsoOperations } from './ims/user-sso.ts';
import { verificationOperations } from './ims/verification.ts';
import { loginProfileOperations } from './login-profiles.ts';
import { mfaDeviceOperations } from './mfa-devices.ts';
import { diagnosticMessageOperations } from './ram/diagnostic-message.ts';
import { policyOperations } from './ram/policies.ts';
import { policyAttachmentOperations } from './ram/policy-attachments.ts';
import { accountOperations as ramAccount } from './ram/ram-account.ts';
import { passwordPolicyOperations as ramPasswordPolicy } from './ram/ram-password-policy.ts';
import { securityPreferenceOperations as ramSecurityPreference } from './ram/ram-security-preference.ts';
import { userOperations as ramUsers } from './ram/ram-users.ts';
import { roleOperations } from './ram/roles.ts';
import { serviceLinkedRoleOperations } from './ram/service-linked-roles.ts';
import { tagOperations as ramTags } from './ram/tag-resources.ts';
import { assumeRoleOperations } from './sts/assume-role.ts';
import { assumeRoleWithOidcOperations } from './sts/assume-role-with-oidc.ts';
import { assumeRoleWithSamlOperations } from './sts/assume-role-with-saml.ts';
import { callerIdentityOperations } from './sts/caller-identity.ts';

/** All implemented operations that need a signature, by family. */
export const operations: readonly Operation[] = [
  ...accessKeyOperations,
  ...accessKeyPolicyOperations,
  ...accessKeyRecycleBinOperations,
  ...imsAccount,
  ...applicationOperations,
  ...appSecretOperations,
  ...applicationProvisioningOperations,
  ...externalApplicationOperations,
  ...groupOperations,
  ...oidcProviderOperations,
  ...samlProviderOperations,
  ...userSsoOperations,
  ...reportOperations,
  ...loginProfileOperations,
  ...mfaDeviceOperations,
  ...passkeyOperations,
  ...verificationOperations,
  ...imsPasswordPolicy,
  ...imsSecurityPreference,
  ...serviceCredentialOperations,
  ...imsTags,
  ...userRecycleBinOperations,
  ...imsUsers,
  ...ramAccount,
  ...ramPasswordPolicy,
  ...policyOperations,
  ...policyAttachmentOperations,
  ...roleOperations,
  ...serviceLinkedRoleOperations,
  ...ramSecurityPreference,
  ...ramTags,
  ...ramUsers,
  ...assumeRoleOperations,
  ...callerIdentityOperations,
  ...diagnosticMessageOperations,
  ...describeTrailsOperations,
  ...lookupEventsOperations,
  ...accessKeyUsageOperations,
];

/**
 * All implemented operations without a signature: an assertion or token in their parameters authenticates the caller.
 */
export const anonymousOperations: readonly AnonymousOperation[] = [
  ...assumeRoleWithSamlOperations,
  ...assumeRoleWithOidcOperations,
];
