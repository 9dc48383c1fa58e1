import type { ConsoleOperation, Operation, StreamOperation } from '../../pipeline/operation.ts';
import { accessKeyExpiryOperations } from './access-key-expiry.ts';
import { accessKeyUseOperations } from './access-key-uses.ts';
import { accountOverviewOperations } from './account-overview.ts';
import { accountProtectionOperations } from './claviger-account-protection.ts';
import { auxiliaryDomainOperations } from './claviger-auxiliary-domain.ts';
import { passkeyRegistrationOperations } from './claviger-passkeys.ts';
import { containAccessKeyOperations } from './contain-access-key.ts';
import { guardOperations } from './guards.ts';
import { replicationOperations, replicationStreams } from './replicate-credentials.ts';
import { usageReportOperations } from './report-access-key-usage.ts';
import { revokeSessionsOperations } from './revoke-sessions.ts';
import { switchBackOperations, switchRoleOperations } from './role-switching.ts';
import { rootCredentialOperations } from './root-credentials.ts';
import { samlSignInOperations } from './saml-sign-in.ts';
import { searchAccessKeysOperations } from './search-access-keys.ts';
import { searchGroupsOperations } from './search-groups.ts';
import { searchPoliciesOperations } from './search-policies.ts';
import { searchRolesOperations } from './search-roles.ts';
import { searchUsersOperations } from './search-users.ts';
import { consoleSessionOperations, sessionOperations } from './session.ts';
import { signInOperations } from './sign-in.ts';
import { simulateOperations } from './simulate.ts';
import { userSsoResponsePolicyOperations } from './user-sso-response-policy.ts';
import { validatePolicyOperations } from './validate-policy.ts';
import { verificationOperations } from './verify-request-signature.ts';

/** Claviger's own operations, for the console and for guards; RAM has no equivalent. */
export const clavigerOperations: readonly Operation[] = [
  ...accessKeyExpiryOperations,
  ...accessKeyUseOperations,
  ...accountOverviewOperations,
  ...auxiliaryDomainOperations,
  ...containAccessKeyOperations,
  ...guardOperations,
  ...accountProtectionOperations,
  ...passkeyRegistrationOperations,
  ...revokeSessionsOperations,
  ...rootCredentialOperations,
  ...replicationOperations,
  ...searchGroupsOperations,
  ...searchPoliciesOperations,
  ...searchRolesOperations,
  ...searchAccessKeysOperations,
  ...searchUsersOperations,
  ...sessionOperations,
  ...simulateOperations,
  ...switchRoleOperations,
  ...usageReportOperations,
  ...userSsoResponsePolicyOperations,
  ...validatePolicyOperations,
  ...verificationOperations,
];

/** Operations that answer a stream. */
export const streamOperations: readonly StreamOperation[] = [...replicationStreams];

/** Operations that start, confirm and end a console session. */
export const consoleOperations: readonly ConsoleOperation[] = [
  ...samlSignInOperations,
  ...signInOperations,
  ...consoleSessionOperations,
  ...switchBackOperations,
];
