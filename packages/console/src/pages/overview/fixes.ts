import type { AnswerOf } from '../../api/operations.ts';

type AccountOverview = AnswerOf<'Claviger', 'GetAccountOverview'>;

/** Recommended fix, with its page. */
export interface Fix {
  readonly key: 'rootKeys' | 'rootMfa' | 'userMfa' | 'oldKeys' | 'unusedKeys' | 'passwords';
  readonly count: number;
  readonly to: string;
  readonly severity: 'bad' | 'warn';
}

/** Returns the recommended fixes, those with the largest effect on the score first. */
export function fixesOf({
  RootAccessKeys: rootKeys,
  RootHasMFA: rootMfa,
  ConsoleUsersWithoutMFA: usersWithoutMfa,
  OldAccessKeys: oldKeys,
  UnusedAccessKeys: unusedKeys,
  PasswordLevel: passwordLevel,
}: AccountOverview): readonly Fix[] {
  const all: readonly (Fix & { readonly needed: boolean })[] = [
    { key: 'rootKeys', count: rootKeys, to: '/access-keys', severity: 'bad', needed: rootKeys > 0 },
    { key: 'rootMfa', count: 1, to: '/account', severity: 'bad', needed: !rootMfa },
    // A user without a console password cannot sign in, so there is nothing that MFA could protect.
    { key: 'userMfa', count: usersWithoutMfa, to: '/reports', severity: 'warn', needed: usersWithoutMfa > 0 },
    {
      key: 'oldKeys',
      count: oldKeys,
      to: '/all-access-keys?only=old',
      severity: 'warn',
      needed: oldKeys > 0,
    },
    {
      key: 'unusedKeys',
      count: unusedKeys,
      to: '/all-access-keys?only=unused',
      severity: 'warn',
      needed: unusedKeys > 0,
    },
    { key: 'passwords', count: 1, to: '/settings', severity: 'warn', needed: passwordLevel !== 'high' },
  ];
  return all.filter(({ needed }) => needed);
}
