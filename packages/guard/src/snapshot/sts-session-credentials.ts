import { hash } from 'node:crypto';
import type { CompiledPolicies } from '@claviger/policy';
import {
  type ControlPlane,
  ControlPlaneRefusal,
  ControlPlaneUnreachable,
} from '../control-plane/control-plane.ts';
import type { Credential, CredentialLookup, CredentialProblem } from '../credential.ts';
import { compilePermissions, compileSessionPolicy, type PermissionPolicy } from '../permission-policy.ts';
import { assumedRolePrincipal } from '../principal.ts';
import { RecentMap } from '../recent-map.ts';
import { keyOfVerifier } from './key-of-verifier.ts';
import { KeyAgreement, Opener, SealBroken } from './sealing.ts';
import { tagsOfList } from './tag-list.ts';

/** Maximum number of cached STS sessions, and of cached refusals. */
const MAX_CACHED_SESSIONS = 100_000;
const MAX_CACHED_REFUSALS = 10_000;

/** Time that a refusal is cached, in milliseconds: a disabled role or key may be enabled again. */
const REFUSAL_TTL_MS = 10_000;

/**
 * Maximum number of concurrent lookups: a client that invents tokens must not cause work for the control
 * plane.
 */
const MAX_PENDING = 64;

/** Maximum length of a token; a control plane issues no longer one. */
const MAX_TOKEN_LENGTH = 32_768;

const MAX_CACHED_POLICY_SETS = 1000;

/** STS session of a token, as the control plane resolves it, sealed to this guard. */
export interface ResolvedStsSession {
  /** Verifies its ACS3-HMAC-SHA256 signatures, in Base64; null if the control plane verifies them. */
  readonly verifier: string | null;
  readonly status: 'Active' | 'Inactive';
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly roleId: string;
  readonly roleName: string;
  readonly sessionName: string;
  readonly policies: readonly PermissionPolicy[];
  readonly sessionPolicy: string | null;
  /** Absent in older releases of the control plane. */
  readonly mfaPresent?: boolean | undefined;
  /** Tags of the role: key, value, key, value …; absent in older releases. */
  readonly tags?: readonly string[];
  /** Names of its inputs, as in the change stream. */
  readonly madeFrom: readonly string[];
}

interface CachedRefusal {
  readonly problem: CredentialProblem;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

interface CachedStsSession {
  readonly tokenHash: string;
  readonly credential: Credential;
  readonly madeFrom: readonly Dependency[];
}

/** Input of cached STS sessions. */
interface Dependency {
  stale: boolean;
}

/** Lookup in progress; a change of an input meanwhile prevents caching. */
interface PendingLookup {
  readonly changed: Set<string>;
  spoiled: boolean;
}

const CREDENTIAL_PROBLEMS: ReadonlySet<string> = new Set<CredentialProblem>([
  'InvalidAccessKeyId.NotFound',
  'MissingSecurityToken',
  'InvalidSecurityToken.Malformed',
  'InvalidSecurityToken.Expired',
  'InvalidSecurityToken.MismatchWithAccessKey',
  'InvalidSecurityToken.AccessKeyDisabled',
]);

/** Returns the parameter with the protected services; a JSON array, since it may be empty. */
export function servicesParameter(services: readonly string[] | undefined): Record<string, string> {
  return services === undefined ? {} : { ProtectedServices: JSON.stringify(services) };
}

/**
 * Temporary keys. A token is sealed for the control plane, which is asked about each token once; the answer
 * is cached until the session ends or one of its inputs changes.
 */
export class StsSessionCredentials {
  readonly #controlPlane: ControlPlane;
  readonly #accountId: () => string;
  readonly #now: () => number;
  readonly #stsSessions = new RecentMap<string, CachedStsSession>(MAX_CACHED_SESSIONS);
  readonly #dependencies = new Map<string, Dependency>();
  readonly #refusals = new RecentMap<string, CachedRefusal>(MAX_CACHED_REFUSALS);
  readonly #pending = new Map<string, Promise<CredentialLookup>>();
  readonly #pendingLookups = new Set<PendingLookup>();
  readonly #sets = new Map<string, CompiledPolicies>();
  /** RAM codes of the protected services, in lower case; undefined: all registered ones. */
  services: readonly string[] | undefined;

  /** @param accountId replicated account @param now milliseconds since the epoch */
  constructor(controlPlane: ControlPlane, accountId: () => string, now: () => number) {
    this.#controlPlane = controlPlane;
    this.#accountId = accountId;
    this.#now = now;
  }

