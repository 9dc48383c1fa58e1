import type { ConditionContext, RequestConditionKey } from '@claviger/policy';
import type { Principal } from './credential.ts';

/** Facts of a request that condition keys are made from. */
export interface RequestFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly sourceAddress: string;
  readonly secure: boolean;
  readonly principal: Principal;
  /** Whether a second factor was used; undefined for calls signed by a permanent key, as in RAM. */
  readonly mfaPresent?: boolean | undefined;
  /** Name of the operator's network that contains the address; undefined if none. */
  readonly vpcId?: string | undefined;
}

type Value = string | readonly string[] | undefined;

/**
 * Reader of each condition key of every request. A key that `@claviger/policy` declares and that is missing
 * here does not compile.
 *
 * @param name for a family such as `acs:PrincipalTag/`: the text after the slash, in lower case
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
 * Condition values of a request: the keys of every request (`REQUEST_CONDITION_KEYS` of `@claviger/policy`),
 * and those that the operation adds. Each is computed when a condition reads it. An operation's own keys
 * never override the former.
 */
export class RequestConditions implements ConditionContext {
  readonly #facts: RequestFacts;
  readonly #own: ReadonlyMap<string, string | readonly string[]> | undefined;

  /** @param facts of the request @param own the operation's keys, in lower case */
  constructor(facts: RequestFacts, own?: ReadonlyMap<string, string | readonly string[]>) {
    this.#facts = facts;
    this.#own = own;
  }

  /** Returns the values of a key, `undefined` if absent. @param key condition key in lower case */
  get(key: string): string | readonly string[] | undefined {
    const slash = key.indexOf('/') + 1;
    const reader = readerOf.get(slash === 0 ? key : key.slice(0, slash));
    return reader === undefined ? this.#own?.get(key) : reader(this.#facts, key.slice(slash));
  }
}

/** Formats an instant as `2026-11-24T08:00:00Z`: whole seconds, UTC, as in RAM. */
function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
