/** Most warnings that one answer carries; further ones are counted. */
const WARNINGS_AT_MOST = 10;

/** Most characters of one warning, before they are encoded. */
const CHARACTERS_AT_MOST = 300;

/** Most bytes of the header's value; proxies refuse answers whose headers are larger than a few KiB. */
const BYTES_AT_MOST = 2048;

const SEPARATOR = '; ';

/**
 * Warnings about one request, for the header `x-claviger-warning` of its answer.
 *
 * The value has one warning after the other, separated by `; `. Whatever is not printable ASCII, and `%` and `;`, is
 * percent-encoded as UTF-8: split at `; `, then decode each with `decodeURIComponent`.
 */
export class Warnings {
  readonly #encoded = new Set<string>();
  #bytes = 0;
  #left = 0;

  /**
   * Adds a warning; the same one twice counts once. Warnings beyond the bounds are counted only.
   * @param text one sentence in English; names parameters and policy elements, never a value that may be a secret
   */
  add(text: string): void {
    const encoded = encode(text.slice(0, CHARACTERS_AT_MOST));
    if (this.#encoded.has(encoded)) return;
    const bytes = this.#bytes + encoded.length + SEPARATOR.length;
    if (this.isFull || bytes > BYTES_AT_MOST) {
      this.#left++;
      return;
    }
    this.#encoded.add(encoded);
    this.#bytes = bytes;
  }

  /** Whether further warnings are counted only. */
  get isFull(): boolean {
    return this.#encoded.size === WARNINGS_AT_MOST;
  }

  /** The value of the header; `undefined` if there is no warning. */
  get headerValue(): string | undefined {
    if (this.#encoded.size === 0 && this.#left === 0) return undefined;
    const more = this.#left === 0 ? [] : [`${this.#left} more`];
    return [...this.#encoded, ...more].join(SEPARATOR);
  }
}

function encode(text: string): string {
  return text.toWellFormed().replace(/[^\x20-\x7e]+|[%;]/gu, encodeURIComponent);
}
