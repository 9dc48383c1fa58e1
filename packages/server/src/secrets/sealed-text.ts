import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

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
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
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
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== sealed) throw unreadable();
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(associatedData));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plaintext = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
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
