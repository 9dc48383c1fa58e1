import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a test may get wrong on purpose. */
export interface Mistakes {
  /** Instead of the options' challenge, Base64url. */
  readonly challenge?: string;
  readonly origin?: string;
  readonly rpId?: string;
  /** Whether it says that it has verified its user, by a PIN or a finger. */
  readonly userVerified?: boolean;
  /** Instead of counting up. */
  readonly signCount?: number;
  /** Another key's signature. */
  readonly forged?: boolean;
}

interface Options {
  readonly challenge: string;
  readonly rpId?: string;
  readonly rp?: { readonly id: string };
}

const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();

/** A passkey in software: one key pair (ES256), as an authenticator keeps it, and a browser's part around it. */
export class Authenticator {
  readonly id: string = randomBytes(16).toString('base64url');
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #strangers = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #signCount = 0;

  /** Answers a registration's options with a new credential and no attestation. @returns JSON, as browsers give it */
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

  /** Signs a challenge. @returns JSON, as browsers give it */
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

/** COSE: an EC2 key on P-256 for ES256. */
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
