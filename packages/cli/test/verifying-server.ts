import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parseSignature, SignatureError, SigningKey, verifySignature } from '@claviger/signature';

const SECRETS = new Map([
  ['LTAI5tEXAMPLEKEYID000001', 'ExampleSecret0000000000000001'],
  ['STS.EXAMPLEKEYID000001', 'ExampleSecret0000000000000002'],
]);

/** Server that verifies requests and returns what it received, or an error in the form of RAM. */
export interface VerifyingServer {
  readonly url: string;
  close(): void;
}

/**
 * Starts the server.
 * @param now clock of the server, given the time that the client has signed; the system clock when absent
 */
export async function startVerifyingServer(
  now: (signedAt: number) => number = Date.now,
): Promise<VerifyingServer> {
  const server = createServer((request, response) => {
    answer(request, response, now).catch((error: unknown) => response.destroy(error as Error));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  now: (signedAt: number) => number,
): Promise<void> {
  const body = await buffer(request);
  const received = { method: request.method!, target: request.url!, rawHeaders: request.rawHeaders, body };
  try {
    const parsed = parseSignature(received);
    if (!('accessKeyId' in parsed)) throw new SignatureError('MissingSignature');
    const key = SigningKey.fromSecret(SECRETS.get(parsed.accessKeyId) ?? 'unknown');
    const verified = verifySignature(received, parsed, key, { now: now(parsed.timestamp) });
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        scheme: parsed.scheme,
        accessKeyId: parsed.accessKeyId,
        securityToken: parsed.securityToken,
        host: request.headers.host,
        body: verified.body,
        text: body.toString(),
      }),
    );
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    response.writeHead(error.httpStatus, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ Code: error.code, Message: error.message, RequestId: 'A-1' }));
  }
}
