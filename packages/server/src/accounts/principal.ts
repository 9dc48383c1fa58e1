import { userPrincipal as principalOfUser, type TagValues, type UserPrincipal } from '@claviger/guard';
import type { UserRow } from '../store/schema.ts';

export { rootPrincipal } from '@claviger/guard';

/** Returns the principal of a RAM user. */
export function userPrincipal(
  accountId: string,
  user: Pick<UserRow, 'user_id' | 'user_name'>,
  tags?: TagValues,
): UserPrincipal {
  return principalOfUser(accountId, user.user_id, user.user_name, tags);
}
