import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type SignedRequest, type SignOptions, signRequest } from '@claviger/signature';
import type { ClientKey } from './clients.ts';

/** Kinds of requests that the official clients send. */
export const ways = ['ACS3', 'ACS3 with a form', 'RPC 1.0 by GET', 'RPC 1.0 with a form'] as const;

/** Kind of request. */
export type Way = (typeof ways)[number];

/** Call to sign; by default GetCallerIdentity, now, with a new nonce. */
export interface RawCall {
  readonly version?: string;
  readonly action?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The `Format` parameter. */
  readonly format?: string;
  readonly accept?: string;
  /** Milliseconds since the epoch. */
  readonly now?: number;
  readonly nonce?: string;
}

/** Returns a signed request without sending it, so that it can be sent twice, or changed. */
export function signedRequest(url: string, key: ClientKey, way: Way, call: RawCall = {}): SignedRequest {
  const { version = '2015-04-01', action = 'GetCallerIdentity', parameters = {}, format, accept } = call;
  const isRpc = way.startsWith('RPC');
  const inForm = way.endsWith('form');
  const encoded = new URLSearchParams(
    isRpc || format === undefined ? parameters : { ...parameters, Format: format },
  ).toString();
  const headers: [string, string][] = [['host', new URL(url).host]];
  if (accept !== undefined) headers.push(['accept', accept]);
  if (inForm) headers.push(['content-type', 'application/x-www-form-urlencoded']);
  const options = {
    scheme: isRpc ? 'RPC-HMAC-SHA1' : 'ACS3-HMAC-SHA256',
    now: call.now ?? Date.now(),
    nonce: call.nonce ?? randomUUID(),
    action,
    version,
    ...(isRpc ? { format: format ?? '', systemParameters: inForm ? 'form' : 'query' } : {}),
  } as SignOptions;
  const { accessKeyId, accessKeySecret, securityToken } = key;
  return signRequest(
    {
      method: way === 'RPC 1.0 by GET' ? 'GET' : 'POST',
      target: !inForm && encoded !== '' ? `/?${encoded}` : '/',
      headers,
      ...(inForm ? { body: Buffer.from(encoded) } : {}),
    },
    { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) },
    options,
  );
}

/** Answer as it was on the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Sends a signed request unchanged over a connection of its own: no unsigned header is added, and it works with a
 * server that was started again meanwhile.
 * @param more unsigned headers, before the others
 */
export async function send(
  url: string,
  request: SignedRequest,
  more: readonly (readonly [string, string])[] = [],
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const { method, target: path, body } = request;
  const headers = [...more.flat(), ...request.rawHeaders];
  if (body.length > 0) headers.push('content-length', String(body.length));
  const sent = httpRequest({ hostname, port, method, path, headers, agent: false, setHost: false });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.setEncoding('utf8');
  let text = '';
  for await (const piece of answer) text += piece;
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

/** Content of a JSON answer. */
export interface JsonAnswer {
  readonly status: number;
  /** `OK` for a success, so that a table of outcomes reads well. */
  readonly code: string;
  readonly message: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Signs and sends a call, and reads the answer as JSON. */
export async function callRaw(
  url: string,
  key: ClientKey,
  way: Way,
  call: RawCall = {},
): Promise<JsonAnswer> {
  return readJson(await send(url, signedRequest(url, key, way, { format: 'JSON', ...call })));
}

/** Parses an answer whose body is JSON. */
export function readJson({ status, text }: RawAnswer): JsonAnswer {
  const body = JSON.parse(text) as Record<string, unknown>;
  return { status, code: String(body['Code'] ?? 'OK'), message: String(body['Message'] ?? ''), body };
}
