import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Context of a sealed connection: data sealed for one connection opens in no other. */
export interface SealingContext {
  /** Purpose of the sealed data: data sealed for one purpose never opens for the other. */
  readonly purpose: 'replication' | 'session';
  readonly accountId: string;
  /** AccessKey that the connection was opened with. */
  readonly accessKeyId: string;
  /** Chosen by the control plane, unique per connection. */
  readonly connectionId: string;
  /** Derived from the secret of that AccessKey: without it, sealed data can neither be opened nor forged. */
  readonly sharedSecret: Uint8Array;
}

/** Received data does not open: it was changed, repeated, left out, or sealed by another party. */
export class SealBroken extends Error {
  constructor() {
    super('received data does not open: it was changed in transit, or sealed by another party');
    this.name = 'SealBroken';
  }
}

/** One side of a key agreement: an X25519 key pair for one connection, never stored. */
export class KeyAgreement {
  readonly #privateKey: KeyObject;
  /** Public key: 32 bytes in Base64url. */
  readonly publicKey: string;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('x25519');
    this.#privateKey = privateKey;
    this.publicKey = publicKey.export({ format: 'jwk' }).x!;
  }

  /**
   * Returns the key of a connection: HKDF-SHA256 (RFC 5869) over the X25519 (RFC 7748) agreement, salted with
   * the shared secret, bound to the context.
   *
   * @param peerPublicKey the other side's `publicKey`
   * @returns 32 bytes
   * @throws SealBroken if it is not a valid public key
   */
  key(peerPublicKey: string, context: SealingContext): Buffer {
    const { purpose, accountId, accessKeyId, connectionId, sharedSecret } = context;
    let agreed: Buffer;
    try {
      const publicKey = createPublicKey({
        key: { kty: 'OKP', crv: 'X25519', x: peerPublicKey },
        format: 'jwk',
      });
      // Refuses low-order points, with which the agreement would be public.
      agreed = diffieHellman({ privateKey: this.#privateKey, publicKey });
    } catch {
      throw new SealBroken();
    }
    const info = ['claviger v1', purpose, accountId, accessKeyId, connectionId].join('\n');
    const key = Buffer.from(hkdfSync('sha256', agreed, sharedSecret, info, 32));
    agreed.fill(0);
    return key;
  }
}

/** Seals messages in order with a dedicated key: AES-256-GCM with counting nonces. */
export class Sealer {
  // Not bytes: with them Node takes some eight times as long for a message, mostly for checking what they are.
  readonly #key: KeyObject;
  #count = 0n;

  /** @param key 32 bytes, used by this sealer only */
  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  seal(plaintext: Uint8Array): Buffer {
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce(this.#count++), { authTagLength: TAG_BYTES });
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Opens the messages of a `Sealer` with the same key: each once, in the same order. */
export class Opener {
  readonly #key: KeyObject;
  #count = 0n;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  /** Opens the next message. @throws SealBroken if it is not the next one */
  open(sealed: Uint8Array): Buffer {
    if (sealed.length < TAG_BYTES) throw new SealBroken();
    const decipher = createDecipheriv(ALGORITHM, this.#key, nonce(this.#count++), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plaintext = decipher.update(sealed.subarray(0, -TAG_BYTES));
    try {
      decipher.final();
    } catch {
      plaintext.fill(0);
      throw new SealBroken();
    }
    return plaintext;
  }
}

function nonce(count: bigint): Buffer {
  const bytes = Buffer.alloc(NONCE_BYTES);
  bytes.writeBigUInt64BE(count, NONCE_BYTES - 8);
  return bytes;
}
