import type { CallRates } from '@claviger/guard/internal';
import type { LastUsed } from '../access-keys/last-used.ts';
import type { AccountDirectory } from '../accounts/account-directory.ts';
import type { Services } from '../context/services.ts';
import type { IssuerKeys } from '../federation/issuer-keys.ts';
import type { IssuerNetwork } from '../federation/issuer-network.ts';
import type { GuardConnections } from '../guards/guard-connections.ts';
import type { CompiledPermissions } from '../policies/compiled-permissions.ts';
import type { PolicyAnalysis } from '../policy-analysis/policy-analysis.ts';
import type { StreamPlaces } from '../replication/open-streams.ts';
import type { ReplicationServices } from '../replication/replication-context.ts';
import type { RequestVerification } from '../replication/request-verification.ts';
import type { ReportJobs } from '../reports/report-jobs.ts';

/** What operations share: the services of the domain, and those that only operations use. */
export interface ServerServices extends Services, ReplicationServices {
  readonly accounts: AccountDirectory;
  readonly lastUsed: LastUsed;
  readonly permissions: CompiledPermissions;
  readonly issuerNetwork: IssuerNetwork;
  /** Analyses policy documents on a worker thread. */
  readonly policyAnalysis: PolicyAnalysis;
  /** Call rates of AccessKeys, console sessions and accounts. */
  readonly callRates: CallRates;
  /** Replication streams of guards that are open on this node. */
  readonly replicationStreams: StreamPlaces;
  /** Verifies requests for guards that do not hold the key's verifier. */
  readonly requestVerification: RequestVerification;
  /** Reports under way on this node. */
  readonly reportJobs: ReportJobs;
  /** Guards that are connected to this node. */
  readonly guardConnections: GuardConnections;
  /** Public keys of OpenID Connect issuers. */
  readonly issuerKeys: IssuerKeys;
}
