import { hash } from 'node:crypto';
import type { CompiledPolicies } from '@claviger/policy';
import {
  type ControlPlane,
  ControlPlaneRefusal,
  ControlPlaneUnreachable,
} from '../control-plane/control-plane.ts';
import type { Credential, CredentialLookup, CredentialProblem } from '../credential.ts';
import { compilePermissions, compileSessionPolicy, type PermissionPolicy } from '../permission-policy.ts';
import { sessionPrincipal } from '../principal.ts';
import { RecentMap } from '../recent-map.ts';
import { keyOfVerifier } from './key-of-verifier.ts';
import { KeyAgreement, Opener, SealBroken } from './sealing.ts';
import { tagsOfList } from './tag-list.ts';

/** Sessions that are kept, and refusals. */
const keptSessions = 100_000;
const keptRefusals = 10_000;

/** How long a refusal is kept, in milliseconds: a disabled role or key may be enabled again. */
const refusalMs = 10_000;

/** Tokens that are asked about at once. Whoever makes up tokens must not make the control plane work for them. */
const questionsAtOnce = 64;

/** No control plane gives a longer one. */
const longestToken = 32_768;

const keptSets = 1000;

/** What the control plane says of a session whose token it knows, sealed to this guard. */
export interface ResolvedSession {
  /** What verifies its ACS3-HMAC-SHA256 signatures, in Base64; null when the control plane verifies them. */
  readonly verifier: string | null;
  readonly status: 'Active' | 'Inactive';
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly roleId: string;
  readonly roleName: string;
  readonly sessionName: string;
  readonly policies: readonly PermissionPolicy[];
  readonly sessionPolicy: string | null;
  /** Absent from control planes of earlier releases. */
  readonly mfaPresent?: boolean | undefined;
  /** Of the role: key, value, key, value …; left out by releases before tags. */
  readonly tags?: readonly string[];
  /** Names of what it was made from, as the change stream has them. */
  readonly madeFrom: readonly string[];
}

interface KeptRefusal {
  readonly problem: CredentialProblem;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

interface KeptSession {
  readonly tokenHash: string;
  readonly credential: Credential;
  readonly madeFrom: readonly Ingredient[];
}

/** Something that sessions were made from. */
interface Ingredient {
  stale: boolean;
}

/** A question under way; what changes meanwhile spoils its answer. */
interface Question {
  readonly changed: Set<string>;
  spoiled: boolean;
}

const problems: ReadonlySet<string> = new Set<CredentialProblem>([
  'InvalidAccessKeyId.NotFound',
  'MissingSecurityToken',
  'InvalidSecurityToken.Malformed',
  'InvalidSecurityToken.Expired',
  'InvalidSecurityToken.MismatchWithAccessKey',
]);

/** The parameter that tells the control plane which services are protected; a JSON array, since it may be empty. */
export function servicesParameter(services: readonly string[] | undefined): Record<string, string> {
  return services === undefined ? {} : { ProtectedServices: JSON.stringify(services) };
}

/**
 * Temporary keys. What a token says is sealed for the control plane alone, so it is asked about each token once; the
 * answer is kept until the session ends or something changes that it was made from.
 */
export class SessionCredentials {
  readonly #controlPlane: ControlPlane;
  readonly #accountId: () => string;
  readonly #now: () => number;
  readonly #sessions = new RecentMap<string, KeptSession>(keptSessions);
  readonly #ingredients = new Map<string, Ingredient>();
  readonly #refusals = new RecentMap<string, KeptRefusal>(keptRefusals);
  readonly #underWay = new Map<string, Promise<CredentialLookup>>();
  readonly #questions = new Set<Question>();
  readonly #sets = new Map<string, CompiledPolicies>();
  /** RAM codes of the services that the process protects, lower-cased; undefined: all that it is registered for. */
  services: readonly string[] | undefined;

  /**
   * @param accountId the account that is replicated
   * @param now milliseconds since the epoch
   */
  constructor(controlPlane: ControlPlane, accountId: () => string, now: () => number) {
    this.#controlPlane = controlPlane;
    this.#accountId = accountId;
    this.#now = now;
  }

