import { sign } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { IdentityKey, IdentityKeys } from './identity-keys.ts';

/** How long a token is good, in seconds. */
export const IDENTITY_TOKEN_SECONDS = 60;

/** What a token says of who signed a request, beside who made the token and when. */
export interface CallerClaims {
  /** The service that the request is for. */
  readonly aud: string;
  /** The ARN of who signed. */
  readonly sub: string;
  /** The id of the token; that of the request, when it is good for one request only. */
  readonly jti: string;
  readonly account_id: string;
  readonly principal_type: string;
  readonly access_key_id: string;
}

/** The same, and for which request alone the token is good. */
export interface RequestClaims extends CallerClaims {
  readonly action: string;
  readonly resource: string;
  readonly method: string;
  /** Path and query as they are passed on. */
  readonly target: string;
  /** The digest of the body: `sha256:`, `sm3:` (hexadecimal) or `md5:` (base64). */
  readonly content_hash: string;
  readonly source_address: string;
}

export interface IdentityTokensOptions {
  readonly keys: IdentityKeys;
  /** Who passed the request on: the claim `iss`. */
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A signature takes longer than all else that is done for a request: where there are more cores, another makes it. */
const HAS_OTHER_CORES = availableParallelism() > 1;

/**
 * Signs tokens (JWT, ES256) by which a service knows that a request came through this gateway, and from whom.
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

  /** The id of the key that signs now. */
  get kid(): string {
    return this.#keys.current().kid;
  }

  /** @returns the token in its compact form */
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
    // Node signs in DER twice as fast as in the form that a token has.
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

/** From DER (two integers in a sequence) to the two numbers side by side that RFC 7518, 3.4, wants. */
function rawSignature(der: Buffer): string {
  const raw = Buffer.alloc(64);
  const rLength = der[3]!;
  const sLength = der[5 + rLength]!;
  copyInteger(der.subarray(4, 4 + rLength), raw.subarray(0, 32));
  copyInteger(der.subarray(6 + rLength, 6 + rLength + sLength), raw.subarray(32));
  return raw.toString('base64url');
}

/** DER integers have no leading zeros, but for one that keeps them positive. */
function copyInteger(integer: Buffer, into: Buffer): void {
  const digits = integer[0] === 0 ? integer.subarray(1) : integer;
  digits.copy(into, into.length - digits.length);
}
