import { hash, randomBytes } from 'node:crypto';

/**
 * What became of a nonce: `first` use, and now recorded; `seen` before, so the request is a replay; or `full`: it
 * could not be recorded, and the request must be refused, since a replay of it would not be noticed.
 */
export type NonceUse = 'first' | 'seen' | 'full';

/** Remembers which nonces were used, so that a signed request counts once. RAM: a nonce is used once in 15 minutes. */
export interface NonceStore {
  /**
   * Since when every nonce is known, in milliseconds since the epoch: what was signed before may have been used before
   * a restart, and is refused. Undefined when nonces are remembered across restarts.
   */
  readonly remembersFrom?: number | undefined;
  /**
   * Records the nonce of a request whose signature is valid. Two uses at the same moment: one of them is `first`.
   *
   * @param accessKeyId nonces of different keys do not touch each other
   * @param expiresAt when a replay would be too old to be accepted anyway: the signed timestamp plus the window of
   * 15 minutes; milliseconds since the epoch
   * @param now milliseconds since the epoch
   */
  use(accessKeyId: string, nonce: string, expiresAt: number, now: number): NonceUse | Promise<NonceUse>;
}

/** Nonces are forgotten together, a quarter of an hour of expiries at a time. */
export const GENERATION_MS = 15 * 60 * 1000;

/** A generation is cut into so many tables, each of which grows alone: none stalls a request for long. */
const SHARD_COUNT = 256;

/** Slots that an empty table begins with. */
const INITIAL_SLOTS = 16;

/** 10,000 requests a second, each remembered for the longest time there is (30 minutes). */
const DEFAULT_MAX_NONCES = 18_000_000;

/**
 * A set of 64-bit hashes: open addressing with linear probing, between half and three quarters full, so 10.7 to 16
 * bytes an entry. A low word of 0 marks a free slot, so a hash must have another one.
 */
class HashSet64 {
  #slots = new Uint32Array(2 * INITIAL_SLOTS);
  #size = 0;

  /** The slot where this hash stands, or the free one where it would; as an index into the pairs. */
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

/** Four bytes of a digest in `binary` notation (a character a byte), as an unsigned 32-bit integer. */
function wordOfDigest(digest: string, offset: number): number {
  const high = (digest.charCodeAt(offset) << 8) | digest.charCodeAt(offset + 1);
  const low = (digest.charCodeAt(offset + 2) << 8) | digest.charCodeAt(offset + 3);
  return ((high << 16) | low) >>> 0;
}

/** The nonces whose expiry falls into the same quarter of an hour. */
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
  /** Most nonces held at once; further ones are answered `full`. 16 bytes each at most. Default: 18,000,000. */
  readonly maxNonces?: number;
  /** Secret random bytes for the hash, 16 or more. Default: from the system, new in each process. */
  readonly seed?: Uint8Array;
  /** See `NonceStore.remembersFrom`. Undefined unless given: then whoever makes the memory has filled it. */
  readonly remembersFrom?: number;
}

/**
 * Remembers nonces in this process: exactly within the window, in at most 16 bytes a nonce.
 *
 * A nonce is kept as 64 bits of a keyed SHA-256 of key id and nonce. Two that collide would have the second request
 * refused without cause (with 18 million held, one in 10^12 requests); never is a replay accepted, and nobody
 * without the seed can make them collide. A nonce is answered `seen` until it expires and up to 15 minutes longer,
 * until its generation is dropped whole. Nothing is forgotten to make room.
 */
export class NonceMemory implements NonceStore {
  readonly remembersFrom: number | undefined;
  readonly #maxNonces: number;
  readonly #seed: string;
  /** At most four in number when the window is kept. */
  #generations: Generation[] = [];
  /** The first generation that has not been dropped; it never falls, even when the clock is set back. */
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

  /** How many nonces are held. */
  get size(): number {
    return this.#size;
  }

  /** Memory that the tables take, in bytes. */
  get bytes(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.bytes, 0);
  }

  /**
   * Records a nonce; see `NonceStore`. One that expired so long ago that its generation is gone is answered `seen`,
   * since nobody knows any more: that happens only to requests outside of the window.
   */
  use(accessKeyId: string, nonce: string, expiresAt: number, now: number): NonceUse {
    return this.useDigest(this.digest(accessKeyId, nonce), expiresAt, now);
  }

  /** The keyed digest of a nonce, one character a byte, of which the first eight bytes count. */
  digest(accessKeyId: string, nonce: string): string {
    // Ids have no NUL in them, so no other pair of id and nonce gives the same text.
    return hash('sha256', `${this.#seed}${accessKeyId}\0${nonce}`, 'binary');
  }

  /** As `use`, of a nonce whose digest is known. */
  useDigest(digest: string, expiresAt: number, now: number): NonceUse {
    this.#dropGenerationsBefore(Math.floor(now / GENERATION_MS));
    return this.rememberDigest(digest, expiresAt);
  }

  /**
   * Records a nonce without looking at the clock: for those that were used before a restart.
   *
   * @param expiresAt milliseconds since the epoch, as in `use`
   */
  remember(accessKeyId: string, nonce: string, expiresAt: number): NonceUse {
    return this.rememberDigest(this.digest(accessKeyId, nonce), expiresAt);
  }

  /** As `remember`, of a nonce whose digest is known. */
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
