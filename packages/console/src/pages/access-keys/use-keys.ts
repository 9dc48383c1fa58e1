import { useCall } from '../../api/use-call.ts';
import { type KeyOwner, ownerParameters } from './key-owner.ts';

/** AccessKey with the facts that the caller may read. */
export interface AccessKey {
  readonly id: string;
  readonly isActive: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; undefined for a key that does not expire. */
  readonly expiresAt: string | undefined;
}

/** Limit of RAM: one key in use and one for its rotation. */
export const MAX_KEYS = 2;

/** Reads the AccessKeys of an owner, oldest first. */
export function useKeys(owner: KeyOwner) {
  const parameters = ownerParameters(owner);
  const list = useCall('Ims', 'ListAccessKeys', parameters);
  // The expiry needs another permission; without it none is shown.
  const expiries = useCall('Claviger', 'ListAccessKeyExpiries', parameters);
  const expiryOf = new Map(
    (expiries.data?.AccessKeys ?? []).map((expiry) => [expiry.AccessKeyId, expiry.ExpireDate]),
  );
  const keys = (list.data?.AccessKeys?.AccessKey ?? [])
    .map(
      (key): AccessKey => ({
        id: key.AccessKeyId ?? '',
        isActive: key.Status === 'Active',
        createdAt: key.CreateDate ?? '',
        expiresAt: expiryOf.get(key.AccessKeyId ?? '') || undefined,
      }),
    )
    .sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  return { keys, isLoading: list.isLoading, error: list.error, refetch: () => void list.refetch() };
}

/**
 * Returns the id of the key that a rotation replaces: the older of two, wherever it was started; keys of the same second
 * are told apart by where it was started.
 * @param keys oldest first
 */
export function replacedKeyId(keys: readonly AccessKey[], startedAt: string): string {
  const [oldest] = keys;
  const started = keys.find(({ id }) => id === startedAt);
  if (oldest === undefined || started === undefined) return startedAt;
  return oldest.createdAt < started.createdAt ? oldest.id : startedAt;
}

/** Last use of a key. */
export interface KeyUse {
  /** ISO 8601; empty if never used. */
  readonly at: string;
  readonly service: string;
  readonly region: string;
  readonly address: string;
}

/**
 * Reads the last use of a key. `use` is undefined while loading and without permission; `readAt` is when it was read,
 * in milliseconds since the epoch, 0 before.
 */
export function useKeyUse(owner: KeyOwner, keyId: string, refetchInterval: number | false = false) {
  const parameters = ownerParameters(owner);
  const last = useCall(
    'Ims',
    'GetAccessKeyLastUsed',
    { ...parameters, UserAccessKeyId: keyId },
    { refetchInterval },
  );
  const uses = useCall('Claviger', 'ListAccessKeyUses', parameters, { refetchInterval });
  const more = uses.data?.AccessKeys?.find((use) => use.AccessKeyId === keyId);
  const known = last.data?.AccessKeyLastUsed;
  const use: KeyUse | undefined = known && {
    at: known.LastUsedDate ?? '',
    service: known.ServiceName ?? '',
    region: more?.RegionId ?? '',
    address: more?.SourceAddress ?? '',
  };
  return { use, isLoading: last.isLoading, error: last.error, readAt: last.dataUpdatedAt };
}
