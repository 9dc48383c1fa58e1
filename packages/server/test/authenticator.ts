import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Deliberate mistakes of an authenticator. */
export interface Mistakes {
  /** Replaces the challenge of the options, Base64url. */
  readonly challenge?: string;
  readonly origin?: string;
  readonly rpId?: string;
  /** Whether the authenticator claims to have verified its user, by PIN or fingerprint. */
  readonly userVerified?: boolean;
  /** Replaces the counter. */
  readonly signCount?: number;
  /** Signs with another key. */
  readonly forged?: boolean;
}

interface Options {
  readonly challenge: string;
  readonly rpId?: string;
  readonly rp?: { readonly id: string };
}

const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();

/** Passkey in software: one key pair (ES256) of an authenticator, with the browser's part. */
export class Authenticator {
  readonly id: string = randomBytes(16).toString('base64url');
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #strangers = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #signCount = 0;

  /**
   * Answers the options of a registration with a new credential, without attestation.
   * @returns JSON, as browsers return it
   */
  register(options: Options, origin: string, mistakes: Mistakes = {}): string {
    const credentialId = Buffer.from(this.id, 'base64url');
    const attested = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([0, credentialId.length]),
      credentialId,
      coseKey(this.#keys.publicKey),
    ]);
    const rpId = mistakes.rpId ?? options.rp?.id ?? '';
    const authData = Buffer.concat([this.#header(rpId, 0x40, mistakes), attested]);
    const attestation = Buffer.concat([
      Buffer.from([0xa3]),
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      Buffer.from([0xa0]),
      cborText('authData'),
      cborBytes(authData),
    ]);
    return JSON.stringify({
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData('webauthn.create', options, origin, mistakes).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      },
    });
  }

  /** Signs a challenge. @returns JSON, as browsers return it */
  verify(options: Options, origin: string, mistakes: Mistakes = {}): string {
    const client = clientData('webauthn.get', options, origin, mistakes);
    const authData = this.#header(mistakes.rpId ?? options.rpId ?? '', 0, mistakes);
    const key = mistakes.forged ? this.#strangers.privateKey : this.#keys.privateKey;
    const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), key);
    return JSON.stringify({
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
      },
    });
  }

  #header(rpId: string, flags: number, { userVerified = true, signCount }: Mistakes): Buffer {
    this.#signCount += 1;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(signCount ?? this.#signCount);
    return Buffer.concat([sha256(rpId), Buffer.from([0x01 | (userVerified ? 0x04 : 0) | flags]), count]);
  }
}

function clientData(type: string, options: Options, origin: string, mistakes: Mistakes): Buffer {
  return Buffer.from(
    JSON.stringify({
      type,
      challenge: mistakes.challenge ?? options.challenge,
      origin: mistakes.origin ?? origin,
      crossOrigin: false,
    }),
  );
}

/** Returns an EC2 key on P-256 for ES256, as COSE. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    cborBytes(Buffer.from(x, 'base64url')),
    Buffer.from([0x22]),
    cborBytes(Buffer.from(y, 'base64url')),
  ]);
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
}

function cborBytes(bytes: Buffer): Buffer {
  const head =
    bytes.length < 256
      ? Buffer.from([0x58, bytes.length])
      : Buffer.from([0x59, bytes.length >> 8, bytes.length & 255]);
  return Buffer.concat([head, bytes]);
}