  /** Finds a credential. @returns a promise only if the control plane has to be asked */
  find(accessKeyId: string, token: string | undefined): CredentialLookup | Promise<CredentialLookup> {
    if (token === undefined || token === '') return 'MissingSecurityToken';
    if (token.length > MAX_TOKEN_LENGTH) return 'InvalidSecurityToken.Malformed';
    const tokenHash = hash('sha256', `${accessKeyId}\0${token}`, 'base64url');
    const kept = this.#stsSessions.get(accessKeyId);
    if (kept?.tokenHash === tokenHash) {
      if (!kept.madeFrom.some((dependency) => dependency.stale)) return kept.credential;
      kept.credential.signingKey.wipe();
      this.#stsSessions.delete(accessKeyId);
    }
    const refusal = this.#refusals.get(tokenHash);
    if (refusal !== undefined) {
      if (this.#now() < refusal.until) return refusal.problem;
      this.#refusals.delete(tokenHash);
    }
    const underWay = this.#pending.get(tokenHash);
    if (underWay !== undefined) return underWay;
    if (this.#pending.size >= MAX_PENDING) return 'ServiceUnavailable.ControlPlane';
    const answer = this.#lookUp(accessKeyId, token, tokenHash).finally(() => this.#pending.delete(tokenHash));
    this.#pending.set(tokenHash, answer);
    return answer;
  }

  /** Drops the sessions that depend on any of these inputs. */
  forget(names: Iterable<string>): void {
    for (const name of names) {
      for (const question of this.#pendingLookups) question.changed.add(name);
      const dependency = this.#dependencies.get(name);
      if (dependency === undefined) continue;
      dependency.stale = true;
      this.#dependencies.delete(name);
    }
  }

  /** Drops everything: changes may have been missed. */
  forgetAll(): void {
    for (const question of this.#pendingLookups) question.spoiled = true;
    for (const { credential } of this.#stsSessions.values()) credential.signingKey.wipe();
    this.#stsSessions.clear();
    this.#dependencies.clear();
    this.#refusals.clear();
  }

  async #lookUp(accessKeyId: string, token: string, tokenHash: string): Promise<CredentialLookup> {
    const question: PendingLookup = { changed: new Set(), spoiled: false };
    this.#pendingLookups.add(question);
    try {
      const resolved = await this.#resolve(accessKeyId, token);
      if (typeof resolved === 'string') {
        this.#refusals.set(tokenHash, { problem: resolved, until: this.#now() + REFUSAL_TTL_MS });
        return resolved;
      }
      const credential = this.#credential(accessKeyId, resolved);
      const changed = resolved.madeFrom.some((name) => question.changed.has(name));
      if (!changed && !question.spoiled) this.#keep(tokenHash, credential, resolved.madeFrom);
      return credential;
    } catch (error) {
      const isOutage =
        error instanceof ControlPlaneRefusal ||
        error instanceof ControlPlaneUnreachable ||
        error instanceof SealBroken;
      if (!isOutage) throw error;
      return 'ServiceUnavailable.ControlPlane';
    } finally {
      this.#pendingLookups.delete(question);
    }
  }

  async #resolve(accessKeyId: string, token: string): Promise<ResolvedStsSession | CredentialProblem> {
    const agreement = new KeyAgreement();
    const answer = await this.#controlPlane.call('ResolveSecurityToken', {
      SessionAccessKeyId: accessKeyId,
      SessionToken: token,
      PublicKey: agreement.publicKey,
      ...servicesParameter(this.services),
    });
    const { Problem, Detail, PublicKey, RequestId, Sealed } = answer as Readonly<
      Record<string, string | undefined>
    >;
    const problem = Detail ?? Problem;
    if (problem !== undefined && CREDENTIAL_PROBLEMS.has(problem)) return problem as CredentialProblem;
    if (PublicKey === undefined || RequestId === undefined || Sealed === undefined) throw new SealBroken();
    const key = agreement.key(PublicKey, {
      purpose: 'session',
      accountId: this.#accountId(),
      accessKeyId: this.#controlPlane.accessKeyId,
      connectionId: RequestId,
      sharedSecret: this.#controlPlane.sharedSecret('replication'),
    });
    const opened = new Opener(key).open(Buffer.from(Sealed, 'base64'));
    return JSON.parse(opened.toString()) as ResolvedStsSession;
  }

  #credential(accessKeyId: string, session: ResolvedStsSession): Credential {
    const {
      verifier,
      status,
      expiresAt,
      roleId,
      roleName,
      sessionName,
      policies,
      sessionPolicy,
      tags = [],
    } = session;
    return {
      accessKeyId,
      kind: 'temporary',
      signingKey: keyOfVerifier(verifier === null ? null : Buffer.from(verifier, 'base64')),
      isVerifiedElsewhere: true,
      status,
      expiresAt,
      principal: assumedRolePrincipal(this.#accountId(), roleId, roleName, sessionName, tagsOfList(tags)),
      networkRestriction: undefined,
      permissions: this.#set(policies),
      sessionPolicy: sessionPolicy === null ? undefined : compileSessionPolicy(sessionPolicy),
      mfaPresent: session.mfaPresent,
    };
  }

  /** Returns the compiled policies; sessions of one role share them. */
  #set(policies: readonly PermissionPolicy[]): CompiledPolicies {
    const name = hash('sha256', JSON.stringify(policies), 'base64url');
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const compiled = compilePermissions(policies);
    if (this.#sets.size >= MAX_CACHED_POLICY_SETS) this.#sets.clear();
    this.#sets.set(name, compiled);
    return compiled;
  }

  #keep(tokenHash: string, credential: Credential, names: readonly string[]): void {
    if (this.#dependencies.size >= 4 * MAX_CACHED_SESSIONS) {
      this.#stsSessions.clear();
      this.#dependencies.clear();
    }
    const madeFrom = names.map((name) => {
      const known = this.#dependencies.get(name);
      if (known !== undefined) return known;
      const fresh: Dependency = { stale: false };
      this.#dependencies.set(name, fresh);
      return fresh;
    });
    this.#stsSessions.set(credential.accessKeyId, { tokenHash, credential, madeFrom });
  }
}
