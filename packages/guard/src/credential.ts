import type { CompiledPolicies } from '@claviger/policy';
import type { Acs4Scope, KeySignature, SigningKey } from '@claviger/signature';
import type { CompiledNetworkPolicy } from './network-policy.ts';
import type { TagValues } from './tag-values.ts';

/** Account root: owns everything, bypasses identity policies. */
export interface RootPrincipal {
  readonly type: 'root';
  readonly accountId: string;
  readonly arn: string;
}

/** RAM user. */
export interface UserPrincipal {
  readonly type: 'ram-user';
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  readonly userName: string;
  /** Tags of the user; undefined if none. */
  readonly tags?: TagValues;
}

/** STS session of a role. */
export interface RolePrincipal {
  readonly type: 'assumed-role';
  readonly accountId: string;
  readonly arn: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly sessionName: string;
  /** Tags of the role; undefined if none. */
  readonly tags?: TagValues;
}

/**
 * Registered guard: a process that verifies requests to some services. It is not a RAM user, and may only
 * call the operations for guards.
 */
export interface GuardPrincipal {
  readonly type: 'guard';
  readonly accountId: string;
  /** `acs:claviger:*:1234567890123456:guard/orders-1` */
  readonly arn: string;
  readonly guardId: string;
  readonly guardName: string;
  /** RAM codes of its services. */
  readonly services: readonly string[];
}

/** Sender of a request. */
export type Principal = RootPrincipal | UserPrincipal | RolePrincipal | GuardPrincipal;

/** Network policy in force for a key, and its level: the key's own replaces the account's. */
export interface NetworkRestriction {
  readonly level: 'AccessKey' | 'Account';
  readonly policy: CompiledNetworkPolicy;
}

/** Credential with all that a guard needs to verify and to decide. */
export interface Credential {
  readonly accessKeyId: string;
  /** `permanent` keys are bound by network restrictions, `temporary` ones (STS) are not. */
  readonly kind: 'permanent' | 'temporary';
  readonly signingKey: SigningKey;
  /**
   * Whether the source can verify a signature that `signingKey` cannot: see `CredentialSource.confirm`. Such
   * a source discloses no more than necessary.
   */
  readonly isVerifiedElsewhere?: boolean;
  readonly status: 'Active' | 'Inactive';
  /** Milliseconds since the epoch; undefined if it does not expire. */
  readonly expiresAt: number | undefined;
  readonly principal: Principal;
  readonly networkRestriction: NetworkRestriction | undefined;
  /** Permissions of the principal; `everything` for the root only. */
  readonly permissions: CompiledPolicies | 'everything';
  /** Session policy of a temporary key: both this and `permissions` must allow. */
  readonly sessionPolicy: CompiledPolicies | undefined;
  /** `acs:MFAPresent` of a temporary key: whether its session began in the console after a second factor. */
  readonly mfaPresent?: boolean | undefined;
}

/**
 * Why a source has no credential. Each is an error code of RAM, except `Damaged` (the stored secret was
 * changed, or moved from another row, owner or account) and the last two: a replica that has not heard from
 * its server for too long, and one that cannot ask its server about a token.
 */
export type CredentialProblem =
  | 'InvalidAccessKeyId.NotFound'
  | 'InvalidAccessKeyId.Damaged'
  | 'MissingSecurityToken'
  | 'InvalidSecurityToken.Malformed'
  | 'InvalidSecurityToken.Expired'
  | 'InvalidSecurityToken.MismatchWithAccessKey'
  | 'InvalidSecurityToken.AccessKeyDisabled'
  | 'ServiceUnavailable.CredentialsStale'
  | 'ServiceUnavailable.ControlPlane';

/** Result of a lookup. */
export type CredentialLookup = Credential | CredentialProblem;

/**
 * Signature to be verified by a holder of the secret; it contains nothing of the request except what is
 * signed.
 */
export interface SignatureQuestion {
  readonly accessKeyId: string;
  readonly securityToken: string | undefined;
  readonly scheme: KeySignature['scheme'];
  /** The signature must be over one of them. */
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

/** Result of a remote verification. */
export type SignatureAnswer =
  | { readonly confirmed: true; readonly stringToSign: string }
  | { readonly confirmed: false; readonly problem: SignatureProblem };

/**
 * Source of credentials for a guard. A source with the answer in memory returns it synchronously; a promise
 * costs the request a turn of the event loop.
 */
export interface CredentialSource {
  /**
   * Finds a credential.
   *
   * @param accessKeyId as named by the request
   * @param securityToken token of the request, if any
   */
  find(accessKeyId: string, securityToken: string | undefined): CredentialLookup | Promise<CredentialLookup>;

  /**
   * Has a signature verified by a holder of the secret, for credentials with `isVerifiedElsewhere`.
   *
   * @returns the string to sign that it is valid for, or why the request must be refused
   */
  confirm?(question: SignatureQuestion): Promise<SignatureAnswer>;
}
