const SEED = 0x811c9dc5;
const PRIME = 0x01000193;
/** Keeps hashes within the small integers, which a `Map` finds without allocating. */
const SMALL = 0x3fffffff;

/** Carries a hash on over a text; begin with nothing, and with the result of another call to join texts. */
export function hashOn(text: string, seed: number = SEED): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash;
}

/**
 * Finds what was filed under a text, or under a beginning of it, in one pass over that text. The time does not
 * depend on how much is filed. Texts are told apart by a hash, so now and then something is found that was
 * filed under another text: whoever asks has to check.
 */
export class PrefixTable<T> {
  readonly #exact = new Map<number, T>();
  readonly #prefix = new Map<number, T>();
  /** Which lengths of prefixes are in use: the others need not be looked up. */
  #lengths: boolean[] = [];
  #longestExact = 0;

  /** The thing filed there; made with `make` and filed when there is none. */
  file(text: string, isPrefix: boolean, seed: number, make: () => T): T {
    const map = isPrefix ? this.#prefix : this.#exact;
    const hash = hashOn(text, seed) & SMALL;
    let found = map.get(hash);
    if (found === undefined) {
      found = make();
      map.set(hash, found);
    }
    if (isPrefix) {
      while (this.#lengths.length <= text.length) this.#lengths.push(false);
      this.#lengths[text.length] = true;
    } else {
      this.#longestExact = Math.max(this.#longestExact, text.length);
    }
    return found;
  }

  /** Appends to `into` whatever is filed under the text or under a beginning of it. */
  find(text: string, seed: number, into: T[]): void {
    const lengths = this.#lengths;
    let hash = seed;
    const end = Math.min(text.length, Math.max(lengths.length, this.#longestExact));
    for (let at = 0; at < end; at++) {
      if (at < lengths.length && lengths[at]) this.#take(this.#prefix.get(hash & SMALL), into);
      hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
    }
    if (end < lengths.length && lengths[end]) this.#take(this.#prefix.get(hash & SMALL), into);
    if (text.length <= this.#longestExact) this.#take(this.#exact.get(hash & SMALL), into);
  }

  #take(found: T | undefined, into: T[]): void {
    if (found !== undefined) into.push(found);
  }
}

export const NO_TEXT_YET: number = SEED;
