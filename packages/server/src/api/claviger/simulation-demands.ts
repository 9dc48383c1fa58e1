import type { Demand } from '@claviger/guard/internal';
import { arn } from '../../context/arn.ts';
import { listJoinedGroups } from '../../groups/membership.ts';
import type { Call } from '../../pipeline/operation.ts';
import { readPermissions } from '../../policies/permissions.ts';
import { findRole } from '../../roles/role.ts';
import { findUser } from '../../users/user.ts';
import { readRoleArn } from '../sts/session-parameters.ts';

/**
 * The permissions that reading a user's policies needs outside of the simulator: the lists of what is attached to the
 * user and to each of its groups, and `ram:GetPolicy` on each custom policy, whose text the answer shows. System
 * policies are the same in every account and are not asked for.
 *
 * The lists come first, so that a refusal names a policy only to a caller that may list it.
 * @param userName as given; of a user that does not exist only the lists are asked for
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

/** The same for the policies of a role. @param roleName as given */
export async function demandsToReadRolePolicies(call: Call, roleName: string): Promise<readonly Demand[]> {
  const { accountId } = call.account;
  const list = { action: 'ram:ListPoliciesForRole', resource: arn.role(accountId, roleName) };
  const role = await findRole(call.queries, accountId, roleName);
  return role === undefined ? [list] : [list, ...(await demandsToReadTexts(call, 'role', role.role_id))];
}

/**
 * The permission to read the tags of the simulated principal, where the decision can depend on them: a caller that brings
 * a text, or may read the policies, would learn each tag by asking for it (`acs:PrincipalTag/…`).
 * @param resource of the principal
 * @param document that the caller brings instead of the principal's policies
 * @param action that is simulated; a trust policy can ask for tags, too
 */
export function demandsToReadTags(
  resource: string,
  document: string | undefined,
  action: string,
): readonly Demand[] {
  // Keys can be written with JSON's escapes; whatever has one may ask for tags.
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
 * `ram:GetRole` on the role whose trust policy a simulation of `sts:AssumeRole` would show. It is asked for by name,
 * before the role is looked up: a caller without it is refused alike whether the role exists or not.
 * @param action that is simulated
 * @param resource that is simulated
 */
export function demandsToReadTrust(call: Call, action: string, resource: string): readonly Demand[] {
  const { accountId } = call.account;
  const role = action.toLowerCase() === 'sts:assumerole' ? readRoleArn(resource) : undefined;
  if (role === undefined || role.accountId !== accountId) return [];
  return [{ action: 'ram:GetRole', resource: arn.role(accountId, role.roleName) }];
}
