import { DatabaseSync } from 'node:sqlite';
import { createGuard, operatorScope, placeOfAccessKey, type Services } from '@claviger/server';
import { progress } from './ratio.ts';

/** How many keys each user of a population has. */
export const keysAUser = 2;

/** The secret of every key. */
export const populationSecret = 'benchBenchBenchBenchBenchBench';

/**
 * Writes users with their keys. By SQL, since the API would take hours; the secrets are sealed as the API would seal
 * them.
 *
 * @param file of the database
 * @param createdAt milliseconds since the epoch; keys that were not used for a year are disabled by a server
 */
export async function writeUsers(
  file: string,
  { secrets, accounts }: Services,
  accountId: string,
  users: number,
  createdAt: number,
): Promise<void> {
  const account = await accounts.get(accountId);
  if (account === undefined) throw new Error('no account');
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off');
  const insertUser = database.prepare(
    `insert into users (user_id, account_id, user_name, user_name_key, display_name, comments, email, mobile_phone,
     provision_type, created_at, updated_at) values (?, ?, ?, ?, '', '', '', '', 'Manual', ?, ?)`,
  );
  const insertKey = database.prepare(
    `insert into access_keys (access_key_id, account_id, owner_type, owner_id, sealed_secret, status, created_at,
     updated_at) values (?, ?, 'user', ?, ?, 'Active', ?, ?)`,
  );
  database.exec('begin');
  for (let user = 0; user < users; user++) {
    if (user % 10_000 === 0)
      progress(`scale: writing user ${user.toLocaleString('en')} of ${users.toLocaleString('en')}`);
    insertUser.run(userId(user), accountId, `user-${user}`, `user-${user}`, createdAt, createdAt);
    for (let key = user * keysAUser; key < (user + 1) * keysAUser; key++) {
      const place = placeOfAccessKey({
        access_key_id: keyId(key),
        owner_type: 'user',
        owner_id: userId(user),
      });
      const sealed = await secrets.seal(accountId, account.wrappedDataKey, populationSecret, place);
      insertKey.run(keyId(key), accountId, userId(user), sealed, createdAt, createdAt);
    }
  }
  database.exec('commit');
  database.close();
}

/** Evenly over all keys, in an order that no processor guesses: the fractions of multiples of the golden ratio. */
export function spread(at: number, keys: number): number {
  return Math.floor(((at * 0.6180339887498949) % 1) * keys);
}

/** Bytes that this process holds, in the heap and beside it. */
export function memoryInUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export const userId = (user: number) => `2${String(user).padStart(17, '0')}`;
export const keyId = (key: number) => `LTAI5t${String(key).padStart(18, '0')}`;

/** Registers a guard of the service `orders`. @returns its credential */
export async function registerGuard(
  services: Services,
  accountId: string,
): Promise<{ readonly accessKeyId: string; readonly accessKeySecret: string }> {
  const settings = { name: 'bench', services: ['orders'], networkPolicy: null };
  const { row, secret } = await services.store.write(async (transaction) =>
    createGuard(await operatorScope(services, transaction, accountId, Date.now()), settings),
  );
  return { accessKeyId: row.access_key_id, accessKeySecret: secret.reveal() };
}
