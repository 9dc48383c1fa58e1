import { type Place, RecordMemory, type RecordReader } from './record-memory.ts';
import { textHash } from './text-hash.ts';

const MIN_SLOTS = 16;

/** Load factor at which a table grows, and its maximum after growing. */
const MAX_LOAD = 0.7;
const LOAD_AFTER_GROWTH = 0.35;

/** Slots moved to a grown table per added record; the move ends long before the table is full. */
const MOVED_PER_STEP = 32;

/** Marks of a slot: never used; removed, so that a search continues after it. */
const FREE = 0;
const REMOVED = 1;

/**
 * Returns the mark of a used slot: bits of the hash, so that nearly every record visited is the right one.
 */
function markOf(hash: number): number {
  return Math.max(REMOVED + 1, hash >>> 24);
}

/**
 * Open addressing with linear probing. Marks are stored separately, since they fit into the processor's
 * cache.
 */
class Slots {
  readonly marks: Uint8Array;
  readonly places: Uint32Array;
  /** Slots that are not free. */
  taken = 0;

  /** @param count a power of two */
  constructor(count: number) {
    this.marks = new Uint8Array(count);
    this.places = new Uint32Array(count);
  }

  get count(): number {
    return this.marks.length;
  }

  enter(hash: number, place: Place): void {
    const mask = this.marks.length - 1;
    let slot = hash & mask;
    while (this.marks[slot] !== FREE) slot = (slot + 1) & mask;
    this.marks[slot] = markOf(hash);
    this.places[slot] = place;
    this.taken++;
  }

  /** Returns the slot of a key; -1 if absent. */
  find(hash: number, key: string, memory: RecordMemory): number {
    const { marks, places } = this;
    const mask = marks.length - 1;
    const mark = markOf(hash);
    for (let slot = hash & mask; marks[slot] !== FREE; slot = (slot + 1) & mask) {
      if (marks[slot] === mark && memory.hasKey(places[slot]!, key)) return slot;
    }
    return -1;
  }

  /** Updates the place of a record. @returns whether it is in one of these slots */
  move(hash: number, from: Place, to: Place): boolean {
    const mask = this.marks.length - 1;
    for (let slot = hash & mask; this.marks[slot] !== FREE; slot = (slot + 1) & mask) {
      if (this.marks[slot] === REMOVED || this.places[slot] !== from) continue;
      this.places[slot] = to;
      return true;
    }
    return false;
  }
}

/**
 * Table of millions of records by key: some 20 bytes each besides key and record, in memory that the garbage
 * collector need not scan. A replaced or removed record is overwritten at once. It grows a little with each
 * added record, so none of them blocks the event loop for long.
 */
export class RecordTable {
  readonly #memory = new RecordMemory((hash, from, to) => {
    if (!this.#slots.move(hash, from, to)) this.#old?.move(hash, from, to);
  });
  #slots = new Slots(MIN_SLOTS);
  /** Slots before the table grew; each record is either here or there. */
  #old: Slots | undefined;
  /** Number of old slots that were moved. */
  #gone = 0;
  #size = 0;

  /** Number of keys. */
  get size(): number {
    return this.#size;
  }

  /** Memory of keys and records, in bytes. */
  get bytes(): number {
    return this.#memory.bytes + 5 * (this.#slots.count + (this.#old?.count ?? 0));
  }

  /** Converts the record of a key with `read`; `undefined` if absent. */
  get<Value>(key: string, read: RecordReader<Value>): Value | undefined {
    const hash = textHash(key);
    const slot = this.#slots.find(hash, key, this.#memory);
    if (slot >= 0) return this.#memory.read(this.#slots.places[slot]!, read);
    if (this.#old === undefined) return undefined;
    const old = this.#old.find(hash, key, this.#memory);
    return old < 0 ? undefined : this.#memory.read(this.#old.places[old]!, read);
  }

  /**
   * Sets the record of a key.
   *
   * @param key one-byte characters, at most 65,535
   * @param value the record, which is copied
   * @throws RangeError for any other key
   */
  set(key: string, value: Uint8Array): void {
    if (key.length > 0xffff || !/^[\0-\xff]*$/.test(key))
      throw new RangeError('invalid key of a record table: expected one-byte characters');
    const hash = textHash(key);
    if (this.#replaceIn(this.#slots, hash, key, value)) return;
    if (this.#old !== undefined && this.#replaceIn(this.#old, hash, key, value)) return;
    const place = this.#memory.add(hash, key, value);
    this.#size++;
    this.#grow();
    this.#slots.enter(hash, place);
  }

  /** Removes a key. @returns whether it was present */
  delete(key: string): boolean {
    const hash = textHash(key);
    return (
      this.#removeFrom(this.#slots, hash, key) ||
      (this.#old !== undefined && this.#removeFrom(this.#old, hash, key))
    );
  }

  /** Removes everything, in steps: the caller decides how many at once. */
  *wipe(): Generator<void> {
    this.#slots = new Slots(MIN_SLOTS);
    this.#old = undefined;
    this.#size = 0;
    yield* this.#memory.wipe();
  }

  /**
   * Replaces a record in place. @returns false if there is none of the same length; one of another length is
   * removed
   */
  #replaceIn(slots: Slots, hash: number, key: string, value: Uint8Array): boolean {
    const slot = slots.find(hash, key, this.#memory);
    if (slot < 0) return false;
    if (this.#memory.replace(slots.places[slot]!, value)) return true;
    this.#remove(slots, slot);
    return false;
  }

  #removeFrom(slots: Slots, hash: number, key: string): boolean {
    const slot = slots.find(hash, key, this.#memory);
    if (slot < 0) return false;
    this.#remove(slots, slot);
    return true;
  }

  #remove(slots: Slots, slot: number): void {
    slots.marks[slot] = REMOVED;
    this.#size--;
    this.#memory.remove(slots.places[slot]!);
  }

  /** Starts to grow, or takes the next step. */
  #grow(): void {
    const old = this.#old;
    if (old === undefined) {
      if (this.#slots.taken < this.#slots.count * MAX_LOAD) return;
      // Not much smaller, or it would be full before everything has moved.
      let count = Math.max(MIN_SLOTS, this.#slots.count / 4);
      while (this.#size > count * LOAD_AFTER_GROWTH) count *= 2;
      this.#old = this.#slots;
      this.#gone = 0;
      this.#slots = new Slots(count);
      return;
    }
    const end = Math.min(this.#gone + MOVED_PER_STEP, old.count);
    for (; this.#gone < end; this.#gone++) {
      const mark = old.marks[this.#gone]!;
      if (mark === FREE || mark === REMOVED) continue;
      const place = old.places[this.#gone]!;
      old.marks[this.#gone] = REMOVED;
      this.#slots.enter(this.#memory.hashAt(place), place);
    }
    if (this.#gone === old.count) this.#old = undefined;
  }
}
