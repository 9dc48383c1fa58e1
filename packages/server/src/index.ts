/**
 * The control plane: identities, AccessKeys, policies, tokens and audit, with the API of RAM, IMS and STS.
 *
 * `startClaviger` starts it on an installation that `initialise` has created. It does not read the command line or
 * the environment by itself, and writes to the given logger only.
 */
export { createAccessKey, listAccessKeys } from './access-keys/access-key.ts';
export {
  ADMINISTRATOR_POLICY,
  type AdministeredAccount,
  createAdministeredAccount,
  createOneTimePassword,
  listAccounts,
  operatorScope,
  setAccountStatus,
  touchNewAccount,
} from './accounts/create-account.ts';
export {
  currentOperator,
  type Operator,
  type OperatorChange,
  type OperatorCommand,
  operatorChange,
  recordOperatorCommand,
} from './accounts/operator.ts';
export { auditSinks } from './audit/audit-sinks.ts';
export {
  type ChainAnchor,
  chainAnchorFile,
  parseChainAnchor,
  readChainAnchor,
} from './audit/chain-anchor.ts';
export { nextCheckpoint, RecordFollower } from './audit/chain-reader.ts';
export { checkpointText, linesOf } from './audit/checkpoint-text.ts';
export { DeadLetters, deadLetterFolder, isWhole } from './audit/dead-letters.ts';
export { type EventSelection, type ReadEvent, readEvents } from './audit/read-events.ts';
export { eventJson, eventOf, type StoredEvent } from './audit/stored-event.ts';
export { type Finding, type VerifyReport, verifyChain } from './audit/verify-chain.ts';
export { type Claviger, startClaviger } from './claviger.ts';
export {
  assertReloadable,
  type Configuration,
  readConfiguration,
  SETTING_DESCRIPTIONS,
  type SettingDescription,
} from './configuration.ts';
export type { Account } from './context/account.ts';
export { LIMIT_DEFINITIONS } from './context/limits.ts';
export type { Scope } from './context/scope.ts';
export { ConfigurationError } from './errors/configuration-error.ts';
export { Refusal } from './errors/refusal.ts';
export {
  createGuard,
  deleteGuard,
  listGuards,
  servicesOf,
  setGuardServices,
  setGuardStatus,
} from './guards/guard.ts';
export { serverMetricNames } from './http/metric-names.ts';
export { assertHostsConfigured } from './http/named-hosts.ts';
export { AUTOMATIC_CERTIFICATE } from './http/tls.ts';
export {
  callRateLimits,
  closeServices,
  InstallationError,
  initialise,
  isInstalled,
  openServices,
  storeLocation,
} from './installation.ts';
export type { ServerServices as Services } from './pipeline/server-services.ts';
export { StoredCredentials } from './pipeline/stored-credentials.ts';
export {
  auditKeyId,
  auditSigningKeyFile,
  openAuditSigningKey,
  parseAuditPublicKey,
} from './secrets/audit-signing-key.ts';
export {
  addMasterKey,
  addNextMasterKey,
  dropOldMasterKeys,
  keepNextMasterKey,
  masterKeyFile,
  openNextMasterKey,
} from './secrets/file-master-key.ts';
export type { MasterKey } from './secrets/master-key.ts';
export { MasterKeyUnavailable } from './secrets/master-key.ts';
export { openMasterKey } from './secrets/open-master-key.ts';
export { rotateMasterKey } from './secrets/rotate-master-key.ts';
export { placeOfAccessKey } from './secrets/sealed-columns.ts';
export { openServerPrimary, type ServerPrimary } from './server-primary.ts';
export { resetRootPassword } from './session/root-password.ts';
export { revokeSessionsAsOperator, type SessionsToRevoke } from './session/session-revocation.ts';
export { lastBackup, noteBackup } from './store/backups.ts';
export { MIGRATIONS } from './store/migrations/migrations.ts';
export type { StoreLocation } from './store/open-store.ts';
export { copyDifferences } from './store/portable/copy-differences.ts';
export { assertKnownMigrations, type DatabaseCopy, openCopy } from './store/portable/open-copy.ts';
export { type DatabaseSnapshot, openSnapshot } from './store/portable/open-snapshot.ts';
export type { RowValues, TableShape } from './store/portable/table-shapes.ts';
export { readDatabaseHealth } from './store/postgres/database-health.ts';
export type { GuardRow } from './store/schema.ts';
export { StoreUnavailable } from './store/store-unavailable.ts';
export { takeNodeLock } from './store/take-node-lock.ts';
export { Secret } from './wire/secret.ts';
export { type WorkerFacts, WorkerState } from './workers/worker-state.ts';
