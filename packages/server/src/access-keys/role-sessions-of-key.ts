import {
  endRoleSessions,
  type InvalidKeySubject,
  readGenerations,
} from '../revocation/role-session-generation.ts';
import { type KeySessionEnding, readKeySessionEnding } from '../settings/account-protection.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/**
 * Role sessions end with the AccessKey that opened them, unless its account lets them outlive it. A session that has
 * ended so never works again, whatever order the key and the setting change in:
 *
 * - While the setting is on, a key that becomes invalid ends its sessions by their generation.
 * - While it is off, the number of times that it was turned on is stored with the key. If it is higher later, the setting
 *   was on while the key was invalid, and its sessions have ended.
 * - When a key becomes valid again, sessions that have ended so are ended by their generation.
 *
 * A key that expires changes nothing in the database: there, the time of the expiry is compared with the time when the
 * setting was turned off.
 */
const invalidKey = (accessKeyId: string): InvalidKeySubject => `invalid-key:${accessKeyId}`;

/**
 * Ends the role sessions of a key that is disabled, deleted or found expired, if the account is set so.
 * @param queries of the transaction that disables the key
 * @param now ms since the epoch
 */
export async function endRoleSessionsOfKey(
  queries: Queries,
  accountId: string,
  accessKeyId: string,
  now: number,
): Promise<void> {
  const ending = await readKeySessionEnding(queries, accountId);
  const { generation, key } = await readInvalidKey(queries, accessKeyId);
  // Without a number the key was valid until now, or has ended its sessions already.
  const hasEnded = generation !== undefined && ending.turnedOn > generation;
  if (ending.isOn || hasEnded || hasExpiredWhileOn(key, ending)) {
    await endRoleSessions(queries, accountId, `access-key:${accessKeyId}`, now);
  }
  const row = { generation: ending.turnedOn, revoked_at: now };
  await queries
    .insertInto('session_generations')
    .values({ subject: invalidKey(accessKeyId), account_id: accountId, ...row })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet(row))
    .execute();
}

/**
 * Ends the role sessions of a key that is to become valid again for good, if they have ended while it was not.
 * @param queries of the transaction that enables the key
 * @param now ms since the epoch
 */
export async function keepRoleSessionsEnded(
  queries: Queries,
  accountId: string,
  accessKeyId: string,
  now: number,
): Promise<void> {
  if (await areRoleSessionsEnded(queries, accountId, accessKeyId)) {
    await endRoleSessions(queries, accountId, `access-key:${accessKeyId}`, now);
  }
  await queries.deleteFrom('session_generations').where('subject', '=', invalidKey(accessKeyId)).execute();
}

/** Returns whether the role sessions of a key that is disabled, deleted or expired have ended with it. */
export async function areRoleSessionsEnded(
  queries: Queries,
  accountId: string,
  accessKeyId: string,
): Promise<boolean> {
  const ending = await readKeySessionEnding(queries, accountId);
  if (ending.isOn) return true;
  const { generation = 0, key } = await readInvalidKey(queries, accessKeyId);
  if (hasExpiredWhileOn(key, ending)) return true;
  const isDisabled = key?.status !== 'Active' || key.recycled_at !== null;
  return isDisabled && ending.turnedOn > generation;
}

type KeyState = Pick<AccessKeyRow, 'status' | 'recycled_at' | 'expires_at'>;

/** Reads a key, and how often the setting had been turned on when it became invalid. */
async function readInvalidKey(
  queries: Queries,
  accessKeyId: string,
): Promise<{ readonly generation: number | undefined; readonly key: KeyState | undefined }> {
  const subject = invalidKey(accessKeyId);
  const generations = await readGenerations(queries, [subject]);
  const key = await queries
    .selectFrom('access_keys')
    .select(['status', 'recycled_at', 'expires_at'])
    .where('access_key_id', '=', accessKeyId)
    .executeTakeFirst();
  return { generation: generations[subject], key };
}

function hasExpiredWhileOn(key: KeyState | undefined, { turnedOffAt }: KeySessionEnding): boolean {
  if (key === undefined || key.expires_at === null || turnedOffAt === undefined) return false;
  return Number(key.expires_at) < turnedOffAt;
}
