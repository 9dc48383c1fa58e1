const LENGTH_BYTES = 4;

/** Frame longer than any that a control plane sends. */
export class FrameTooLong extends Error {
  constructor(length: number) {
    super(`invalid frame of ${length} bytes: expected at most ${MAX_FRAME_BYTES}`);
    this.name = 'FrameTooLong';
  }
}

/** Maximum size of a frame, in bytes. Those that are sent are far shorter. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;

/** Encodes a frame: its length in four bytes, big-endian, and its content. */
export function frame(content: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + content.length);
  bytes.writeUInt32BE(content.length);
  bytes.set(content, LENGTH_BYTES);
  return bytes;
}

/** Splits a byte stream into frames. */
export class FrameReader {
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;

  /**
   * Reads a chunk.
   *
   * @param piece bytes as received
   * @returns the complete frames
   * @throws FrameTooLong
   */
  *read(piece: Uint8Array): Generator<Buffer> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    while (this.#bytes >= LENGTH_BYTES) {
      const head = this.#peek(LENGTH_BYTES);
      const length = head.readUInt32BE();
      if (length > MAX_FRAME_BYTES) throw new FrameTooLong(length);
      if (this.#bytes < LENGTH_BYTES + length) return;
      yield this.#peek(LENGTH_BYTES + length).subarray(LENGTH_BYTES);
      this.#drop(LENGTH_BYTES + length);
    }
  }

  /** Returns the first bytes, in one buffer. */
  #peek(length: number): Buffer {
    const [first] = this.#pieces;
    if (first!.length < length) {
      // All at once, so that a frame in many chunks is not copied for each of them.
      this.#pieces.splice(0, this.#pieces.length, Buffer.concat(this.#pieces, this.#bytes));
    }
    const whole = this.#pieces[0]!;
    return Buffer.from(whole.buffer, whole.byteOffset, length);
  }

  #drop(length: number): void {
    const first = this.#pieces[0]!;
    this.#bytes -= length;
    if (first.length === length) this.#pieces.shift();
    else this.#pieces[0] = first.subarray(length);
  }
}
