import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import { changeKey, requireAccessKey } from './access-key.ts';
import { readCeiling } from './expiry-ceiling.ts';
import type { KeyOwner } from './owner.ts';
import { keepRoleSessionsEnded } from './role-sessions-of-key.ts';

/** Returns whether a key lasts longer than its account allows. @param days the ceiling; 0 if unlimited */
export function isBeyondCeiling({ created_at, expires_at }: AccessKeyRow, days: number): boolean {
  return days > 0 && (expires_at === null || Number(expires_at) > Number(created_at) + days * DAY_MS);
}

/**
 * Sets when a key expires. An expired key is refused like a disabled one.
 * @param expiresAt ms since the epoch; `null` for never
 * @throws Refusal EntityNotExist.User.AccessKey, InvalidParameter if the date is past or beyond the account's
 *   ceiling
 */
export async function setExpiry(
  scope: Scope,
  owner: KeyOwner,
  accessKeyId: string,
  expiresAt: number | null,
): Promise<AccessKeyRow> {
  const row = await requireAccessKey(scope, owner, accessKeyId);
  if (expiresAt !== null && expiresAt <= scope.now) {
    throw new Refusal('InvalidParameter', { reason: 'ExpireDate is past. To end a key now, disable it.' });
  }
  const days = await readCeiling(scope.queries, scope.account.accountId);
  if (isBeyondCeiling({ ...row, expires_at: expiresAt }, days)) {
    const reason = `AccessKeys of the account last ${days} days at most, counted from their creation.`;
    throw new Refusal('InvalidParameter', { reason });
  }
  // An expired key with a later expiry works again, but the role sessions that ended with it must not.
  if (row.expires_at !== null && Number(row.expires_at) <= scope.now) {
    await keepRoleSessionsEnded(scope.queries, scope.account.accountId, accessKeyId, scope.now);
  }
  await changeKey(scope, accessKeyId, { expires_at: expiresAt, updated_at: scope.now });
  return { ...row, expires_at: expiresAt };
}
