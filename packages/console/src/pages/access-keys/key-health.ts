const day = 86_400_000;

/** A key should be replaced after so many days (CIS benchmark, and RAM's own compliance rule). */
export const rotateAfterDays = 90;

/** A key that was not used for so many days is not needed (RAM's compliance rule). */
export const idleAfterDays = 90;

/** A key that was made so many days ago and never used was probably made for nothing. */
const unusedAfterDays = 7;

/** What should be looked at. */
export type KeyWarning = 'old' | 'idle' | 'neverUsed' | 'expired' | 'expiresSoon';

/** What is known of a key. */
export interface KeyFacts {
  readonly status: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; empty when it was never used; undefined when that is not known. */
  readonly lastUsedAt: string | undefined;
  /** ISO 8601; undefined for a key that does not expire. */
  readonly expiresAt: string | undefined;
}

/** Whole days between a moment and now. */
export function daysSince(instant: string, now: number): number {
  return Math.floor((now - Date.parse(instant)) / day);
}

/** What is wrong with a key, worst first. */
export function keyWarnings(key: KeyFacts, now: number): readonly KeyWarning[] {
  const warnings: KeyWarning[] = [];
  if (key.expiresAt !== undefined) {
    const left = -daysSince(key.expiresAt, now);
    if (Date.parse(key.expiresAt) <= now) warnings.push('expired');
    else if (left <= 14) warnings.push('expiresSoon');
  }
  const age = daysSince(key.createdAt, now);
  if (age >= rotateAfterDays) warnings.push('old');
  if (key.lastUsedAt === '') {
    if (age >= unusedAfterDays) warnings.push('neverUsed');
  } else if (key.lastUsedAt !== undefined && daysSince(key.lastUsedAt, now) >= idleAfterDays) {
    warnings.push('idle');
  }
  return warnings;
}