  /** @returns a promise only when the control plane has to be asked */
  find(accessKeyId: string, token: string | undefined): CredentialLookup | Promise<CredentialLookup> {
    if (token === undefined || token === '') return 'MissingSecurityToken';
    if (token.length > longestToken) return 'InvalidSecurityToken.Malformed';
    const tokenHash = hash('sha256', `${accessKeyId}\0${token}`, 'base64url');
    const kept = this.#sessions.get(accessKeyId);
    if (kept?.tokenHash === tokenHash) {
      if (!kept.madeFrom.some((ingredient) => ingredient.stale)) return kept.credential;
      kept.credential.signingKey.wipe();
      this.#sessions.delete(accessKeyId);
    }
    const refusal = this.#refusals.get(tokenHash);
    if (refusal !== undefined) {
      if (this.#now() < refusal.until) return refusal.problem;
      this.#refusals.delete(tokenHash);
    }
    const underWay = this.#underWay.get(tokenHash);
    if (underWay !== undefined) return underWay;
    if (this.#underWay.size >= questionsAtOnce) return 'ServiceUnavailable.ControlPlane';
    const answer = this.#ask(accessKeyId, token, tokenHash).finally(() => this.#underWay.delete(tokenHash));
    this.#underWay.set(tokenHash, answer);
    return answer;
  }

  /** Forgets what was made from any of these. */
  forget(names: Iterable<string>): void {
    for (const name of names) {
      for (const question of this.#questions) question.changed.add(name);
      const ingredient = this.#ingredients.get(name);
      if (ingredient === undefined) continue;
      ingredient.stale = true;
      this.#ingredients.delete(name);
    }
  }

  /** Forgets everything: changes may have been missed. */
  forgetAll(): void {
    for (const question of this.#questions) question.spoiled = true;
    for (const { credential } of this.#sessions.values()) credential.signingKey.wipe();
    this.#sessions.clear();
    this.#ingredients.clear();
    this.#refusals.clear();
  }

  async #ask(accessKeyId: string, token: string, tokenHash: string): Promise<CredentialLookup> {
    const question: Question = { changed: new Set(), spoiled: false };
    this.#questions.add(question);
    try {
      const resolved = await this.#resolve(accessKeyId, token);
      if (typeof resolved === 'string') {
        this.#refusals.set(tokenHash, { problem: resolved, until: this.#now() + refusalMs });
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
      this.#questions.delete(question);
    }
  }

  async #resolve(accessKeyId: string, token: string): Promise<ResolvedSession | CredentialProblem> {
    const agreement = new KeyAgreement();
    const answer = await this.#controlPlane.call('ResolveSecurityToken', {
      SessionAccessKeyId: accessKeyId,
      SessionToken: token,
      PublicKey: agreement.publicKey,
      ...servicesParameter(this.services),
    });
    const { Problem, PublicKey, RequestId, Sealed } = answer as Readonly<Record<string, string | undefined>>;
    if (Problem !== undefined && problems.has(Problem)) return Problem as CredentialProblem;
    if (PublicKey === undefined || RequestId === undefined || Sealed === undefined) throw new SealBroken();
    const key = agreement.key(PublicKey, {
      purpose: 'session',
      accountId: this.#accountId(),
      accessKeyId: this.#controlPlane.accessKeyId,
      connectionId: RequestId,
      sharedSecret: this.#controlPlane.sharedSecret('replication'),
    });
    const opened = new Opener(key).open(Buffer.from(Sealed, 'base64'));
    return JSON.parse(opened.toString()) as ResolvedSession;
  }

  #credential(accessKeyId: string, session: ResolvedSession): Credential {
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
      principal: sessionPrincipal(this.#accountId(), roleId, roleName, sessionName, tagsOfList(tags)),
      networkRestriction: undefined,
      permissions: this.#set(policies),
      sessionPolicy: sessionPolicy === null ? undefined : compileSessionPolicy(sessionPolicy),
      mfaPresent: session.mfaPresent,
    };
  }

  /** Sessions of one role share one set. */
  #set(policies: readonly PermissionPolicy[]): CompiledPolicies {
    const name = hash('sha256', JSON.stringify(policies), 'base64url');
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const compiled = compilePermissions(policies);
    if (this.#sets.size >= keptSets) this.#sets.clear();
    this.#sets.set(name, compiled);
    return compiled;
  }

  #keep(tokenHash: string, credential: Credential, names: readonly string[]): void {
    if (this.#ingredients.size >= 4 * keptSessions) {
      this.#sessions.clear();
      this.#ingredients.clear();
    }
    const madeFrom = names.map((name) => {
      const known = this.#ingredients.get(name);
      if (known !== undefined) return known;
      const fresh: Ingredient = { stale: false };
      this.#ingredients.set(name, fresh);
      return fresh;
    });
    this.#sessions.set(credential.accessKeyId, { tokenHash, credential, madeFrom });
  }
}
