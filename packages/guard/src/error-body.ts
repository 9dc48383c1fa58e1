import type { SessionDecision } from '@claviger/policy';
import type { ClientDialect } from './client-dialect.ts';
import type { Principal } from './credential.ts';
import type { Demand } from './guard.ts';
import { xmlDocument } from './xml.ts';

/** Principal as named in a denial. */
export interface AuthPrincipal {
  readonly AuthPrincipalType: 'SubUser' | 'AssumedRoleUser' | 'Federated' | 'Guard';
  readonly AuthPrincipalOwnerId: string;
  readonly AuthPrincipalDisplayName: string;
}

/** Why RAM refused, for programs; part of the error body of a 403. */
export interface AccessDeniedDetail extends AuthPrincipal {
  readonly AuthAction: string;
  /** Added by Claviger for protected services: RAM has it in the message only. */
  readonly AuthResource?: string;
  readonly NoPermissionType: 'ImplicitDeny' | 'ExplicitDeny';
  readonly PolicyType: 'SessionPolicy' | 'AccountLevelIdentityBasedPolicy';
  readonly EncodedDiagnosticMessage?: string;
}

/** Inputs of an error body. */
export interface ErrorFields {
  readonly requestId: string;
  /** `Host` of the request; empty if absent. */
  readonly hostId: string;
  readonly code: string;
  readonly message: string;
  /** Product such as `Ims`, for the link to recommended reading; empty if it was not determined. */
  readonly product: string;
  readonly accessDenied?: AccessDeniedDetail | undefined;
}

/**
 * Returns the fields of RAM's error body, in RAM's order; undefined fields are omitted when it is serialised.
 */
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

/** Error body as it is sent. */
export interface EncodedError {
  readonly contentType: string;
  readonly body: string;
}

/** Content types; Alibaba's clients compare that of RAM's XML byte by byte. */
const CONTENT_TYPES: Readonly<Record<ClientDialect, string>> = {
  'ram-json': 'application/json;charset=utf-8',
  'ram-xml': 'text/xml;charset=utf-8',
  oss: 'application/xml',
  sls: 'application/json',
};

/** Encodes an error in the form that the client reads. */
export function encodeErrorBody(dialect: ClientDialect, error: ErrorFields): EncodedError {
  const contentType = CONTENT_TYPES[dialect];
  switch (dialect) {
    case 'ram-json':
      return { contentType, body: JSON.stringify(errorBody(error)) };
    case 'ram-xml':
      return { contentType, body: xmlDocument('Error', errorBody(error)) };
    case 'oss': {
      const { code: Code, message: Message, requestId: RequestId, hostId: HostId } = error;
      return { contentType, body: xmlDocument('Error', { Code, Message, RequestId, HostId }) };
    }
    case 'sls':
      return {
        contentType,
        body: JSON.stringify({
          errorCode: error.code,
          errorMessage: error.message,
          requestId: error.requestId,
        }),
      };
  }
}

/** Returns the URL of RAM's page on an error. Part of the code may come from the request. */
function recommendation(code: string, product: string): string {
  const query = `q=${encodeURIComponent(code.toWellFormed())}&product=${product}`;
  return `https://api.alibabacloud.com/troubleshoot?${query}`;
}

/**
 * Returns the details of a denied action.
 *
 * @param principal sender
 * @param demand first demand that was not allowed
 * @param decision decision on it
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

/**
 * Returns the principal as named in a denial: a user by id, a session by role and name, the root by account.
 */
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
