import type { Demand } from '@claviger/guard/internal';
import type { CompiledPolicies } from '@claviger/policy';
import { arn } from '../accounts/arn.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Call } from '../pipeline/operation.ts';

/** With these, on all users and roles, somebody can get a credential of each of them. */
const ACTING_AS_OTHERS = ['ram:CreateAccessKey', 'ram:UpdateRole', 'sts:AssumeRole'] as const;

/**
 * What whoever registers a guard needs beside the permission to do so. A guard can sign as every user and role whose
 * verifier it holds: only who could make itself a credential of all of them gains nothing by it.
 */
export function demandsToActAsAnyPrincipal(call: Call): readonly Demand[] {
  const { accountId } = call.account;
  return ACTING_AS_OTHERS.map((action) => ({
    action,
    resource: action === 'ram:CreateAccessKey' ? arn.user(accountId, '*') : arn.role(accountId, '*'),
  }));
}

/**
 * Refuses whoever is denied one of these actions on some user or role, or under some condition: that the permission is
 * there on `user/*` does not show it.
 * @throws Refusal NoPermission.CreateGuard
 */
export function assertNotDeniedOnAny(call: Call): void {
  const { permissions, sessionPolicy } = call.identity.credential;
  if (permissions === 'everything') return;
  for (const policies of [permissions, sessionPolicy]) {
    const action = policies && deniedOnSome(policies);
    if (action !== undefined) throw new Refusal('NoPermission.CreateGuard', { action });
  }
}

function deniedOnSome({ statements }: CompiledPolicies): string | undefined {
  return ACTING_AS_OTHERS.find((action) =>
    statements.some(
      (statement) => statement.effect !== 'Allow' && statement.namesAction(action.toLowerCase()),
    ),
  );
}
