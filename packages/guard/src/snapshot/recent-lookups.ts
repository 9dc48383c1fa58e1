import { textHash } from './text-hash.ts';

/**
 * Tells which keys are asked for again and again, in a fixed piece of memory. It may forget one early, and now and then
 * takes one key for another: it says what is worth keeping, and nothing else may depend on it.
 */
export class RecentLookups {
  readonly #hashes: Uint32Array;

  /** @param most how many keys are remembered, a power of two; each is forgotten after about as many others */
  constructor(most: number) {
    this.#hashes = new Uint32Array(most);
  }

  /** Notes that a key is asked for. @returns whether it was before, lately */
  isRepeated(key: string): boolean {
    const hash = textHash(key);
    const place = hash & (this.#hashes.length - 1);
    if (this.#hashes[place] === hash) return true;
    this.#hashes[place] = hash;
    return false;
  }
}
