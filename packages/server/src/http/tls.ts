import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TlsFiles } from '@claviger/guard/http';
import { parseIpAddress } from '@claviger/policy';
import { selfSignedCertificate } from './self-signed-certificate.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Short of the 398 days above which clients refuse a certificate. */
const validMs = 397 * dayMs;
const renewBeforeMs = 30 * dayMs;

/**
 * Reads a certificate chain and its key, and checks that they belong together, so that a mistake shows at start
 * and not at the first handshake.
 *
 * @param certFile PEM, the server's certificate first
 * @param keyFile PEM
 * @throws Error that names the file, never its content
 */
export async function loadTlsFiles(certFile: string, keyFile: string): Promise<TlsFiles> {
  const [cert, key] = await Promise.all([readPem(certFile), readPem(keyFile)]);
  if (!belongTogether(cert, key)) {
    throw new Error(`${certFile} and ${keyFile} are not a certificate and its key, in PEM`);
  }
  return { cert, key };
}

/** Certificate of `--tls auto`, in the data directory. */
export const AUTOMATIC_CERTIFICATE = join('tls', 'cert.pem');

/**
 * `--tls auto`: a self-signed certificate for this machine's own names, kept in the data directory so that
 * clients who were told to trust it still do after a restart. Made anew when it is about to end or does not
 * name each of `hosts`.
 *
 * @param dataDirectory which exists; the files are `tls/cert.pem` and `tls/key.pem` in it, the key for its owner only
 * @param hosts names and addresses of this server, in addition to those of the loopback interface; an address that means
 * "all of them" adds no name
 * @param now milliseconds since the epoch
 */
export async function automaticTls(
  dataDirectory: string,
  hosts: readonly string[],
  now: number,
): Promise<TlsFiles> {
  const directory = join(dataDirectory, 'tls');
  const certFile = join(dataDirectory, AUTOMATIC_CERTIFICATE);
  const keyFile = join(directory, 'key.pem');
  const own = hosts.filter((host) => host !== '0.0.0.0' && host !== '::' && host !== '');
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...own])];
  try {
    const kept = await loadTlsFiles(certFile, keyFile);
    if (stillGood(kept.cert, names, now)) return kept;
  } catch {
    // None yet, or only half of it was written: it is ours alone, so a new one does no harm.
  }
  // From a day ago, for clients whose clock is behind.
  const made = await selfSignedCertificate(names, now - dayMs, now - dayMs + validMs);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(keyFile, '', { mode: 0o600 });
  await chmod(keyFile, 0o600);
  await writeFile(keyFile, made.key);
  await writeFile(certFile, made.cert);
  return made;
}

function stillGood(cert: string, names: readonly string[], now: number): boolean {
  const certificate = new X509Certificate(cert);
  if (certificate.validToDate.getTime() - renewBeforeMs < now) return false;
  return names.every((name) =>
    parseIpAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name),
  );
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  }
}

function belongTogether(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
