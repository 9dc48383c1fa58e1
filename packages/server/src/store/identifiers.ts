const DIGITS = '0123456789';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALPHANUMERICS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LOWER_ALPHANUMERICS = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** Alphabet of passwords that a person types from a screen: no two characters look alike. */
const UNAMBIGUOUS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/** Prefix of the AccessKey ids of guards. */
export const GUARD_KEY_PREFIX = 'CVGD';

/** Random bytes are read in blocks of this size, to spare system calls. */
const BLOCK_BYTES = 4096;

/**
 * Generates the identifiers and secrets of everything that the server creates, in the forms that RAM's clients
 * accept. Every character is equally likely: a draw outside the alphabet is discarded, never folded back.
 */
export class Identifiers {
  readonly #randomBytes: (size: number) => Uint8Array;
  #block: Uint8Array = new Uint8Array(0);
  #used = 0;

  /** @param randomBytes a cryptographically secure source, such as that of `node:crypto` */
  constructor(randomBytes: (size: number) => Uint8Array) {
    this.#randomBytes = randomBytes;
  }

  /** 16 digits, beginning with 1. */
  accountId(): string {
    return `1${this.#draw(DIGITS, 15)}`;
  }

  /** 18 digits, beginning with 2. */
  userId(): string {
    return `2${this.#draw(DIGITS, 17)}`;
  }

  /** 18 digits, beginning with 3. */
  roleId(): string {
    return `3${this.#draw(DIGITS, 17)}`;
  }

  /** `g-` and 16 lower-case alphanumerics. */
  groupId(): string {
    return `g-${this.#draw(LOWER_ALPHANUMERICS, 16)}`;
  }

  /** `LTAI5t` and 18 alphanumerics: 24 characters, as RAM's newer keys. */
  accessKeyId(): string {
    return `LTAI5t${this.#draw(ALPHANUMERICS, 18)}`;
  }

  /** 30 alphanumerics (178 bits). */
  accessKeySecret(): string {
    return this.#draw(ALPHANUMERICS, 30);
  }

  /** `STS.` and 24 alphanumerics: 28 characters. */
  temporaryAccessKeyId(): string {
    return `STS.${this.#draw(ALPHANUMERICS, 24)}`;
  }

  /** 44 alphanumerics (261 bits). */
  temporaryAccessKeySecret(): string {
    return this.#draw(ALPHANUMERICS, 44);
  }

  /** `guard-` and 16 lower-case alphanumerics. */
  guardId(): string {
    return `guard-${this.#draw(LOWER_ALPHANUMERICS, 16)}`;
  }

  /** `CVGD` and 20 alphanumerics: 24 characters, as an AccessKey's id; the prefix tells it from one. */
  guardAccessKeyId(): string {
    return `${GUARD_KEY_PREFIX}${this.#draw(ALPHANUMERICS, 20)}`;
  }

  /** 19 digits, beginning with 4. */
  applicationId(): string {
    return `4${this.#draw(DIGITS, 18)}`;
  }

  /** 64 alphanumerics (381 bits). */
  applicationSecret(): string {
    return this.#draw(ALPHANUMERICS, 64);
  }

  /** `SC` and 18 alphanumerics. */
  serviceCredentialId(): string {
    return `SC${this.#draw(ALPHANUMERICS, 18)}`;
  }

  /** 44 alphanumerics (261 bits). */
  serviceCredentialSecret(): string {
    return this.#draw(ALPHANUMERICS, 44);
  }

  /** `idp-` and 16 lower-case alphanumerics. */
  identityProviderId(): string {
    return `idp-${this.#draw(LOWER_ALPHANUMERICS, 16)}`;
  }

  /** A random UUID (version 4) in upper case, as RAM's request ids. */
  requestId(): string {
    if (this.#used + 16 > this.#block.length) this.#refill();
    const at = this.#used;
    this.#used += 16;
    const hex = Buffer.from(this.#block.buffer, this.#block.byteOffset + at, 16)
      .toString('hex')
      .toUpperCase();
    // The variant's two fixed bits leave 8, 9, A or B for that digit.
    const variant = '89AB'[this.#block[at + 8]! & 3];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /**
   * A password to be changed at the first sign-in: five groups of five unambiguous characters, with hyphens (146
   * bits). It has upper-case and lower-case letters, digits and a symbol, so that no password policy refuses it.
   */
  oneTimePassword(): string {
    for (;;) {
      const password = [5, 5, 5, 5, 5].map((length) => this.#draw(UNAMBIGUOUS, length)).join('-');
      if (/[A-Z]/.test(password) && /[a-z]/.test(password) && /[0-9]/.test(password)) return password;
    }
  }

  /** 44 alphanumerics (261 bits): token in the session cookie. */
  consoleSessionToken(): string {
    return this.#draw(ALPHANUMERICS, 44);
  }

  /** `cs-` and 20 lower-case alphanumerics: public id of a session; it does not authenticate. */
  consoleSessionId(): string {
    return `cs-${this.#draw(LOWER_ALPHANUMERICS, 20)}`;
  }

  /** 43 alphanumerics (256 bits): challenge for an authenticator. */
  passkeyChallenge(): string {
    return this.#draw(ALPHANUMERICS, 43);
  }

  /** `PASSKEY-` and 20 alphanumerics. */
  passkeyId(): string {
    return `PASSKEY-${this.#draw(ALPHANUMERICS, 20)}`;
  }

  /** 22 alphanumerics (130 bits): salt of password hashes. */
  passwordSalt(): string {
    return this.#draw(ALPHANUMERICS, 22);
  }

  /** 64 characters of Base32 (320 bits): the seed of a virtual MFA device, in the length of RAM's. */
  mfaSeed(): string {
    return this.#draw(BASE32, 64);
  }

  #draw(alphabet: string, length: number): string {
    // The smallest mask that covers the alphabet: at most half of the draws are discarded.
    const mask = 2 ** Math.ceil(Math.log2(alphabet.length)) - 1;
    let text = '';
    while (text.length < length) {
      if (this.#used >= this.#block.length) this.#refill();
      const draw = this.#block[this.#used]! & mask;
      // Bytes that became part of a secret are cleared in the buffer.
      this.#block[this.#used] = 0;
      this.#used += 1;
      if (draw < alphabet.length) text += alphabet[draw];
    }
    return text;
  }

  #refill(): void {
    this.#block = this.#randomBytes(BLOCK_BYTES);
    this.#used = 0;
  }
}
