import { call } from '../../api/call.ts';

/** Deletes a group after removing its members and policies, as the API requires. */
export async function deleteGroup(GroupName: string): Promise<void> {
  await emptyGroup(GroupName);
  await call('Ims', 'DeleteGroup', { GroupName });
}

async function emptyGroup(GroupName: string): Promise<void> {
  const { Policies } = await call('Ram', 'ListPoliciesForGroup', { GroupName });
  for (const { PolicyName, PolicyType } of Policies?.Policy ?? []) {
    await call('Ram', 'DetachPolicyFromGroup', { GroupName, PolicyName, PolicyType });
  }
  for (;;) {
    const { Users } = await call('Ims', 'ListUsersForGroup', { GroupName, MaxItems: 100 });
    const members = Users?.User ?? [];
    if (members.length === 0) return;
    for (const { UserPrincipalName = '' } of members) {
      await call('Ims', 'RemoveUserFromGroup', { GroupName, UserPrincipalName });
    }
  }
}
