/**
 * What wraps the data keys of the accounts. Whatever it is (a file, a variable, a key service), its own key never
 * leaves it: not into JSON, an error or a log.
 */
export interface MasterKey {
  /** Names the key that `wrap` uses now; every wrapped text carries it. Not secret. */
  readonly keyId: string;
  /**
   * @param dataKey 32 bytes; the caller clears them afterwards
   * @param context what the data key belongs to: the account id; the same must be given to unwrap it
   * @returns text to be stored: `<provider>.<key id>.<ciphertext>`
   */
  wrap(dataKey: Uint8Array, context: string): Promise<string>;
  /**
   * @throws SecretUnreadable when the text was changed, belongs to another context or names a key that is not here
   * @throws MasterKeyUnavailable when the key service does not answer
   */
  unwrap(wrapped: string, context: string): Promise<Buffer>;
}

/** The master key cannot be had: a file that is missing or open to others, a service that does not answer. */
export class MasterKeyUnavailable extends Error {
  /** @param cause what the system said */
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MasterKeyUnavailable';
  }
}

/** The key id that a wrapped data key names; undefined for text that is none. */
export function keyIdOf(wrapped: string): string | undefined {
  return /^[a-z0-9]+\.([A-Za-z0-9_-]+)\../.exec(wrapped)?.[1];
}
