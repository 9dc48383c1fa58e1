/** Records begin at multiples of so many bytes, so that 32 bits say where one is in 16 GB. */
const unit = 4;

/** Memory is taken by so much at a time; less at first, since most accounts are small. */
const smallestChunk = 16 * 1024;
const largestChunk = 1024 * 1024;

/** Of a place, the lower bits say where in a chunk, the upper ones which. */
const unitBits = Math.log2(largestChunk / unit);
const unitMask = 2 ** unitBits - 1;
const mostChunks = 2 ** (32 - unitBits);

/** Before each record: the hash of its key, the length of the key, the length of the record. */
const keyLengthAt = 4;
const valueLengthAt = 6;
const headBytes = 10;

/** In the length of a record: it was removed. */
const removed = 0x8000_0000;

const empty = Buffer.alloc(0);

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
    memory.writeUInt16LE(key.length, at + keyLengthAt);
    memory.writeUInt32LE(value.length, at + valueLengthAt);
    memory.write(key, at + headBytes, 'latin1');
    memory.set(value, at + headBytes + key.length);
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
    if (memory.readUInt16LE(at + keyLengthAt) !== key.length) return false;
    for (let i = 0; i < key.length; i++) {
      if (memory[at + headBytes + i] !== key.charCodeAt(i)) return false;
    }
    return true;
  }

  /** What `read` makes of a record. */
  read<Value>(place: Place, read: RecordReader<Value>): Value {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    const from = at + headBytes + memory.readUInt16LE(at + keyLengthAt);
    // Not a part of the memory: a view costs more to make than a record to read.
    return read(memory, from, from + memory.readUInt32LE(at + valueLengthAt));
  }

  /** Writes over a record. @returns false when the new one is not as long, and nothing was done */
  replace(place: Place, value: Uint8Array): boolean {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    if (memory.readUInt32LE(at + valueLengthAt) !== value.length) return false;
    memory.set(value, at + headBytes + memory.readUInt16LE(at + keyLengthAt));
    return true;
  }

  /** Removes a record, which is overwritten. Others may move. */
  remove(place: Place): void {
    const memory = this.#memoryOf(place);
    const at = offsetOf(place);
    const keyLength = memory.readUInt16LE(at + keyLengthAt);
    const valueLength = memory.readUInt32LE(at + valueLengthAt);
    memory.fill(0, at + headBytes, at + headBytes + keyLength + valueLength);
    memory.writeUInt32LE(valueLength + removed, at + valueLengthAt);
    const number = place >>> unitBits;
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
    return this.#memories[place >>> unitBits]!;
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
    const place = this.#current * 2 ** unitBits + chunk.end / unit;
    chunk.end += bytes;
    chunk.live += bytes;
    return place;
  }

  /** Begins another chunk. @param bytes that it must have room for */
  #open(bytes: number): Chunk {
    const given = this.#chunks.indexOf(undefined);
    const number = given < 0 ? this.#chunks.length : given;
    if (number >= mostChunks) throw new RangeError('there are more records than there are places for');
    const usual = Math.min(smallestChunk * 2 ** Math.min(this.#chunks.length, 32), largestChunk);
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
      const valueLength = memory.readUInt32LE(at + valueLengthAt);
      const bytes = bytesTaken(memory.readUInt16LE(at + keyLengthAt), valueLength % removed);
      if (valueLength < removed) {
        const to = this.#allot(bytes);
        memory.copy(this.#memoryOf(to), offsetOf(to), at, at + bytes);
        this.#moved(memory.readUInt32LE(at), number * 2 ** unitBits + at / unit, to);
      }
      at += bytes;
    }
    memory.fill(0);
    this.#chunks[number] = undefined;
    this.#memories[number] = empty;
  }
}

function offsetOf(place: Place): number {
  return (place & unitMask) * unit;
}

/** What a key and its record take. */
function bytesTaken(keyBytes: number, valueBytes: number): number {
  return Math.ceil((headBytes + keyBytes + valueBytes) / unit) * unit;
}
