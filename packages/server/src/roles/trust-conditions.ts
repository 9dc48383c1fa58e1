import { type PolicyDocument, parsePolicy, readStoredPolicy, trustedPrincipals } from '@claviger/policy';
import type { Scope } from '../context/scope.ts';
import { findRole } from './role.ts';

/** Condition values of a call, by lower-case key. */
type ConditionValues = ReadonlyMap<string, readonly string[]>;

const TRUSTED_PRINCIPAL_TYPES = 'ram:trustedprincipaltypes';
const SERVICE_NAMES = 'ram:servicenames';
/** Service of a service-linked role. */
const SERVICE_NAME = 'ram:servicename';

/**
 * Returns `ram:TrustedPrincipalTypes` and `ram:ServiceNames` for a trust policy that a request carries, read from the
 * parsed document, which is what will be stored. A text that is not a policy has neither: the call will be refused.
 */
export function trustConditions(text: string): ConditionValues {
  const parsed = parsePolicy(text, 'trust');
  return parsed.ok ? conditionsOf(parsed.document) : new Map();
}

/** Returns the same for the stored trust policy of a role; empty if the role does not exist. */
export async function storedTrustConditions(scope: Scope, roleName: string): Promise<ConditionValues> {
  const role = await findRole(scope.queries, scope.account.accountId, roleName);
  return role === undefined ? new Map() : conditionsOf(readStoredPolicy(role.assume_role_policy, 'trust'));
}

/** Whether a condition value can tell a refused caller that a role exists, or what its trust policy says. */
export function isTrustCondition(key: string): boolean {
  return key === TRUSTED_PRINCIPAL_TYPES || key === SERVICE_NAMES || key === SERVICE_NAME;
}

function conditionsOf(document: PolicyDocument): ConditionValues {
  const { types, services } = trustedPrincipals(document);
  // An empty list counts as absent.
  return new Map<string, readonly string[]>([
    [TRUSTED_PRINCIPAL_TYPES, types],
    [SERVICE_NAMES, services],
  ]);
}
