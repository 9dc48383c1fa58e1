const SEED = 0x811c9dc5;
const PRIME = 0x01000193;
/** Keeps hashes within small integers that are not negative. */
const SMALL = 0x3fffffff;
/** So that a text and a prefix of the same letters are two keys. */
const PREFIX_MARK = 0x2f0b4f;
const FEWEST_SLOTS = 8;

/** What can be filed: it remembers its key, and whatever else was filed under the same key. */
export interface Filed<T> {
  readonly hash: number;
  next: T | undefined;
}

/** The hash of no text: what hashes are carried on from. */
export const NO_TEXT_YET: number = SEED;

/** Carries a hash on over a text. */
export function hashOn(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash;
}

/** The key of a text, or of all texts that begin with it. */
export function hashOf(text: string, isPrefix: boolean, seed: number): number {
  return finish(hashOn(text, seed), isPrefix);
}

function finish(hash: number, isPrefix: boolean): number {
  const marked = isPrefix ? hash ^ PREFIX_MARK : hash;
  return (marked ^ (marked >>> 15)) & SMALL;
}

/**
 * Finds what was filed under a text, or under a beginning of it, in one pass over that text. The time does not
 * depend on how much is filed. Texts are told apart by a hash, so now and then something is found that was
 * filed under another text: whoever asks has to check.
 *
 * The table is open: a slot holds the first of a chain of what was filed under one hash, so that finding a
 * single thing touches the slot and the thing, and no third place in memory.
 */
export class PrefixTable<T extends Filed<T>> {
  #slots: (T | undefined)[] = new Array<T | undefined>(FEWEST_SLOTS).fill(undefined);
  #chains = 0;
  /** Which lengths of prefixes are in use: the others need not be looked up. */
  readonly #lengths: boolean[] = [];
  #longestExact = -1;

  /** Files a thing under the text that its hash was made from. */
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
      // INVARIANT: at least half of the slots are empty, so that a search ends soon.
      if (this.#chains * 2 > this.#slots.length) this.#grow();
    } else {
      // Behind the first: the chain keeps its head, and the order of the others does not matter.
      entry.next = first.next;
      first.next = entry;
    }
  }

  /** The heads of all chains. */
  *chains(): Generator<T> {
    for (const entry of this.#slots) if (entry !== undefined) yield entry;
  }

  /** Appends to `into` the head of each chain filed under the text or under a beginning of it. */
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

  /** The slot of a hash: where its chain is, or the empty slot where it would be. */
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
