/** `claviger audit` on SQLite and PostgreSQL. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { signRequest } from '@claviger/signature';
import { serve, temporaryDirectory } from './claviger-process.ts';
import { officialClients } from './official-clients.ts';
import { runInProcess } from './run-in-process.ts';

interface Event {
  readonly eventName: string;
  readonly errorCode: string;
  readonly userIdentity: { readonly accountId: string; readonly accessKeyId: string };
}

/** Imported by URL: the compiler does not rewrite relative imports across projects. */
const { serverAddress, command: sql } = (await import(
  new URL('../../server/test/databases.ts', import.meta.url).href
)) as {
  serverAddress(): Promise<string>;
  command(url: string, statement: string): Promise<void>;
};

async function audit(words: readonly string[]): Promise<Event[]> {
  const { status, out, err } = await runInProcess(['audit', '--json', ...words]);
  assert.equal(status, 0, err);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
}

/** Sends a call with any AccessKey ID. */
async function attempt(url: string, accessKeyId: string): Promise<void> {
  const { rawHeaders, method } = signRequest(
    { method: 'POST', target: '/', headers: [['host', new URL(url).host]] },
    { accessKeyId, accessKeySecret: 'guessed' },
    {
      scheme: 'ACS3-HMAC-SHA256',
      now: Date.now(),
      nonce: randomUUID(),
      action: 'GetCallerIdentity',
      version: '2015-04-01',
    },
  );
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  headers.delete('host');
  await fetch(url, { method, headers });
}

/** Reads events while the server runs. @param words flags that name the database */
async function readWhileServing(data: string, words: readonly string[]): Promise<void> {
  const made = await runInProcess(['init', '--json', '--data', data, ...words]);
  assert.equal(made.status, 0, made.err);
  const { AccountId, AccessKeyId, AccessKeySecret } = JSON.parse(made.out) as Record<string, string>;
  const server = await serve(['--data', data, '--audit', 'strict', ...words]);
  const where = ['--data', data, ...words];
  await officialClients(server.url, {
    AccessKeyId: AccessKeyId!,
    AccessKeySecret: AccessKeySecret!,
  } as never).sts.getCallerIdentity();
  await attempt(server.url, AccessKeyId!);
  await attempt(server.url, 'LTAI5tUnknownUnknownUnkn');
  // A key id that would paint the terminal red.
  await fetch(
    `${server.url}/?Action=ListUsers&Version=2015-05-01&AccessKeyId=%1b%5b31mred&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=1&Timestamp=2026-11-24T08%3A00%3A00Z&Signature=x`,
  );

  const codes = (events: readonly Event[]) => events.map(({ errorCode }) => errorCode);
  const unknownCallers = await audit([...where, '--no-account']);
  assert.deepEqual(
    unknownCallers.map(({ userIdentity }) => [userIdentity.accountId, userIdentity.accessKeyId]),
    [
      ['', 'LTAI5tUnknownUnknownUnkn'],
      ['', '\u001b[31mred'],
    ],
  );
  assert.deepEqual(codes(await audit([...where, '--key', AccessKeyId!])), ['', 'SignatureDoesNotMatch']);
  const ofAccount = await audit([...where, '--account', AccountId!]);
  assert.deepEqual(
    ofAccount.map(({ eventName }) => eventName),
    ['InitializeInstallation', 'GetCallerIdentity', 'GetCallerIdentity'],
  );
  assert.equal((await audit([...where, '--event', 'InitializeInstallation'])).length, 1);
  assert.equal((await audit(where)).length, ofAccount.length + unknownCallers.length);
  assert.deepEqual(await audit([...where, '--until', '2020-01-01T00:00:00Z']), []);

  const { out } = await runInProcess(['audit', ...where]);
  assert.equal(out.split('\n').length - 1, ofAccount.length + unknownCallers.length);
  assert.ok(!out.includes('\u001b'), 'control characters from callers are escaped');
  assert.ok(out.includes('\\u001b[31mred'));
  const tail = await runInProcess(['audit', 'tail', '-n', '2', '--json', ...where]);
  assert.equal(tail.out.split('\n').length - 1, 2);
  assert.equal(await server.stop('SIGTERM'), 0);
  await verifyAfterwards(data, where, ofAccount.length + unknownCallers.length);
}

/** Verifies the log of a server that has stopped; it has chained every record then. */
async function verifyAfterwards(data: string, where: readonly string[], events: number): Promise<void> {
  const verified = await runInProcess(['audit', 'verify', '--json', ...where]);
  assert.equal(verified.status, 0, verified.out);
  const report = JSON.parse(verified.out) as Record<string, unknown>;
  assert.deepEqual([report['holds'], report['records'], report['unchained']], [true, events, 0]);

  const { out: exported } = await runInProcess(['audit', 'export', ...where]);
  const lines = exported
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(lines.filter(({ eventId }) => eventId !== undefined).length, events);
  const { checkpoint } = lines.at(-1) as { checkpoint: { number: number; hash: string } };
  assert.deepEqual(report['newest'], {
    ...(report['newest'] as object),
    number: checkpoint.number,
    hash: checkpoint.hash,
  });

  const { out: pem } = await runInProcess(['audit', 'public-key', '--data', data]);
  const [key, other, kept] = ['key.pem', 'other.pem', 'kept.jsonl'].map((name) => join(data, name));
  writeFileSync(key!, pem);
  writeFileSync(other!, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  const later = { number: checkpoint.number + 1, hash: 'A' };
  writeFileSync(kept!, `${exported}${JSON.stringify({ checkpoint: later })}\n{"cut off`);
  const outcome = async (...flags: string[]) => {
    const { status, out } = await runInProcess(['audit', 'verify', '--json', ...where, ...flags]);
    const { findings } = JSON.parse(out) as { findings: { kind: string }[] };
    return [status, ...findings.map(({ kind }) => kind)];
  };
  assert.deepEqual(await outcome('--public-key', key!), [0]);
  assert.deepEqual(await outcome('--public-key', other!), [1, 'unknown-key']);
  assert.deepEqual(await outcome('--checkpoint', kept!), [1, 'truncated']);
}

describe('claviger audit', () => {
  test('reads events with and without an account while the server runs (SQLite)', () =>
    readWhileServing(temporaryDirectory(), []));

  test('reads events from PostgreSQL', async () => {
    const name = `cli_audit_${process.pid}`;
    const postgres = await serverAddress();
    await sql(postgres, `create database ${name}`);
    const url = new URL(postgres);
    url.pathname = `/${name}`;
    try {
      await readWhileServing(temporaryDirectory(), ['--database', url.href]);
    } finally {
      await sql(postgres, `drop database ${name} with (force)`);
    }
  });

  test('an invalid value is named and exits with 2', async () => {
    for (const [words, named] of [
      [['--since', 'yesterday'], 'error: --since: invalid time "yesterday": expected a time such as '],
      [['--since', '5w'], 'error: --since: invalid duration "5w": expected 1ms to 36500d\n(see --help)\n'],
      [['--account', '12'], 'error: --account: invalid account ID "12": expected 16 digits\n'],
      [['--since', '1h', '--until', '2h'], '--since is later'],
    ] as const) {
      const { status, err } = await runInProcess(['audit', '--data', temporaryDirectory(), ...words]);
      assert.equal(status, 2, err);
      assert.ok(err.includes(named), err);
    }
  });
});
