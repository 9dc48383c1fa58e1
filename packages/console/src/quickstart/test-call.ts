import { wholeSeconds } from '../components/whole-seconds.ts';

/** Who a key belongs to, as GetCallerIdentity answers. */
export interface CallerOfKey {
  readonly arn: string;
  readonly requestId: string;
}

/** The server refused a call that was signed with a key. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const SIGNED_HEADERS =
  'host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version';

/** Whether this page may sign: browsers offer cryptography over TLS and on loopback only. */
export const canSign = (): boolean => globalThis.crypto?.subtle !== undefined;

/**
 * Calls GetCallerIdentity of the server that this page came from, signed with a key by ACS3-HMAC-SHA256 in the browser,
 * as a program would; cookies are not sent.
 * @throws CallRefused if the server refuses it; TypeError if it does not answer
 */
export async function callWithKey(accessKeyId: string, accessKeySecret: string): Promise<CallerOfKey> {
  const empty = hex(await crypto.subtle.digest('SHA-256', new Uint8Array()));
  const headers = {
    'x-acs-action': 'GetCallerIdentity',
    'x-acs-content-sha256': empty,
    'x-acs-date': wholeSeconds(Date.now()),
    'x-acs-signature-nonce': crypto.randomUUID(),
    'x-acs-version': '2015-04-01',
  };
  const fields = Object.entries({ host: location.host, ...headers })
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const canonical = `POST\n/\n\n${fields}\n${SIGNED_HEADERS}\n${empty}`;
  const hashed = hex(await crypto.subtle.digest('SHA-256', bytesOf(canonical)));
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytesOf(accessKeySecret), algorithm, false, ['sign']);
  const signature = hex(await crypto.subtle.sign('HMAC', key, bytesOf(`ACS3-HMAC-SHA256\n${hashed}`)));
  const credential = `Credential=${accessKeyId},SignedHeaders=${SIGNED_HEADERS},Signature=${signature}`;
  const response = await fetch('/', {
    method: 'POST',
    credentials: 'omit',
    headers: { ...headers, accept: 'application/json', authorization: `ACS3-HMAC-SHA256 ${credential}` },
  });
  const answer = (await response.json()) as Readonly<Record<string, string | undefined>>;
  if (!response.ok) throw new CallRefused(answer['Code'] ?? '', answer['Message'] ?? response.statusText);
  return { arn: answer['Arn'] ?? '', requestId: answer['RequestId'] ?? '' };
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
