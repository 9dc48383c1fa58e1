/** Records begin at multiples of so many bytes, so that 32 bits say where one is in 16 GB. */
const UNIT_BYTES = 4;

/** Memory is taken by so much at a time; less at first, since most accounts are small. */
const MIN_CHUNK_BYTES = 16 * 1024;
const MAX_CHUNK_BYTES = 1024 * 1024;

/** Of a place, the lower bits say where in a chunk, the upper ones which. */
const UNIT_BITS = Math.log2(MAX_CHUNK_BYTES / UNIT_BYTES);
const UNIT_MASK = 2 ** UNIT_BITS - 1;
const MAX_CHUNKS = 2 ** (32 - UNIT_BITS);

/** Before each record: the hash of its key, the length of the key, the length of the record. */
const KEY_LENGTH_OFFSET = 4;
const VALUE_LENGTH_OFFSET = 6;
const HEADER_BYTES = 10;

/** In the length of a record: it was removed. */
const REMOVED_FLAG = 0x8000_0000;

const EMPTY = Buffer.alloc(0);

/** Where a record is. */
export type Place = number;

/** Makes something of the bytes of a record, which lie in some memory from one place to another. It must keep none. */
export type RecordReader<Value> = (memory: Buffer, from: number, to: number) => Value;

/** Some memory, filled from its beginning. */
class Chunk {
  readonly memory: Buffer;
  /** Where the next record goes. */
  end = 0;
  /** Bytes of records that are still there. */
  live = 0;

  constructor(bytes: number) {
    this.memory = Buffer.alloc(bytes);
  }

  /** Whether less than half of what was filled is left. */
  get isSparse(): boolean {
    return this.live < this.end / 2;
  }
}

/**
 * Memory for millions of records with their keys, one after another in large chunks, which the garbage collector need
 * not look through. What is removed is overwritten at once; a chunk of which less than half is left is given up, and
 * what is left moves elsewhere.
 */
export class RecordMemory {
  /** By number; empty for one that was given up. Apart from the chunks, so that a record is reached in fewer steps. */
  readonly #memories: Buffer[] = [];
  readonly #chunks: (Chunk | undefined)[] = [];
  readonly #moved: (hash: number, from: Place, to: Place) => void;
  /** The chunk that is being filled. */
  #current = -1;

  /** @param moved told of a record that is in another place from now on */
  constructor(moved: (hash: number, from: Place, to: Place) => void) {
    this.#moved = moved;
  }

  /** The memory that is taken. */
  get bytes(): number {
    return this.#memories.reduce((sum, memory) => sum + memory.length, 0);
  }

  /**
   * Copies a record.
   * @param key of characters of one byte, at most 65,535 of them
   * @throws RangeError when there is no place left
   */
  add(hash: number, key: string, value: Uint8Array): Place {
    const place = this.#allot(bytesTaken(key.length, value.length));
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    memory.writeUInt32LE(hash, at);
    memory.writeUInt16LE(key.length, at + KEY_LENGTH_OFFSET);
    memory.writeUInt32LE(value.length, at + VALUE_LENGTH_OFFSET);
    memory.write(key, at + HEADER_BYTES, 'latin1');
    memory.set(value, at + HEADER_BYTES + key.length);
    return place;
  }

  /** The hash that a record was added with. */
  hashAt(place: Place): number {
    return this.#memoryOf(place).readUInt32LE(offsetOf(place));
  }

  /** Whether a record is that of a key. */
  hasKey(place: Place, key: string): boolean {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    if (memory.readUInt16LE(at + KEY_LENGTH_OFFSET) !== key.length) return false;
    for (let i = 0; i < key.length; i++) {
      if (memory[at + HEADER_BYTES + i] !== key.charCodeAt(i)) return false;
    }
    return true;
  }

  /** What `read` makes of a record. */
  read<Value>(place: Place, read: RecordReader<Value>): Value {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    const from = at + HEADER_BYTES + memory.readUInt16LE(at + KEY_LENGTH_OFFSET);
    // Not a part of the memory: a view costs more to make than a record to read.
    return read(memory, from, from + memory.readUInt32LE(at + VALUE_LENGTH_OFFSET));
  }

