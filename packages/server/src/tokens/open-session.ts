import type { Account } from '../accounts/account.ts';
import { identityArn } from '../accounts/arn.ts';
import type { Scope } from '../rpc/operation.ts';
import type { RoleRow } from '../store/schema.ts';
import { issueToken, type SessionToken, type TokenIssuer } from './session-token.ts';

/** A session that everybody concerned has agreed to. */
export interface AgreedSession {
  /** The role's. */
  readonly account: Account;
  readonly role: RoleRow;
  readonly sessionName: string;
  /** Well-formed. */
  readonly sessionPolicy: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** On whom it rests. */
  readonly issuers: readonly TokenIssuer[];
  /** Milliseconds since the epoch. */
  readonly end: number;
}

/** A session just opened: the only time its secret is at hand. */
export interface OpenedSession {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly securityToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly roleId: string;
  readonly roleArn: string;
  readonly sourceIdentity: string | undefined;
}

/** Opens a session: a temporary AccessKey, and the token that goes with it. */
export async function openSession(scope: Scope, session: AgreedSession): Promise<OpenedSession> {
  const { identifiers, secrets } = scope.services;
  const { account, role, sourceIdentity } = session;
  const accessKeyId = identifiers.temporaryAccessKeyId();
  const token: SessionToken = {
    secret: identifiers.temporaryAccessKeySecret(),
    // Answers have whole seconds: what is told is when it ends.
    expiresAt: Math.floor(session.end / 1000) * 1000,
    issuedAt: scope.now,
    roleId: role.role_id,
    sessionName: session.sessionName,
    sessionPolicy: session.sessionPolicy,
    sourceIdentity,
    issuers: session.issuers,
  };
  scope.touched('ACS::RAM::Role', role.role_name);
  return {
    accessKeyId,
    secret: token.secret,
    securityToken: await issueToken(secrets, account, accessKeyId, token),
    expiresAt: token.expiresAt,
    roleId: role.role_id,
    roleArn: identityArn.role(role.account_id, role.role_name),
    sourceIdentity,
  };
}
