import type { SecureContextOptions } from 'node:tls';

/**
 * What TLS connections from clients are negotiated by: TLS 1.2 with forward secrecy and authenticated encryption, or
 * TLS 1.3. Suites in CBC mode are left out, since padding oracles keep being found in them; so is RSA key exchange.
 *
 * @see https://wiki.mozilla.org/Security/Server_Side_TLS (intermediate)
 */
export const TLS_OPTIONS = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
} as const satisfies SecureContextOptions;

/** What browsers are told over TLS: to use nothing else for a year. */
export const STRICT_TRANSPORT_SECURITY = 'max-age=31536000';
