import { createPublicKey, type KeyObject, verify as verifyRsa } from 'node:crypto';
import { SignatureError } from './errors.ts';
import { HmacKey } from './hmac.ts';
import type { KeySignature } from './parsed-signature.ts';
import { HmacState, prepareHmacState } from './sha256-state.ts';

/** How a scheme turns the secret into an HMAC key. */
export type HmacUse = 'acs3-sha256' | 'acs3-sm3' | 'rpc-sha1' | 'roa-sha1';

/** Scope of an ACS4 key: the second to fourth part of its credential. */
export interface Acs4Scope {
  /** `YYYYMMDD`, the day of the request's date. */
  readonly date: string;
  readonly region: string;
  readonly product: string;
}

/** Computes MACs under one key; see `HmacKey.digest`. */
export interface Mac {
  digest(message: string, encoding: 'hex' | 'base64'): string;
}

/** Stand-in for a key: one signature that was verified elsewhere, or a recorder of strings to sign. */
interface Answered {
  /**
   * Returns the MAC of a message: the confirmed signature for its string, otherwise a text that is never a
   * MAC.
   */
  codeOf(stringToSign: string): string;
}

const MINIMUM_RSA_BITS = 2048;
const HEX_BYTES = /^(?:[0-9a-f]{2})+$/;

// The next three are internal: `index.ts` exports the class only.

/**
 * Returns the HMAC key of a scheme, prepared on first use.
 *
 * @throws SignatureError `InvalidSignatureMethod` when the key is a public key: using its text as a secret
 *   would let anyone sign
 */
export let hmacKeyOf: (key: SigningKey, use: HmacUse) => Mac;

/**
 * Returns the ACS4 key of a scope: HMAC over date, region, product and `aliyun_v4_request`, beginning with
 * `aliyun_v4` and the secret. `bytes` keys each step with the bytes of the previous one, as specified; `text`
 * with those bytes decoded as UTF-8 and encoded again, which loses some, as the official Node.js plug-in
 * does.
 *
 * @throws SignatureError `InvalidSignatureMethod` when the key is a public key
 */
export let acs4KeyOf: (
  key: SigningKey,
  hash: 'sha256' | 'sm3',
  scope: Acs4Scope,
  carry: 'bytes' | 'text',
) => Mac;

/**
 * Whether an RSA PKCS#1 v1.5 signature over SHA-256, in lower-case hexadecimal, is valid for a string to
 * sign.
 *
 * @throws SignatureError `InvalidSignatureMethod` when the key is not a public key
 */
export let rsaSignatureHolds: (key: SigningKey, stringToSign: string, signature: string) => boolean;

/**
 * Key that verifies signatures: the secret of an access key, or an RSA public key. It prints and serialises
 * as its kind only. Preparing a key costs a few hashes, so keep it with the credential.
 *
 * @example
 * const key = SigningKey.fromSecret('testsecret');
 */
export class SigningKey {
  readonly #secret: string | undefined;
  readonly #publicKey: KeyObject | undefined;
  readonly #acs3: HmacState | undefined;
  readonly #answered: Answered | undefined;
  readonly #hmacKeys = new Map<HmacUse, HmacKey>();

  private constructor(
    secret: string | undefined,
    publicKey: KeyObject | undefined,
    acs3?: HmacState,
    answered?: Answered,
  ) {
    this.#secret = secret;
    this.#publicKey = publicKey;
    this.#acs3 = acs3;
    this.#answered = answered;
  }

  /**
   * Creates a key that verifies ACS3-HMAC-SHA256 and no other scheme.
   *
   * @param verifier 64 bytes, returned by `acs3Verifier`
   * @throws RangeError when it has another length
   */
  static fromAcs3Verifier(verifier: Uint8Array): SigningKey {
    return new SigningKey(undefined, undefined, new HmacState(verifier));
  }

  /**
   * Creates a key under which exactly one signature over one string is valid: one that a holder of the secret
   * has confirmed.
   *
   * @param stringToSign one of `stringsToSign`
   */
  static fromConfirmation(stringToSign: string, signature: string): SigningKey {
    const codeOf = (message: string) => (message === stringToSign ? signature : '');
    return new SigningKey(undefined, undefined, undefined, { codeOf });
  }

  /**
   * Creates a key under which no signature is valid. @param tried called with each string whose signature is
   * verified
   */
  static fromNothing(tried: (stringToSign: string) => void = () => {}): SigningKey {
    const codeOf = (message: string) => {
      tried(message);
      return '';
    };
    return new SigningKey(undefined, undefined, undefined, { codeOf });
  }

