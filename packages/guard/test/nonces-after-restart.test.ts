/** A request that was captured before a guard was started again is refused after it. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { SignedRequest } from '@claviger/signature';
import { startForwardAuth } from '../src/forward-auth/start-forward-auth.ts';
import { startGateway } from '../src/gateway/gateway.ts';
import type { GuardDependencies } from '../src/gateway/guard-runtime.ts';
import { type NonceFiles, NonceMemory, type NonceStore, openNonceFiles } from '../src/index.ts';
import { arriving, Keys, noon, ordersGuard, ordersMap, sign } from './orders.ts';
import { onTheWire, Wire } from './raw-connection.ts';
import { RecordingUpstream } from './recording-upstream.ts';
import { freshDirectory, gatewayYaml, TestLog } from './running-gateway.ts';

const minute = 60_000;
const everything = [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }];
const keys = new Keys();
const alice = keys.addUser('alice', everything);
const post = (signedAt: number) =>
  sign(
    alice,
    { method: 'POST', target: '/orders', headers: [['content-type', 'application/json']], body: '{}' },
    { now: signedAt },
  );

/** The code of a gateway's answer; `OK` when it passes the request on. */
async function sent(url: string, request: SignedRequest): Promise<string> {
  const wire = await Wire.open(url);
  wire.write(onTheWire(request));
  const { status, body } = await wire.answer();
  wire.close();
  return status === 200 ? 'OK' : (JSON.parse(body) as { Code: string }).Code;
}

/** Asks a forward-auth endpoint as Traefik does. */
function asked(url: string, { method, target, rawHeaders }: SignedRequest): Promise<string> {
  const host = rawHeaders[rawHeaders.indexOf('host') + 1]!;
  const told = ['x-forwarded-method', method, 'x-forwarded-uri', target, 'x-forwarded-host', host];
  return sent(url, {
    method: 'GET',
    target: '/traefik',
    rawHeaders: [...rawHeaders, ...told],
    body: new Uint8Array(),
  });
}

interface Guarding {
  start(
    now: number,
    nonces?: NonceStore,
  ): Promise<{ readonly call: (request: SignedRequest) => Promise<string>; stop(): Promise<void> }>;
}

const guarding: Record<string, (more: string) => Promise<Guarding>> = {
  async 'the gateway'(more) {
    const upstream = await RecordingUpstream.start();
    after(() => upstream.close());
    const directory = freshDirectory();
    writeFileSync(join(directory, 'orders.yaml'), ordersMap);
    const file = join(directory, 'gateway.yaml');
    writeFileSync(file, gatewayYaml([upstream.url], { more }));
    return {
      async start(now, nonces) {
        const gateway = await startGateway(file, { ...dependencies(now), nonces });
        return { call: (request) => sent(gateway.address, request), stop: () => gateway.close(0) };
      },
    };
  },
  async 'forward-auth'(more) {
    const directory = freshDirectory();
    writeFileSync(join(directory, 'orders.yaml'), ordersMap);
    const file = join(directory, 'forward-auth.yaml');
    writeFileSync(
      file,
      `listen: 127.0.0.1:0\nproxies: ['127.0.0.1']\nsource: { server: 'http://127.0.0.1:1' }\nservices: [{ map: orders.yaml }]\n${more}\n`,
    );
    return {
      async start(now, nonces) {
        const endpoint = await startForwardAuth(file, { ...dependencies(now), nonces });
        return { call: (request) => asked(endpoint.address, request), stop: () => endpoint.close(0) };
      },
    };
  },
};

function dependencies(now: number): GuardDependencies {
  return {
    openSource: () => ({ source: keys, isReady: () => true, close() {} }),
    now: () => now,
    log: new TestLog(),
  };
}

for (const [name, prepare] of Object.entries(guarding)) {
  describe(`${name}, started again`, () => {
    test('refuses what was signed before, and says since when it accepts', async () => {
      const service = await prepare('');
      const before = await service.start(noon);
      const captured = post(noon);
      assert.equal(await before.call(captured), 'OK');
      assert.equal(await before.call(captured), 'SignatureNonceUsed');
      await before.stop();
      const again = await service.start(noon + minute);
      assert.equal(await again.call(captured), 'InvalidTimeStamp.BeforeStart');
      assert.equal(await again.call(post(noon + minute - 1000)), 'InvalidTimeStamp.BeforeStart');
      assert.equal(await again.call(post(noon + minute)), 'OK');
      await again.stop();
    });

    test('remembers nonces in a directory, and takes new requests however they are dated', async () => {
      const service = await prepare('nonces: { directory: state/nonces }');
      const before = await service.start(noon);
      const captured = [post(noon), post(noon + 14 * minute)];
      for (const request of captured) assert.equal(await before.call(request), 'OK');
      await before.stop();
      const again = await service.start(noon + minute);
      for (const request of captured) assert.equal(await again.call(request), 'SignatureNonceUsed');
      assert.equal(await again.call(post(noon - 10 * minute)), 'OK');
      await again.stop();
    });

    test('shares nonces with others that guard the same service', async () => {
      const service = await prepare('');
      const shared = new NonceMemory();
      const [one, other] = [await service.start(noon, shared), await service.start(noon, shared)];
      const captured = post(noon);
      assert.equal(await one.call(captured), 'OK');
      assert.equal(await other.call(captured), 'SignatureNonceUsed');
      await one.stop();
      await other.stop();
      const both = await prepare('nonces: { directory: state }');
      await assert.rejects(both.start(noon, shared), /in both `nonces\.directory` and Redis/);
    });
  });
}

