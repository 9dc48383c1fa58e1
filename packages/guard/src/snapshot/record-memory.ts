/** Alignment of records, so that 32 bits address 16 GB. */
const UNIT_BYTES = 4;

/** Size of a chunk; smaller at first, since most accounts are small. */
const MIN_CHUNK_BYTES = 16 * 1024;
const MAX_CHUNK_BYTES = 1024 * 1024;

/** The lower bits of a place are the offset in a chunk, the upper ones the chunk. */
const UNIT_BITS = Math.log2(MAX_CHUNK_BYTES / UNIT_BYTES);
const UNIT_MASK = 2 ** UNIT_BITS - 1;
const MAX_CHUNKS = 2 ** (32 - UNIT_BITS);

/** Header of a record: the hash of its key, the length of the key, the length of the record. */
const KEY_LENGTH_OFFSET = 4;
const VALUE_LENGTH_OFFSET = 6;
const HEADER_BYTES = 10;

/** Flag in the length of a removed record. */
const REMOVED_FLAG = 0x8000_0000;

const EMPTY = Buffer.alloc(0);

/** Address of a record. */
export type Place = number;

/** Converts the bytes of a record, from one offset of a buffer to another. It must not retain the buffer. */
export type RecordReader<Value> = (memory: Buffer, from: number, to: number) => Value;

/** Buffer, filled from its beginning. */
class Chunk {
  readonly memory: Buffer;
  /** Offset of the next record. */
  end = 0;
  /** Bytes of records that are not removed. */
  live = 0;

  constructor(bytes: number) {
    this.memory = Buffer.alloc(bytes);
  }

  /** Whether less than half of the filled part is live. */
  get isSparse(): boolean {
    return this.live < this.end / 2;
  }
}

/**
 * Memory for millions of records with their keys, in large chunks that the garbage collector need not scan. A
 * removed record is overwritten at once; a chunk that is less than half live is released, and its live
 * records move to another chunk.
 */
export class RecordMemory {
  /**
   * By chunk number; empty for a released one. Separate from the chunks, to save a memory access per record.
   */
  readonly #memories: Buffer[] = [];
  readonly #chunks: (Chunk | undefined)[] = [];
  readonly #moved: (hash: number, from: Place, to: Place) => void;
  /** Chunk that is being filled. */
  #current = -1;

  /** @param moved called when a record moves to another place */
  constructor(moved: (hash: number, from: Place, to: Place) => void) {
    this.#moved = moved;
  }

  /** Allocated memory in bytes. */
  get bytes(): number {
    return this.#memories.reduce((sum, memory) => sum + memory.length, 0);
  }

  /**
   * Copies a record.
   *
   * @param key one-byte characters, at most 65,535
   * @throws RangeError if the address space is used up
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

  /** Returns the hash that a record was added with. */
  hashAt(place: Place): number {
    return this.#memoryOf(place).readUInt32LE(offsetOf(place));
  }

  /** Whether a record has a key. */
  hasKey(place: Place, key: string): boolean {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    if (memory.readUInt16LE(at + KEY_LENGTH_OFFSET) !== key.length) return false;
    for (let i = 0; i < key.length; i++) {
      if (memory[at + HEADER_BYTES + i] !== key.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Converts a record with `read`. */
  read<Value>(place: Place, read: RecordReader<Value>): Value {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    const from = at + HEADER_BYTES + memory.readUInt16LE(at + KEY_LENGTH_OFFSET);
    // Not a view: creating one costs more than reading a record.
    return read(memory, from, from + memory.readUInt32LE(at + VALUE_LENGTH_OFFSET));
  }

  /** Overwrites a record. @returns false if the new one has another length, and nothing was done */
  replace(place: Place, value: Uint8Array): boolean {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    if (memory.readUInt32LE(at + VALUE_LENGTH_OFFSET) !== value.length) return false;
    memory.set(value, at + HEADER_BYTES + memory.readUInt16LE(at + KEY_LENGTH_OFFSET));
    return true;
  }

  /** Removes a record and overwrites it. Others may move. */
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

  /** Overwrites and releases everything, in steps. */
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

  /** Starts another chunk. @param bytes that it must have room for */
  #open(bytes: number): Chunk {
    const given = this.#chunks.indexOf(undefined);
    const number = given < 0 ? this.#chunks.length : given;
    if (number >= MAX_CHUNKS) throw new RangeError('too many records: the address space is used up');
    const usual = Math.min(MIN_CHUNK_BYTES * 2 ** Math.min(this.#chunks.length, 32), MAX_CHUNK_BYTES);
    // A record longer than any chunk gets its own chunk, at offset 0.
    const chunk = new Chunk(Math.max(usual, bytes));
    this.#chunks[number] = chunk;
    this.#memories[number] = chunk.memory;
    this.#current = number;
    return chunk;
  }

  /** Moves the live records of a chunk to the current one. */
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

/** Returns the bytes that a key and its record take. */
function bytesTaken(keyBytes: number, valueBytes: number): number {
  return Math.ceil((HEADER_BYTES + keyBytes + valueBytes) / UNIT_BYTES) * UNIT_BYTES;
}
