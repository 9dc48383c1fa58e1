import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RateLimits } from '@claviger/guard';
import { parseDuration, RateLimiter } from '@claviger/guard/internal';
import { LastUsed } from './access-keys/last-used.ts';
import { AccountDirectory } from './accounts/account-directory.ts';
import {
  type AdministeredAccount,
  createAdministeredAccount,
  createOneTimePassword,
  touchNewAccount,
} from './accounts/create-account.ts';
import { currentOperator, type Operator, operatorChange } from './accounts/operator.ts';
import { recordHousekeeping } from './audit/system-event.ts';
import type { Configuration } from './configuration.ts';
import { parseLimits } from './context/limits.ts';
import { AssertionThrottle } from './federation/assertion-throttle.ts';
import { createTxtRecordReader } from './federation/domain-records.ts';
import { createDocumentFetcher } from './federation/fetch-document.ts';
import { IssuerKeys } from './federation/issuer-keys.ts';
import { IssuerNetwork } from './federation/issuer-network.ts';
import { GuardConnections } from './guards/guard-connections.ts';
import { createPasswordHashing } from './passwords/password-hash.ts';
import { SignInThrottle } from './passwords/sign-in-throttle.ts';
import type { ServerServices } from './pipeline/server-services.ts';
import { CompiledPermissions } from './policies/compiled-permissions.ts';
import { PolicyAnalysis } from './policy-analysis/policy-analysis.ts';
import { OpenStreams, type StreamLimits } from './replication/open-streams.ts';
import { RequestVerification } from './replication/request-verification.ts';
import { SharedReads } from './replication/shared-reads.ts';
import { ReportJobs } from './reports/report-jobs.ts';
import { assertMasterKeyOpens } from './secrets/check-master-key.ts';
import { createMasterKeyFile, masterKeyFile } from './secrets/file-master-key.ts';
import { openMasterKey } from './secrets/open-master-key.ts';
import { resealFirstForms } from './secrets/reseal.ts';
import { SecretBox } from './secrets/secret-box.ts';
import { Identifiers } from './store/identifiers.ts';
import { openStore, type StoreLocation } from './store/open-store.ts';
import type { WorkerState } from './workers/worker-state.ts';

/** Error of an installation that is missing, or exists already. */
export class InstallationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InstallationError';
  }
}

/** Dependencies that tests replace. */
export interface InstallationDependencies {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Logs failures that no request sees; never a secret. */
  readonly log: (message: string) => void;
  /** State that the workers of one server share; absent in a server of one process. */
  readonly shared?: WorkerState | undefined;
}

/** Returns where the configuration stores its data. */
export function storeLocation(configuration: Configuration): StoreLocation {
  return configuration.database === undefined
    ? { kind: 'sqlite', file: join(configuration.data, 'claviger.db') }
    : {
        kind: 'postgres',
        url: configuration.database,
        settings: {
          poolSize: configuration.databaseConnections,
          statementTimeoutMs: parseDuration(configuration.statementTimeout),
          lockTimeoutMs: parseDuration(configuration.lockTimeout),
        },
      };
}

/**
 * Creates the data directory (mode 0700) and, if it is to hold the master key, the key; existing ones are left as
 * they are.
 */
export function prepareDataDirectory(configuration: Configuration): void {
  mkdirSync(configuration.data, { recursive: true, mode: 0o700 });
  const keyFile = masterKeyFile(configuration.data);
  if (configuration.masterKeyProvider === 'file' && !existsSync(keyFile)) {
    createMasterKeyFile(keyFile, randomBytes);
  }
}

/** Returns whether an installation exists: a database with an account. */
export async function isInstalled(
  configuration: Configuration,
  dependencies: InstallationDependencies,
): Promise<boolean> {
  const location = storeLocation(configuration);
  if (location.kind === 'sqlite' && !existsSync(location.file)) return false;
  const store = await openStore(location, dependencies);
  try {
    return (await store.queries.selectFrom('accounts').select('account_id').executeTakeFirst()) !== undefined;
  } finally {
    await store.close();
  }
}

/**
 * Creates an installation: data directory, master key, database, one account with its root sign-in, and an
 * administrator with `AdministratorAccess` and one AccessKey. Continues an interrupted one.
 * @param operator name in its audit event; defaults to the user of this process
 * @throws InstallationError if one exists already; nothing is changed then
 */
