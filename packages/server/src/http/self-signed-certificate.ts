// @peculiar/x509 needs it, and does not bring it.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { parseIpAddress } from '@claviger/policy';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate chain and its private key, PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };

/**
 * Makes a new ECDSA P-256 key and an X.509 certificate for it, signed by itself (RFC 5280). It can serve TLS and
 * cannot sign other certificates. Node's crypto reads certificates but does not make them.
 *
 * @param names DNS names and IP addresses the certificate is for; the first is also its common name
 * @param notBefore milliseconds since the epoch, as `notAfter`
 */
export async function selfSignedCertificate(
  names: readonly string[],
  notBefore: number,
  notAfter: number,
): Promise<TlsFiles> {
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [names[0] ?? 'localhost'] }],
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      keys: keys as CryptoKeyPair,
      signingAlgorithm: { ...KEY_ALGORITHM, hash: 'SHA-256' },
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          names.map((value) => ({ type: parseIpAddress(value) ? 'ip' : 'dns', value }) as const),
        ),
      ],
    },
    webcrypto as Crypto,
  );
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `${PemConverter.encode(key, PemConverter.PrivateKeyTag)}\n`,
  };
}
