import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  closeServices,
  initialise,
  openServices,
  readConfiguration,
  type Services,
  StoredCredentials,
} from '@claviger/server';
import { parseSignature, type SignedRequest, signRequest, verifySignature } from '@claviger/signature';
import { interleaved, nanoseconds, percentile, progress, type Row, row } from './ratio.ts';

const now = Date.parse('2026-11-24T08:00:00Z');
const secret = 'benchBenchBenchBenchBenchBench';
const few = 1_000;
const keysAUser = 2;
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
  const surroundings = { now: () => now, log: () => {} };
  const { accountId } = await initialise(configuration, surroundings);
  const services = await openServices(configuration, surroundings);
  await writeUsers(join(configuration.data, 'claviger.db'), services, accountId, users);

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

/** By SQL, since the API would take hours; the secrets are sealed as the API would seal them. */
async function writeUsers(
  file: string,
  { secrets, accounts }: Services,
  accountId: string,
  users: number,
): Promise<void> {
  const account = await accounts.get(accountId);
  if (account === undefined) throw new Error('no account');
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off');
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
    for (let key = user * keysAUser; key < (user + 1) * keysAUser; key++) {
      const sealed = await secrets.seal(accountId, account.wrappedDataKey, secret, keyId(key));
      insertKey.run(keyId(key), accountId, userId(user), sealed);
    }
  }
  database.exec('commit');
  database.close();
}

function signedWith(key: number, at: number): SignedRequest {
  return signRequest(
    { method: 'POST', target: '/', headers: [['host', '127.0.0.1:8080']] },
    { accessKeyId: keyId(key), accessKeySecret: secret },
    { scheme: 'ACS3-HMAC-SHA256', now, nonce: `n-${at}`, action: 'GetCallerIdentity', version: '2015-04-01' },
  );
}

/** Evenly over all keys, in an order that no processor guesses: the fractions of multiples of the golden ratio. */
function spread(at: number, keys: number): number {
  return Math.floor(((at * 0.6180339887498949) % 1) * keys);
}

function memoryInUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const userId = (user: number) => `2${String(user).padStart(17, '0')}`;
const keyId = (key: number) => `LTAI5t${String(key).padStart(18, '0')}`;
