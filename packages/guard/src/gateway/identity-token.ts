import { sign } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { IdentityKey, IdentityKeys } from './identity-keys.ts';

/** Lifetime of a token, in seconds. */
export const IDENTITY_TOKEN_SECONDS = 60;

/** Claims about the sender, besides issuer and time. */
export interface CallerClaims {
  /** Code of the service. */
  readonly aud: string;
  /** ARN of the sender. */
  readonly sub: string;
  /** Id of the token; that of the request if it is valid for one request only. */
  readonly jti: string;
  readonly account_id: string;
  readonly principal_type: string;
  readonly access_key_id: string;
}

/** Claims of a token that is valid for one request only. */
export interface RequestClaims extends CallerClaims {
  readonly action: string;
  readonly resource: string;
  readonly method: string;
  /** Path and query as passed on. */
  readonly target: string;
  /** Digest of the body: `sha256:`, `sm3:` (hexadecimal) or `md5:` (base64). */
  readonly content_hash: string;
  readonly source_address: string;
}

export interface IdentityTokensOptions {
  readonly keys: IdentityKeys;
  /** Claim `iss`: the gateway. */
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Signing takes longer than all other work of a request: with more cores it runs on another one. */
const HAS_OTHER_CORES = availableParallelism() > 1;

/**
 * Signs tokens (JWT, ES256) that prove to a service that a request came through this gateway, and from which
 * sender.
 */
export class IdentityTokens {
  readonly #keys: IdentityKeys;
  readonly #issuer: string;
  readonly #now: () => number;
  #headerKey: IdentityKey | undefined;
  #header = '';

  constructor({ keys, issuer, now }: IdentityTokensOptions) {
    this.#keys = keys;
    this.#issuer = issuer;
    this.#now = now;
  }

  /** Id of the present key. */
  get kid(): string {
    return this.#keys.current().kid;
  }

  /** Signs claims. @returns the token in its compact form */
  sign(claims: CallerClaims | RequestClaims): Promise<string> {
    const key = this.#keys.current();
    if (this.#headerKey !== key) {
      this.#headerKey = key;
      this.#header = base64url({ alg: 'ES256', kid: key.kid, typ: 'JWT' });
    }
    const iat = Math.floor(this.#now() / 1000);
    const exp = iat + IDENTITY_TOKEN_SECONDS;
    const content = `${this.#header}.${base64url({ iss: this.#issuer, iat, exp, ...claims })}`;
    const bytes = Buffer.from(content, 'latin1');
    // Node signs in DER twice as fast as in the form of a token.
    if (!HAS_OTHER_CORES) {
      return Promise.resolve(`${content}.${rawSignature(sign('sha256', bytes, key.privateKey))}`);
    }
    return new Promise((resolve, reject) => {
      sign('sha256', bytes, key.privateKey, (error, der) => {
        if (error === null) resolve(`${content}.${rawSignature(der)}`);
        else reject(error);
      });
    });
  }
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * Converts a signature from DER (two integers in a sequence) to the two concatenated numbers of RFC 7518,
 * 3.4.
 */
function rawSignature(der: Buffer): string {
  const raw = Buffer.alloc(64);
  const rLength = der[3]!;
  const sLength = der[5 + rLength]!;
  copyInteger(der.subarray(4, 4 + rLength), raw.subarray(0, 32));
  copyInteger(der.subarray(6 + rLength, 6 + rLength + sLength), raw.subarray(32));
  return raw.toString('base64url');
}

/** DER integers have no leading zeros, except one that keeps them positive. */
function copyInteger(integer: Buffer, into: Buffer): void {
  const digits = integer[0] === 0 ? integer.subarray(1) : integer;
  digits.copy(into, into.length - digits.length);
}
