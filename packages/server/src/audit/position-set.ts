/** Positions of one bitmap. */
const POSITIONS_PER_CHUNK = 65_536;

/** Set of positions, a bit for each: positions follow each other, so that five million take less than 1 MB. */
export class PositionSet {
  readonly #chunks = new Map<number, Uint8Array>();

  add(position: number): void {
    const chunk = Math.floor(position / POSITIONS_PER_CHUNK);
    let bits = this.#chunks.get(chunk);
    if (bits === undefined) {
      bits = new Uint8Array(POSITIONS_PER_CHUNK / 8);
      this.#chunks.set(chunk, bits);
    }
    const at = position % POSITIONS_PER_CHUNK;
    bits[at >>> 3]! |= 1 << (at & 7);
  }

  has(position: number): boolean {
    const bits = this.#chunks.get(Math.floor(position / POSITIONS_PER_CHUNK));
    const at = position % POSITIONS_PER_CHUNK;
    return bits !== undefined && (bits[at >>> 3]! & (1 << (at & 7))) !== 0;
  }
}
