/**
 * Key that wraps the data keys of the accounts. Whether a file, a variable or a key service, its own key is never
 * exposed in JSON, an error or a log.
 */
export interface MasterKey {
  /** Id of the key that `wrap` uses now; every wrapped text contains it. Not secret. */
  readonly keyId: string;
  /**
   * @param dataKey 32 bytes; the caller clears them afterwards
   * @param context account id of the data key; the same one is needed to unwrap it
   * @returns text to be stored: `<provider>.<key id>.<ciphertext>`
   */
  wrap(dataKey: Uint8Array, context: string): Promise<string>;
  /**
   * @throws SecretUnreadable if the text was changed, belongs to another context or names an unknown key
   * @throws MasterKeyUnavailable if the key service does not answer
   */
  unwrap(wrapped: string, context: string): Promise<Buffer>;
}

/**
 * The master key is not available: its file is missing or accessible to other users, or its service does not answer.
 */
export class MasterKeyUnavailable extends Error {
  /** @param cause error of the system */
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MasterKeyUnavailable';
  }
}

/** Returns the key id in a wrapped data key; `undefined` for other texts. */
export function keyIdOf(wrapped: string): string | undefined {
  return /^[a-z0-9]+\.([A-Za-z0-9_-]+)\../.exec(wrapped)?.[1];
}
