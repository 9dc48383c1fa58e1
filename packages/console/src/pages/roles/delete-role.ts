import { call } from '../../api/call.ts';

/** Deletes a role after detaching its policies, as the API requires. */
export async function deleteRole(RoleName: string): Promise<void> {
  const { Policies } = await call('Ram', 'ListPoliciesForRole', { RoleName });
  for (const { PolicyName, PolicyType } of Policies?.Policy ?? []) {
    await call('Ram', 'DetachPolicyFromRole', { RoleName, PolicyName, PolicyType });
  }
  await call('Ram', 'DeleteRole', { RoleName });
}
