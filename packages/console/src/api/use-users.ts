import { useDeferredValue, useMemo } from 'react';
import type { AnswerOf } from './operations.ts';
import { useCall } from './use-call.ts';
import { type EveryPage, useEveryPage } from './use-every-page.ts';

/** User as lists show it. */
export type ListedUser = Pick<
  NonNullable<NonNullable<AnswerOf<'Ims', 'ListUsers'>['Users']>['User']>[number],
  'UserId' | 'UserPrincipalName' | 'DisplayName' | 'Comments' | 'LastLoginDate' | 'CreateDate'
>;

const USER_NAME_PREFIX = /^[\w.-]{1,64}$/;

/**
 * Reads the users of the account. In an account with more users than are loaded automatically, the server also
 * searches for those whose name begins with a text.
 *
 * @param searched text of a search field; a login name counts up to its `@`
 */
export function useUsers(searched: string): EveryPage<ListedUser> {
  const users = useEveryPage('Ims', 'ListUsers', { MaxItems: 1000 }, (answer) => answer.Users?.User);
  const [prefix = ''] = useDeferredValue(searched).trim().split('@');
  const search = useCall(
    'Claviger',
    'SearchUsers',
    { UserNamePrefix: prefix },
    { enabled: users.readOn !== undefined && USER_NAME_PREFIX.test(prefix) },
  );
  const found = search.data?.Users;
  const rows = useMemo<readonly ListedUser[]>(() => {
    const loaded = new Set(users.rows.map((user) => user.UserId));
    return [...users.rows, ...(found ?? []).filter((user) => !loaded.has(user.UserId))];
  }, [users.rows, found]);
  return {
    ...users,
    rows,
    isLoading: users.isLoading || search.isLoading,
    error: users.error ?? search.error,
  };
}
