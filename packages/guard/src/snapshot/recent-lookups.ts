import { textHash } from './text-hash.ts';

/**
 * Detects keys that are looked up repeatedly, in a fixed amount of memory. It may forget a key early, and
 * occasionally confuses two: it is a hint for caching only.
 */
export class RecentLookups {
  readonly #hashes: Uint32Array;

  /** @param most number of keys remembered, a power of two; each is forgotten after about as many others */
  constructor(most: number) {
    this.#hashes = new Uint32Array(most);
  }

  /** Notes a lookup of a key. @returns whether it was looked up recently */
  isRepeated(key: string): boolean {
    const hash = textHash(key);
    const place = hash & (this.#hashes.length - 1);
    if (this.#hashes[place] === hash) return true;
    this.#hashes[place] = hash;
    return false;
  }
}
