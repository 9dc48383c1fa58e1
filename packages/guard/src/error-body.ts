import type { SessionDecision } from '@claviger/policy';
import type { Principal } from './credential.ts';
import type { Demand } from './guard.ts';

/** How a denial names its principal. */
export interface AuthPrincipal {
  readonly AuthPrincipalType: 'SubUser' | 'AssumedRoleUser' | 'Federated' | 'Guard';
  readonly AuthPrincipalOwnerId: string;
  readonly AuthPrincipalDisplayName: string;
}

/** Why RAM refused, for programs that ask; a part of the error body of a 403. */
export interface AccessDeniedDetail extends AuthPrincipal {
  readonly AuthAction: string;
  /** What a protected service adds: RAM itself says it in the message alone. */
  readonly AuthResource?: string;
  readonly NoPermissionType: 'ImplicitDeny' | 'ExplicitDeny';
  readonly PolicyType: 'SessionPolicy' | 'AccountLevelIdentityBasedPolicy';
  readonly EncodedDiagnosticMessage?: string;
}

/** What the body of a refusal says. */
export interface ErrorFields {
  readonly requestId: string;
  /** The `Host` the request named; empty when it named none. */
  readonly hostId: string;
  readonly code: string;
  readonly message: string;
  /** Such as `Ims`; empty when the request did not get as far. Part of the page recommended to read. */
  readonly product: string;
  readonly accessDenied?: AccessDeniedDetail | undefined;
}

/** The fields of RAM's error body, in RAM's order; one that is undefined is left out when it is written. */
export function errorBody(error: ErrorFields): Readonly<Record<string, unknown>> {
  return {
    RequestId: error.requestId,
    HostId: error.hostId,
    Code: error.code,
    Message: error.message,
    Recommend: recommendation(error.code, error.product),
    AccessDeniedDetail: error.accessDenied,
  };
}

/** The page that RAM's errors send people to. Part of the code may come from the request. */
function recommendation(code: string, product: string): string {
  const query = `q=${encodeURIComponent(code.toWellFormed())}&product=${product}`;
  return `https://api.alibabacloud.com/troubleshoot?${query}`;
}

/**
 * What a denial says of the action that no policy allows, or one denies.
 * @param principal who wanted it
 * @param demand the first that was not allowed
 * @param decision why
 */
export function accessDeniedDetail(
  principal: Principal,
  demand: Demand,
  decision: SessionDecision,
): AccessDeniedDetail {
  return {
    AuthAction: demand.action,
    ...authPrincipal(principal),
    NoPermissionType: decision.effect === 'ExplicitDeny' ? 'ExplicitDeny' : 'ImplicitDeny',
    PolicyType: decision.by === 'session' ? 'SessionPolicy' : 'AccountLevelIdentityBasedPolicy',
  };
}

/** How a denial names its principal: a user by its id, a session by its role and name, the root by its account. */
export function authPrincipal(principal: Principal): AuthPrincipal {
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
    case 'guard':
      return {
        AuthPrincipalType: 'Guard',
        AuthPrincipalOwnerId,
        AuthPrincipalDisplayName: principal.guardName,
      };
    case 'root':
      return {
        AuthPrincipalType: 'SubUser',
        AuthPrincipalOwnerId,
        AuthPrincipalDisplayName: principal.accountId,
      };
  }
}
