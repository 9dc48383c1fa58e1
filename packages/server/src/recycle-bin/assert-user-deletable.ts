import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { findBoundDevice } from '../mfa/binding.ts';
import { findLoginProfile } from '../passwords/login-profile.ts';
import { requireUser, type UserReference } from '../users/user.ts';

/**
 * Asserts that RAM's DeleteUser may delete a user: its keys, login profile, MFA device, memberships and policies
 * must be removed first. IMS's DeleteUser does not require that. Keys in the recycle bin do not count.
 * @throws Refusal EntityNotExist.User, DeleteConflict.User.AccessKey, DeleteConflict.User.LoginProfile,
 *   DeleteConflict.User.MFADevice, DeleteConflict.User.Group, DeleteConflict.User.Policy
 */
export async function assertUserDeletable(scope: Scope, reference: UserReference): Promise<void> {
  const { user_id: userId } = await requireUser(scope, reference);
  const { accountId } = scope.account;
  const key = await scope.queries
    .selectFrom('access_keys')
    .select('access_key_id')
    .where('owner_type', '=', 'user')
    .where('owner_id', '=', userId)
    .where('account_id', '=', accountId)
    .where('recycled_at', 'is', null)
    .executeTakeFirst();
  if (key !== undefined) throw new Refusal('DeleteConflict.User.AccessKey');
  if ((await findLoginProfile(scope.queries, accountId, userId)) !== undefined) {
    throw new Refusal('DeleteConflict.User.LoginProfile');
  }
  if ((await findBoundDevice(scope, { type: 'user', id: userId })) !== undefined) {
    throw new Refusal('DeleteConflict.User.MFADevice');
  }
  const membership = await scope.queries
    .selectFrom('group_members')
    .select('group_id')
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (membership !== undefined) throw new Refusal('DeleteConflict.User.Group');
  const attachment = await scope.queries
    .selectFrom('policy_attachments')
    .select('policy_name_key')
    .where('principal_type', '=', 'user')
    .where('principal_id', '=', userId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (attachment !== undefined) throw new Refusal('DeleteConflict.User.Policy');
}
