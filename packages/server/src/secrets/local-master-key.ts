import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { type MasterKey, MasterKeyUnavailable } from './master-key.ts';
import { openText, SecretUnreadable, sealText } from './sealed-text.ts';

const PROVIDER = 'local';
const KEY_BYTES = 32;

/**
 * Master keys in this process's memory: the first one wraps, each unwraps what it has wrapped, so that a rotation can
 * add the new one in front while the old is still needed.
 */
export class LocalMasterKey implements MasterKey {
  readonly #load: () => string[];
  readonly #randomBytes: (size: number) => Uint8Array;
  /** By key id, the current one first. */
  #keys: ReadonlyMap<string, KeyObject>;

  /**
   * @param load returns the keys, Base64 of 32 bytes each, the current one first. Called again before wrapping and
   * when a text names an unknown key: another process may be rotating.
   * @throws MasterKeyUnavailable if there is no key, or one is not 32 bytes of Base64
   */
  constructor(load: () => string[], randomBytes: (size: number) => Uint8Array) {
    this.#load = load;
    this.#randomBytes = randomBytes;
    this.#keys = parseKeys(load());
  }

  get keyId(): string {
    const [keyId] = this.#keys.keys();
    return keyId!;
  }

  async wrap(dataKey: Uint8Array, context: string): Promise<string> {
    this.#keys = parseKeys(this.#load());
    const { keyId } = this;
    const sealed = sealText(this.#keys.get(keyId)!, dataKey, boundTo(keyId, context), this.#randomBytes);
    return `${PROVIDER}.${keyId}.${sealed}`;
  }

  async unwrap(wrapped: string, context: string): Promise<Buffer> {
    const [named, keyId = '', sealed = '', ...rest] = wrapped.split('.');
    if (named !== PROVIDER || rest.length > 0) throw new SecretUnreadable('a wrapped data key is malformed');
    if (!this.#keys.has(keyId)) this.#keys = parseKeys(this.#load());
    const key = this.#keys.get(keyId);
    if (!key) throw new SecretUnreadable('a data key was wrapped by a master key that is not here');
    return openText(key, sealed, boundTo(keyId, context));
  }
}

/** Returns a new key in the form that the providers read: Base64 of 32 random bytes. */
export function newMasterKeyText(randomBytes: (size: number) => Uint8Array): string {
  return Buffer.from(randomBytes(KEY_BYTES)).toString('base64');
}

/** Returns whether a text has the form of {@link newMasterKeyText}. */
export function isMasterKeyText(text: string): boolean {
  const bytes = bytesOf(text);
  bytes?.fill(0);
  return bytes !== undefined;
}

/** Returns the key in a text; `undefined` if the text is not in canonical form. */
function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES && bytes.toString('base64') === text ? bytes : undefined;
}

function boundTo(keyId: string, context: string): string {
  return `claviger data key v1\n${keyId}\n${context}`;
}

function parseKeys(texts: readonly string[]): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const text of texts) {
    const bytes = bytesOf(text);
    if (bytes === undefined) throw new MasterKeyUnavailable('a master key must be the base64 of 32 bytes');
    // A hash of a random 256-bit key reveals nothing about it.
    const keyId = createHash('sha256')
      .update('claviger master key id\n')
      .update(bytes)
      .digest('hex')
      .slice(0, 16);
    keys.set(keyId, createSecretKey(bytes));
    bytes.fill(0);
  }
  if (keys.size === 0) throw new MasterKeyUnavailable('there is no master key');
  return keys;
}
