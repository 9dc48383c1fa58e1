import { useCall } from '../../api/use-call.ts';
import { type KeyOwner, ownerParameters } from './key-owner.ts';

/** An AccessKey, as far as it may be seen. */
export interface AccessKey {
  readonly id: string;
  readonly isActive: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; undefined for a key that does not expire. */
  readonly expiresAt: string | undefined;
}

/** RAM allows two: one in use, and one to replace it. */
export const maxKeys = 2;

/** The AccessKeys of somebody, the oldest first. */
export function useKeys(owner: KeyOwner) {
  const parameters = ownerParameters(owner);
  const list = useCall('Ims', 'ListAccessKeys', parameters);
  // Not everybody who sees keys may see their expiry: then it is not shown.
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
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  return { keys, isLoading: list.isLoading, error: list.error, refetch: () => void list.refetch() };
}

/** When, with what and from where a key was used last. */
export interface KeyUse {
  /** ISO 8601; empty when never. */
  readonly at: string;
  readonly service: string;
  readonly region: string;
  readonly address: string;
}

/** The last use of a key. `use` is undefined while it is not known, or may not be. */
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
  return { use, isLoading: last.isLoading, error: last.error };
}
