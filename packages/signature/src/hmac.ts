import { hash } from 'node:crypto';
import { assertBytes } from './canonical-request.ts';

/** The hash functions that Alibaba Cloud's signatures use; all three work on blocks of 64 bytes. */
export type HashName = 'sha1' | 'sha256' | 'sm3';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = { sha1: 20, sha256: 32, sm3: 32 } as const;
const KEPT_MESSAGE_BYTES = 512;

/** ACS3 signs `ACS3-HMAC-SHA256`, a line feed and a digest in hexadecimal. */
const ACS3_MESSAGE_BYTES = 81;

/** Most canonical requests fit, and none needs memory of its own then. What stands in it is no secret. */
const scratch = new Uint8Array(4096);
/** The beginning of it, by length: a view costs more to make than the text to write. */
const beginnings: Uint8Array[] = [];
const utf8 = new TextEncoder();

/** The empty body's digests: most requests have no body. */
const EMPTY_DIGEST = { sha256: hash('sha256', '', 'hex'), sm3: hash('sm3', '', 'hex') } as const;

/** The hexadecimal digest of a body. */
export function bodyDigest(name: 'sha256' | 'sm3', body: Uint8Array): string {
  return body.length === 0 ? EMPTY_DIGEST[name] : hash(name, body, 'hex');
}

/**
 * The hexadecimal digest of bytes written as text, one character a byte.
 *
 * @throws SignatureError `IncompleteSignature` when a character is no byte
 */
export function digestOfBytes(name: 'sha256' | 'sm3', bytes: string): string {
  // Only ASCII has as many bytes in UTF-8 as it has characters, and nearly all of this is ASCII.
  if (bytes.length <= scratch.length) {
    const { written } = utf8.encodeInto(bytes, scratch);
    if (written === bytes.length) {
      beginnings[written] ??= scratch.subarray(0, written);
      return hash(name, beginnings[written], 'hex');
    }
  }
  assertBytes(bytes);
  return hash(name, Buffer.from(bytes, 'latin1'), 'hex');
}

/**
 * HMAC (RFC 2104) with one key, as two plain hashes over blocks that are prepared once: a third of the time that
 * `createHmac` takes. The blocks are as good as the key itself, which is why they are private, and why this class is
 * not exported from the package.
 */
export class HmacKey {
  readonly #name: HashName;
  readonly #outer: Buffer;
  #inner: Buffer;

  /** @param key the key's bytes; they are not kept */
  constructor(name: HashName, key: Uint8Array) {
    const block = key.length > BLOCK_BYTES ? Buffer.from(hash(name, key, 'hex'), 'hex') : key;
    this.#name = name;
    // From the pool, and with room for what is mostly signed: keys are made ready by the thousand, for one request each.
    this.#inner = Buffer.allocUnsafe(BLOCK_BYTES + ACS3_MESSAGE_BYTES);
    this.#outer = Buffer.allocUnsafe(BLOCK_BYTES + DIGEST_BYTES[name]);
    for (let at = 0; at < BLOCK_BYTES; at++) {
      const byte = at < block.length ? block[at]! : 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /**
   * The code of a message, in lower-case hexadecimal or base64.
   *
   * INVARIANT: the message has one character for each byte. Callers see to it that no other character gets here,
   * since it would be cut down to a byte and have the code of another message.
   */
  digest(message: string, encoding: 'hex' | 'base64'): string {
    let inner = this.#inner;
    if (inner.length !== BLOCK_BYTES + message.length) {
      inner = Buffer.allocUnsafe(BLOCK_BYTES + message.length);
      inner.set(this.#inner.subarray(0, BLOCK_BYTES));
      // ACS3 signs strings of one length, so the block with room for it is kept; the long ones of RPC are not.
      if (message.length <= KEPT_MESSAGE_BYTES) this.#inner = inner;
    }
    inner.write(message, BLOCK_BYTES, 'latin1');
    // As bytes in a text, which is quicker than both hexadecimal and a buffer.
    this.#outer.write(hash(this.#name, inner, 'binary'), BLOCK_BYTES, 'binary');
    return hash(this.#name, this.#outer, encoding);
  }
}
