import type { Principal } from '@claviger/guard';
import { type DescribedAnswer, type Operation, operation } from '../../pipeline/operation.ts';

const NO_DEMANDS = [] as const;

/** STS operation that returns the identity of the caller. */
export const callerIdentityOperations: readonly Operation[] = [
  // Every authenticated caller may call it; the signature proves the answer, so nothing is read.
  operation({
    product: 'Sts',
    version: '2015-04-01',
    name: 'GetCallerIdentity',
    access: 'read',
    // Kubernetes logins: `ack-ram-tool` signs one, and the cluster's verifier sends it here.
    acceptsPresigned: true,
    input: {},
    authorize: () => NO_DEMANDS,
    handle: async (_, call) => callerIdentity(call.principal),
  }),
];

function callerIdentity(principal: Principal): DescribedAnswer<'Sts', 'GetCallerIdentity'> {
  const { accountId: AccountId, arn: Arn } = principal;
  switch (principal.type) {
    case 'root':
      return { IdentityType: 'Account', AccountId, PrincipalId: AccountId, Arn };
    case 'ram-user':
      return {
        IdentityType: 'RAMUser',
        AccountId,
        PrincipalId: principal.userId,
        UserId: principal.userId,
        Arn,
      };
    case 'guard':
      // INVARIANT: a guard calls only the operations for guards.
      return { IdentityType: 'Guard', AccountId, PrincipalId: principal.guardId, Arn };
    case 'assumed-role':
      return {
        IdentityType: 'AssumedRoleUser',
        AccountId,
        PrincipalId: `${principal.roleId}:${principal.sessionName}`,
        RoleId: principal.roleId,
        Arn,
      };
  }
}
