const DAY_MS = 86_400_000;

/** Age in days after which a key should be rotated (CIS benchmark, RAM's compliance rule). */
export const ROTATE_AFTER_DAYS = 90;

/** Days without use after which a key is idle (RAM's compliance rule). */
export const IDLE_AFTER_DAYS = 90;

/** Age in days after which a key that was never used is reported. */
const UNUSED_AFTER_DAYS = 7;

/** Finding about a key. */
export type KeyWarning = 'old' | 'idle' | 'neverUsed' | 'expired' | 'expiresSoon';

/** Facts about a key. */
export interface KeyFacts {
  readonly status: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; empty if never used; undefined if unknown. */
  readonly lastUsedAt: string | undefined;
  /** ISO 8601; undefined for a key that does not expire. */
  readonly expiresAt: string | undefined;
}

/** Returns the whole days from a time until now. */
export function daysSince(instant: string, now: number): number {
  return Math.floor((now - Date.parse(instant)) / DAY_MS);
}

/** Returns the findings about a key, most severe first. */
export function keyWarnings(key: KeyFacts, now: number): readonly KeyWarning[] {
  const warnings: KeyWarning[] = [];
  if (key.expiresAt !== undefined) {
    const left = -daysSince(key.expiresAt, now);
    if (Date.parse(key.expiresAt) <= now) warnings.push('expired');
    else if (left <= 14) warnings.push('expiresSoon');
  }
  const age = daysSince(key.createdAt, now);
  if (age >= ROTATE_AFTER_DAYS) warnings.push('old');
  if (key.lastUsedAt === '') {
    if (age >= UNUSED_AFTER_DAYS) warnings.push('neverUsed');
  } else if (key.lastUsedAt !== undefined && daysSince(key.lastUsedAt, now) >= IDLE_AFTER_DAYS) {
    warnings.push('idle');
  }
  return warnings;
}
