import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { initialise, openServices, readConfiguration, StoredCredentials } from '@claviger/server';
import { parseSignature, signRequest, verifySignature } from '@claviger/signature';
import { nanoseconds, percentile, progress, type Row, row } from './ratio.ts';

const now = Date.parse('2026-11-24T08:00:00Z');

interface Population {
  readonly p99: number;
  readonly bytesPerKey: number;
  readonly secondsToLoad: number;
}

/**
 * (c) Finding a key and verifying with it, among the keys of 1,000 users and of 1,000,000 (two each), all in
 * memory: p99 of batches of 20, over keys picked evenly from all.
 */
export async function usersScaleRows(): Promise<Row[]> {
  const few = await measure(1_000);
  const many = await measure(1_000_000);
  return [
    row('scale.users.verify-p99', many.p99 / few.p99, 'times the p99 with 1,000 users', '<= 1.5'),
    row('scale.users.bytes-per-key', many.bytesPerKey, 'bytes of memory a key, of 2,000,000'),
    row('scale.users.load', many.secondsToLoad, 's to read 2,000,000 keys one by one'),
  ];
}

async function measure(users: number): Promise<Population> {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const configuration = readConfiguration({ data: join(directory, 'data') }, {});
  const surroundings = { now: () => now, log: () => {} };
  const { accountId } = await initialise(configuration, surroundings);
  const services = await openServices(configuration, surroundings);
  try {
    const account = await services.accounts.get(accountId);
    if (account === undefined) throw new Error('no account');
    const secret = 'benchBenchBenchBenchBenchBench';
    const database = new DatabaseSync(join(configuration.data, 'claviger.db'));
    database.exec('pragma synchronous = off');
    const keys = users * 2;
    const insertUser = database.prepare(
      `insert into users (user_id, account_id, user_name, user_name_key, display_name, comments, email, mobile_phone,
       provision_type, created_at, updated_at) values (?, ?, ?, ?, '', '', '', '', 'Manual', 0, 0)`,
    );
    const insertKey = database.prepare(
      `insert into access_keys (access_key_id, account_id, owner_type, owner_id, sealed_secret, status, created_at,
       updated_at) values (?, ?, 'user', ?, ?, 'Active', 0, 0)`,
    );
    database.exec('begin');
    for (let user = 0; user < users; user++) {
      if (user % 10_000 === 0)
        progress(`scale: writing user ${user.toLocaleString('en')} of ${users.toLocaleString('en')}`);
      insertUser.run(userId(user), accountId, `user-${user}`, `user-${user}`);
      for (const key of [user * 2, user * 2 + 1]) {
        const sealed = await services.secrets.seal(accountId, account.wrappedDataKey, secret, keyId(key));
        insertKey.run(keyId(key), accountId, userId(user), sealed);
      }
    }
    database.exec('commit');
    database.close();

    const source = new StoredCredentials({
      store: services.store,
      secrets: services.secrets,
      now: () => now,
      capacity: keys + 10,
    });
    globalThis.gc?.();
    const before = process.memoryUsage();
    const began = performance.now();
    for (let key = 0; key < keys; key++) {
      if (key % 10_000 === 0)
        progress(`scale: reading key ${key.toLocaleString('en')} of ${keys.toLocaleString('en')}`);
      await source.find(keyId(key), undefined);
    }
    const secondsToLoad = (performance.now() - began) / 1000;
    globalThis.gc?.();
    const after = process.memoryUsage();
    const bytes = after.heapUsed + after.external - before.heapUsed - before.external;

    progress('scale: verifying');
    const distinct = Math.min(keys, 20_000);
    const requests = Array.from({ length: distinct }, (_, at) => {
      // Spread over all keys, and in no order that memory could guess.
      const key = Math.floor(((at * 7919) % distinct) * (keys / distinct));
      return signRequest(
        { method: 'POST', target: '/', headers: [['host', '127.0.0.1:8080']] },
        { accessKeyId: keyId(key), accessKeySecret: secret },
        {
          scheme: 'ACS3-HMAC-SHA256',
          now,
          nonce: `n-${at}`,
          action: 'GetCallerIdentity',
          version: '2015-04-01',
        },
      );
    });
    const verifyOne = (at: number) => {
      const request = { ...requests[at % distinct]! };
      const parsed = parseSignature(request);
      if (!('accessKeyId' in parsed)) throw new Error('not signed');
      const found = source.find(parsed.accessKeyId, undefined);
      if (found instanceof Promise || typeof found === 'string') throw new Error('not in memory');
      verifySignature(request, parsed, found.signingKey, { now });
    };
    // The first use of a key prepares it; what is measured is every later one.
    for (let at = 0; at < distinct; at++) verifyOne(at);
    const batch = 20;
    const batches: number[] = [];
    for (let round = 0; round < 6_000; round++) {
      const time = nanoseconds(batch, (call) => verifyOne(round * batch + call));
      if (round >= 1_000) batches.push(time);
    }
    return { p99: percentile(batches, 0.99), bytesPerKey: bytes / keys, secondsToLoad };
  } finally {
    await services.store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const userId = (user: number) => `2${String(user).padStart(17, '0')}`;
const keyId = (key: number) => `LTAI5t${String(key).padStart(18, '0')}`;
