/** The two clocks of a machine. Neither is enough: one can be set, the other may stand while the machine sleeps. */
export interface Clocks {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds since some moment; never set. */
  readonly monotonicNow: () => number;
}

/** A moment, as both clocks have it. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** How old a copy is: the time since the last moment at which it was known to be whole, by whichever clock says more. */
export class Freshness {
  readonly #clocks: Clocks;
  #wholeAt: Moment | undefined;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** The present. */
  moment(): Moment {
    return { wall: this.#clocks.now(), monotonic: this.#clocks.monotonicNow() };
  }

  /**
   * Notes that the copy was whole so many milliseconds after a moment. It may have taken long to hear of that, so what
   * counts is when it was said, not when it was heard; and no moment is in the future.
   */
  wholeAt(after: Moment, milliseconds: number): void {
    const present = this.moment();
    const wall = Math.min(after.wall + milliseconds, present.wall);
    const monotonic = Math.min(after.monotonic + milliseconds, present.monotonic);
    const known = this.#wholeAt;
    this.#wholeAt = {
      // Set back, the wall clock has no later moment to offer than the present.
      wall: known === undefined ? wall : Math.min(Math.max(wall, known.wall), present.wall),
      monotonic: known === undefined ? monotonic : Math.max(monotonic, known.monotonic),
    };
  }

  /** There is no copy any more. */
  lost(): void {
    this.#wholeAt = undefined;
  }

  /** In milliseconds; infinite while there is no copy. */
  age(): number {
    const at = this.#wholeAt;
    if (at === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#clocks.now() - at.wall, this.#clocks.monotonicNow() - at.monotonic);
  }
}
