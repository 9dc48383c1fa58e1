import type { ConditionContext, RequestConditionKey } from '@claviger/policy';
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
  /** Name of the network that the operator has named and the address is in; undefined for all other addresses. */
  readonly vpcId?: string | undefined;
}

type Value = string | readonly string[] | undefined;

/**
 * How each key that every request is asked for is read. A key that `@claviger/policy` declares and that is missing
 * here does not compile.
 *
 * @param name of a family such as `acs:PrincipalTag/`, what follows the slash, in lower case
 */
const readers: Readonly<Record<RequestConditionKey, (facts: RequestFacts, name: string) => Value>> = {
  'acs:sourceip': ({ sourceAddress }) => sourceAddress,
  'acs:currenttime': ({ now }) => isoSeconds(now),
  'acs:securetransport': ({ secure }) => String(secure),
  'acs:mfapresent': ({ mfaPresent }) => (mfaPresent === undefined ? undefined : String(mfaPresent)),
  'acs:principalarn': ({ principal }) => principal.arn,
  'acs:principaltag/': ({ principal }, name) => ('tags' in principal ? principal.tags?.get(name) : undefined),
  'acs:sourcevpc': ({ vpcId }) => vpcId,
  'acs:vpcsourceip': ({ vpcId, sourceAddress }) => (vpcId === undefined ? undefined : sourceAddress),
};

const readerOf: ReadonlyMap<string, (facts: RequestFacts, name: string) => Value> = new Map(
  Object.entries(readers),
);

/**
 * The condition keys that every request is asked for (`REQUEST_CONDITION_KEYS` of `@claviger/policy`), and those that
 * the operation adds. Each is worked out when a condition asks. An operation's own keys never stand for one of these.
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
    const slash = key.indexOf('/') + 1;
    const reader = readerOf.get(slash === 0 ? key : key.slice(0, slash));
    return reader === undefined ? this.#own?.get(key) : reader(this.#facts, key.slice(slash));
  }
}

/** `2026-11-24T08:00:00Z`: whole seconds, UTC, as RAM writes every instant. */
function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
