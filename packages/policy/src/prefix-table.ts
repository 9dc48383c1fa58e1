const SEED = 0x811c9dc5;
const PRIME = 0x01000193;
/** Keeps hashes within small non-negative integers. */
const SMALL = 0x3fffffff;
/** Distinguishes a text from a prefix of the same letters. */
const PREFIX_MARK = 0x2f0b4f;
const FEWEST_SLOTS = 8;

/** Entry of a table: it stores its key and the next entry with the same key. */
export interface Filed<T> {
  readonly hash: number;
  next: T | undefined;
}

/** Hash of the empty text: the seed of {@link hashOn}. */
export const NO_TEXT_YET: number = SEED;

/** Continues a hash over a text. */
export function hashOn(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash;
}

/** Returns the key of a text, or of all texts that begin with it. */
export function hashOf(text: string, isPrefix: boolean, seed: number): number {
  return finish(hashOn(text, seed), isPrefix);
}

function finish(hash: number, isPrefix: boolean): number {
  const marked = isPrefix ? hash ^ PREFIX_MARK : hash;
  return (marked ^ (marked >>> 15)) & SMALL;
}

/**
 * Finds the entries filed under a text or one of its prefixes in one pass over the text, in a time that does
 * not depend on the number of entries. Keys are hashes, so an entry of another text may be found: the caller
 * has to check.
 *
 * Open addressing: a slot holds the first entry of the chain of one hash, so that finding a single entry
 * touches the slot and the entry only.
 */
export class PrefixTable<T extends Filed<T>> {
  #slots: (T | undefined)[] = new Array<T | undefined>(FEWEST_SLOTS).fill(undefined);
  #chains = 0;
  /** Prefix lengths in use; others are not looked up. */
  readonly #lengths: boolean[] = [];
  #longestExact = -1;

  /** Files an entry under the text that its hash was computed from. */
  file(text: string, isPrefix: boolean, entry: T): void {
    if (isPrefix) {
      while (this.#lengths.length <= text.length) this.#lengths.push(false);
      this.#lengths[text.length] = true;
    } else {
      this.#longestExact = Math.max(this.#longestExact, text.length);
    }
    const slot = this.#slotOf(entry.hash);
    const first = this.#slots[slot];
    if (first === undefined) {
      this.#slots[slot] = entry;
      this.#chains++;
      // INVARIANT: at least half of the slots are empty, which bounds a search.
      if (this.#chains * 2 > this.#slots.length) this.#grow();
    } else {
      // After the first: the chain keeps its head, and the order of the others does not matter.
      entry.next = first.next;
      first.next = entry;
    }
  }

  /** Heads of all chains. */
  *chains(): Generator<T> {
    for (const entry of this.#slots) if (entry !== undefined) yield entry;
  }

  /** Appends to `into` the head of each chain filed under the text or one of its prefixes. */
  find(text: string, seed: number, into: T[]): void {
    const lengths = this.#lengths;
    let hash = seed;
    const end = Math.min(text.length, Math.max(lengths.length, this.#longestExact));
    for (let at = 0; at < end; at++) {
      if (at < lengths.length && lengths[at]) this.#take(finish(hash, true), into);
      hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
    }
    if (end < lengths.length && lengths[end]) this.#take(finish(hash, true), into);
    if (text.length <= this.#longestExact) this.#take(finish(hash, false), into);
  }

  #take(hash: number, into: T[]): void {
    const found = this.#slots[this.#slotOf(hash)];
    if (found !== undefined) into.push(found);
  }

  /** Returns the slot of a hash: that of its chain, or the empty slot for it. */
  #slotOf(hash: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    let slot = hash & last;
    for (let entry = slots[slot]; entry !== undefined && entry.hash !== hash; entry = slots[slot]) {
      slot = (slot + 1) & last;
    }
    return slot;
  }

  #grow(): void {
    const chains = [...this.chains()];
    this.#slots = new Array<T | undefined>(this.#slots.length * 4).fill(undefined);
    for (const chain of chains) this.#slots[this.#slotOf(chain.hash)] = chain;
  }
}
