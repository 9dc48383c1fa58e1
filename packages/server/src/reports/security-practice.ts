import { type PasswordPolicy, readPasswordPolicy } from '../passwords/password-policy.ts';
import { canSignIn, identityFacts, isOld, isUnused, type ReportSource } from './identity-facts.ts';
import { KeyHistogram, type KeyNumbers } from './key-histogram.ts';

/** Statistics and score of an account's identity security. */
export interface SecurityPractice {
  /** When it was computed; ms since the epoch. */
  readonly computedAt: number;
  /** 0 to 100. */
  readonly score: number;
  readonly rootHasMfa: boolean;
  readonly rootKeys: number;
  readonly users: number;
  readonly usersWithMfa: number;
  /** Users who can sign in to the console, and those of them without MFA. */
  readonly consoleUsers: number;
  readonly consoleUsersWithoutMfa: number;
  readonly passwordLevel: 'low' | 'mid' | 'high';
  readonly oldKeys: number;
  readonly usersWithOldKeys: number;
  readonly unusedKeys: number;
  readonly usersWithUnusedKeys: number;
  /** Keys of the root and of users, disabled ones included. */
  readonly keyNumbers: KeyNumbers;
}

/**
 * Computes statistics and score. RAM does not publish its scoring. Ours subtracts from 100: 25 for keys of the root, 20 for
 * a root without MFA, up to 20 for the share of console users without MFA, up to 15 for old keys, up to 10 for
 * unused ones, 10 for a low and 5 for a medium password policy.
 */
export async function makeSecurityPractice(
  source: ReportSource,
  portionDone: () => void,
): Promise<SecurityPractice> {
  const { now, account, services } = source;
  let [rootKeys, rootHasMfa] = [0, false];
  let keys = 0;
  const histogram = new KeyHistogram(now);
  const counts = {
    users: 0,
    usersWithMfa: 0,
    consoleUsers: 0,
    consoleUsersWithoutMfa: 0,
    oldKeys: 0,
    usersWithOldKeys: 0,
    unusedKeys: 0,
    usersWithUnusedKeys: 0,
  };
  for await (const portion of identityFacts(source)) {
    for (const identity of portion) {
      for (const key of identity.keys) histogram.add(key);
      if (identity.isRoot) {
        [rootKeys, rootHasMfa] = [identity.keys.length, identity.hasMfa];
        continue;
      }
      const oldKeys = identity.keys.filter((key) => isOld(key, now)).length;
      const unusedKeys = identity.keys.filter((key) => isUnused(key, now)).length;
      keys += identity.keys.length;
      counts.users += 1;
      counts.usersWithMfa += identity.hasMfa ? 1 : 0;
      counts.oldKeys += oldKeys;
      counts.usersWithOldKeys += oldKeys > 0 ? 1 : 0;
      counts.unusedKeys += unusedKeys;
      counts.usersWithUnusedKeys += unusedKeys > 0 ? 1 : 0;
      if (!canSignIn(identity)) continue;
      counts.consoleUsers += 1;
      counts.consoleUsersWithoutMfa += identity.hasMfa ? 0 : 1;
    }
    portionDone();
  }
  const passwordLevel = levelOf(await readPasswordPolicy(services.store.queries, account.accountId));
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const lost =
    (rootKeys > 0 ? 25 : 0) +
    (rootHasMfa ? 0 : 20) +
    20 * share(counts.consoleUsersWithoutMfa, counts.consoleUsers) +
    15 * share(counts.oldKeys, keys) +
    10 * share(counts.unusedKeys, keys) +
    { low: 10, mid: 5, high: 0 }[passwordLevel];
  return {
    computedAt: now,
    score: Math.round(100 - lost),
    rootHasMfa,
    rootKeys,
    passwordLevel,
    ...counts,
    keyNumbers: histogram.numbers(),
  };
}

function levelOf(policy: PasswordPolicy): SecurityPractice['passwordLevel'] {
  const classes = [
    policy.RequireLowercaseCharacters,
    policy.RequireUppercaseCharacters,
    policy.RequireNumbers,
    policy.RequireSymbols,
  ].filter(Boolean).length;
  if (policy.MinimumPasswordLength >= 12 && classes >= 3) return 'high';
  return policy.MinimumPasswordLength >= 10 || classes >= 2 ? 'mid' : 'low';
}
