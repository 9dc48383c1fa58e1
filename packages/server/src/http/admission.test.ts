import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NonceMemory } from '@claviger/guard';
import { Guard } from '@claviger/guard/internal';
import type { CallerIdentity } from '../session/session-identity.ts';
import { Admission } from './admission.ts';
import { claimedCaller } from './claimed-caller.ts';
import type { HttpAnswer, ReceivedRequest } from './listener.ts';
import { type TurnBounds, TurnQueue } from './turn-queue.ts';

const guard = new Guard({
  source: { find: () => 'InvalidAccessKeyId.NotFound' },
  nonces: new NonceMemory(),
  now: Date.now,
});

const acs3 = (key: string) => [
  'Authorization',
  `ACS3-HMAC-SHA256 Credential=${key},SignedHeaders=host,Signature=0`,
];

interface Sent {
  readonly from?: string;
  readonly headers?: readonly string[];
  readonly target?: string;
  readonly body?: string;
  readonly isGone?: () => boolean;
}

const sent = ({
  from = '192.0.2.1',
  headers = [],
  target = '/',
  body = '',
  isGone,
}: Sent): ReceivedRequest => ({
  method: 'POST',
  target,
  rawHeaders: headers,
  body: Buffer.from(body),
  peerAddress: from,
  secure: false,
  receivedAt: 0,
  isGone: isGone ?? (() => false),
});

/** An admission whose turns end when the test says so. */
class Bench {
  readonly admission: Admission;
  readonly served: string[] = [];
  #afterTurn: (() => void)[] = [];

  constructor(bounds: Partial<TurnBounds> = {}) {
    const loop = {
      now: () => 0,
      afterTurn: (callback: () => void) => this.#afterTurn.push(callback),
      afterRead: setImmediate,
    };
    this.admission = new Admission(guard, new TurnQueue(bounds, loop), undefined);
  }

  send(name: string, request: Sent): Promise<HttpAnswer> {
    return this.admission.answer(sent(request), () => {
      this.served.push(name);
      return { status: 200, headers: {}, body: name };
    });
  }

  verify(request: Sent, accessKeyId: string): void {
    const identity = { by: 'signature', accessKeyId, principal: { accountId: '1' } };
    this.admission.noteVerified(sent(request), identity as CallerIdentity);
  }

  async drain(): Promise<readonly string[]> {
    for (let turns = 0; turns < 100; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const callback of this.#afterTurn.splice(0)) callback();
    }
    return this.served;
  }
}

const victim = { from: '198.51.100.1', headers: acs3('victim') };

test('to name the key of another caller from elsewhere does not delay that caller', async () => {
  const bench = new Bench();
  bench.verify(victim, 'victim');
  for (let at = 0; at < 20; at++) void bench.send('flood', { from: '192.0.2.1', headers: acs3('victim') });
  void bench.send('victim', victim);
  assert.equal((await bench.drain()).indexOf('victim'), 1);
});

test('behind one address, a caller that was verified has turns of its own', async () => {
  const bench = new Bench();
  bench.verify(victim, 'victim');
  for (let at = 0; at < 20; at++) {
    void bench.send('flood', { from: victim.from, headers: acs3(`guessed ${at}`) });
  }
  void bench.send('victim', victim);
  assert.equal((await bench.drain()).indexOf('victim'), 1);
});

test('names that were never verified have no turns of their own, however many there are', async () => {
  const bench = new Bench();
  for (let at = 0; at < 20; at++) {
    void bench.send('flood', { from: '192.0.2.1', headers: acs3(`made up ${at}`) });
  }
  void bench.send('stranger', { from: '198.51.100.7', headers: acs3('new') });
  assert.equal((await bench.drain()).indexOf('stranger'), 1);
});

test('a request is not verified by the signature of another key than the one it names', async () => {
  const bench = new Bench();
  const named = { from: '192.0.2.1', headers: acs3('named') };
  bench.verify(named, 'other');
  for (let at = 0; at < 20; at++) void bench.send('flood', { from: '192.0.2.1' });
  void bench.send('named', named);
  assert.equal((await bench.drain()).indexOf('named'), 20);
});

