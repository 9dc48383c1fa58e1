import type { RateLimiter } from '@claviger/guard/internal';
import type { LastUsed } from '../access-keys/last-used.ts';
import type { AccountDirectory } from '../accounts/account-directory.ts';
import type { AssertionThrottle } from '../federation/assertion-throttle.ts';
import type { ReadTxtRecords } from '../federation/domain-records.ts';
import type { IssuerKeys } from '../federation/issuer-keys.ts';
import type { IssuerNetwork } from '../federation/issuer-network.ts';
import type { GuardConnections } from '../guards/guard-connections.ts';
import type { PasswordHashing } from '../passwords/password-hash.ts';
import type { SignInThrottle } from '../passwords/sign-in-throttle.ts';
import type { CompiledPermissions } from '../policies/compiled-permissions.ts';
import type { PolicyAnalysis } from '../policies/policy-analysis.ts';
import type { OpenStreams } from '../replication/open-streams.ts';
import type { RequestVerification } from '../replication/request-verification.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { Identifiers } from '../store/identifiers.ts';
import type { Store } from '../store/store.ts';
import type { Limits } from './limits.ts';

/** What operations share: the parts of a running server that are not of one request. */
export interface Services {
  readonly store: Store;
  readonly accounts: AccountDirectory;
  readonly secrets: SecretBox;
  readonly identifiers: Identifiers;
  /** The region that audit events name. */
  readonly auditRegion: string;
  readonly lastUsed: LastUsed;
  /** How much accounts, and what is in them, may have. */
  readonly limits: Limits;
  /** What principals may do, made ready to decide by. */
  readonly permissions: CompiledPermissions;
  /** Analyses policy documents beside the event loop. */
  readonly policyAnalysis: PolicyAnalysis;
  readonly passwordHashing: PasswordHashing;
  /** How often AccessKeys, console sessions and accounts may call. */
  readonly callRates: RateLimiter;
  /** Slows down whoever guesses passwords and codes of the console. */
  readonly signInThrottle: SignInThrottle;
  /** Slows down whoever shows the same SAML assertion again and again. */
  readonly assertionThrottle: AssertionThrottle;
  /** Of guards that follow an account's credentials. */
  readonly replicationStreams: OpenStreams;
  /** Of requests that guards have no means to verify. */
  readonly requestVerification: RequestVerification;
  /** Which guards those are. */
  readonly guardConnections: GuardConnections;
  /** Of the identity providers that speak OpenID Connect. */
  readonly issuerKeys: IssuerKeys;
  /** Where those may be. */
  readonly issuerNetwork: IssuerNetwork;
  /** Asks the DNS for the records that prove domains. */
  readonly readTxtRecords: ReadTxtRecords;
  /** Whether auxiliary domains count without a proof. */
  readonly allowUnverifiedDomains: boolean;
}
