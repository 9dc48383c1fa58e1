/** What the last use of an old key says about whether it may be disabled. */
export type QuietVerdict = 'silent' | 'stillUsed' | 'neverUsed' | 'young';

/**
 * Judges the silence of a key that is to be replaced. Only a key that was used, and then was silent for the quiet time,
 * is `silent`: one that was never used may be needed once a month, and the silence of a young one says nothing.
 * @param lastUsedAt ISO 8601; empty if never used
 * @param now milliseconds since the epoch
 */
export function quietVerdict(
  { createdAt, lastUsedAt }: { readonly createdAt: string; readonly lastUsedAt: string },
  quietMs: number,
  now: number,
): QuietVerdict {
  if (lastUsedAt !== '' && now - Date.parse(lastUsedAt) <= quietMs) return 'stillUsed';
  if (now - Date.parse(createdAt) <= quietMs) return 'young';
  return lastUsedAt === '' ? 'neverUsed' : 'silent';
}
