import type { Demand, Principal } from '@claviger/guard';
import type { SessionDecision } from '@claviger/policy';
import { type AccessDeniedDetail, Refusal } from '../errors/refusal.ts';
import type { Call } from './operation.ts';

/**
 * The refusal of an action that no policy allows, or one denies. It names what was missing, and carries the
 * whole reason sealed with the account's data key, for `DecodeDiagnosticMessage`.
 * @param call that was refused
 * @param demand the first that was not allowed
 * @param decision why
 */
export async function denial(call: Call, demand: Demand, decision: SessionDecision): Promise<Refusal> {
  const { accountId } = call.account;
  const denied = decision.effect === 'ExplicitDeny' ? 'ExplicitDeny' : 'ImplicitDeny';
  const detail: AccessDeniedDetail = {
    AuthAction: demand.action,
    ...authPrincipal(call.principal),
    NoPermissionType: denied,
    PolicyType: decision.by === 'session' ? 'SessionPolicy' : 'AccountLevelIdentityBasedPolicy',
    EncodedDiagnosticMessage: await sealDiagnostic(call, {
      AuthAction: demand.action,
      AuthResource: demand.resource,
      AuthPrincipal: authPrincipal(call.principal),
      AuthConditions: [
        { Key: 'acs:SourceIp', Values: [call.identity.sourceAddress] },
        { Key: 'acs:SecureTransport', Values: [String(call.identity.secure)] },
        ...[...(demand.conditions ?? [])].map(([Key, value]) => ({ Key, Values: [value].flat() })),
      ],
      ExplicitDeny: denied === 'ExplicitDeny',
      MatchedPolicies:
        decision.policy === undefined
          ? []
          : [
              {
                PolicyName: decision.policy.name,
                PolicyType: decision.policy.type,
                Statement: decision.statement,
              },
            ],
      NoPermissionPolicyType: decision.by === 'session' ? 'SessionPolicy' : 'AccountLevelIdentityBasedPolicy',
      AccountId: accountId,
    }),
  };
  return new Refusal('NoPermission', { resource: demand.resource, action: demand.action }, detail);
}

/** What the sealed text is bound to, so that no other ciphertext of the account opens as a diagnostic. */
export const DIAGNOSTIC_CONTEXT = 'diagnostic-message';

async function sealDiagnostic(call: Call, diagnostic: unknown): Promise<string> {
  const { accountId, wrappedDataKey } = call.account;
  return call.services.secrets.seal(
    accountId,
    wrappedDataKey,
    JSON.stringify(diagnostic),
    DIAGNOSTIC_CONTEXT,
  );
}

/** How a denial names its principal. */
export function authPrincipal(
  principal: Principal,
): Pick<AccessDeniedDetail, 'AuthPrincipalType' | 'AuthPrincipalOwnerId' | 'AuthPrincipalDisplayName'> {
  const { accountId: AuthPrincipalOwnerId } = principal;
  switch (principal.type) {
    case 'assumed-role':
      return {
        AuthPrincipalType: 'AssumedRoleUser',
        AuthPrincipalOwnerId,
        AuthPrincipalDisplayName: `${principal.roleName}:${principal.sessionName}`,
      };
    case 'ram-user':
      return {
        AuthPrincipalType: 'SubUser',
        AuthPrincipalOwnerId,
        AuthPrincipalDisplayName: principal.userId,
      };
    case 'root':
      return {
        AuthPrincipalType: 'SubUser',
        AuthPrincipalOwnerId,
        AuthPrincipalDisplayName: principal.accountId,
      };
  }
}
