import type { ConditionContext } from '@claviger/policy';
import type { Principal } from './credential.ts';

/** What a request tells the conditions of policies, by itself. */
export interface RequestFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly sourceAddress: string;
  readonly secure: boolean;
  readonly principal: Principal;
  /** Whether a second factor was shown; undefined for calls signed by a permanent key, as RAM has it. */
  readonly mfaPresent?: boolean | undefined;
}

/**
 * The condition keys every request has (`acs:SourceIp`, `acs:CurrentTime`, `acs:SecureTransport`,
 * `acs:MFAPresent`, `acs:PrincipalARN`), and those the operation adds. Each is worked out when a condition asks.
 * An operation's own keys never stand for one of these.
 */
export class RequestConditions implements ConditionContext {
  readonly #facts: RequestFacts;
  readonly #own: ReadonlyMap<string, string | readonly string[]> | undefined;

  /**
   * @param facts of the request
   * @param own the operation's keys, lower-cased
   */
  constructor(facts: RequestFacts, own?: ReadonlyMap<string, string | readonly string[]>) {
    this.#facts = facts;
    this.#own = own;
  }

  /** @param key a condition key, lower-cased */
  get(key: string): string | readonly string[] | undefined {
    switch (key) {
      case 'acs:sourceip':
        return this.#facts.sourceAddress;
      case 'acs:currenttime':
        return isoSeconds(this.#facts.now);
      case 'acs:securetransport':
        return String(this.#facts.secure);
      case 'acs:mfapresent':
        return this.#facts.mfaPresent === undefined ? undefined : String(this.#facts.mfaPresent);
      case 'acs:principalarn':
        return this.#facts.principal.arn;
      default:
        return this.#own?.get(key);
    }
  }
}

/** `2026-11-24T08:00:00Z`: whole seconds, UTC, as RAM writes every instant. */
function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
