import { createSecretKey, type KeyObject } from 'node:crypto';
import { RecentMap } from '@claviger/guard/internal';
import type { MasterKey } from './master-key.ts';
import { SEALED_COLUMNS, type SealPlace } from './sealed-columns.ts';
import { openText, SecretUnreadable, sealText } from './sealed-text.ts';

/** Prefix of the present form. The first form was bound to account and row, but not to the owner. */
const FORM_PREFIX = 's2.';
const FIRST_FORM_PREFIX = 's1.';

const DATA_KEY_BYTES = 32;

/** Data keys kept in memory: one an account. */
const CACHED_DATA_KEYS = 10_000;

/** Rows whose damage was logged, so that requests that name one do not fill the log. */
const REPORTED_ROWS = 1000;

/**
 * Seals and opens the secrets that are needed in clear (AccessKey secrets, MFA seeds): AES-256-GCM with a data key
 * per account, which the master key wraps. A sealed text is bound to its account, purpose, row and owner.
 */
export class SecretBox {
  readonly #masterKeys: readonly MasterKey[];
  readonly #randomBytes: (size: number) => Uint8Array;
  readonly #log: (message: string) => void;
  /** By account and wrapped text: the key of one account is never found for another. */
  readonly #dataKeys = new RecentMap<string, Promise<KeyObject>>(CACHED_DATA_KEYS);
  readonly #reported = new Set<string>();

  /**
   * @param masterKeys the first one wraps new data keys; the others still open what they have wrapped
   * @param randomBytes a cryptographically secure source
   * @param log receives one message for each stored text that does not open, with the id of its row
   */
  constructor(
    masterKeys: readonly [MasterKey, ...MasterKey[]],
    randomBytes: (size: number) => Uint8Array,
    log: (message: string) => void = () => {},
  ) {
    this.#masterKeys = masterKeys;
    this.#randomBytes = randomBytes;
    this.#log = log;
  }

  /**
   * Creates the data key of a new account.
   * @returns the wrapped key, to be stored with the account
   */
  async createDataKey(accountId: string): Promise<string> {
    const dataKey = this.#randomBytes(DATA_KEY_BYTES);
    try {
      return await this.#masterKeys[0]!.wrap(dataKey, accountId);
    } finally {
      dataKey.fill(0);
    }
  }

  /**
   * Encrypts a secret for one place.
   * @param wrappedDataKey of the account, as `createDataKey` returned it
   * @param place binding of the text; needed again to open it
   * @returns text to be stored
   * @throws SecretUnreadable if the data key does not unwrap
   */
  async seal(
    accountId: string,
    wrappedDataKey: string,
    plaintext: string,
    place: SealPlace,
  ): Promise<string> {
    const key = await this.#dataKey(accountId, wrappedDataKey);
    const bytes = Buffer.from(plaintext);
    const sealed = sealText(key, bytes, boundTo(accountId, place), this.#randomBytes);
    bytes.fill(0);
    return `${FORM_PREFIX}${sealed}`;
  }

  /**
   * Decrypts a text of `seal`. A stored text that does not open is logged once.
   * @throws SecretUnreadable if the text or the wrapped key was changed, or either belongs to another row, owner,
   * purpose or account, or the text has the first form
   */
  async open(accountId: string, wrappedDataKey: string, sealed: string, place: SealPlace): Promise<string> {
    try {
      if (!sealed.startsWith(FORM_PREFIX))
        throw new SecretUnreadable('a stored secret is sealed in an unknown way');
      const text = sealed.slice(FORM_PREFIX.length);
      return await this.#open(accountId, wrappedDataKey, text, boundTo(accountId, place));
    } catch (error) {
      if (error instanceof SecretUnreadable && Object.hasOwn(SEALED_COLUMNS, place.purpose)) {
        this.#report(accountId, place);
      }
      throw error;
    }
  }

  /** Returns whether a text has the first form. */
  isFirstForm(sealed: string): boolean {
    return sealed.startsWith(FIRST_FORM_PREFIX);
  }

  /**
   * Decrypts a text of the first form: for the sweep that seals those anew, and for texts that clients store.
   * @param associatedData binding of the text beside its account
   * @throws SecretUnreadable
   */
  openFirstForm(
    accountId: string,
    wrappedDataKey: string,
    sealed: string,
    associatedData: string,
  ): Promise<string> {
    const bound = `claviger secret v1\n${accountId}\n${associatedData}`;
    return this.#open(accountId, wrappedDataKey, sealed.slice(FIRST_FORM_PREFIX.length), bound);
  }

  /** Id of the master key that wraps new data keys; not secret. */
  get masterKeyId(): string {
    return this.#masterKeys[0]!.keyId;
  }

  /**
   * Opens the data key of an account, without using it.
   * @throws SecretUnreadable if the master key is not the one that wrapped it, or it was changed
   * @throws MasterKeyUnavailable if the key service does not answer
   */
  async openDataKey(accountId: string, wrappedDataKey: string): Promise<void> {
    await this.#dataKey(accountId, wrappedDataKey);
  }

  /** Drops every data key from memory; the next use unwraps them again. */
  forgetDataKeys(): void {
    this.#dataKeys.clear();
  }

  async #open(accountId: string, wrappedDataKey: string, text: string, bound: string): Promise<string> {
    const key = await this.#dataKey(accountId, wrappedDataKey);
    const bytes = openText(key, text, bound);
    const plaintext = bytes.toString();
    bytes.fill(0);
    return plaintext;
  }

  #report(accountId: string, { purpose, id }: SealPlace): void {
    const name = `${purpose} ${id}`;
    if (this.#reported.has(name)) return;
    if (this.#reported.size >= REPORTED_ROWS) this.#reported.clear();
    this.#reported.add(name);
    this.#log(
      `damaged secret: ${purpose} of ${id} in account ${accountId} does not open: it was changed, moved from another ` +
        'row, owner or account, or sealed with another key. It is refused; others are not affected',
    );
  }

  #dataKey(accountId: string, wrapped: string): Promise<KeyObject> {
    const name = `${accountId}\n${wrapped}`;
    const known = this.#dataKeys.get(name);
    if (known) return known;
    const unwrapped = this.#unwrap(accountId, wrapped);
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
        if (key.symmetricKeySize !== DATA_KEY_BYTES)
          throw new SecretUnreadable('a data key has the wrong length');
        return key;
      } catch (error) {
        // An earlier key that does not know the text says less than one that failed by itself.
        if (failure === undefined || !(error instanceof SecretUnreadable)) failure = error;
      }
    }
    throw failure;
  }
}

/** JSON, so that no part can contain what another part is read as. */
function boundTo(accountId: string, { purpose, id, owner }: SealPlace): string {
  return `claviger secret v2\n${JSON.stringify([accountId, purpose, id, owner])}`;
}
