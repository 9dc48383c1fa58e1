import { once } from 'node:events';
import {
  type Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { connect } from 'node:net';
import type { SignedRequest } from '@claviger/signature';

/** What came back. */
export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  readonly json: Readonly<Record<string, unknown>>;
  /** `Code` of an error; `OK` otherwise. */
  readonly code: string;
}

export interface SendOptions {
  /** Without it each request has a connection of its own. */
  readonly agent?: Agent;
  /** Sent instead of the body that was signed. */
  readonly body?: Uint8Array;
  /** Send the body in chunks of so many bytes, without saying its length before. */
  readonly chunkBytes?: number;
}

/** Sends a signed request as it is, to the letter. */
export async function send(
  port: number,
  request: SignedRequest,
  options: SendOptions = {},
): Promise<Received> {
  const { agent = false, body = request.body, chunkBytes } = options;
  const headers = [...request.rawHeaders];
  if (chunkBytes !== undefined) headers.push('transfer-encoding', 'chunked');
  else if (body.length > 0 || request.method !== 'GET') headers.push('content-length', String(body.length));
  const sent = httpRequest({
    host: '127.0.0.1',
    port,
    method: request.method,
    path: request.target,
    headers,
    agent,
    setHost: false,
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  // An answer may come before the body is out; what is said of the rest of it then does not matter.
  sent.on('error', () => {});
  if (chunkBytes === undefined) sent.end(body);
  else {
    for (let at = 0; at < body.length; at += chunkBytes) sent.write(body.subarray(at, at + chunkBytes));
    sent.end();
  }
  const [answer] = await answered;
  let text = '';
  answer.setEncoding('utf8');
  for await (const piece of answer) text += piece;
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not every server answers a bad request in JSON.
  }
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text,
    json,
    code: String(json['Code'] ?? 'OK'),
  };
}

/** Writes bytes to a socket and reads until the other side closes it; `close` must be asked for in them. */
export async function sendRaw(port: number, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  let text = '';
  socket.on('data', (piece) => {
    text += piece;
  });
  const closed = once(socket, 'close');
  socket.on('error', () => {});
  for (const piece of pieces) socket.write(piece);
  await closed;
  return text;
}

/** A signed request as it stands on the wire. */
export function onTheWire(request: SignedRequest, more: readonly string[] = []): Buffer {
  const lines = [`${request.method} ${request.target} HTTP/1.1`];
  const fields = [...request.rawHeaders, ...more];
  for (let at = 0; at + 1 < fields.length; at += 2) lines.push(`${fields[at]}: ${fields[at + 1]}`);
  if (request.body.length > 0) lines.push(`content-length: ${request.body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), request.body]);
}
