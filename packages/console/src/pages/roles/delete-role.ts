import { call } from '../../api/call.ts';

/** Deletes a role after detaching its policies, as the API requires; a service-linked role as a whole. */
export async function deleteRole(RoleName: string): Promise<void> {
  const { Role } = await call('Ram', 'GetRole', { RoleName });
  if (Role?.IsServiceLinkedRole === true) {
    await call('Ram', 'DeleteServiceLinkedRole', { RoleName });
    return;
  }
  const { Policies } = await call('Ram', 'ListPoliciesForRole', { RoleName });
  for (const { PolicyName, PolicyType } of Policies?.Policy ?? []) {
    await call('Ram', 'DetachPolicyFromRole', { RoleName, PolicyName, PolicyType });
  }
  await call('Ram', 'DeleteRole', { RoleName });
}