test('when too many wait, the busiest sender is answered Throttling with a time to wait', async () => {
  const bench = new Bench({ waiting: 2 });
  const answers = Array.from({ length: 4 }, () => bench.send('flood', { from: '192.0.2.1' }));
  const { status, headers, body } = (await answers[3])!;
  assert.equal(status, 400);
  assert.equal(headers['x-acs-retry-after'], '1000');
  assert.equal(headers['retry-after'], '1');
  assert.equal(JSON.parse(String(body)).Code, 'Throttling');
  assert.equal(bench.admission.refused, 1);
  await bench.drain();
  assert.deepEqual(bench.served, ['flood', 'flood', 'flood']);
});

test('a client that goes away while it waits is not served, and is not waited for', async () => {
  const bench = new Bench();
  void bench.send('first', {});
  const dropped = bench.send('gone', { isGone: () => true });
  await bench.drain();
  assert.equal((await dropped).body, '');
  assert.deepEqual(bench.served, ['first']);
  assert.equal(bench.admission.waiting, 0);
});

test('what serving throws is thrown to the listener, and the next request is served', async () => {
  const bench = new Bench();
  const thrown = bench.admission.answer(sent({}), () => {
    throw new Error('a bug');
  });
  void bench.send('next', {});
  await assert.rejects(thrown, /a bug/);
  assert.deepEqual(await bench.drain(), ['next']);
});

const siteOf = () => ({ origin: 'http://localhost:8080', secure: false, configured: false });

test('the key that a request names is read where clients write it', () => {
  const claimed = (request: Sent) => claimedCaller(sent(request), siteOf);
  assert.equal(claimed({ headers: acs3('key') }), 'key');
  const acs4 =
    'ACS4-HMAC-SHA256 Credential=key/20261124/cn/ims/aliyun_v4_request,SignedHeaders=host,Signature=0';
  assert.equal(claimed({ headers: ['authorization', acs4] }), 'key');
  assert.equal(claimed({ headers: ['Authorization', 'acs key:signature'] }), 'key');
  assert.equal(claimed({ target: '/?Action=ListUsers&AccessKeyId=key&Signature=0' }), 'key');
  assert.equal(claimed({ target: '/?AccessKeyId=key' }), 'key');
  assert.equal(claimed({ target: '/?UserAccessKeyId=other&AccessKeyId=key' }), 'key');
  assert.equal(claimed({ body: 'Action=ListUsers&AccessKeyId=key&Signature=0' }), 'key');
  assert.equal(claimed({ body: 'AccessKeyId=key' }), 'key');
});

test('what names no key is of no caller, and neither is a name too long to be one', () => {
  const claimed = (request: Sent) => claimedCaller(sent(request), siteOf);
  assert.equal(claimed({}), '');
  assert.equal(claimed({ target: '/?UserAccessKeyId=key', body: 'UserAccessKeyId=key' }), '');
  assert.equal(claimed({ headers: ['Authorization', 'ACS3-HMAC-SHA256 Credential'] }), '');
  assert.equal(claimed({ headers: ['Authorization', 'Bearer token'] }), '');
  assert.equal(claimed({ headers: acs3('k'.repeat(129)) }), '');
  assert.equal(claimed({ body: `AccessKeyId=${'k'.repeat(129)}` }), '');
  assert.equal(claimed({ target: `/?AccessKeyId=${'k'.repeat(129)}` }), '');
});

test('a session of the console is named by a digest of its cookie', () => {
  const cookie = (token: string) => ['Cookie', `claviger_session_8080=${token}`];
  const name = claimedCaller(sent({ headers: cookie('a'.repeat(44)) }), siteOf);
  assert.match(name, /^session [0-9a-f]{64}$/);
  assert.notEqual(name, claimedCaller(sent({ headers: cookie('b'.repeat(44)) }), siteOf));
  assert.equal(claimedCaller(sent({ headers: cookie('no token') }), siteOf), '');
});
