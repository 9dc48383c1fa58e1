import { AttachedPolicies } from '../../components/attached-policies.tsx';
import { InheritedPolicies } from './inherited-policies.tsx';
import { userNameOf } from './user-name.ts';

/** Policies of a user: attached and inherited from groups. They also apply to its AccessKeys. */
export function PermissionsTab({ loginName }: { readonly loginName: string }) {
  return (
    <>
      <AttachedPolicies holder={{ kind: 'user', name: userNameOf(loginName) }} />
      <InheritedPolicies loginName={loginName} />
    </>
  );
}
