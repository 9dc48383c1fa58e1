import type { AnswerOf } from '../../api/operations.ts';

type Practice = AnswerOf<
  'Ims',
  'GetAccountSecurityPracticeReport'
>['AccountSecurityPracticeInfo']['AccountSecurityPracticeUserInfo'];

/** Recommended fix, with its page. */
export interface Fix {
  readonly key: 'rootKeys' | 'rootMfa' | 'userMfa' | 'oldKeys' | 'unusedKeys' | 'passwords';
  readonly count: number;
  readonly to: string;
  readonly severity: 'bad' | 'warn';
}

/** Returns the recommended fixes, those with the largest effect on the score first. */
export function fixesOf(practice: Practice): readonly Fix[] {
  const {
    RootWithAccessKey: rootKeys,
    BindMfa: rootMfa,
    SubUser: users,
    SubUserBindMfa: usersWithMfa,
    OldAkNum: oldKeys,
    UnusedAkNum: unusedKeys,
    SubUserPwdLevel: passwordLevel,
  } = practice;
  const all: readonly (Fix & { readonly needed: boolean })[] = [
    { key: 'rootKeys', count: rootKeys, to: '/access-keys', severity: 'bad', needed: rootKeys > 0 },
    { key: 'rootMfa', count: 1, to: '/account', severity: 'bad', needed: !rootMfa },
    {
      key: 'userMfa',
      count: users - usersWithMfa,
      to: '/users',
      severity: 'warn',
      needed: users > usersWithMfa,
    },
    { key: 'oldKeys', count: oldKeys, to: '/reports', severity: 'warn', needed: oldKeys > 0 },
    { key: 'unusedKeys', count: unusedKeys, to: '/reports', severity: 'warn', needed: unusedKeys > 0 },
    { key: 'passwords', count: 1, to: '/settings', severity: 'warn', needed: passwordLevel !== 'high' },
  ];
  return all.filter(({ needed }) => needed);
}
