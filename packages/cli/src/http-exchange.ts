import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { SignedRequest } from '@claviger/signature';
import { type Command, CommanderError } from 'commander';
import { connectionError } from './connection-error.ts';
import { readInputFile } from './input-file.ts';
import { InvalidValue } from './invalid-value.ts';
import type { SignedRequestToSend } from './request-flags.ts';
import { USER_AGENT } from './user-agent.ts';

/** Flags of commands that send requests. */
export interface ConnectionFlags {
  /** Seconds. */
  readonly timeout: number;
  /** PEM file. */
  readonly ca?: string;
}

/** Adds `--timeout` and `--ca` to a command. */
export function addConnectionFlags(command: Command): Command {
  return command
    .option('--timeout <seconds>', 'longest time to wait for the response', parseSeconds, 30)
    .option('--ca <file>', 'trust only the certificates in this PEM file');
}

/** A response with its whole body. */
export interface Received {
  readonly response: IncomingMessage;
  readonly body: Buffer;
}

/**
 * Sends a signed request and reads the whole response. Redirects are not followed.
 * @throws CommanderError with the cause and what to do when there is no complete response
 */
export async function sendRequest(
  { url, request }: Pick<SignedRequestToSend, 'url' | 'request'>,
  { timeout, ca }: ConnectionFlags,
): Promise<Received> {
  const signal = AbortSignal.timeout(timeout * 1000);
  const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: request.method,
    // Node.js adds no `host` when the headers are a list.
    headers: [
      ...request.rawHeaders,
      ...userAgentOf(request),
      ...contentLengthOf(request),
      'connection',
      'close',
    ],
    signal,
    ...(ca === undefined ? {} : { ca: certificatesIn(ca) }),
  });
  let responseBegan = false;
  try {
    outgoing.end(request.body);
    const response = await Promise.race([headOf(outgoing), upgradeOf(outgoing)]);
    responseBegan = true;
    // A change of the protocol has no body.
    return { response, body: response.statusCode === 101 ? Buffer.alloc(0) : await buffer(response) };
  } catch (error) {
    if (signal.aborted) {
      const text = `no ${responseBegan ? 'complete ' : ''}response from ${url.origin} within ${timeout} s. Use --timeout SECONDS to wait longer.`;
      throw new CommanderError(1, 'claviger.ETIMEDOUT', text);
    }
    throw connectionError(url, error as NodeJS.ErrnoException, responseBegan);
  }
}

async function headOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

/** Closes the connection when the server changes the protocol. */
function upgradeOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve) => {
    outgoing.once('upgrade', (response: IncomingMessage, socket: Socket) => {
      socket.destroy();
      resolve(response);
    });
  });
}

function certificatesIn(file: string): Buffer {
  const certificates = readInputFile('--ca', file);
  if (certificates.includes('-----BEGIN CERTIFICATE-----')) return certificates;
  throw new CommanderError(2, 'claviger.call', `--ca: ${file} contains no PEM certificate`);
}

/** Returns `user-agent`, unless the request has one. It is not signed. */
function userAgentOf({ rawHeaders }: SignedRequest): string[] {
  const isGiven = rawHeaders.some((text, at) => at % 2 === 0 && text.toLowerCase() === 'user-agent');
  return isGiven ? [] : ['user-agent', USER_AGENT];
}

/** Returns `content-length`, also for an empty body when the method usually has one. */
function contentLengthOf({ method, body }: SignedRequest): string[] {
  const hasLength = body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(method);
  return hasLength ? ['content-length', String(body.length)] : [];
}

/** Returns the warnings of a response, from its header `x-claviger-warning`. */
export function warningsOf({ headers }: IncomingMessage): readonly string[] {
  const value = headers['x-claviger-warning'];
  if (typeof value !== 'string') return [];
  return value.split('; ').map(decoded);
}

/** Returns a text as it stands when it is not percent-encoded as it should be. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 86_400))
    throw new InvalidValue('number of seconds', text, 'more than 0, at most 86400');
  return seconds;
}
