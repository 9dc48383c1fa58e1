import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What both sides must agree on, so that what is sealed for one connection opens in no other. */
export interface SealingContext {
  /** What is sealed: one way of sealing never opens what another has sealed. */
  readonly purpose: 'replication' | 'session';
  readonly accountId: string;
  /** The AccessKey that the connection was opened with. */
  readonly accessKeyId: string;
  /** Chosen by the control plane, new for each connection. */
  readonly connectionId: string;
  /**
   * Derived from the secret of that AccessKey: who does not know it can neither open what was sealed nor pass
   * something else off as sealed by the control plane.
   */
  readonly sharedSecret: Uint8Array;
}

/** What was received does not open: it was changed, repeated, left out, or sealed by somebody else. */
export class SealBroken extends Error {
  constructor() {
    super('what was received does not open: it was changed on its way, or sealed by somebody else');
    this.name = 'SealBroken';
  }
}

/** One side's part of a key agreement: an X25519 key pair for one connection, kept nowhere. */
export class KeyAgreement {
  readonly #privateKey: KeyObject;
  /** The public half: 32 bytes in Base64url. */
  readonly publicKey: string;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('x25519');
    this.#privateKey = privateKey;
    this.publicKey = publicKey.export({ format: 'jwk' }).x!;
  }

  /**
   * The key of a connection: HKDF-SHA256 (RFC 5869) over what X25519 (RFC 7748) agrees on, salted with what only the
   * two sides know, bound to its context.
   *
   * @param peerPublicKey the other side's, as its `publicKey`
   * @returns 32 bytes
   * @throws SealBroken when that is no public key
   */
  key(peerPublicKey: string, context: SealingContext): Buffer {
    const { purpose, accountId, accessKeyId, connectionId, sharedSecret } = context;
    let agreed: Buffer;
    try {
      const publicKey = createPublicKey({
        key: { kty: 'OKP', crv: 'X25519', x: peerPublicKey },
        format: 'jwk',
      });
      // Refuses the points with which everybody could tell what is agreed on.
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

/** Seals pieces one after another with a key that nothing else is sealed with: AES-256-GCM, counting nonces. */
export class Sealer {
  readonly #key: Uint8Array;
  #count = 0n;

  /** @param key 32 bytes, used by this sealer alone */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  seal(plaintext: Uint8Array): Buffer {
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce(this.#count++), { authTagLength: TAG_BYTES });
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Opens what a `Sealer` with the same key has sealed: each piece once, in the same order. */
export class Opener {
  readonly #key: Uint8Array;
  #count = 0n;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** @throws SealBroken when it is not the piece that comes next */
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
