/**
 * HMAC-SHA256 (RFC 2104, FIPS 180-4) that starts from the hash state after the padded key instead of the key:
 * `node:crypto` can neither export nor import that state. The state suffices to compute the MAC of any
 * message, and nothing else that is derived from the key: no HMAC-SHA1, and no HMAC-SHA256 whose key was
 * derived from it.
 *
 * Secrets only go through additions, shifts and bitwise operations, so the time taken does not depend on the
 * key. With the 81 bytes that ACS3 signs it costs as much as two hashes of `node:crypto` (2.0 µs each way).
 */

/**
 * Size of a prepared key in bytes: eight 32-bit words of the inner hash, then eight of the outer, big-endian.
 */
export const HMAC_STATE_BYTES = 64;

const BLOCK_BYTES = 64;
/** The fractional parts of the cube roots of the first 64 primes. */
const ROUND = roundConstants();
/** The fractional parts of the square roots of the first eight primes. */
const START = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);
/** Current block; overwritten by the next. It holds signed text or a digest, never a key. */
const words = new Int32Array(64);
const state = new Int32Array(8);

/**
 * Prepares a key.
 *
 * @param key at most 64 bytes
 * @returns 64 bytes, equivalent to the key for HMAC-SHA256
 * @throws RangeError when the key is longer
 */
export function prepareHmacState(key: Uint8Array): Buffer {
  if (key.length > BLOCK_BYTES)
    throw new RangeError(`invalid key of ${key.length} bytes: expected at most 64`);
  const prepared = Buffer.alloc(HMAC_STATE_BYTES);
  for (const [at, pad] of [
    [0, 0x36],
    [32, 0x5c],
  ] as const) {
    for (let word = 0; word < 16; word++) {
      let value = 0;
      for (let byte = 0; byte < 4; byte++) value = (value << 8) | ((key[word * 4 + byte] ?? 0) ^ pad);
      words[word] = value;
    }
    state.set(START);
    compress();
    for (let word = 0; word < 8; word++) prepared.writeInt32BE(state[word]!, at + word * 4);
  }
  words.fill(0);
  state.fill(0);
  return prepared;
}

/** HMAC-SHA256 with a prepared key. */
export class HmacState {
  readonly #inner = new Int32Array(8);
  readonly #outer = new Int32Array(8);
  #isWiped = false;

  /** @param prepared returned by `prepareHmacState`; not retained */
  constructor(prepared: Uint8Array) {
    if (prepared.length !== HMAC_STATE_BYTES)
      throw new RangeError(`invalid prepared key of ${prepared.length} bytes: expected 64`);
    const view = new DataView(prepared.buffer, prepared.byteOffset, prepared.length);
    for (let word = 0; word < 8; word++) {
      this.#inner[word] = view.getInt32(word * 4);
      this.#outer[word] = view.getInt32(32 + word * 4);
    }
  }

  /**
   * Returns the MAC of a message, in lower-case hexadecimal or base64.
   *
   * INVARIANT: the message has one character per byte, as in `HmacKey.digest`.
   * @returns empty after `wipe`: the state is all zeros then, and anyone can compute MACs with it
   */
  digest(message: string, encoding: 'hex' | 'base64'): string {
    if (this.#isWiped) return '';
    state.set(this.#inner);
    const { length } = message;
    // The end mark and eight bytes of length must fit after the message.
    const blocks = (length + 9 + BLOCK_BYTES - 1) >> 6;
    for (let block = 0; block < blocks; block++) {
      for (let word = 0; word < 16; word++) {
        const at = block * BLOCK_BYTES + word * 4;
        words[word] =
          (byteAt(message, at) << 24) |
          (byteAt(message, at + 1) << 16) |
          (byteAt(message, at + 2) << 8) |
          byteAt(message, at + 3);
      }
      if (block === blocks - 1) {
        const bits = (BLOCK_BYTES + length) * 8;
        words[14] = Math.floor(bits / 0x1_0000_0000);
        words[15] = bits | 0;
      }
      compress();
    }
    words.set(state);
    words.fill(0, 8, 16);
    words[8] = 0x80000000 | 0;
    words[15] = (BLOCK_BYTES + 32) * 8;
    state.set(this.#outer);
    compress();
    const digest = Buffer.allocUnsafe(32);
    for (let word = 0; word < 8; word++) digest.writeInt32BE(state[word]!, word * 4);
    return digest.toString(encoding);
  }

  get isWiped(): boolean {
    return this.#isWiped;
  }

  /** Overwrites the prepared key. `digest` returns an empty text from then on. */
  wipe(): void {
    this.#isWiped = true;
    this.#inner.fill(0);
    this.#outer.fill(0);
  }
}

/** Returns a byte of the message, the end mark after it, or zero. */
function byteAt(message: string, at: number): number {
  if (at < message.length) return message.charCodeAt(at) & 0xff;
  return at === message.length ? 0x80 : 0;
}

/** Compresses one block (FIPS 180-4, 6.2.2): `words[0..15]` into `state`. */
function compress(): void {
  for (let at = 16; at < 64; at++) {
    const early = words[at - 15]!;
    const late = words[at - 2]!;
    const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    words[at] = (words[at - 16]! + s0 + words[at - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let at = 0; at < 64; at++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[at]! + words[at]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
  state[4] = (state[4]! + e) | 0;
  state[5] = (state[5]! + f) | 0;
  state[6] = (state[6]! + g) | 0;
  state[7] = (state[7]! + h) | 0;
}

/** Computes exactly, with integers, the first 32 fractional bits of the cube roots of the first 64 primes. */
function roundConstants(): Int32Array {
  const constants = new Int32Array(64);
  const primes: bigint[] = [];
  for (let candidate = 2n; primes.length < 64; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0n)) primes.push(candidate);
  }
  for (const [at, prime] of primes.entries()) {
    // The cube root of the prime times 2^96 is its cube root times 2^32.
    const target = prime << 96n;
    let root = 0n;
    for (let bit = 1n << 36n; bit > 0n; bit >>= 1n) {
      if ((root + bit) ** 3n <= target) root += bit;
    }
    constants[at] = Number(BigInt.asIntN(32, root));
  }
  return constants;
}
