/**
 * HalfSipHash-2-4 with a 64-bit result: a short keyed hash whose collisions cannot be found without the key
 * (Aumasson and Bernstein's SipHash on 32-bit words). Integers of 32 bits only, so it allocates nothing; about a
 * quarter of the time of a SHA-256 of the same text.
 *
 * An instance holds the two halves of its last result in `high` and `low`.
 */
export class HalfSipHash {
  readonly #key0: number;
  readonly #key1: number;
  /** Bytes 4–7 of the last result, little-endian, as an unsigned 32-bit integer. */
  high = 0;
  /** Bytes 0–3 of the last result, little-endian, as an unsigned 32-bit integer. */
  low = 0;

  /** @param key eight random bytes, secret: who knows them can make texts collide */
  constructor(key: Uint8Array) {
    if (key.length !== 8) throw new RangeError('the key of HalfSipHash has 8 bytes');
    const view = new DataView(key.buffer, key.byteOffset, 8);
    this.#key0 = view.getUint32(0, true);
    this.#key1 = view.getUint32(4, true);
  }

  /** Hashes a text, taken as its UTF-16 code units in little-endian order; the result is in `high` and `low`. */
  update(text: string): void {
    let v0 = this.#key0;
    let v1 = this.#key1 ^ 0xee;
    let v2 = this.#key0 ^ 0x6c796765;
    let v3 = this.#key1 ^ 0x74656462;

    const units = text.length;
    const words = (units >> 1) + 1;
    // Two rounds a word, the last of which carries the length; then two finishes of four rounds.
    for (let i = 0; i < words + 4; i++) {
      let word = 0;
      if (i < words - 1) {
        word = text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 16);
      } else if (i === words - 1) {
        word = ((2 * units) << 24) | (units & 1 ? text.charCodeAt(units - 1) : 0);
      } else if (i === words) {
        v2 ^= 0xee;
      } else if (i === words + 2) {
        this.low = (v1 ^ v3) >>> 0;
        v1 ^= 0xdd;
      }
      v3 ^= word;
      for (let round = 0; round < 2; round++) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      v0 ^= word;
    }
    this.high = (v1 ^ v3) >>> 0;
  }
}
