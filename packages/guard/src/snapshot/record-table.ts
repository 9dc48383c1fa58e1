import { textHash } from './text-hash.ts';

/** The table is cut into so many parts, each of which grows alone: none keeps the event loop for long. */
const shardBits = 10;

const initialSlots = 8;
const headBytes = 6;

/** In a slot: nothing was ever here; something was here, and a search has to go on behind it. */
const free = 0;
const removed = 0xffffffff;

/** Makes something of the bytes of a record, which lie in some memory from one place to another. It must keep none. */
export type RecordReader<Value> = (memory: Buffer, from: number, to: number) => Value;

/**
 * One part: open addressing with linear probing over pairs of hash and place, and the records one after another in
 * one piece of memory: the length of the key, the length of the record, key, record.
 */
class Shard {
  #slots = new Uint32Array(2 * initialSlots);
  /** Slots that are not free. */
  #taken = 0;
  #memory: Buffer = Buffer.alloc(0);
  #end = 0;
  /** Bytes of records that are still there. */
  #live = 0;
  size = 0;

  get bytes(): number {
    return this.#slots.byteLength + this.#memory.length;
  }

  get<Value>(hash: number, key: string, read: RecordReader<Value>): Value | undefined {
    const slot = this.#find(hash, key);
    if (slot < 0) return undefined;
    const at = this.#slots[slot + 1]! - 1;
    const from = this.#valueAt(at);
    // Not a part of the memory: a view costs more to make than a record to read.
    return read(this.#memory, from, from + this.#memory.readUInt32LE(at + 2));
  }

  set(hash: number, key: string, value: Uint8Array): void {
    const valueBytes = value.length;
    const slot = this.#find(hash, key);
    if (slot >= 0) {
      const at = this.#slots[slot + 1]! - 1;
      if (this.#memory.readUInt32LE(at + 2) === valueBytes) {
        this.#memory.set(value, this.#valueAt(at));
        return;
      }
      this.#forget(slot);
    }
    const needed = headBytes + key.length + valueBytes;
    if (this.#end + needed > this.#memory.length) this.#rebuild(needed);
    const at = this.#end;
    this.#memory.writeUInt16LE(key.length, at);
    this.#memory.writeUInt32LE(valueBytes, at + 2);
    this.#memory.write(key, at + headBytes, 'latin1');
    this.#memory.set(value, at + headBytes + key.length);
    this.#end += needed;
    this.#live += needed;
    this.size++;
    this.#enter(hash, at);
  }

  delete(hash: number, key: string): boolean {
    const slot = this.#find(hash, key);
    if (slot < 0) return false;
    this.#forget(slot);
    return true;
  }

  /** Overwrites everything, so that no secret is left in memory that is given back. */
  wipe(): void {
    this.#memory.fill(0);
    this.#memory = Buffer.alloc(0);
    this.#slots = new Uint32Array(2 * initialSlots);
    this.#taken = this.#end = this.#live = this.size = 0;
  }

  #find(hash: number, key: string): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const place = slots[slot + 1]!;
      if (place === free) return -1;
      if (place !== removed && slots[slot] === hash && this.#hasKey(place - 1, key)) return slot;
    }
  }

  #hasKey(at: number, key: string): boolean {
    const memory = this.#memory;
    if (memory.readUInt16LE(at) !== key.length) return false;
    for (let i = 0; i < key.length; i++) {
      if (memory[at + headBytes + i] !== key.charCodeAt(i)) return false;
    }
    return true;
  }

  #valueAt(at: number): number {
    return at + headBytes + this.#memory.readUInt16LE(at);
  }

  #recordBytes(at: number): number {
    return headBytes + this.#memory.readUInt16LE(at) + this.#memory.readUInt32LE(at + 2);
  }

  #forget(slot: number): void {
    const at = this.#slots[slot + 1]! - 1;
    this.#live -= this.#recordBytes(at);
    this.#memory.fill(0, this.#valueAt(at), at + this.#recordBytes(at));
    this.#slots[slot + 1] = removed;
    this.size--;
  }

  #enter(hash: number, at: number): void {
    const slotCount = this.#slots.length / 2;
    if (this.#taken >= slotCount * 0.7) this.#rehash();
    const mask = this.#slots.length - 1;
    let slot = (hash << 1) & mask;
    while (this.#slots[slot + 1] !== free) slot = (slot + 2) & mask;
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = at + 1;
    this.#taken++;
  }

  #rehash(): void {
    const old = this.#slots;
    let slotCount = initialSlots;
    while (this.size >= slotCount * 0.7) slotCount *= 2;
    this.#slots = new Uint32Array(2 * slotCount);
    this.#taken = 0;
    const mask = this.#slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      const place = old[from + 1]!;
      if (place === free || place === removed) continue;
      let slot = (old[from]! << 1) & mask;
      while (this.#slots[slot + 1] !== free) slot = (slot + 2) & mask;
      this.#slots[slot] = old[from]!;
      this.#slots[slot + 1] = place;
      this.#taken++;
    }
  }

  /** Moves what is there to a new piece of memory with room for more, and leaves the rest behind. */
  #rebuild(needed: number): void {
    const old = this.#memory;
    const memory = Buffer.alloc(Math.ceil((this.#live + needed) * 1.25));
    let end = 0;
    for (let slot = 0; slot < this.#slots.length; slot += 2) {
      const place = this.#slots[slot + 1]!;
      if (place === free || place === removed) continue;
      const length = this.#recordBytes(place - 1);
      old.copy(memory, end, place - 1, place - 1 + length);
      this.#slots[slot + 1] = end + 1;
      end += length;
    }
    old.fill(0);
    this.#memory = memory;
    this.#end = end;
  }
}

/**
 * Records by a key, for millions of them: some 20 bytes each beside key and record, in memory that the garbage
 * collector need not look through. A record that is replaced or removed is overwritten at once.
 */
export class RecordTable {
  readonly #shards = Array.from({ length: 2 ** shardBits }, () => new Shard());

  /** How many keys there are. */
  get size(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.size, 0);
  }

  /** The memory that keys and records take. */
  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.bytes, 0);
  }

  /** @returns what `read` makes of the record; undefined when there is none */
  get<Value>(key: string, read: RecordReader<Value>): Value | undefined {
    const hash = textHash(key);
    return this.#shards[hash >>> (32 - shardBits)]!.get(hash, key, read);
  }

  /**
   * @param key of characters of one byte, at most 65,535 of them
   * @param value the record, which is copied
   * @throws RangeError for any other key
   */
  set(key: string, value: Uint8Array): void {
    if (key.length > 0xffff || !/^[\0-\xff]*$/.test(key)) throw new RangeError('not a key of this table');
    const hash = textHash(key);
    this.#shards[hash >>> (32 - shardBits)]!.set(hash, key, value);
  }

  /** @returns whether it was there */
  delete(key: string): boolean {
    const hash = textHash(key);
    return this.#shards[hash >>> (32 - shardBits)]!.delete(hash, key);
  }

  /** Removes everything, part by part: whoever goes through it decides how much at once. */
  *wipe(): Generator<void> {
    for (const shard of this.#shards) {
      shard.wipe();
      yield;
    }
  }
}
