/**
 * Clocks of a machine. Neither is enough: the wall clock can be set, the monotonic one may stop while the
 * machine sleeps.
 */
export interface Clocks {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Monotonic clock, in milliseconds. */
  readonly monotonicNow: () => number;
}

/** Point in time on both clocks. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** Age of a copy: the time since it was last known to be complete, by the clock that says more. */
export class Freshness {
  readonly #clocks: Clocks;
  #wholeAt: Moment | undefined;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** Returns the present. */
  moment(): Moment {
    return { wall: this.#clocks.now(), monotonic: this.#clocks.monotonicNow() };
  }

  /**
   * Notes that the copy was complete a number of milliseconds after a point in time. The message may have
   * been delayed, so the time that it states counts, not the time of its arrival; and no time in the future.
   */
  wholeAt(after: Moment, milliseconds: number): void {
    const present = this.moment();
    const wall = Math.min(after.wall + milliseconds, present.wall);
    const monotonic = Math.min(after.monotonic + milliseconds, present.monotonic);
    const known = this.#wholeAt;
    this.#wholeAt = {
      // If the wall clock was set back, the present is the latest time that it can give.
      wall: known === undefined ? wall : Math.min(Math.max(wall, known.wall), present.wall),
      monotonic: known === undefined ? monotonic : Math.max(monotonic, known.monotonic),
    };
  }

  /** Notes that the copy is gone. */
  lost(): void {
    this.#wholeAt = undefined;
  }

  /** Returns the age in milliseconds; infinite without a copy. */
  age(): number {
    const at = this.#wholeAt;
    if (at === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#clocks.now() - at.wall, this.#clocks.monotonicNow() - at.monotonic);
  }
}
