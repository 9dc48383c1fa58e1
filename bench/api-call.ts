import { type SignedRequest, signRequest } from '@claviger/signature';
import { onTheWire } from './http-load.ts';
import type { InstalledKey } from './server-process.ts';

/**
 * A signed call with headers as the official clients send them.
 *
 * @param operation version and name, and its parameters in the query
 */
export function signedCall(
  key: Pick<InstalledKey, 'AccessKeyId' | 'AccessKeySecret'>,
  port: number,
  operation: { version: string; action: string; parameters?: Readonly<Record<string, string>> },
  nonce: string,
): SignedRequest {
  const query = new URLSearchParams(operation.parameters).toString();
  return signRequest(
    {
      method: 'POST',
      target: query === '' ? '/' : `/?${query}`,
      headers: [
        ['host', `127.0.0.1:${port}`],
        ['accept', 'application/json'],
        ['user-agent', 'AlibabaCloud (linux; x64) Node.js/v24 Core/1.0.1 TeaDSL/2'],
      ],
    },
    { accessKeyId: key.AccessKeyId, accessKeySecret: key.AccessKeySecret },
    {
      scheme: 'ACS3-HMAC-SHA256',
      now: Date.now(),
      nonce,
      action: operation.action,
      version: operation.version,
    },
  );
}

/** Asks who the caller is: the smallest read there is. */
export const GET_CALLER_IDENTITY = { version: '2015-04-01', action: 'GetCallerIdentity' } as const;

/** Signed GetCallerIdentity as bytes. @param name tells these calls' nonces from others' */
export function identityCalls(key: InstalledKey, port: number, name: string, count: number): Buffer[] {
  return Array.from({ length: count }, (_, at) =>
    onTheWire(signedCall(key, port, GET_CALLER_IDENTITY, `${name}-${at}-${process.pid}-bench`)),
  );
}