  /** Whether signatures of a scheme can be verified with this key. */
  canVerify(scheme: KeySignature['scheme']): boolean {
    if (this.#answered !== undefined) return false;
    if (this.#acs3 !== undefined) return scheme === 'ACS3-HMAC-SHA256' && !this.#acs3.isWiped;
    return (scheme === 'ACS3-RSA-SHA256') === (this.#publicKey !== undefined);
  }

  /**
   * Overwrites the key material; the key verifies nothing afterwards. A secret kept as a string can only be
   * released.
   */
  wipe(): void {
    this.#acs3?.wipe();
  }

  /**
   * Creates a key from a secret.
   *
   * @param secret the AccessKeySecret as issued
   * @throws TypeError when it is empty: anyone can sign with an empty secret
   */
  static fromSecret(secret: string): SigningKey {
    if (secret === '') throw new TypeError('invalid access key secret: it is empty');
    return new SigningKey(secret, undefined);
  }

  /**
   * Creates a key from an RSA public key, for ACS3-RSA-SHA256.
   *
   * @param pem SPKI or PKCS#1 in PEM
   * @throws TypeError when it is not an RSA key of at least 2048 bits
   */
  static fromPublicKey(pem: string): SigningKey {
    let publicKey: KeyObject | undefined;
    try {
      publicKey = pem.includes('PRIVATE KEY') ? undefined : createPublicKey(pem);
    } catch {
      // The parser's own error may quote its input.
    }
    const bits = publicKey?.asymmetricKeyDetails?.modulusLength ?? 0;
    if (publicKey?.asymmetricKeyType !== 'rsa' || bits < MINIMUM_RSA_BITS) {
      throw new TypeError(
        `invalid public key: expected an RSA key of at least ${MINIMUM_RSA_BITS} bits in PEM`,
      );
    }
    return new SigningKey(undefined, publicKey);
  }

  /**
   * Derives a key for a purpose other than signatures, shared by two sides that both know the secret:
   * HMAC-SHA256 over a label, which cannot collide with signed text. It reveals nothing about the secret.
   *
   * @param label purpose of the key; each label gives another key
   * @returns 32 bytes
   * @throws SignatureError `InvalidSignatureMethod` when the key is a public key
   */
  derive(label: string): Buffer {
    const digest = hmacKeyOf(this, 'acs3-sha256').digest(`claviger derived key\n${label}`, 'hex');
    return Buffer.from(digest, 'hex');
  }

  toJSON(): string {
    return '[SigningKey]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[SigningKey]';
  }

  static {
    hmacKeyOf = (key, use) => {
      if (key.#acs3 !== undefined && use === 'acs3-sha256') return key.#acs3;
      if (key.#answered !== undefined) return macOf(key.#answered);
      let hmacKey = key.#hmacKeys.get(use);
      if (hmacKey === undefined) {
        hmacKey = makeHmacKey(requireSecret(key.#secret), use);
        key.#hmacKeys.set(use, hmacKey);
      }
      return hmacKey;
    };
    acs4KeyOf = (key, hash, scope, carry) => {
      if (key.#answered !== undefined) return macOf(key.#answered);
      let hmacKey = new HmacKey(hash, Buffer.from(`aliyun_v4${requireSecret(key.#secret)}`));
      for (const part of [scope.date, scope.region, scope.product, 'aliyun_v4_request']) {
        const derived = Buffer.from(hmacKey.digest(part, 'hex'), 'hex');
        hmacKey = new HmacKey(hash, carry === 'bytes' ? derived : Buffer.from(derived.toString('utf8')));
      }
      return hmacKey;
    };
    rsaSignatureHolds = (key, stringToSign, signature) => {
      if (key.#answered !== undefined)
        return signature !== '' && key.#answered.codeOf(stringToSign) === signature;
      if (key.#publicKey === undefined) throw wrongKind();
      if (!HEX_BYTES.test(signature)) return false;
      const bytes = Buffer.from(stringToSign, 'latin1');
      return verifyRsa('RSA-SHA256', bytes, key.#publicKey, Buffer.from(signature, 'hex'));
    };
  }
}

/**
 * Returns what verifies ACS3-HMAC-SHA256 signatures of a secret, and nothing else: the state of SHA-256 after
 * the secret (`prepareHmacState`). Neither the secret nor a key of another scheme can be computed from it.
 *
 * @param secret the AccessKeySecret as issued; at most 64 bytes
 * @returns 64 bytes
 * @throws TypeError when it is empty
 */
export function acs3Verifier(secret: string): Buffer {
  if (secret === '') throw new TypeError('invalid access key secret: it is empty');
  return prepareHmacState(Buffer.from(secret));
}

function macOf(answered: Answered): Mac {
  return { digest: (message) => answered.codeOf(message) };
}

function makeHmacKey(secret: string, use: HmacUse): HmacKey {
  switch (use) {
    case 'acs3-sha256':
      return new HmacKey('sha256', Buffer.from(secret));
    case 'acs3-sm3':
      return new HmacKey('sm3', Buffer.from(secret));
    case 'rpc-sha1':
      return new HmacKey('sha1', Buffer.from(`${secret}&`));
    case 'roa-sha1':
      return new HmacKey('sha1', Buffer.from(secret));
  }
}

function requireSecret(secret: string | undefined): string {
  if (secret === undefined) throw wrongKind();
  return secret;
}

function wrongKind(): SignatureError {
  return new SignatureError('InvalidSignatureMethod', 'The algorithm does not support this type of key.');
}
