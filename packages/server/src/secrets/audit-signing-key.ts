import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../errors/configuration-error.ts';

/** Ed25519 key that signs the checkpoints of the audit log. It is apart from the master key. */
export interface AuditSigningKey {
  /** First 16 hexadecimal digits of the SHA-256 of the public key. */
  readonly keyId: string;
  /** SPKI, PEM. */
  readonly publicKey: string;
  /** Returns the signature of a text, base64url. */
  sign(text: string): string;
}

/** Returns the path of the signing key in a data directory. */
export function auditSigningKeyFile(directory: string): string {
  return join(directory, 'audit-signing.key');
}

/**
 * Opens the signing key in `file`, PKCS #8 in PEM; creates it (mode 0600) if it is missing and may be created.
 * @throws ConfigurationError if it is missing, not an Ed25519 key, or accessible to other users
 */
export function openAuditSigningKey(file: string, mayCreate: boolean): AuditSigningKey {
  const privateKey = readKey(file) ?? (mayCreate ? createKey(file) : undefined);
  if (privateKey === undefined) throw new ConfigurationError('--audit-signing-key', `${file} does not exist`);
  return auditSigningKeyOf(privateKey);
}

/** Returns the signing key with an Ed25519 private key. */
export function auditSigningKeyOf(privateKey: KeyObject): AuditSigningKey {
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: auditKeyId(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  };
}

/** Returns the id of a public key. */
export function auditKeyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

/**
 * Parses a public key in PEM.
 * @throws ConfigurationError if it is not an Ed25519 key
 */
export function parseAuditPublicKey(pem: string, name: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Not a key at all: the same answer.
  }
  throw new ConfigurationError(name, 'not an Ed25519 public key in PEM');
}

function readKey(file: string): KeyObject | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigurationError('--audit-signing-key', `${file} cannot be read`);
  }
  try {
    const { mode } = fstatSync(descriptor);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const found = (mode & 0o777).toString(8).padStart(4, '0');
      throw new ConfigurationError(
        '--audit-signing-key',
        `${file} is accessible to other users (mode ${found}): set its mode to 0600`,
      );
    }
    return parsePrivateKey(readFileSync(descriptor, 'latin1'), file);
  } finally {
    closeSync(descriptor);
  }
}

function parsePrivateKey(pem: string, file: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Not a key at all: the same answer.
  }
  throw new ConfigurationError(
    '--audit-signing-key',
    `${file} is not an Ed25519 private key in PEM, as made by \`openssl genpkey -algorithm ed25519\``,
  );
}

function createKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    // Another process was faster.
    const other = (error as NodeJS.ErrnoException).code === 'EEXIST' ? readKey(file) : undefined;
    if (other !== undefined) return other;
    throw new ConfigurationError('--audit-signing-key', `${file} cannot be created`);
  }
  try {
    writeFileSync(descriptor, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return privateKey;
}
