import type { Demand } from '@claviger/guard/internal';
import { arn } from '../../context/arn.ts';
import { listJoinedGroups } from '../../groups/membership.ts';
import type { Call } from '../../pipeline/operation.ts';
import { readPermissions } from '../../policies/permissions.ts';
import { findRole } from '../../roles/role.ts';
import { findUser } from '../../users/user.ts';
import { readRoleArn } from '../sts/session-parameters.ts';

/**
 * Returns the permissions for reading a user's policies outside of the simulator: listing the policies of the user
 * and of each of its groups, and `ram:GetPolicy` on each custom policy, whose document the answer shows. System
 * policies are the same in every account and need no permission.
 *
 * The lists come first, so that a refusal names a policy only to a caller that may list it.
 * @param userName as given; for an unknown user only the permissions to list are returned
 */
export async function demandsToReadUserPolicies(call: Call, userName: string): Promise<readonly Demand[]> {
  const { accountId } = call.account;
  const resource = arn.user(accountId, userName);
  const lists = [
    { action: 'ram:ListPoliciesForUser', resource },
    { action: 'ram:ListGroupsForUser', resource },
  ];
  const user = await findUser(call.queries, accountId, { by: 'name', userName });
  if (user === undefined) return lists;
  const groups = await listJoinedGroups(call, { by: 'id', userId: user.user_id });
  return [
    ...lists,
    ...groups.map((group) => ({
      action: 'ram:ListPoliciesForGroup',
      resource: arn.group(accountId, group.group_name),
    })),
    ...(await demandsToReadTexts(call, 'user', user.user_id)),
  ];
}

/** Returns the permissions for reading the policies of a role. @param roleName as given */
export async function demandsToReadRolePolicies(call: Call, roleName: string): Promise<readonly Demand[]> {
  const { accountId } = call.account;
  const list = { action: 'ram:ListPoliciesForRole', resource: arn.role(accountId, roleName) };
  const role = await findRole(call.queries, accountId, roleName);
  return role === undefined ? [list] : [list, ...(await demandsToReadTexts(call, 'role', role.role_id))];
}

/**
 * Returns the permission to read the tags of the simulated principal, if the decision can depend on them. Otherwise a
 * caller with its own document, or with access to the policies, could probe each tag by `acs:PrincipalTag/…`.
 * @param resource ARN of the principal
 * @param document given in place of the principal's policies
 * @param action simulated action; a trust policy can use tags as well
 */
export function demandsToReadTags(
  resource: string,
  document: string | undefined,
  action: string,
): readonly Demand[] {
  // Keys can be written with JSON escapes; any document with an escape may use tags.
  const asksForTags =
    document === undefined || /principaltag|\\u/i.test(document) || action.toLowerCase() === 'sts:assumerole';
  return asksForTags ? [{ action: 'ram:ListTagResources', resource }] : [];
}

async function demandsToReadTexts(call: Call, type: 'user' | 'role', id: string): Promise<readonly Demand[]> {
  const { accountId } = call.account;
  const policies = await readPermissions(call.queries, accountId, { type, id });
  return policies
    .filter((policy) => policy.type === 'Custom')
    .map(({ name }) => ({ action: 'ram:GetPolicy', resource: arn.policy(accountId, name) }));
}

/**
 * Returns `ram:GetRole` on the role whose trust policy a simulated `sts:AssumeRole` shows. The permission is checked by
 * name, before the role is looked up: without it, the refusal is the same whether or not the role exists.
 * @param action simulated action
 * @param resource simulated resource
 */
export function demandsToReadTrust(call: Call, action: string, resource: string): readonly Demand[] {
  const { accountId } = call.account;
  const role = action.toLowerCase() === 'sts:assumerole' ? readRoleArn(resource) : undefined;
  if (role === undefined || role.accountId !== accountId) return [];
  return [{ action: 'ram:GetRole', resource: arn.role(accountId, role.roleName) }];
}
