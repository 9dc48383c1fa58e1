import { createPublicKey, type KeyObject, verify as verifyRsa } from 'node:crypto';
import { SignatureError } from './errors.ts';
import { HmacKey } from './hmac.ts';
import type { KeySignature } from './parsed-signature.ts';
import { HmacState, prepareHmacState } from './sha256-state.ts';

/** How a scheme turns the secret into an HMAC key. */
export type HmacUse = 'acs3-sha256' | 'acs3-sm3' | 'rpc-sha1' | 'roa-sha1';

/** Where an ACS4 key is good: the second to fourth part of its credential. */
export interface Acs4Scope {
  /** `YYYYMMDD`, the day of the request's date. */
  readonly date: string;
  readonly region: string;
  readonly product: string;
}

/** The code of a message under some key; see `HmacKey.digest`. */
export interface Mac {
  digest(message: string, encoding: 'hex' | 'base64'): string;
}

/** One signature that somebody else has verified, or whose string to sign is to be found out. */
interface Answered {
  /** The code of a message: of the string that was confirmed the signature, else nothing that is one. */
  codeOf(stringToSign: string): string;
}

const MINIMUM_RSA_BITS = 2048;
const HEX_BYTES = /^(?:[0-9a-f]{2})+$/;

// The three below are for this package alone: `index.ts` exports the class and not them.

/**
 * The HMAC key of a scheme, prepared on first use.
 *
 * @throws SignatureError `InvalidSignatureMethod` when the key is a public key: to take its text for a secret
 *   would let everybody sign
 */
export let hmacKeyOf: (key: SigningKey, use: HmacUse) => Mac;

/**
 * The ACS4 key of a scope: HMAC over date, region, product and `aliyun_v4_request`, beginning with `aliyun_v4`
 * and the secret. `bytes` keys each step with the bytes of the one before, as the scheme is meant; `text` with
 * those bytes read as UTF-8 and written again, which loses some, as the official Node.js plug-in does.
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
 * Whether an RSA PKCS#1 v1.5 signature over SHA-256, in lower-case hexadecimal, holds for a string to sign.
 *
 * @throws SignatureError `InvalidSignatureMethod` when the key is no public key
 */
export let rsaSignatureHolds: (key: SigningKey, stringToSign: string, signature: string) => boolean;

/**
 * What signatures are verified with: an AccessKey's secret, or the public half of an RSA key pair. It prints and
 * serialises as nothing but its kind. Preparing a key costs a few hashes, so keep it with the credential.
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
   * A key that verifies ACS3-HMAC-SHA256 and no other scheme.
   *
   * @param verifier 64 bytes, what `acs3Verifier` has made of a secret
   * @throws RangeError when it has another length
   */
  static fromAcs3Verifier(verifier: Uint8Array): SigningKey {
    return new SigningKey(undefined, undefined, new HmacState(verifier));
  }

  /**
   * A key under which one signature over one string holds, and no other: somebody who has the secret said so.
   *
   * @param stringToSign one of `stringsToSign`
   */
  static fromConfirmation(stringToSign: string, signature: string): SigningKey {
    const codeOf = (message: string) => (message === stringToSign ? signature : '');
    return new SigningKey(undefined, undefined, undefined, { codeOf });
  }

  /** A key under which no signature holds. @param tried told of every string whose signature is looked at */
  static fromNothing(tried: (stringToSign: string) => void = () => {}): SigningKey {
    const codeOf = (message: string) => {
      tried(message);
      return '';
    };
    return new SigningKey(undefined, undefined, undefined, { codeOf });
  }

  /** Whether signatures of a scheme can be verified with this key at all. */
  canVerify(scheme: KeySignature['scheme']): boolean {
    if (this.#answered !== undefined) return false;
    if (this.#acs3 !== undefined) return scheme === 'ACS3-HMAC-SHA256' && !this.#acs3.isWiped;
    return (scheme === 'ACS3-RSA-SHA256') === (this.#publicKey !== undefined);
  }

  /** Overwrites what can be overwritten of it; it verifies nothing afterwards. A secret is a text, and is let go of. */
  wipe(): void {
    this.#acs3?.wipe();
  }

  /**
   * @param secret the AccessKeySecret as it was issued
   * @throws TypeError when it is empty: everybody can sign with an empty secret
   */
  static fromSecret(secret: string): SigningKey {
    if (secret === '') throw new TypeError('an empty secret is no key');
    return new SigningKey(secret, undefined);
  }

  /**
   * @param pem the RSA public key for ACS3-RSA-SHA256, as SPKI or PKCS#1 in PEM
   * @throws TypeError when it is no RSA key of at least 2048 bits
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
      throw new TypeError(`not an RSA public key of at least ${MINIMUM_RSA_BITS} bits in PEM`);
    }
    return new SigningKey(undefined, publicKey);
  }

  /**
   * A key for another purpose than signatures, for two sides that both know the secret: HMAC-SHA256 over a label,
   * which is told apart from whatever a signature covers. It tells nothing of the secret.
   *
   * @param label what the key is for; another one gives another key
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
 * What verifies ACS3-HMAC-SHA256 signatures of a secret, and nothing else: the state of SHA-256 after the secret
 * (`prepareHmacState`). Of it neither the secret nor a key of another scheme can be computed.
 *
 * @param secret the AccessKeySecret as it was issued; at most 64 bytes
 * @returns 64 bytes
 * @throws TypeError when it is empty
 */
export function acs3Verifier(secret: string): Buffer {
  if (secret === '') throw new TypeError('an empty secret is no key');
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
  return new SignatureError(
    'InvalidSignatureMethod',
    'The key is not of the kind that this algorithm needs.',
  );
}
