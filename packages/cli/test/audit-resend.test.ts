/** `claviger audit resend`: what a receiver did not accept is sent in order, each checkpoint until it was accepted once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DeadLetters, deadLetterFolder, linesOf } from '@claviger/server';
import { temporaryDirectory } from './claviger-process.ts';
import { runInProcess } from './run-in-process.ts';

/** Returns a checkpoint of one event, signed in a minute of 2026-12-01. */
function checkpoint(number: number) {
  const signedAt = Date.UTC(2026, 11, 1, 0, number);
  const time = new Date(signedAt).toISOString();
  const hash = `hash-${number}`;
  return {
    number,
    signedAt,
    hash,
    events: [
      { json: JSON.stringify({ eventTime: time, eventName: 'GetUser' }), time: signedAt, isRefused: false },
    ],
    statement: JSON.stringify({ checkpoint: { number, signedAt: time, records: 1, hash } }),
  };
}

describe('claviger audit resend', () => {
  const data = join(temporaryDirectory(), 'data');
  const webhook = new DeadLetters(deadLetterFolder(data), 'webhook');
  const received: string[] = [];
  let refused = 0;
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const number = Number(request.headers['x-claviger-checkpoint']);
    response.statusCode = number === refused ? 503 : 204;
    if (number !== refused) received.push(body);
    response.end();
  });
  let address = '';

  before(async () => {
    const made = await runInProcess(['init', '--json', '--data', data]);
    assert.equal(made.status, 0, made.err);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const resend = (...words: string[]) => runInProcess(['audit', 'resend', '--data', data, ...words]);
  const listed = async (...words: string[]) => {
    const { status, out, err } = await resend('--list', '--json', ...words);
    assert.equal(status, 0, err);
    const lines = out.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const events = async () => {
    const { out } = await runInProcess(['audit', '--json', '--data', data, '--event', 'ResendAuditEvents']);
    return out.split('\n').filter((line) => line !== '');
  };

  test('sends in order, stops at a refusal, and goes on there; nothing is sent twice', async () => {
    assert.match((await resend()).err, /nothing to send/);
    for (const number of [2, 4, 7]) await webhook.add(checkpoint(number));
    assert.deepEqual((await listed())[0], {
      receiver: 'webhook',
      checkpoint: 2,
      signedAt: '2026-12-01T00:02:00.000Z',
      events: 1,
      damaged: false,
    });
    const numbers = async (...words: string[]) =>
      (await listed(...words)).map((letter) => letter['checkpoint']);
    assert.deepEqual(await numbers('--since', '2026-12-01T00:04:00Z'), [4, 7]);
    assert.deepEqual(await numbers('--receiver', 's3'), []);

    const without = await resend();
    assert.deepEqual([without.status, received.length, (await events()).length], [2, 0, 0]);
    assert.match(without.err, /no address of the webhook: give --audit-webhook/);

    refused = 4;
    const first = await resend('--audit-webhook', address);
    assert.equal(first.status, 1);
    assert.match(first.err, /checkpoint 4 was not accepted by the webhook: .*503/);
    assert.deepEqual(await numbers(), [4, 7]);

    refused = 0;
    const second = await resend('--audit-webhook', address, '--json');
    assert.equal(second.status, 0, second.err);
    assert.equal(second.out.trimEnd().split('\n').length, 2);
    assert.deepEqual(
      received,
      [2, 4, 7].map((number) => linesOf(checkpoint(number))),
    );
    assert.match((await resend('--audit-webhook', address)).err, /nothing to send/);
    assert.equal(received.length, 3);

    const written = await events();
    assert.equal(written.length, 2);
    assert.match(written[0]!, /"Receiver":"webhook"/);
    assert.match(written[1]!, /"First":"4"/);
  });

  test('says which checkpoint is damaged, and sends the others', async () => {
    appendFileSync(webhook.file, linesOf(checkpoint(8)).slice(1));
    await webhook.add(checkpoint(9));
    received.length = 0;
    const { status, err } = await resend('--audit-webhook', address);
    assert.equal(status, 1);
    assert.match(err, /checkpoint 8 for the webhook is damaged/);
    assert.deepEqual(received, [linesOf(checkpoint(9))]);
  });
});
