import type { PermissionPolicy } from '@claviger/guard';
import type { CompiledPolicies } from '@claviger/policy';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { Identifiers } from '../store/identifiers.ts';
import type { Queries, Store } from '../store/store.ts';
import type { Account } from './account.ts';
import type { Lane } from './fair-queue.ts';
import type { Limits } from './limits.ts';

/**
 * What the rules of the domain share: the parts of a running server that do not belong to one request. The domain
 * classes implement these interfaces; `pipeline/server-services.ts` adds what only operations use.
 */
export interface Services {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly secrets: SecretBox;
  readonly identifiers: Identifiers;
  /** Region named in audit events. */
  readonly auditRegion: string;
  readonly lastUsed: LastUses;
  /** Limits of accounts and of what is in them (`--limits`). */
  readonly limits: Limits;
  readonly permissions: Permissions;
  readonly passwordHashing: PasswordHashing;
  readonly signInThrottle: GuessThrottle;
  readonly assertionThrottle: AssertionCounter;
  readonly issuerNetwork: AddressFilter;
  readonly readTxtRecords: ReadTxtRecords;
  /** Whether auxiliary domains count without a proof (`--allow-unverified-domains`). */
  readonly allowUnverifiedDomains: boolean;
  /**
   * Reports the attachment of an unknown system policy as an empty one; `undefined` if such names are refused
   * (`--unknown-system-policies`).
   */
  readonly unknownSystemPolicies: ((accountId: string, name: string) => void) | undefined;
}

/** The accounts of the installation, kept in memory. */
export interface Accounts {
  /** Returns the account; at once when it is known, `undefined` if absent. */
  get(accountId: string): Account | undefined | Promise<Account | undefined>;
}

/** One use of an AccessKey. */
export interface AccessKeyUse {
  /** Milliseconds since the epoch. */
  readonly usedAt: number;
  /** The service that was called, as RAM names it. */
  readonly serviceName: string;
  readonly regionId: string;
  readonly sourceIp: string;
}

/** Last uses of AccessKeys, collected in memory and written in batches. */
export interface LastUses {
  /** Notes a use. @param time milliseconds since the epoch */
  note(accessKeyId: string, serviceName: string, regionId: string, sourceIp: string, time: number): void;
  /** Returns the latest use, stored or noted on this node; `undefined` if the key was never used. */
  latest(queries: Queries, accessKeyId: string): Promise<AccessKeyUse | undefined>;
  /** Returns the latest use noted on this node and not written yet. */
  noted(accessKeyId: string): AccessKeyUse | undefined;
  /** Writes what is noted; resolves when it is committed. */
  flush(): Promise<void>;
}

/** Compiled policies, shared by the identities of an account. */
export interface Permissions {
  /** Returns the policies compiled for decisions. */
  of(accountId: string, policies: readonly PermissionPolicy[]): CompiledPolicies;
}

/** Hashes and verifies passwords; slow on purpose, so never while a transaction is open. */
export interface PasswordHashing {
  /**
   * Hashes a password for storage.
   * @param salt at least 8 bytes; random if absent
   * @returns the PHC string (`$argon2id$…`)
   * @throws Refusal Throttling.SignIn when too many wait for the lane's account
   */
  hash: (lane: Lane, password: string, salt?: Uint8Array) => Promise<string>;
  /**
   * Returns whether a password is the hashed one.
   * @param stored PHC string; `null` takes the same time and is never equal
   * @throws Refusal Throttling.SignIn when too many wait for the lane's account
   */
  verify: (lane: Lane, stored: string | null, password: string) => Promise<boolean>;
}

/** An attempt at a password or code: which secret, and from where. */
export interface Guess {
  /** `secretOwner` of the identity; a login name that does not exist is counted like one that does. */
  readonly name: string;
  readonly address: string;
  /** AccessKey that signs the request; absent in a console session, whose owner is `name`. */
  readonly accessKeyId?: string;
}

/** A guess that may be made. */
export interface GuessAttempt {
  /**
   * Of a sign-in: the name or the address has failed too often, so a right password counts only where a second factor
   * follows it. Any other outcome is answered with `Throttling.SignIn`.
   */
  readonly needsSecondFactor: boolean;
  /** Reports the outcome. */
  over(outcome: 'succeeded' | 'failed'): void;
}

/** Limits guesses at passwords and codes. */
export interface GuessThrottle {
  /** Begins a guess; `undefined` if it must be refused with `Throttling.SignIn`. */
  begin(guess: Guess): GuessAttempt | undefined | Promise<GuessAttempt | undefined>;
}

/** Limits how often one SAML assertion is presented. */
export interface AssertionCounter {
  /** Counts a use. @param now milliseconds since the epoch @throws Refusal when it was presented too often */
  count(issuer: string, id: string, now: number): void;
}

/** Addresses where OpenID Connect issuers may be. */
export interface AddressFilter {
  /** Returns whether an IPv4 or IPv6 address is allowed, in any notation; anything else is refused. */
  admits(address: string): boolean;
}

/**
 * Reads the TXT records of a name from the DNS, each as one text; none if the name has none.
 * @throws DnsUnavailable
 */
export type ReadTxtRecords = (name: string) => Promise<readonly string[]>;
