import { createHash } from 'node:crypto';
import { RecentMap } from '@claviger/guard/internal';
import type { AssertionCounter } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';

/** How often one assertion is looked through within a time; one that opens a session needs it once. */
const timesAtMost = 20;
const withinMs = 60_000;

/** How many are remembered; those that were seen first make room. */
const assertionsAtMost = 10_000;

interface Seen {
  times: number;
  readonly until: number;
}

/**
 * Bounds what whoever holds an assertion that its provider has signed can make the server compute by showing it again:
 * to look through a long one takes some 40 ms. It is this node's own and in memory; that an assertion opens one session
 * alone is stored (used-assertion.ts).
 */
export class AssertionThrottle implements AssertionCounter {
  readonly #seen = new RecentMap<string, Seen>(assertionsAtMost);

  /**
   * Counts that an assertion is looked through.
   * @param issuer the provider's entity id
   * @param id of the assertion; the provider must be known to have signed it
   * @param now milliseconds since the epoch
   * @throws Refusal Throttling.SAMLAssertion
   */
  count(issuer: string, id: string, now: number): void {
    const name = createHash('sha256')
      .update(JSON.stringify([issuer, id]))
      .digest('base64');
    const known = this.#seen.get(name);
    if (known !== undefined && now < known.until) {
      if (known.times >= timesAtMost) throw new Refusal('Throttling.SAMLAssertion');
      known.times += 1;
      return;
    }
    this.#seen.set(name, { times: 1, until: now + withinMs });
  }
}
