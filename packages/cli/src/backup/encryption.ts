import { readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { createGunzip, createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { BackupError } from './backup-error.ts';

/** Variable with the passphrase of backups. */
export const PASSPHRASE_VARIABLE = 'CLAVIGER_BACKUP_PASSPHRASE';

const MIN_PASSPHRASE_LENGTH = 12;

/** How a backup is encrypted: for public keys, or with a passphrase. */
export type BackupEncryption =
  | { readonly recipients: readonly string[] }
  | { readonly passphrase: string; readonly scryptWorkFactor?: number };

/**
 * Returns the encryption that flags and environment ask for. There is none without: backups contain password hashes.
 *
 * @throws BackupError if there is neither a recipient nor a passphrase, or both
 */
export function chooseEncryption(
  recipients: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): BackupEncryption {
  const passphrase = environment[PASSPHRASE_VARIABLE];
  const hasPassphrase = passphrase !== undefined && passphrase !== '';
  if (recipients.length > 0 && hasPassphrase) {
    throw new BackupError(`both --recipient and ${PASSPHRASE_VARIABLE} are set: choose one of them`);
  }
  if (recipients.length > 0) return { recipients };
  if (!hasPassphrase) {
    throw new BackupError(
      `a backup is always encrypted: set ${PASSPHRASE_VARIABLE}, or give --recipient age1…`,
    );
  }
  if (passphrase.length < MIN_PASSPHRASE_LENGTH) {
    throw new BackupError(
      `${PASSPHRASE_VARIABLE} is too short: expected ${MIN_PASSPHRASE_LENGTH} characters or more`,
    );
  }
  return { passphrase };
}

/** Compresses and encrypts a stream, in the format of age. @throws BackupError for a malformed recipient */
export async function encrypt(plain: Readable, encryption: BackupEncryption): Promise<Readable> {
  const encrypter = new Encrypter();
  if ('recipients' in encryption) {
    for (const recipient of encryption.recipients) {
      try {
        encrypter.addRecipient(recipient);
      } catch (error) {
        throw new BackupError(
          `invalid recipient "${recipient}": expected the public key of age-keygen, age1…`,
          error,
        );
      }
    }
  } else {
    encrypter.setPassphrase(encryption.passphrase);
    if (encryption.scryptWorkFactor !== undefined) encrypter.setScryptWorkFactor(encryption.scryptWorkFactor);
  }
  const gzip = createGzip({ level: 6 });
  plain.on('error', (error) => gzip.destroy(error)).pipe(gzip);
  const encrypted = await encrypter.encrypt(Readable.toWeb(gzip) as unknown as ReadableStream<Uint8Array>);
  return Readable.fromWeb(encrypted as unknown as NodeReadableStream);
}

/** Secrets that open a backup. */
export interface BackupKeys {
  readonly passphrase: string | undefined;
  readonly identities: readonly string[];
}

/**
 * Reads the keys that open backups: the passphrase of the environment, and identity files of age.
 *
 * @throws BackupError if there is none, or a file can be read by others
 */
export function readBackupKeys(
  files: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): BackupKeys {
  const passphrase = environment[PASSPHRASE_VARIABLE] || undefined;
  if (files.length === 0 && passphrase === undefined) {
    throw new BackupError(`set ${PASSPHRASE_VARIABLE}, or give --identity FILE with the key of the backup`);
  }
  const identities = files.flatMap((file) => {
    const { mode } = statSync(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new BackupError(
        `the identity file ${file} is open to others (mode ${(mode & 0o777).toString(8)}): make it 0600`,
      );
    }
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line.startsWith('AGE-SECRET-KEY-'));
  });
  if (files.length > 0 && identities.length === 0) {
    throw new BackupError(
      `${files.join(', ')}: no line begins with AGE-SECRET-KEY-, as age-keygen writes it`,
    );
  }
  return { passphrase, identities };
}

/** Decrypts and decompresses a backup. @throws BackupError if no key opens it */
export async function decrypt(
  encrypted: Readable,
  { passphrase, identities }: BackupKeys,
): Promise<Readable> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase);
  let plain: ReadableStream<Uint8Array>;
  try {
    plain = await decrypter.decrypt(Readable.toWeb(encrypted) as unknown as ReadableStream<Uint8Array>);
  } catch (error) {
    throw new BackupError('the backup does not open: wrong passphrase or identity, or not a backup', error);
  }
  const gunzip = createGunzip();
  Readable.fromWeb(plain as unknown as NodeReadableStream)
    .on('error', (error) => gunzip.destroy(new BackupError('the backup is damaged or cut', error)))
    .pipe(gunzip);
  return gunzip;
}