test('a guard in a program refuses what was signed before it was made', async () => {
  const guard = ordersGuard(keys, { now: () => noon + minute });
  const decision = await guard.check(arriving(post(noon)));
  assert.ok(!decision.allowed);
  assert.equal(decision.code, 'InvalidTimeStamp.BeforeStart');
  assert.match(
    decision.message,
    /signed at 2026-11-24T12:00:00Z\. .* before 2026-11-24T12:01:00Z is refused/,
  );
  assert.ok((await guard.check(arriving(post(noon + minute)))).allowed);
});

describe('files of nonces', () => {
  const log = (message: string): void => assert.fail(message);
  const opened = (directory: string, now = noon, more = {}): Promise<NonceFiles> =>
    openNonceFiles({ directory, now: () => now, log, ...more });
  const use = (nonces: NonceFiles, nonce: string, signedAt = noon, now = noon) =>
    nonces.use('LTAI5t', nonce, signedAt + 15 * minute, now);
  const namesIn = (directory: string) => readdirSync(directory).filter((name) => name.startsWith('nonces-'));

  test('hold what was used when the process is killed: nothing is written at its end', async () => {
    const directory = join(freshDirectory(), 'nonces');
    const first = await opened(directory);
    for (let at = 0; at < 20_000; at++) assert.equal(use(first, `n${at}`), 'first');
    // It is not closed.
    const second = await opened(directory);
    assert.equal(second.size, 20_000);
    for (const at of [0, 8191, 8192, 19_999]) assert.equal(use(second, `n${at}`), 'seen');
    assert.equal(use(second, 'new'), 'first');
    first.close();
    second.close();
  });

  test('know nothing of before they were made, and everything since', async () => {
    const directory = freshDirectory();
    const first = await opened(directory, noon + 1);
    assert.equal(first.remembersFrom, noon + 1000);
    first.close();
    const second = await opened(directory, noon + minute);
    assert.equal(second.remembersFrom, undefined);
    second.close();
  });

  test('are deleted when all that they hold has expired', async () => {
    const directory = freshDirectory();
    const nonces = await opened(directory);
    use(nonces, 'early');
    use(nonces, 'later', noon + 45 * minute, noon + 45 * minute);
    assert.equal(namesIn(directory).length, 1);
    nonces.close();
    (await opened(directory, noon + 180 * minute)).close();
    assert.deepEqual(namesIn(directory), []);
  });

  test('go on after a record that was written in part', async () => {
    const directory = freshDirectory();
    const first = await opened(directory);
    use(first, 'whole');
    first.close();
    const file = join(directory, namesIn(directory)[0]!);
    appendFileSync(file, 'part');
    const second = await opened(directory);
    assert.equal(use(second, 'whole'), 'seen');
    assert.equal(use(second, 'next'), 'first');
    second.close();
    const third = await opened(directory);
    assert.equal(use(third, 'next'), 'seen');
    third.close();
  });

  test('are readable by their owner only, and tell no key and no nonce', async () => {
    const directory = join(freshDirectory(), 'nonces');
    const nonces = await opened(directory);
    use(nonces, 'a-nonce');
    nonces.close();
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    for (const name of readdirSync(directory))
      assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
  });

  test('that cannot be written let nothing through', async () => {
    const directory = freshDirectory();
    const said: string[] = [];
    const nonces = await opened(directory, noon, { log: (message: string) => void said.push(message) });
    // A directory stands where the file has to be.
    mkdirSync(join(directory, `nonces-${Math.floor((noon + 15 * minute) / (15 * minute))}`));
    assert.equal(use(nonces, 'one'), 'full');
    assert.equal(use(nonces, 'two'), 'full');
    assert.deepEqual(said, ['nonces cannot be written, requests are refused: EISDIR']);
    nonces.close();
  });
});
