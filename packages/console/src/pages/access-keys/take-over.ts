import { call } from '../../api/call.ts';
import { wholeSeconds } from '../../components/whole-seconds.ts';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import { isRestricting, readNetworkPolicy } from './network-policy.ts';
import type { AccessKey } from './use-keys.ts';

/**
 * Gives a new key the network restriction of the key that it replaces, and an expiry after as long a time. Called
 * before anyone has seen the secret of the new key.
 * @param now milliseconds since the epoch
 * @throws ApiError if one of them cannot be set
 */
export async function takeOver(
  owner: KeyOwner,
  old: AccessKey,
  newKeyId: string,
  now: number,
): Promise<true> {
  const named = ownerParameters(owner);
  const { AccessKeyPolicy } = await call('Ims', 'GetAccessKeyPolicy', { ...named, UserAccessKeyId: old.id });
  const policy = readNetworkPolicy(AccessKeyPolicy);
  if (isRestricting(policy)) {
    await call('Ims', 'SetAccessKeyPolicy', {
      ...named,
      UserAccessKeyId: newKeyId,
      AccessKeyPolicy: JSON.stringify(policy),
    });
  }
  const expiresAt = renewedExpiry(old, now);
  if (expiresAt !== undefined) {
    await call('Claviger', 'SetAccessKeyExpiry', {
      ...named,
      UserAccessKeyId: newKeyId,
      ExpireDate: expiresAt,
    });
  }
  return true;
}

/** Returns when a key that lasts as long as an old one expires, in ISO 8601; undefined if the old one does not. */
export function renewedExpiry({ createdAt, expiresAt }: AccessKey, now: number): string | undefined {
  if (expiresAt === undefined) return undefined;
  const lifetime = Date.parse(expiresAt) - Date.parse(createdAt);
  return wholeSeconds(now + lifetime);
}
