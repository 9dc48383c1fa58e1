import { hash, randomBytes } from 'node:crypto';

/**
 * Result of recording a nonce. `first`: recorded now. `seen`: used before, so the request is a replay.
 * `full`: it could not be recorded, and the request must be refused, since a replay of it would not be
 * noticed.
 */
export type NonceUse = 'first' | 'seen' | 'full';

/**
 * Store of used nonces, so that a signed request is accepted once. RAM: a nonce is used once in 15 minutes.
 */
export interface NonceStore {
  /**
   * Time since which every nonce is known, in milliseconds since the epoch: a request signed earlier may have
   * been used before a restart, and is refused. Undefined if nonces survive restarts. A shared store may find out during
   * `use` that it has lost nonces, so this is read before and after it.
   */
  readonly remembersFrom?: number | undefined;
  /**
   * Records the nonce of a request whose signature is valid. Of two simultaneous uses exactly one is `first`.
   *
   * @param accessKeyId nonces of different keys are independent
   * @param expiresAt when a replay would be too old anyway: the signed timestamp plus the window of 15
   *   minutes; milliseconds since the epoch
   * @param now milliseconds since the epoch
   */
  use(accessKeyId: string, nonce: string, expiresAt: number, now: number): NonceUse | Promise<NonceUse>;
}

/** Length of a generation in milliseconds: nonces are dropped by the quarter of an hour of their expiry. */
export const GENERATION_MS = 15 * 60 * 1000;

/** Tables per generation, each of which grows alone: no growth delays a request for long. */
const SHARD_COUNT = 256;

/** Slots of an empty table. */
const INITIAL_SLOTS = 16;

/** 10,000 requests a second, each remembered for at most 30 minutes. */
const DEFAULT_MAX_NONCES = 18_000_000;

/**
 * Set of 64-bit hashes: open addressing with linear probing, between half and three quarters full, so 10.7 to
 * 16 bytes per entry. A low word of 0 marks a free slot, so a hash must have another one.
 */
class HashSet64 {
  #slots = new Uint32Array(2 * INITIAL_SLOTS);
  #size = 0;

  /** Returns the slot of this hash, or the free slot for it; as an index of pairs. */
  #find(slots: Uint32Array, high: number, low: number): number {
    // The top of the hash, scaled to the number of slots, which therefore need not be a power of two.
    let index = 2 * Math.floor((high / 0x1_0000_0000) * (slots.length / 2));
    for (;;) {
      const slotLow = slots[index + 1]!;
      if ((slotLow === low && slots[index] === high) || slotLow === 0) return index;
      index += 2;
      if (index === slots.length) index = 0;
    }
  }

  has(high: number, low: number): boolean {
    return this.#slots[this.#find(this.#slots, high, low) + 1] !== 0;
  }

  /** INVARIANT: the hash is not in the set, and its low word is not 0. */
  add(high: number, low: number): void {
    const slotCount = this.#slots.length / 2;
    if (++this.#size > slotCount * 0.75) this.#growTo(Math.ceil(slotCount * 1.5));
    const index = this.#find(this.#slots, high, low);
    this.#slots[index] = high;
    this.#slots[index + 1] = low;
  }

  #growTo(slotCount: number): void {
    const old = this.#slots;
    const grown = new Uint32Array(2 * slotCount);
    for (let i = 0; i < old.length; i += 2) {
      const high = old[i]!;
      const low = old[i + 1]!;
      if (low === 0) continue;
      const index = this.#find(grown, high, low);
      grown[index] = high;
      grown[index + 1] = low;
    }
    this.#slots = grown;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }
}

/**
 * Returns four bytes of a digest in `binary` notation (one character per byte), as an unsigned 32-bit
 * integer.
 */
function wordOfDigest(digest: string, offset: number): number {
  const high = (digest.charCodeAt(offset) << 8) | digest.charCodeAt(offset + 1);
  const low = (digest.charCodeAt(offset + 2) << 8) | digest.charCodeAt(offset + 3);
  return ((high << 16) | low) >>> 0;
}

/** Nonces whose expiry is in the same quarter of an hour. */
class Generation {
  /** Expiry divided by the length of a generation. */
  readonly number: number;
  readonly #shards = Array.from({ length: SHARD_COUNT }, () => new HashSet64());
  size = 0;

  constructor(number: number) {
    this.number = number;
  }

  has(high: number, low: number): boolean {
    return this.#shards[low % SHARD_COUNT]!.has(high, low);
  }

