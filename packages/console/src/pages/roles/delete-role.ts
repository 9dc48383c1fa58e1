import { call } from '../../api/call.ts';

/** Takes every policy off a role and deletes it: one that has policies cannot be deleted. */
export async function deleteRole(RoleName: string): Promise<void> {
  const { Policies } = await call('Ram', 'ListPoliciesForRole', { RoleName });
  for (const { PolicyName, PolicyType } of Policies?.Policy ?? []) {
    await call('Ram', 'DetachPolicyFromRole', { RoleName, PolicyName, PolicyType });
  }
  await call('Ram', 'DeleteRole', { RoleName });
}
