import type { Migration } from '../migrate.ts';
import { initialSchema } from './0001-initial-schema.ts';
import { passwordsAndMfa } from './0002-passwords-and-mfa.ts';
import { federation } from './0003-federation.ts';
import { applicationsAndServiceCredentials } from './0004-applications-and-service-credentials.ts';
import { reports } from './0005-reports.ts';
import { consoleSessions } from './0006-console-sessions.ts';
import { identityBindings } from './0007-identity-bindings.ts';
import { guards } from './0008-guards.ts';
import { sessionRevocations } from './0009-session-revocations.ts';
import { sealBindings } from './0010-seal-bindings.ts';
import { passwordPolicies } from './0011-password-policies.ts';
import { unsolicitedSaml } from './0012-unsolicited-saml.ts';
import { rowCounts } from './0013-row-counts.ts';
import { reportParts } from './0014-report-parts.ts';
import { tagIndexes } from './0015-tag-indexes.ts';
import { roleSignIn } from './0016-role-sign-in.ts';
import { presignedIdentity } from './0017-presigned-identity.ts';
import { switchedRole } from './0018-switched-role.ts';
import { standInPolicies } from './0019-stand-in-policies.ts';
import { housekeepingRounds } from './0020-housekeeping-rounds.ts';
import { sessionsOutliveKey } from './0021-sessions-outlive-key.ts';
import { auditRecords } from './0022-audit-records.ts';
import { auditChain } from './0023-audit-chain.ts';
import { auditLookUps } from './0024-audit-look-ups.ts';
import { backups } from './0025-backups.ts';
import { sweeps } from './0026-sweeps.ts';
import { keySessionEndings } from './0027-key-session-endings.ts';
import { searchOrders } from './0028-search-orders.ts';
import { accessKeySearch } from './0029-access-key-search.ts';

/** Every migration, in order. Forward only: a released one is never edited, a mistake gets a new one. */
export const MIGRATIONS: readonly Migration[] = [
  initialSchema,
  passwordsAndMfa,
  federation,
  applicationsAndServiceCredentials,
  reports,
  consoleSessions,
  identityBindings,
  guards,
  sessionRevocations,
  sealBindings,
  passwordPolicies,
  unsolicitedSaml,
  rowCounts,
  reportParts,
  tagIndexes,
  roleSignIn,
  presignedIdentity,
  switchedRole,
  standInPolicies,
  housekeepingRounds,
  sessionsOutliveKey,
  auditRecords,
  auditChain,
  auditLookUps,
  backups,
  sweeps,
  keySessionEndings,
  searchOrders,
  accessKeySearch,
];
