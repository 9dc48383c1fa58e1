import { DAY_MS } from '../context/limits.ts';
import type { KeyFacts } from './identity-facts.ts';

/** Upper bounds of the ranges of age, in days. */
export const AGE_DAYS = [30, 90, 180, 365] as const;

/** Upper bounds of the ranges of the time since the last use, in days. */
export const USE_DAYS = [1, 7, 30, 90] as const;

/** Numbers of keys by age and by last use. */
export interface KeyNumbers {
  /** By the ranges of `AGE_DAYS`; the last one is of older keys. */
  readonly byAge: readonly number[];
  /** By the ranges of `USE_DAYS`; the last one is of keys that were used longer ago. */
  readonly byUse: readonly number[];
  readonly neverUsed: number;
}

/** Counts keys by age and by last use. */
export class KeyHistogram {
  readonly #now: number;
  readonly #byAge = Array.from({ length: AGE_DAYS.length + 1 }, () => 0);
  readonly #byUse = Array.from({ length: USE_DAYS.length + 1 }, () => 0);
  #neverUsed = 0;

  /** @param now ms since the epoch */
  constructor(now: number) {
    this.#now = now;
  }

  add({ createdAt, usedAt }: KeyFacts): void {
    this.#count(this.#byAge, AGE_DAYS, createdAt);
    if (usedAt === undefined) this.#neverUsed += 1;
    else this.#count(this.#byUse, USE_DAYS, usedAt);
  }

  numbers(): KeyNumbers {
    return { byAge: [...this.#byAge], byUse: [...this.#byUse], neverUsed: this.#neverUsed };
  }

  #count(numbers: number[], bounds: readonly number[], time: number): void {
    const passed = this.#now - time;
    const range = bounds.findIndex((days) => passed < days * DAY_MS);
    const index = range < 0 ? bounds.length : range;
    numbers[index] = numbers[index]! + 1;
  }
}
