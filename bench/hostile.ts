import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SignedRequest } from '@claviger/signature';
import { GET_CALLER_IDENTITY, signedCall } from './api-call.ts';
import { percentile, progress, type Row, row } from './ratio.ts';
import { claviger, type InstalledKey, install, ServerProcess } from './server-process.ts';

/** Hostile clients of one kind at the same time; each sends its next request when the last one was answered. */
const clients = 24;

/** Calls of the others that are timed for each kind, one after the other. */
const calls = 200;

const RAM = '2015-05-01';
const OWN = '2026-11-24';

/** A request as it is sent. */
interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body?: string;
}

const wire = ({ method, target, rawHeaders }: SignedRequest): Outgoing => ({
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
const kinds: Readonly<
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

/**
 * What 24 hostile clients of each kind do to others: the p99 of GetCallerIdentity of another user's key, over the
 * p99 while there are none, in one run. The limits are those that the server has by default.
 */
export async function hostileRows(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const data = ['--data', join(directory, 'data')];
  const key = install(data);
  const limits = [
    '--rate-limit-per-key',
    '200/s burst 1000',
    '--rate-limit-per-account',
    '1000/s burst 5000',
  ];
  const server = await ServerProcess.start([...claviger(data), ...limits]);
  const agent = new Agent({ keepAlive: true, maxSockets: clients + 1 });
  try {
    const leaked = await makeUser(agent, key, server.port, 'leaked');
    const other = await makeUser(agent, key, server.port, 'other');
    const rows: Row[] = [];
    await timed(agent, other, server.port, 'warm');
    for (const [kind, make] of Object.entries(kinds)) {
      progress(`hostile: ${kind}`);
      const calm = await timed(agent, other, server.port, `calm ${kind}`);
      let isOver = false;
      let sent = 0;
      const flood = Array.from({ length: clients }, async (_, client) => {
        for (let at = 0; !isOver; at++) {
          const nonce = `${process.pid}-${kind}-${client}-${at}`.replaceAll(' ', '-');
          await exchange(agent, server.port, make(leaked, server.port, nonce, client * 100_000 + at)).catch(
            () => {},
          );
          sent++;
        }
      });
      const under = await timed(agent, other, server.port, `under ${kind}`);
      isOver = true;
      await Promise.all(flood);
      const name = `hostile.${kind.replaceAll(/[ ,]+/g, '-')}`;
      rows.push(
        row(
          name,
          percentile(under, 0.99) / percentile(calm, 0.99),
          `times the calm p99, ${sent} sent`,
          '<= 5',
        ),
      );
    }
    return rows;
  } finally {
    agent.destroy();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Milliseconds of each call. */
async function timed(agent: Agent, key: InstalledKey, port: number, label: string): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < calls; at++) {
    const nonce = `${process.pid}-${label}-${at}`.replaceAll(' ', '-');
    const call = wire(signedCall(key, port, GET_CALLER_IDENTITY, nonce));
    const began = performance.now();
    const { status, text } = await exchange(agent, port, call);
    times.push(performance.now() - began);
    if (status !== 200) throw new Error(`another caller was refused: ${status} ${text}`);
    // Within the rate of one key.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return times;
}

async function makeUser(
  agent: Agent,
  key: InstalledKey,
  port: number,
  UserName: string,
): Promise<InstalledKey> {
  const call = async (action: string) => {
    const nonce = `${process.pid}-${action}-${UserName}`;
    const operation = { version: RAM, action, parameters: { UserName, Format: 'JSON' } };
    const { status, text } = await exchange(agent, port, wire(signedCall(key, port, operation, nonce)));
    if (status !== 200) throw new Error(`${action}: ${text}`);
    return JSON.parse(text) as { readonly AccessKey: InstalledKey };
  };
  await call('CreateUser');
  const { AccessKey } = await call('CreateAccessKey');
  const [, domain] = key.UserPrincipalName.split('@');
  return { ...AccessKey, UserPrincipalName: `${UserName}@${domain}` };
}

function exchange(
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
