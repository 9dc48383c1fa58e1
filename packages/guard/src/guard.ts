import { decideWithSessionPolicy, type SessionDecision } from '@claviger/policy';
import {
  formatIsoTimestamp,
  type ParsedSignature,
  type ParseOptions,
  parseSignature,
  type RequestHead,
  SignatureError,
  type SignedRequest,
  SigningKey,
  stringsToSign,
  timestampWindow,
  verifySignature,
} from '@claviger/signature';
import { clientAddress, forwardedProto, parseTrustedProxies, type TrustedProxies } from './client-address.ts';
import type {
  Credential,
  CredentialLookup,
  CredentialSource,
  Principal,
  SignatureQuestion,
} from './credential.ts';
import { type ServedScope, scopeProblem } from './credential-scope.ts';
import { type GuardRefusal, refuse } from './guard-refusal.ts';
import { admitsOrigin } from './network-policy.ts';
import type { NonceStore, NonceUse } from './nonce-memory.ts';
import { RequestConditions, type RequestFacts } from './request-conditions.ts';
import { VpcNetworks } from './vpc-networks.ts';

/** Request as received, with its connection. */
export interface GuardRequest extends SignedRequest {
  /** Address of the peer. */
  readonly peerAddress: string;
  /** Whether the connection is TLS. */
  readonly secure: boolean;
}

/** Head of a request whose body is still to come, or not available. */
export interface GuardHead extends RequestHead {
  /** Address of the peer. */
  readonly peerAddress: string;
  /** Whether the connection is TLS. */
  readonly secure: boolean;
}

/** Sender of a request with a valid signature. */
export interface Identity {
  readonly refused: false;
  /** Distinguishes it from senders that are authenticated in other ways. */
  readonly by: 'signature';
  readonly accessKeyId: string;
  readonly credential: Credential;
  readonly principal: Principal;
  readonly signature: ParsedSignature;
  readonly nonce: string;
  readonly sourceAddress: string;
  /** Named network of the address. */
  readonly vpcId?: string | undefined;
  readonly secure: boolean;
  /** `acs:MFAPresent`; undefined for permanent keys, as in RAM. */
  readonly mfaPresent: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Sender in the form that authorisation needs, however it was authenticated. */
export interface ProvenSender extends RequestFacts {
  readonly credential: Pick<Credential, 'permissions' | 'sessionPolicy'>;
}

/** Action on a resource that a request needs; all of its demands must be allowed. */
export interface Demand {
  /** `ram:CreateUser` */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** ARN that refusals name instead of `resource`: as the caller spelled it. */
  readonly shown?: string;
  /** Condition keys of this action, in lower case. */
  readonly conditions?: ReadonlyMap<string, string | readonly string[]>;
  /** `false` if the service folds the letter case of its resource names. Default: true. */
  readonly caseSensitive?: boolean;
}

/** Whether all demands were allowed; if not, the first that was not. */
export type Authorization =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly demand: Demand; readonly decision: SessionDecision };

export interface GuardOptions {
  readonly source: CredentialSource;
  readonly nonces: NonceStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Addresses and CIDR blocks of proxies whose `X-Forwarded-For` is trusted. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Networks named as VPCs, `vpc-build=10.20.0.0/16`. Default: none. See `VpcNetworks`. */
  readonly vpcNetworks?: readonly string[];
  /** Maximum distance of a request's timestamp from the clock, in milliseconds. Default: RAM's 15 minutes. */
  readonly windowMs?: number;
}

const FIFTEEN_MINUTES = 15 * 60 * 1000;
const ALLOWED: Authorization = Object.freeze({ allowed: true });

/**
 * Authenticates requests and authorises their senders. The control plane's own API and every protected API
 * use this class; there is no second way in.
 */
export class Guard {
  readonly #source: CredentialSource;
  readonly #nonces: NonceStore;
  readonly #now: () => number;
  readonly #windowMs: number;
  readonly #trusted: TrustedProxies;
  readonly #hasNoTrustedProxy: boolean;
  readonly #vpcs: VpcNetworks;