export async function initialise(
  configuration: Configuration,
  dependencies: InstallationDependencies,
  operator: Operator = currentOperator({}),
): Promise<AdministeredAccount> {
  const used = () =>
    new InstallationError(
      `there is an installation in ${configuration.database === undefined ? configuration.data : 'that database'} already; nothing was changed`,
    );
  if (await isInstalled(configuration, dependencies)) throw used();
  prepareDataDirectory(configuration);
  const services = await openServices(configuration, dependencies);
  try {
    const password = await createOneTimePassword(services);
    const now = dependencies.now();
    const command = { name: 'InitializeInstallation', now };
    return await operatorChange(services, operator, command, async ({ transaction, inAccount }) => {
      // Another process may have been faster.
      const first = await transaction.queries.selectFrom('accounts').select('account_id').executeTakeFirst();
      if (first !== undefined) throw used();
      const made = await createAdministeredAccount(services, transaction, 'main', password, now);
      touchNewAccount(await inAccount(made.accountId), made);
      return made;
    });
  } finally {
    await closeServices(services);
  }
}

/** Returns the limits of calls, by key and by account. */
export function callRateLimits({
  rateLimitPerKey,
  rateLimitPerAccount,
}: Pick<Configuration, 'rateLimitPerKey' | 'rateLimitPerAccount'>): RateLimits {
  return {
    ...(rateLimitPerKey !== 'off' && { perKey: rateLimitPerKey }),
    ...(rateLimitPerAccount !== 'off' && { perAccount: rateLimitPerAccount }),
  };
}

/** Returns the limits of guard connections. */
export function streamLimits({
  streamsPerAccessKey: perAccessKey,
  streamsPerAccount: perAccount,
  streamsPerNode: perNode,
}: Pick<Configuration, 'streamsPerAccessKey' | 'streamsPerAccount' | 'streamsPerNode'>): StreamLimits {
  return { perAccessKey, perAccount, perNode };
}

/** Opens the services that operations share; close them with `closeServices`. */
export async function openServices(
  configuration: Configuration,
  dependencies: InstallationDependencies,
): Promise<ServerServices> {
  const { now, log, shared } = dependencies;
  const secrets = new SecretBox([openMasterKey(configuration)], randomBytes, log);
  const store = await openStore(storeLocation(configuration), {
    now,
    log,
    isShared: shared !== undefined,
  });
  const issuerNetwork = new IssuerNetwork(configuration.privateIssuers);
  const services: ServerServices = {
    store,
    accounts: new AccountDirectory(store),
    secrets,
    identifiers: new Identifiers(randomBytes),
    auditRegion: configuration.region,
    lastUsed: new LastUsed({ store, log }),
    limits: parseLimits(configuration.limits),
    permissions: new CompiledPermissions(),
    policyAnalysis: new PolicyAnalysis(),
    passwordHashing: createPasswordHashing(),
    callRates: shared?.callRates ?? new RateLimiter(callRateLimits(configuration)),
    signInThrottle: shared?.signInThrottle ?? new SignInThrottle(now),
    assertionThrottle: new AssertionThrottle(shared?.workers),
    replicationStreams: shared?.replicationStreams ?? new OpenStreams(streamLimits(configuration)),
    replicationReads: new SharedReads(store),
    requestVerification: new RequestVerification(shared?.questionRates),
    reportJobs: new ReportJobs(log),
    guardConnections: new GuardConnections({ store, log }),
    issuerKeys: new IssuerKeys(createDocumentFetcher({ network: issuerNetwork }), log),
    issuerNetwork,
    readTxtRecords: createTxtRecordReader(configuration.dnsServers),
    allowUnverifiedDomains: configuration.allowUnverifiedDomains,
    unknownSystemPolicies:
      configuration.unknownSystemPolicies === 'refuse'
        ? undefined
        : (accountId, name) =>
            log(`unknown system policy "${name}" attached as an empty policy in account ${accountId}`),
  };
  try {
    await assertMasterKeyOpens(store.queries, secrets, log);
    await resealFirstForms({
      store,
      secrets,
      now,
      log,
      record: ({ queries }, counts) =>
        recordHousekeeping(
          services,
          queries,
          now(),
          [...counts].map(([accountId, count]) => ({
            name: 'ResealSecrets',
            accountId,
            details: { Resealed: String(count) },
          })),
        ),
    });
  } catch (error) {
    await closeServices(services);
    throw error;
  }
  return services;
}

/** Flushes what is in memory, and closes the database. @throws StoreUnavailable if uses of keys cannot be written */
export async function closeServices(services: ServerServices): Promise<void> {
  services.guardConnections.close();
  await closeAll([
    () => services.reportJobs.close(),
    () => services.policyAnalysis.close(),
    () => services.lastUsed.close(),
    () => services.store.close(),
  ]);
}

/**
 * Closes parts one after another, also after one has failed: what stays open keeps the process alive.
 * @throws the first error, at the end
 */
export async function closeAll(parts: Iterable<() => Promise<void> | void>): Promise<void> {
  const errors: unknown[] = [];
  for (const closePart of parts) {
    try {
      await closePart();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
