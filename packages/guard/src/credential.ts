import type { CompiledPolicies } from '@claviger/policy';
import type { Acs4Scope, KeySignature, SigningKey } from '@claviger/signature';
import type { CompiledNetworkPolicy } from './network-policy.ts';
import type { TagValues } from './tag-values.ts';

/** The account itself: owns everything, bypasses identity policies. */
export interface RootPrincipal {
  readonly type: 'root';
  readonly accountId: string;
  readonly arn: string;
}

/** A RAM user. */
export interface UserPrincipal {
  readonly type: 'ram-user';
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  readonly userName: string;
  /** Of the user; absent when it has none. */
  readonly tags?: TagValues;
}

/** A session of a role, made by STS. */
export interface RolePrincipal {
  readonly type: 'assumed-role';
  readonly accountId: string;
  readonly arn: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly sessionName: string;
  /** Of the role; absent when it has none. */
  readonly tags?: TagValues;
}

/** A registered guard: a process that verifies requests to some services. It is no RAM user, and calls only the
 * operations that are made for guards. */
export interface GuardPrincipal {
  readonly type: 'guard';
  readonly accountId: string;
  /** `acs:claviger:*:1234567890123456:guard/orders-1` */
  readonly arn: string;
  readonly guardId: string;
  readonly guardName: string;
  /** RAM codes of the services that it guards. */
  readonly services: readonly string[];
}

/** Who a request comes from. */
export type Principal = RootPrincipal | UserPrincipal | RolePrincipal | GuardPrincipal;

/** A network policy that is in force for a key, and where it was set: the key's own replaces the account's. */
export interface NetworkRestriction {
  readonly level: 'AccessKey' | 'Account';
  readonly policy: CompiledNetworkPolicy;
}

/** All that a guard needs to know of a key to verify and to decide. */
export interface Credential {
  readonly accessKeyId: string;
  /** `permanent` keys are bound by network restrictions, `temporary` ones (STS) are not. */
  readonly kind: 'permanent' | 'temporary';
  readonly signingKey: SigningKey;
  /**
   * Whether the source can have a signature verified that `signingKey` cannot: see `CredentialSource.confirm`.
   * Such a source hands out no more than it has to.
   */
  readonly isVerifiedElsewhere?: boolean;
  readonly status: 'Active' | 'Inactive';
  /** Milliseconds since the epoch; undefined when it does not expire. */
  readonly expiresAt: number | undefined;
  readonly principal: Principal;
  readonly networkRestriction: NetworkRestriction | undefined;
  /** What the principal may do; `everything` for the root alone. */
  readonly permissions: CompiledPolicies | 'everything';
  /** Of a temporary key: both this and `permissions` must allow. */
  readonly sessionPolicy: CompiledPolicies | undefined;
  /** `acs:MFAPresent` of a temporary key: whether its session began in the console after a second factor. */
  readonly mfaPresent?: boolean | undefined;
}

/**
 * Why a source has no credential to give; each is an error code of RAM, but `Damaged`, whose stored secret was changed
 * or moved from another row, owner or account, and the last two: a replica that has not
 * heard from its server for too long, and one that cannot ask its server about a token.
 */
export type CredentialProblem =
  | 'InvalidAccessKeyId.NotFound'
  | 'InvalidAccessKeyId.Damaged'
  | 'MissingSecurityToken'
  | 'InvalidSecurityToken.Malformed'
  | 'InvalidSecurityToken.Expired'
  | 'InvalidSecurityToken.MismatchWithAccessKey'
  | 'ServiceUnavailable.CredentialsStale'
  | 'ServiceUnavailable.ControlPlane';

/** What a source answers. */
export type CredentialLookup = Credential | CredentialProblem;

/** A signature that is to be verified by somebody who has the secret; it says nothing of the request but what is signed. */
export interface SignatureQuestion {
  readonly accessKeyId: string;
  readonly securityToken: string | undefined;
  readonly scheme: KeySignature['scheme'];
  /** The signature has to be over one of them. */
  readonly stringsToSign: readonly string[];
  readonly signature: string;
  readonly scope: Acs4Scope | undefined;
  readonly nonce: string;
  /** Milliseconds since the epoch, as signed. */
  readonly timestamp: number;
}

/** Why a signature was not confirmed. */
export type SignatureProblem =
  | CredentialProblem
  | 'InvalidAccessKeyId.Inactive'
  | 'InvalidTimeStamp.Expired'
  | 'SignatureDoesNotMatch'
  | 'SignatureNonceUsed'
  | 'Throttling.Nonce';

/** What is answered about a signature. */
export type SignatureAnswer =
  | { readonly confirmed: true; readonly stringToSign: string }
  | { readonly confirmed: false; readonly problem: SignatureProblem };

/**
 * Where a guard gets credentials from. A source that has the answer in memory returns it at once; a promise
 * costs the request a turn of the event loop.
 */
export interface CredentialSource {
  /**
   * @param accessKeyId as the request names it
   * @param securityToken the token that came with it, when one did
   */
  find(accessKeyId: string, securityToken: string | undefined): CredentialLookup | Promise<CredentialLookup>;

  /**
   * Has a signature verified by somebody who has the secret, where a credential says `isVerifiedElsewhere`.
   * @returns the string to sign that it holds for, or why the request is to be refused
   */
  confirm?(question: SignatureQuestion): Promise<SignatureAnswer>;
}
