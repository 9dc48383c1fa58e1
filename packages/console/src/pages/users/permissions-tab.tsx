import { AttachedPolicies } from '../../components/attached-policies.tsx';
import { InheritedPolicies } from './inherited-policies.tsx';
import { userNameOf } from './user-name.ts';

/** The policies that count for a user: its own, and those of its groups. Its AccessKeys have the same. */
export function PermissionsTab({ loginName }: { readonly loginName: string }) {
  return (
    <>
      <AttachedPolicies holder={{ kind: 'user', name: userNameOf(loginName) }} />
      <InheritedPolicies loginName={loginName} />
    </>
  );
}
