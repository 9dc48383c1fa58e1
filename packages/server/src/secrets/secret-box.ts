import { createSecretKey, type KeyObject } from 'node:crypto';
import type { MasterKey } from './master-key.ts';
import { openText, SecretUnreadable, sealText } from './sealed-text.ts';

/** Says how a text was sealed, so that a later way can stand beside it. */
const version = 's1.';

const dataKeyBytes = 32;

/** Data keys kept in memory: one an account. */
const keptDataKeys = 10_000;

/**
 * Seals and opens the secrets that must be had back (AccessKey secrets, MFA seeds): AES-256-GCM with a data key per
 * account, which the master key wraps. A sealed text is bound to its account and to its row.
 */
export class SecretBox {
  readonly #masterKeys: readonly MasterKey[];
  readonly #randomBytes: (size: number) => Uint8Array;
  /** By account and wrapped text: the key of one account is never found for another. */
  readonly #dataKeys = new Map<string, Promise<KeyObject>>();

  /**
   * @param masterKeys the first wraps new data keys; the others still open what they have wrapped
   * @param randomBytes a cryptographically secure source
   */
  constructor(masterKeys: readonly [MasterKey, ...MasterKey[]], randomBytes: (size: number) => Uint8Array) {
    this.#masterKeys = masterKeys;
    this.#randomBytes = randomBytes;
  }

  /**
   * Makes the data key of a new account.
   * @returns the wrapped key, to be stored with the account
   */
  async createDataKey(accountId: string): Promise<string> {
    const dataKey = this.#randomBytes(dataKeyBytes);
    try {
      return await this.#masterKeys[0]!.wrap(dataKey, accountId);
    } finally {
      dataKey.fill(0);
    }
  }

  /**
   * Encrypts a secret for one row.
   * @param wrappedDataKey the account's, as `createDataKey` gave it
   * @param associatedData what the row is: the access key id; needed again to open it
   * @returns text to be stored
   * @throws SecretUnreadable when the data key does not unwrap
   */
  async seal(
    accountId: string,
    wrappedDataKey: string,
    plaintext: string,
    associatedData: string,
  ): Promise<string> {
    const key = await this.#dataKey(accountId, wrappedDataKey);
    const bytes = Buffer.from(plaintext);
    const sealed = sealText(key, bytes, boundTo(accountId, associatedData), this.#randomBytes);
    bytes.fill(0);
    return `${version}${sealed}`;
  }

  /**
   * Decrypts what `seal` made.
   * @throws SecretUnreadable when the text or the wrapped key was changed, or either belongs to another row or account
   */
  async open(
    accountId: string,
    wrappedDataKey: string,
    sealed: string,
    associatedData: string,
  ): Promise<string> {
    if (!sealed.startsWith(version))
      throw new SecretUnreadable('a stored secret is sealed in an unknown way');
    const key = await this.#dataKey(accountId, wrappedDataKey);
    const bytes = openText(key, sealed.slice(version.length), boundTo(accountId, associatedData));
    const plaintext = bytes.toString();
    bytes.fill(0);
    return plaintext;
  }

  /** Drops every data key from memory; the next use unwraps them again. */
  forgetDataKeys(): void {
    this.#dataKeys.clear();
  }

  #dataKey(accountId: string, wrapped: string): Promise<KeyObject> {
    const name = `${accountId}\n${wrapped}`;
    const known = this.#dataKeys.get(name);
    if (known) return known;
    const unwrapped = this.#unwrap(accountId, wrapped);
    if (this.#dataKeys.size >= keptDataKeys) {
      const [oldest] = this.#dataKeys.keys();
      this.#dataKeys.delete(oldest!);
    }
    this.#dataKeys.set(name, unwrapped);
    // A service that did not answer once may answer the next time.
    unwrapped.catch(() => this.#dataKeys.delete(name));
    return unwrapped;
  }

  async #unwrap(accountId: string, wrapped: string): Promise<KeyObject> {
    let failure: unknown;
    for (const masterKey of this.#masterKeys) {
      try {
        const dataKey = await masterKey.unwrap(wrapped, accountId);
        const key = createSecretKey(dataKey);
        dataKey.fill(0);
        if (key.symmetricKeySize !== dataKeyBytes)
          throw new SecretUnreadable('a data key has the wrong length');
        return key;
      } catch (error) {
        // An earlier key that merely does not know the text says less than one that failed on its own.
        if (failure === undefined || !(error instanceof SecretUnreadable)) failure = error;
      }
    }
    throw failure;
  }
}

function boundTo(accountId: string, associatedData: string): string {
  return `claviger secret v1\n${accountId}\n${associatedData}`;
}
