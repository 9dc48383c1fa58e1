import { type PasswordPolicy, readPasswordPolicy } from '../passwords/password-policy.ts';
import { identityFacts, isOld, isUnused, type ReportSource } from './identity-facts.ts';

/** Statistics and score of an account's identity security. */
export interface SecurityPractice {
  /** 0 to 100. */
  readonly score: number;
  readonly rootHasMfa: boolean;
  readonly rootKeys: number;
  readonly users: number;
  readonly usersWithMfa: number;
  readonly passwordLevel: 'low' | 'mid' | 'high';
  readonly oldKeys: number;
  readonly usersWithOldKeys: number;
  readonly unusedKeys: number;
  readonly usersWithUnusedKeys: number;
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
  let [consoleUsers, consoleUsersWithoutMfa, keys] = [0, 0, 0];
  const counts = {
    users: 0,
    usersWithMfa: 0,
    oldKeys: 0,
    usersWithOldKeys: 0,
    unusedKeys: 0,
    usersWithUnusedKeys: 0,
  };
  for await (const portion of identityFacts(source)) {
    for (const identity of portion) {
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
      if (identity.password === undefined) continue;
      consoleUsers += 1;
      consoleUsersWithoutMfa += identity.hasMfa ? 0 : 1;
    }
    portionDone();
  }
  const passwordLevel = levelOf(await readPasswordPolicy(services.store.queries, account.accountId));
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const lost =
    (rootKeys > 0 ? 25 : 0) +
    (rootHasMfa ? 0 : 20) +
    20 * share(consoleUsersWithoutMfa, consoleUsers) +
    15 * share(counts.oldKeys, keys) +
    10 * share(counts.unusedKeys, keys) +
    { low: 10, mid: 5, high: 0 }[passwordLevel];
  return { score: Math.round(100 - lost), rootHasMfa, rootKeys, passwordLevel, ...counts };
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
