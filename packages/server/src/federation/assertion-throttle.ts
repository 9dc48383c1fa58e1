import { createHash } from 'node:crypto';
import { RecentMap } from '@claviger/guard/internal';
import type { AssertionCounter } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';

/** How often one assertion may be verified within `WINDOW_MS`; opening a session needs it once. */
const MAX_VERIFICATIONS = 20;
const WINDOW_MS = 60_000;

/** Maximum number of assertions remembered; the oldest make room. */
const MAX_ASSERTIONS = 10_000;

interface Window {
  times: number;
  readonly until: number;
}

/**
 * Bounds the computation that a holder of a signed assertion can cause by presenting it again: verifying a long one
 * takes some 40 ms. Kept in memory by each node; that an assertion opens only one session is stored
 * (used-assertion.ts).
 */
export class AssertionThrottle implements AssertionCounter {
  readonly #windows = new RecentMap<string, Window>(MAX_ASSERTIONS);
  readonly #maxVerifications: number;

  /** @param workers processes among which the verifications of one assertion are divided */
  constructor(workers = 1) {
    this.#maxVerifications = Math.max(1, Math.floor(MAX_VERIFICATIONS / workers));
  }

  /**
   * Counts a verification of an assertion.
   * @param issuer the provider's entity id
   * @param id of the assertion, which the provider is known to have signed
   * @param now ms since the epoch
   * @throws Refusal Throttling.SAMLAssertion
   */
  count(issuer: string, id: string, now: number): void {
    const name = createHash('sha256')
      .update(JSON.stringify([issuer, id]))
      .digest('base64');
    const known = this.#windows.get(name);
    if (known !== undefined && now < known.until) {
      if (known.times >= this.#maxVerifications) throw new Refusal('Throttling.SAMLAssertion');
      known.times += 1;
      return;
    }
    this.#windows.set(name, { times: 1, until: now + WINDOW_MS });
  }
}