  /** Writes over a record. @returns false when the new one is not as long, and nothing was done */
  replace(place: Place, value: Uint8Array): boolean {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    if (memory.readUInt32LE(at + VALUE_LENGTH_OFFSET) !== value.length) return false;
    memory.set(value, at + HEADER_BYTES + memory.readUInt16LE(at + KEY_LENGTH_OFFSET));
    return true;
  }

  /** Removes a record, which is overwritten. Others may move. */
  remove(place: Place): void {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    const keyLength = memory.readUInt16LE(at + KEY_LENGTH_OFFSET);
    const valueLength = memory.readUInt32LE(at + VALUE_LENGTH_OFFSET);
    memory.fill(0, at + HEADER_BYTES, at + HEADER_BYTES + keyLength + valueLength);
    memory.writeUInt32LE(valueLength + REMOVED_FLAG, at + VALUE_LENGTH_OFFSET);
    const number = place >>> UNIT_BITS;
    const chunk = this.#chunks[number]!;
    chunk.live -= bytesTaken(keyLength, valueLength);
    if (number !== this.#current && chunk.isSparse) this.#giveUp(number);
  }

  /** Overwrites and gives up everything, part by part. */
  *wipe(): Generator<void> {
    this.#current = -1;
    this.#chunks.length = 0;
    for (const memory of this.#memories.splice(0)) {
      memory.fill(0);
      yield;
    }
  }

  #memoryOf(place: Place): Buffer {
    return this.#memories[place >>> UNIT_BITS]!;
  }

  #allot(bytes: number): Place {
    let chunk = this.#chunks[this.#current];
    if (chunk === undefined || chunk.end + bytes > chunk.memory.length) {
      const full = this.#current;
      chunk = this.#open(bytes);
      if (this.#chunks[full]?.isSparse) {
        this.#giveUp(full);
        return this.#allot(bytes);
      }
    }
    const place = this.#current * 2 ** UNIT_BITS + chunk.end / UNIT_BYTES;
    chunk.end += bytes;
    chunk.live += bytes;
    return place;
  }

  /** Begins another chunk. @param bytes that it must have room for */
  #open(bytes: number): Chunk {
    const given = this.#chunks.indexOf(undefined);
    const number = given < 0 ? this.#chunks.length : given;
    if (number >= MAX_CHUNKS) throw new RangeError('there are more records than there are places for');
    const usual = Math.min(MIN_CHUNK_BYTES * 2 ** Math.min(this.#chunks.length, 32), MAX_CHUNK_BYTES);
    // One that is longer than any chunk has a chunk of its own, in which it is at the beginning.
    const chunk = new Chunk(Math.max(usual, bytes));
    this.#chunks[number] = chunk;
    this.#memories[number] = chunk.memory;
    this.#current = number;
    return chunk;
  }

  /** Moves what is left in a chunk to where records are added now. */
  #giveUp(number: number): void {
    const { memory, end } = this.#chunks[number]!;
    for (let at = 0; at < end; ) {
      const valueLength = memory.readUInt32LE(at + VALUE_LENGTH_OFFSET);
      const bytes = bytesTaken(memory.readUInt16LE(at + KEY_LENGTH_OFFSET), valueLength % REMOVED_FLAG);
      if (valueLength < REMOVED_FLAG) {
        const to = this.#allot(bytes);
        memory.copy(this.#memoryOf(to), offsetOf(to), at, at + bytes);
        this.#moved(memory.readUInt32LE(at), number * 2 ** UNIT_BITS + at / UNIT_BYTES, to);
      }
      at += bytes;
    }
    memory.fill(0);
    this.#chunks[number] = undefined;
    this.#memories[number] = EMPTY;
  }
}

function offsetOf(place: Place): number {
  return (place & UNIT_MASK) * UNIT_BYTES;
}

/** What a key and its record take. */
function bytesTaken(keyBytes: number, valueBytes: number): number {
  return Math.ceil((HEADER_BYTES + keyBytes + valueBytes) / UNIT_BYTES) * UNIT_BYTES;
}
