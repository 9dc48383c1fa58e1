import type { Credential } from '@claviger/guard';
import type { Demand } from '@claviger/guard/internal';
import type { CompiledPolicies } from '@claviger/policy';
import { arn } from '../context/arn.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';

/** Actions that, allowed on all users and roles, yield a credential of each of them. */
const ACTING_AS_OTHERS = ['ram:CreateAccessKey', 'ram:UpdateRole', 'sts:AssumeRole'] as const;

/**
 * Permissions that registering a guard requires in addition. A guard can sign as every user and role whose verifier
 * it holds, so its creator must be able to get a credential of each of them anyway.
 */
export function demandsToActAsAnyPrincipal({ account }: Pick<Scope, 'account'>): readonly Demand[] {
  const { accountId } = account;
  return ACTING_AS_OTHERS.map((action) => ({
    action,
    resource: action === 'ram:CreateAccessKey' ? arn.user(accountId, '*') : arn.role(accountId, '*'),
  }));
}

/**
 * Asserts that no statement denies the caller one of these actions on a single user or role, or under a condition,
 * which a permission on `user/*` does not show.
 * @throws Refusal NoPermission.CreateGuard
 */
export function assertNotDeniedOnAny({
  permissions,
  sessionPolicy,
}: Pick<Credential, 'permissions' | 'sessionPolicy'>): void {
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
