import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  closeServices,
  initialise,
  openServices,
  readConfiguration,
  StoredCredentials,
} from '@claviger/server';
import { parseSignature, type SignedRequest, signRequest, verifySignature } from '@claviger/signature';
import { keyId, keysAUser, memoryInUse, populationSecret, spread, writeUsers } from './population.ts';
import { interleaved, nanoseconds, percentile, progress, type Row, row } from './ratio.ts';

const now = Date.parse('2026-11-24T08:00:00Z');
const few = 1_000;
/** Different requests on either side: so many that the keys of a large installation do not stay in the cache. */
const requestCount = 60_000;
/** Verifications timed together, since one is short beside what the clock and the system do. */
const batch = 20;
const batchesARound = 1_000;

interface Population {
  /** Verifies one round's requests. @returns p99 of the batches, in nanoseconds a request */
  readonly verify: () => number;
  readonly keys: number;
  readonly bytesPerKey: number;
  readonly secondsToLoad: number;
  readonly close: () => Promise<void>;
}

/**
 * (c) Reading a request, finding its key among all and verifying with it: p99 of batches of 20, with many users
 * beside the same with 1,000. Each user has two keys; every key is in memory before anything is timed, and the
 * requests are spread evenly over all keys.
 *
 * @param many how many users; 1,000,000 take minutes to write and read
 */
export async function usersRows(many: number): Promise<Row[]> {
  const small = await populate(few);
  const large = await populate(many);
  try {
    progress('scale: verifying');
    const rounds = interleaved({ few: small.verify, many: large.verify });
    const name = `scale.users-${many}`;
    const keys = large.keys.toLocaleString('en');
    return [
      row(`${name}.verify-p99`, rounds.ratio('many', 'few'), `times the p99 with ${few} users`, '<= 1.5'),
      row(`${name}.verify-p99-time`, rounds.median('many') / 1000, 'µs a request, p99'),
      row(`${name}.bytes-per-key`, large.bytesPerKey, `bytes of memory a key, of ${keys}`),
      row(`${name}.load-time`, large.secondsToLoad, `s to read ${keys} keys one by one`),
      row(`${name}.load-rate`, large.keys / large.secondsToLoad, 'keys/s read, one by one'),
    ];
  } finally {
    await small.close();
    await large.close();
  }
}

async function populate(users: number): Promise<Population> {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const configuration = readConfiguration({ data: join(directory, 'data') }, {});
  const dependencies = { now: () => now, log: () => {} };
  const { accountId } = await initialise(configuration, dependencies);
  const services = await openServices(configuration, dependencies);
  await writeUsers(join(configuration.data, 'claviger.db'), services, accountId, users, now);

  const keys = users * keysAUser;
  const source = new StoredCredentials({
    store: services.store,
    secrets: services.secrets,
    now: () => now,
    capacity: keys + 10,
    compiled: services.permissions,
  });
  const before = memoryInUse();
  const began = performance.now();
  for (let key = 0; key < keys; key++) {
    if (key % 10_000 === 0)
      progress(`scale: reading key ${key.toLocaleString('en')} of ${keys.toLocaleString('en')}`);
    await source.find(keyId(key), undefined);
  }
  const secondsToLoad = (performance.now() - began) / 1000;
  const bytesPerKey = (memoryInUse() - before) / keys;

  progress('scale: signing requests');
  const requests = Array.from({ length: requestCount }, (_, at) => signedWith(spread(at, keys), at));
  const verifyOne = (request: SignedRequest) => {
    const parsed = parseSignature(request);
    if (!('accessKeyId' in parsed)) throw new Error('not signed');
    const found = source.find(parsed.accessKeyId, undefined);
    if (found instanceof Promise || typeof found === 'string') throw new Error('not in memory');
    verifySignature(request, parsed, found.signingKey, { now });
  };
  // The first use of a key prepares it; what is measured is every later one.
  for (const request of requests) verifyOne(request);
  let next = 0;
  return {
    keys,
    bytesPerKey,
    secondsToLoad,
    verify: () => {
      const times = Array.from({ length: batchesARound }, () =>
        nanoseconds(batch, () => verifyOne(requests[next++ % requestCount]!)),
      );
      return percentile(times, 0.99);
    },
    close: async () => {
      await closeServices(services);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function signedWith(key: number, at: number): SignedRequest {
  return signRequest(
    { method: 'POST', target: '/', headers: [['host', '127.0.0.1:8080']] },
    { accessKeyId: keyId(key), accessKeySecret: populationSecret },
    { scheme: 'ACS3-HMAC-SHA256', now, nonce: `n-${at}`, action: 'GetCallerIdentity', version: '2015-04-01' },
  );
}
