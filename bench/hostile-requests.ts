import { type Agent, request } from 'node:http';
import type { SignedRequest } from '@claviger/signature';
import { GET_CALLER_IDENTITY, signedCall } from './api-call.ts';
import type { InstalledKey } from './server-process.ts';

export const RAM = '2015-05-01';
const OWN = '2026-11-24';

/** A request as it is sent. */
export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body?: string;
}

/** A signed request as it is sent. */
export const wire = ({ method, target, rawHeaders }: SignedRequest): Outgoing => ({
  method,
  path: target,
  headers: rawHeaders,
});

const form = (host: string, fields: string): Outgoing => ({
  method: 'POST',
  path: '/',
  headers: ['host', host, 'content-type', 'application/x-www-form-urlencoded'],
  body: fields,
});

const longText = 'x'.repeat(60_000);
const manyNames = Array.from({ length: 80_000 }, (_, at) => `p${(at * 7919) % 80_000}=`).join('&');
const manyFaults = `{"Version":"1","Statement":[{"Effect":"Allow","Action":[${'1,'.repeat(30_000)}1],"Resource":"*"}]}`;

/** What a hostile client sends, by kind; `leaked` is an AccessKey of a user without permissions. */
export const hostileKinds: Readonly<
  Record<string, (leaked: InstalledKey, port: number, nonce: string, at: number) => Outgoing>
> = {
  'unsigned calls': (_, port) => form(`127.0.0.1:${port}`, `Action=ListUsers&Version=${RAM}&Format=JSON`),
  '80,000 parameters': (_, port) => form(`127.0.0.1:${port}`, manyNames),
  'wrong signatures with long parameters': (leaked, port, nonce) =>
    wire(
      signedCall(
        { ...leaked, AccessKeySecret: 'guessed' },
        port,
        { version: RAM, action: 'GetUser', parameters: { UserName: longText } },
        nonce,
      ),
    ),
  'denied calls with long parameters': (leaked, port, nonce) =>
    wire(
      signedCall(
        leaked,
        port,
        { version: RAM, action: 'GetUser', parameters: { UserName: longText } },
        nonce,
      ),
    ),
  'as many calls as one key can': (leaked, port, nonce) =>
    wire(signedCall(leaked, port, GET_CALLER_IDENTITY, nonce)),
  'policies with many faults': (leaked, port, nonce) =>
    wire(
      signedCall(
        leaked,
        port,
        {
          version: OWN,
          action: 'ValidatePolicyDocument',
          parameters: { Kind: 'identity', PolicyDocument: manyFaults },
        },
        nonce,
      ),
    ),
  'guesses at passwords': (leaked, port, _, at) =>
    form(
      `127.0.0.1:${port}`,
      `Action=SignIn&Version=${OWN}&LoginName=user-${at}@${leaked.UserPrincipalName.split('@')[1]}&Password=wrong+horse+42`,
    ),
  'deeply nested JSON': (leaked, port, nonce) =>
    wire(
      signedCall(
        leaked,
        port,
        {
          version: OWN,
          action: 'ValidatePolicyDocument',
          parameters: { Kind: 'identity', PolicyDocument: '['.repeat(40_000) },
        },
        nonce,
      ),
    ),
};

/** Sends a request and reads the whole answer. */
export function exchange(
  agent: Agent,
  port: number,
  { method, path, headers, body = '' }: Outgoing,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const length = ['content-length', String(Buffer.byteLength(body))];
    const outgoing = request({
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: [...headers, ...length],
      agent,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on('error', reject);
    });
    outgoing.end(body);
  });
}
