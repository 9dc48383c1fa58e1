import type { RootPrincipal, UserPrincipal } from '@claviger/guard';
import type { UserRow } from '../store/schema.ts';
import { identityArn } from './arn.ts';

/** The account root, as who calls. */
export function rootPrincipal(accountId: string): RootPrincipal {
  return { type: 'root', accountId, arn: identityArn.root(accountId) };
}

/** A RAM user, as who calls. */
export function userPrincipal(
  accountId: string,
  user: Pick<UserRow, 'user_id' | 'user_name'>,
): UserPrincipal {
  return {
    type: 'ram-user',
    accountId,
    arn: identityArn.user(accountId, user.user_name),
    userId: user.user_id,
    userName: user.user_name,
  };
}
