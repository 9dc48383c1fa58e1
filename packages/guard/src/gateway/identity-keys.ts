import { createECDH, createHash, createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Order of the group P-256 (FIPS 186-5). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** 16 bytes more than the order, so that the distribution of private keys is uniform. */
const SEED_BYTES = 48;
const MINIMUM_SECRET_BYTES = 32;

/** Public key as JSON (RFC 7517). */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
  readonly kid: string;
}

/** Key of one period. */
export interface IdentityKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: PublicJwk;
}

export interface IdentityKeysOptions {
  /**
   * Secret from which all keys are derived, at least 32 bytes. Gateways with the same secret have the same
   * keys at the same time, without communication.
   */
  readonly secret: Uint8Array;
  /** Time that each key signs, in milliseconds. */
  readonly periodMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Keys that sign identity tokens, one per period. The published set includes the previous and the next key: a
 * service that fetches it once per period knows each key before its first token, and until its last one has
 * expired.
 */
export class IdentityKeys {
  readonly #secret: Uint8Array;
  readonly #periodMs: number;
  readonly #now: () => number;
  readonly #keys = new Map<number, IdentityKey>();
  #current: IdentityKey;
  #currentPeriod: number;

  /** @throws RangeError if the secret is too short */
  constructor({ secret, periodMs, now }: IdentityKeysOptions) {
    if (secret.length < MINIMUM_SECRET_BYTES) {
      throw new RangeError(
        `invalid secret of identity keys: expected at least ${MINIMUM_SECRET_BYTES} bytes`,
      );
    }
    this.#secret = secret;
    this.#periodMs = periodMs;
    this.#now = now;
    this.#currentPeriod = this.#period();
    this.#current = this.#keyOf(this.#currentPeriod);
  }

  /** Returns the present key. */
  current(): IdentityKey {
    const period = this.#period();
    if (period !== this.#currentPeriod) {
      this.#currentPeriod = period;
      this.#current = this.#keyOf(period);
    }
    return this.#current;
  }

  /** Returns the published set (RFC 7517, 5). */
  jwks(): { readonly keys: readonly PublicJwk[] } {
    const period = this.#period();
    for (const kept of this.#keys.keys()) if (Math.abs(kept - period) > 1) this.#keys.delete(kept);
    return { keys: [period, period - 1, period + 1].map((one) => this.#keyOf(one).publicJwk) };
  }

  #period(): number {
    return Math.floor(this.#now() / this.#periodMs);
  }

  #keyOf(period: number): IdentityKey {
    let key = this.#keys.get(period);
    if (key === undefined) {
      key = deriveKey(this.#secret, `claviger gateway identity ${this.#periodMs} ${period}`);
      this.#keys.set(period, key);
    }
    return key;
  }
}

function deriveKey(secret: Uint8Array, purpose: string): IdentityKey {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', purpose, SEED_BYTES));
  const scalar = (BigInt(`0x${seed.toString('hex')}`) % (ORDER - 1n)) + 1n;
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar.toString(16).padStart(64, '0'), 'hex');
  const point = ecdh.getPublicKey();
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  // RFC 7638: the required members, sorted by name.
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }));
  const kid = thumbprint.digest('base64url');
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').toString('base64url');
  return {
    kid,
    privateKey: createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d }, format: 'jwk' }),
    publicJwk: { kty: 'EC', crv: 'P-256', x, y, alg: 'ES256', use: 'sig', kid },
  };
}
