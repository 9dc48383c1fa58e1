import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type GuardRequest, NonceMemory, type NonceStore } from '@claviger/guard';
import { Guard, readSignature } from '@claviger/guard/internal';
import { NoncesUnavailable, RedisNonces, type RedisNoncesOptions } from '@claviger/guard/redis';
import { SigningKey, signRequest } from '@claviger/signature';
import { Redis } from 'iovalkey';
import { freePort, RedisServer, skipWithoutRedis } from './redis-server.ts';

describe('nonces in Redis', { skip: skipWithoutRedis }, () => {
  let server: RedisServer;
  const opened: RedisNonces[] = [];
  const now = Date.now();
  const soon = now + 60_000;

  const open = (options: RedisNoncesOptions = {}, log: (line: string) => void = () => {}) => {
    const nonces = new RedisNonces(server.url, log, options);
    opened.push(nonces);
    return nonces;
  };

  before(async () => {
    server = await RedisServer.start();
  });

  after(async () => {
    for (const nonces of opened) nonces.close();
    await server.close();
  });

  test('that one node has seen are refused by another', async () => {
    const one = open();
    const other = open();
    await untilReady(one);
    assert.equal(await one.use('LTAI1', 'n', soon, now), 'first');
    assert.equal(await other.use('LTAI1', 'n', soon, now), 'seen');
    assert.equal(await other.use('LTAI2', 'n', soon, now), 'first', 'another key has nonces of its own');
  });

  test('used many times at once are accepted exactly once', async () => {
    const nonces = open();
    await untilReady(nonces);
    const uses = await Promise.all(Array.from({ length: 50 }, () => nonces.use('LTAI3', 'n', soon, now)));
    assert.equal(uses.filter((use) => use === 'first').length, 1);
    assert.deepEqual([nonces.isConnected, nonces.failures], [true, 0]);
  });

  test('refuse every request while Redis does not answer; no message contains its password', async () => {
    const said: string[] = [];
    const nonces = new RedisNonces(`redis://user:hunter2@127.0.0.1:${await freePort()}`, (line) =>
      said.push(line),
    );
    opened.push(nonces);
    await assert.rejects(nonces.use('LTAI1', 'n', soon, now), (error: Error) => {
      assert.ok(error instanceof NoncesUnavailable);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
    assert.deepEqual([nonces.isConnected, nonces.failures], [false, 1]);
    assert.doesNotMatch(said.join(), /hunter2/);
    assert.equal(said.length, 1, 'an outage is logged once');
  });

  describe('that were lost', () => {
    /** Ways in which Redis loses its nonces. */
    const losses: Readonly<Record<string, () => Promise<unknown>>> = {
      'in a restart': async () => {
        await server.kill();
        server.start();
      },
      'in a flush': () => onRedis((redis) => redis.flushall()),
      'in a restart from an older copy': async () => {
        const old = await onRedis(async (redis) => {
          const [key = ''] = await redis.keys('claviger:nonces-since:*');
          return [key, (await redis.get(key)) ?? ''] as const;
        });
        await server.kill();
        server.start();
        await onRedis((redis) => redis.set(...old));
      },
    };

    for (const [how, lose] of Object.entries(losses)) {
      test(`${how}: requests signed before are refused at every node, later ones are accepted`, async () => {
        const [one, two] = [open(), open()];
        await untilReady(one);
        await untilReady(two);
        const guards = [guardWith(one), guardWith(two)] as const;
        const captured = signed(Math.ceil((one.remembersFrom ?? 0) / 1000) * 1000);
        assert.equal(await verdict(guards[0], captured), 'accepted');
        assert.equal(await verdict(guards[1], captured), 'SignatureNonceUsed');
        await lose();
        for (const guard of guards) {
          assert.equal(await untilAnswered(() => verdict(guard, captured)), 'InvalidTimeStamp.BeforeStart');
        }
        await one.ready();
        for (const guard of guards) assert.equal(await verdict(guard, signed(Date.now())), 'accepted');
        // A node that starts later is told the same.
        const late = open();
        assert.equal(await verdict(guardWith(late), captured), 'InvalidTimeStamp.BeforeStart');
      });
    }
  });

  test('are checked at this node alone while Redis is away, if it is to accept', async () => {
    const said: string[] = [];
    const nonces = open({ whenUnavailable: 'accept' }, (line) => said.push(line));
    await untilReady(nonces);
    const guard = guardWith(nonces);
    await nonces.ready();
    const before = signed(Date.now());
    assert.equal(await verdict(guard, before), 'accepted');
    await server.kill();
    const during = signed(Date.now());
    assert.equal(await verdict(guard, during), 'accepted');
    assert.equal(await verdict(guard, during), 'SignatureNonceUsed');
    assert.equal(await verdict(guard, before), 'SignatureNonceUsed', 'used before the outage');
    assert.ok(nonces.failures > 0);
    server.start();
    await untilReady(nonces);
    assert.notEqual(await verdict(guard, during), 'accepted');
    assert.equal(await verdict(guard, signed(Date.now())), 'accepted');
    assert.match(said.join('\n'), /does not answer.*\n.*lost its nonces.*\n.*answers again/);
  });

  test('that Redis may drop for want of memory are warned of', async () => {
    await onRedis((redis) => redis.config('SET', 'maxmemory', '64mb', 'maxmemory-policy', 'allkeys-lru'));
    const said: string[] = [];
    await untilReady(open({}, (line) => said.push(line)));
    assert.match(said.join(), /maxmemory-policy allkeys-lru.*set noeviction/);
  });

  async function onRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    redis.on('error', () => {});
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  }
});

test('a nonce store that learns during a use that it has lost others refuses what is older', async () => {
  const memory = new NonceMemory();
  let remembersFrom = 0;
  const now = Math.floor(Date.now() / 1000) * 1000;
  const nonces: NonceStore = {
    get remembersFrom() {
      return remembersFrom;
    },
    async use(...used) {
      remembersFrom = now;
      return memory.use(...used);
    },
  };
  assert.equal(await verdict(guardWith(nonces), signed(now - 1000)), 'InvalidTimeStamp.BeforeStart');
  assert.equal(await verdict(guardWith(nonces), signed(now)), 'accepted');
});

const SECRET = 'a-secret-of-thirty-characters.';

function guardWith(nonces: NonceStore): Guard {
  return new Guard({
    nonces,
    now: Date.now,
    source: {
      find: (accessKeyId: string) => ({
        accessKeyId,
        kind: 'permanent',
        status: 'Active',
        signingKey: SigningKey.fromSecret(SECRET),
        principal: { type: 'root', accountId: '1', arn: 'acs:ram::1:root' } as never,
        permissions: 'everything',
      }),
    } as never,
  });
}

/** Signs a request. @param at milliseconds since the epoch */
function signed(at: number): GuardRequest {
  const request = signRequest(
    { method: 'GET', target: '/', headers: [['host', 'orders.example']] },
    { accessKeyId: 'LTAI5tExample', accessKeySecret: SECRET },
    { scheme: 'ACS3-HMAC-SHA256', now: at, nonce: crypto.randomUUID() },
  );
  return { ...request, peerAddress: '198.51.100.7', secure: true };
}

async function verdict(guard: Guard, request: GuardRequest): Promise<string> {
  const signature = readSignature(request);
  if ('refused' in signature) return signature.code;
  const identity = await guard.authenticate(request, signature, { product: 'orders', region: '*' });
  return identity.refused ? identity.code : 'accepted';
}

/** Returns the first answer that is not an outage. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof NoncesUnavailable)) throw error;
    }
  }
}

async function untilReady(nonces: RedisNonces): Promise<void> {
  await untilAnswered(() => nonces.ready());
}