  /** INVARIANT: the hash is not in the generation. */
  add(high: number, low: number): void {
    this.#shards[low % SHARD_COUNT]!.add(high, low);
    this.size++;
  }

  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.bytes, 0);
  }
}

export interface NonceMemoryOptions {
  /**
   * Maximum number of nonces held at once; further ones return `full`. At most 16 bytes each. Default:
   * 18,000,000.
   */
  readonly maxNonces?: number;
  /** Secret random bytes for the hash, 16 or more. Default: random, new in each process. */
  readonly seed?: Uint8Array;
  /** See `NonceStore.remembersFrom`. Undefined: the caller fills the memory with earlier nonces. */
  readonly remembersFrom?: number;
}

/**
 * Nonce store in memory: exact within the window, in at most 16 bytes per nonce.
 *
 * A nonce is stored as 64 bits of a keyed SHA-256 of key id and nonce. On a collision the second request is
 * refused wrongly (with 18 million held, one in 10^12 requests); a replay is never accepted, and collisions
 * cannot be produced without the seed. A nonce returns `seen` until it expires and up to 15 minutes longer,
 * until its generation is dropped as a whole. No nonce is dropped to make room.
 */
export class NonceMemory implements NonceStore {
  readonly remembersFrom: number | undefined;
  readonly #maxNonces: number;
  readonly #seed: string;
  /** At most four within the window. */
  #generations: Generation[] = [];
  /** First generation that has not been dropped; it never decreases, even if the clock is set back. */
  #oldest = 0;
  #size = 0;

  constructor({
    maxNonces = DEFAULT_MAX_NONCES,
    seed = randomBytes(16),
    remembersFrom,
  }: NonceMemoryOptions = {}) {
    this.remembersFrom = remembersFrom;
    this.#maxNonces = maxNonces;
    this.#seed = Buffer.from(seed).toString('hex');
  }

  /** Number of nonces held. */
  get size(): number {
    return this.#size;
  }

  /** Memory of the tables, in bytes. */
  get bytes(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.bytes, 0);
  }

  /**
   * Records a nonce; see `NonceStore`. A nonce of a dropped generation returns `seen`, since its use is
   * unknown: that only happens to requests outside of the window.
   */
  use(accessKeyId: string, nonce: string, expiresAt: number, now: number): NonceUse {
    return this.useDigest(this.digest(accessKeyId, nonce), expiresAt, now);
  }

  /** Returns the keyed digest of a nonce, one character per byte; the first eight bytes are used. */
  digest(accessKeyId: string, nonce: string): string {
    // Ids contain no NUL, so no other pair of id and nonce gives the same text.
    return hash('sha256', `${this.#seed}${accessKeyId}\0${nonce}`, 'binary');
  }

  /** As `use`, for a nonce with a known digest. */
  useDigest(digest: string, expiresAt: number, now: number): NonceUse {
    this.#dropGenerationsBefore(Math.floor(now / GENERATION_MS));
    return this.rememberDigest(digest, expiresAt);
  }

  /**
   * Records a nonce without reading the clock: for nonces that were used before a restart.
   *
   * @param expiresAt milliseconds since the epoch, as in `use`
   */
  remember(accessKeyId: string, nonce: string, expiresAt: number): NonceUse {
    return this.rememberDigest(this.digest(accessKeyId, nonce), expiresAt);
  }

  /** As `remember`, for a nonce with a known digest. */
  rememberDigest(digest: string, expiresAt: number): NonceUse {
    const number = Math.floor(expiresAt / GENERATION_MS);
    if (!(number >= this.#oldest)) return 'seen';

    const high = wordOfDigest(digest, 0);
    const low = wordOfDigest(digest, 4) || 1;
    // In all of them: the second use may have been signed at another time.
    let generation: Generation | undefined;
    for (const each of this.#generations) {
      if (each.has(high, low)) return 'seen';
      if (each.number === number) generation = each;
    }
    if (this.#size >= this.#maxNonces) return 'full';

    if (generation === undefined) {
      generation = new Generation(number);
      this.#generations.push(generation);
    }
    generation.add(high, low);
    this.#size++;
    return 'first';
  }

  #dropGenerationsBefore(number: number): void {
    if (number <= this.#oldest) return;
    this.#oldest = number;
    this.#generations = this.#generations.filter((generation) => generation.number >= number);
    this.#size = this.#generations.reduce((sum, { size }) => sum + size, 0);
  }
}