  constructor(options: GuardOptions) {
    this.#source = options.source;
    this.#nonces = options.nonces;
    this.#now = options.now;
    this.#windowMs = options.windowMs ?? FIFTEEN_MINUTES;
    this.#hasNoTrustedProxy = (options.trustedProxies ?? []).length === 0;
    this.#trusted = parseTrustedProxies(options.trustedProxies ?? []);
    this.#vpcs = new VpcNetworks(options.vpcNetworks);
  }

  /** Returns the address that a request is judged by: the peer's, or the one that a trusted proxy reports. */
  sourceAddress(request: GuardRequest | GuardHead): string {
    return clientAddress(request.peerAddress, request.rawHeaders, this.#trusted);
  }

  /**
   * Returns the name of the operator's network that contains an address, if any. @param address a source
   * address
   */
  vpcIdOf(address: string): string | undefined {
    return this.#vpcs.idOf(address);
  }

  /** Whether the client's own connection is TLS, by the connection or as a trusted proxy reports. */
  isSecure(request: GuardRequest | GuardHead): boolean {
    if (this.#hasNoTrustedProxy) return request.secure;
    const told = forwardedProto(request.peerAddress, request.rawHeaders, this.#trusted);
    return told === undefined ? request.secure : told === 'https';
  }

  /**
   * Authenticates a request. Order: key, token, time, signature, nonce, network. The nonce is recorded for a
   * valid signature only, so that a caller cannot use up another's nonces.
   *
   * @param request as received, with its whole body; the body of a head stays unverified, and the caller
   *   must compare it
   * @param signature returned by `parseSignature`
   * @param served scope that a derived key (ACS4) must have
   * @param acceptsPresigned whether the request may be presigned: passed on by others, and sent repeatedly
   * @returns the identity, or the refusal; a promise only if the source or the nonces need one
   */
  authenticate(
    request: GuardRequest | GuardHead,
    signature: ParsedSignature,
    served: ServedScope,
    acceptsPresigned = false,
  ): Identity | GuardRefusal | Promise<Identity | GuardRefusal> {
    if (signature.scheme === 'anonymous') return refuse('MissingAccessKeyId', undefined);
    if (signature.scheme === 'bearer') return refuse('UnsupportedSignatureType', undefined);
    const problem =
      isPresigned(signature) && !acceptsPresigned
        ? 'The header `host` must be signed.'
        : scopeProblem(signature, served);
    if (problem !== undefined) {
      return signatureRefusal(new SignatureError('IncompleteSignature', problem), signature.accessKeyId);
    }
    const lookup = this.#source.find(signature.accessKeyId, signature.securityToken);
    if (lookup instanceof Promise) return lookup.then((found) => this.#verify(request, signature, found));
    return this.#verify(request, signature, lookup);
  }

  #verify(
    request: GuardRequest | GuardHead,
    signature: KeyedSignature,
    lookup: CredentialLookup,
  ): Identity | GuardRefusal | Promise<Identity | GuardRefusal> {
    const { accessKeyId } = signature;
    if (typeof lookup === 'string') return refuse(lookup, accessKeyId);
    const now = this.#now();
    const ended = endedCredential(lookup, now);
    if (ended !== undefined) return ended;
    if (lookup.isVerifiedElsewhere === true && !lookup.signingKey.canVerify(signature.scheme)) {
      return this.#haveVerified(request, signature, lookup, now);
    }
    return this.#verifyWith(lookup.signingKey, request, signature, lookup, now);
  }

  /** Has the source verify a signature that this guard cannot. */
  async #haveVerified(
    request: GuardRequest | GuardHead,
    signature: KeyedSignature,
    credential: Credential,
    now: number,
  ): Promise<Identity | GuardRefusal> {
    const { accessKeyId } = signature;
    const refused = () => this.#verifyWith(SigningKey.fromNothing(), request, signature, credential, now);
    // A request that is refused whatever the key is not sent for verification.
    const age = now - signature.timestamp;
    const { behindMs, aheadMs } = timestampWindow(signature, this.#windowMs);
    if (age > behindMs || age < -aheadMs) return refused();
    let question: SignatureQuestion;
    try {
      question = questionOf(signature);
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      return signatureRefusal(error, accessKeyId);
    }
    const answer = await this.#source.confirm?.(question);
    if (answer === undefined) return refuse('ServiceUnavailable.ControlPlane', accessKeyId);
    if (answer.confirmed) {
      const key = SigningKey.fromConfirmation(answer.stringToSign, signature.signature);
      return this.#verifyWith(key, request, signature, credential, now);
    }
    const { problem } = answer;
    if (problem === 'SignatureDoesNotMatch' || problem === 'InvalidTimeStamp.Expired') return refused();
    return refuse(problem, accessKeyId);
  }

  #verifyWith(
    signingKey: SigningKey,
    request: GuardRequest | GuardHead,
    signature: KeyedSignature,
    lookup: Credential,
    now: number,
  ): Identity | GuardRefusal | Promise<Identity | GuardRefusal> {
    const { accessKeyId } = signature;
    try {
      const verified = verifySignature(request, signature, signingKey, { now, windowMs: this.#windowMs });
      if (verified.body !== 'verified' && request.body !== undefined) {
        return refuse('BodyNotCovered', accessKeyId);
      }
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      return signatureRefusal(error, accessKeyId);
    }
    if (isPresigned(signature)) return this.#admit(request, signature, lookup, 'first', now);
    const tooOld = this.#signedBeforeMemory(signature);
    if (tooOld !== undefined) return tooOld;
    const first = this.#nonces.use(accessKeyId, signature.nonce, signature.timestamp + this.#windowMs, now);
    if (first instanceof Promise) {
      // A shared store may have found out, with this nonce, that it has lost others.
      return first.then(
        (answer) =>
          this.#signedBeforeMemory(signature) ?? this.#admit(request, signature, lookup, answer, now),
      );
    }
    return this.#admit(request, signature, lookup, first, now);
  }

  /** Returns the refusal of a request that may have been used before the nonce store began to remember. */
  #signedBeforeMemory({ accessKeyId, timestamp }: KeyedSignature): GuardRefusal | undefined {
    const { remembersFrom } = this.#nonces;
    if (remembersFrom === undefined || timestamp >= remembersFrom) return undefined;
    return refuse('InvalidTimeStamp.BeforeStart', accessKeyId, {
      signed: formatIsoTimestamp(timestamp),
      start: formatIsoTimestamp(remembersFrom),
    });
  }

  #admit(
    request: GuardRequest | GuardHead,
    signature: KeyedSignature,
    credential: Credential,
    use: NonceUse,
    now: number,
  ): Identity | GuardRefusal {
    const { accessKeyId } = signature;
    if (use === 'seen') return nonceUsed(signature);
    if (use === 'full') return refuse('Throttling.Nonce', accessKeyId);
    const sourceAddress = this.sourceAddress(request);
    const vpcId = this.vpcIdOf(sourceAddress);
    const foreign = foreignNetwork(credential, sourceAddress, vpcId);
    if (foreign !== undefined) return foreign;
    return {
      refused: false,
      by: 'signature',
      accessKeyId,
      credential,
      principal: credential.principal,
      signature,
      nonce: signature.nonce,
      sourceAddress,
      ...(vpcId !== undefined && { vpcId }),
      secure: this.isSecure(request),
      mfaPresent: credential.mfaPresent,
      now,
    };
  }

  /**
   * Returns the present state of an identity, for a stream that outlives its request.
   *
   * @returns undefined if a new request of it would be refused
   */
  async renew(identity: Identity): Promise<Identity | undefined> {
    const { accessKeyId, signature } = identity;
    const token = 'securityToken' in signature ? signature.securityToken : undefined;
    const renewed = this.renewWith(identity, await this.#source.find(accessKeyId, token));
    return renewed.refused ? undefined : renewed;
  }

  /**
   * Returns an identity with the credential as it was read again.
   *
   * @param lookup what was found under the identity's AccessKey and token
   * @returns the refusal if a new request of it would be refused
   */
  renewWith(identity: Identity, lookup: CredentialLookup): Identity | GuardRefusal {
    const { accessKeyId, sourceAddress, vpcId } = identity;
    if (typeof lookup === 'string') return refuse(lookup, accessKeyId);
    const now = this.#now();
    const refusal = endedCredential(lookup, now) ?? foreignNetwork(lookup, sourceAddress, vpcId);
    return refusal ?? { ...identity, credential: lookup, principal: lookup.principal, now };
  }

  /**
   * Authorises all of `demands`. The root may do everything; a temporary key is also bound by its session
   * policy.
   */
  authorize(sender: ProvenSender, demands: readonly Demand[]): Authorization {
    const { permissions, sessionPolicy } = sender.credential;
    if (permissions === 'everything') return ALLOWED;
    for (const demand of demands) {
      const request = {
        action: demand.action,
        resource: demand.resource,
        conditions: new RequestConditions(sender, demand.conditions),
        caseSensitive: demand.caseSensitive ?? true,
      };
      const decision = decideWithSessionPolicy(permissions, sessionPolicy, request);
      if (decision.effect !== 'Allow') return { allowed: false, demand, decision };
    }
    return ALLOWED;
  }
}

/** Returns the refusal of a credential that is disabled or has expired. @param now milliseconds since the epoch */
function endedCredential(
  { accessKeyId, kind, status, expiresAt }: Credential,
  now: number,
): GuardRefusal | undefined {
  if (status !== 'Active') return refuse('InvalidAccessKeyId.Inactive', accessKeyId);
  if (expiresAt === undefined || expiresAt > now) return undefined;
  return refuse(
    kind === 'temporary' ? 'InvalidSecurityToken.Expired' : 'InvalidAccessKeyId.Inactive',
    accessKeyId,
  );
}

/** Returns the refusal of an address that the network policy of a key does not admit; temporary keys have none. */
function foreignNetwork(
  { accessKeyId, kind, networkRestriction }: Credential,
  address: string,
  vpcId: string | undefined,
): GuardRefusal | undefined {
  if (networkRestriction === undefined || kind !== 'permanent') return undefined;
  if (admitsOrigin(networkRestriction.policy, { address, vpcId })) return undefined;
  const level = networkRestriction.level === 'AccessKey' ? 'its own' : "the account's";
  return refuse('Forbidden.AccessKeyNetworkPolicy', accessKeyId, { accessKeyId, address, level });
}

/** Whether a signature covers neither host nor nonce. */
export function isPresigned(signature: ParsedSignature): boolean {
  return 'isPresigned' in signature && signature.isPresigned;
}

/** Returns the refusal of a repeated request. */
function nonceUsed(signature: KeyedSignature): GuardRefusal {
  const refusal = refuse('SignatureNonceUsed', signature.accessKeyId);
  if (signature.scheme !== 'ROA-HMAC-SHA1' || signature.hasOwnNonce) return refusal;
  const reason =
    'The request has no `x-acs-signature-nonce`, so an equal one of the same second counts as the same.';
  return { ...refusal, message: `${refusal.message} ${reason}` };
}

type KeyedSignature = Exclude<ParsedSignature, { scheme: 'anonymous' | 'bearer' }>;

/**
 * Returns the question about a signature.
 *
 * @throws SignatureError for a fault of the request that does not depend on the key
 */
function questionOf(signature: KeyedSignature): SignatureQuestion {
  const { accessKeyId, scheme, nonce, timestamp, securityToken } = signature;
  return {
    accessKeyId,
    securityToken,
    scheme,
    stringsToSign: stringsToSign(signature),
    signature: signature.signature,
    scope: 'scope' in signature ? signature.scope : undefined,
    nonce,
    timestamp,
  };
}

/**
 * Parses the signature of a request, or returns the refusal.
 *
 * @param request as received
 * @param options incomplete forms that are accepted
 */
export function readSignature(
  request: SignedRequest | RequestHead,
  options?: ParseOptions,
): ParsedSignature | GuardRefusal {
  try {
    return parseSignature(request, options);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return signatureRefusal(error, undefined);
  }
}

function signatureRefusal(error: SignatureError, accessKeyId: string | undefined): GuardRefusal {
  return {
    refused: true,
    code: error.code,
    httpStatus: error.httpStatus,
    message: error.message,
    accessKeyId,
  };
}
