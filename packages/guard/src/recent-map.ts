/**
 * A map of at most so many entries that keeps those which were asked for lately, in constant time.
 *
 * It holds two generations. When the younger is full, the elder is forgotten whole and the younger takes its place; an
 * entry of the elder that is asked for moves to the younger. To forget the oldest entry of one `Map`, by contrast,
 * takes longer the more were forgotten before it: a `Map` steps over every place that is empty now.
 */
export class RecentMap<Key, Value> {
  readonly #entriesAGeneration: number;
  #younger = new Map<Key, Value>();
  #elder = new Map<Key, Value>();

  /** @param most entries that are kept, 2 or more; at least half as many of the last ones are */
  constructor(most: number) {
    this.#entriesAGeneration = Math.floor(most / 2);
  }

  get(key: Key): Value | undefined {
    const young = this.#younger.get(key);
    if (young !== undefined) return young;
    const old = this.#elder.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#younger.size >= this.#entriesAGeneration && !this.#younger.has(key)) {
      this.#elder = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(key, value);
  }

  delete(key: Key): void {
    this.#younger.delete(key);
    this.#elder.delete(key);
  }

  clear(): void {
    this.#younger.clear();
    this.#elder.clear();
  }

  /** The values that are held; one that has just moved may come twice. */
  *values(): Generator<Value> {
    yield* this.#younger.values();
    yield* this.#elder.values();
  }

  /** How many entries are held; one that has just moved may be counted twice. */
  get size(): number {
    return this.#younger.size + this.#elder.size;
  }
}
