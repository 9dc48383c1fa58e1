import type { Scope } from '../context/scope.ts';
import { type PasswordPolicy, readPasswordPolicy } from '../passwords/password-policy.ts';
import { isOld, isUnused, readIdentityFacts } from './identity-facts.ts';

/** How well an account keeps its identities, counted from what there is. */
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
 * Counts and judges. RAM does not publish how it scores; ours takes off, from 100: 25 for keys of the root, 20 for
 * a root without MFA, up to 20 for the share of console users without MFA, up to 15 for old keys, up to 10 for
 * unused ones, 10 for a low and 5 for a middling password policy.
 */
export async function readSecurityPractice(scope: Scope): Promise<SecurityPractice> {
  const [root, ...users] = await readIdentityFacts(scope);
  const { now } = scope;
  const keys = users.flatMap((user) => user.keys);
  const oldKeys = keys.filter((key) => isOld(key, now)).length;
  const unusedKeys = keys.filter((key) => isUnused(key, now)).length;
  const consoleUsers = users.filter((user) => user.password !== undefined);
  const rootKeys = root?.keys.length ?? 0;
  const rootHasMfa = root?.hasMfa ?? false;
  const passwordLevel = levelOf(await readPasswordPolicy(scope.queries, scope.account.accountId));
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const lost =
    (rootKeys > 0 ? 25 : 0) +
    (rootHasMfa ? 0 : 20) +
    20 * share(consoleUsers.filter((user) => !user.hasMfa).length, consoleUsers.length) +
    15 * share(oldKeys, keys.length) +
    10 * share(unusedKeys, keys.length) +
    { low: 10, mid: 5, high: 0 }[passwordLevel];
  return {
    score: Math.round(100 - lost),
    rootHasMfa,
    rootKeys,
    users: users.length,
    usersWithMfa: users.filter((user) => user.hasMfa).length,
    passwordLevel,
    oldKeys,
    usersWithOldKeys: users.filter((user) => user.keys.some((key) => isOld(key, now))).length,
    unusedKeys,
    usersWithUnusedKeys: users.filter((user) => user.keys.some((key) => isUnused(key, now))).length,
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
