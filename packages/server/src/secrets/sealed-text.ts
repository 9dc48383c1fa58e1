import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * A stored secret does not open: it was changed, moved to another row, or sealed with another key. These cases cannot
 * be told apart, and nothing of the secret or the key is in the message.
 */
export class SecretUnreadable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SecretUnreadable';
  }
}

/**
 * Encrypts with AES-256-GCM under a fresh random 96-bit nonce.
 * @param associatedData binding of the text; the same is needed to open it
 * @returns Base64url of nonce, ciphertext and tag
 */
export function sealText(
  key: KeyObject,
  plaintext: Uint8Array,
  associatedData: string,
  randomBytes: (size: number) => Uint8Array,
): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(associatedData));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/**
 * Decrypts a text of `sealText`.
 * @throws SecretUnreadable if a single bit of the text, the associated data or the key differs
 */
export function openText(key: KeyObject, sealed: string, associatedData: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url');
  // Base64 has several encodings of the same bytes; only the canonical one is accepted.
  if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== sealed) throw unreadable();
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(associatedData));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    const plaintext = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
    decipher.final();
    return plaintext;
  } catch {
    throw unreadable();
  }
}

function unreadable(): SecretUnreadable {
  return new SecretUnreadable(
    'a stored secret does not open: it was changed, moved or sealed with another key',
  );
}
