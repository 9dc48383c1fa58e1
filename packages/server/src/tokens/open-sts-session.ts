import type { Account } from '../context/account.ts';
import { identityArn } from '../context/arn.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { type Generations, readGenerations, subjectsOf } from '../revocation/role-session-generation.ts';
import type { TokenIssuer } from '../revocation/token-issuer.ts';
import type { RoleRow } from '../store/schema.ts';
import { readStsSession } from './read-sts-session.ts';
import { issueToken, type StsToken } from './sts-token.ts';

/** Session that is authorised and ready to be opened. */
export interface AuthorizedStsSession {
  /** Account of the role. */
  readonly account: Account;
  readonly role: RoleRow;
  readonly sessionName: string;
  /** Validated. */
  readonly sessionPolicy: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** Issuers that the session depends on. */
  readonly issuers: readonly TokenIssuer[];
  /** Value of `acs:MFAPresent` in the session; `undefined` if it has none. */
  readonly mfaPresent?: boolean | undefined;
  /** For a session opened by a session: the generations in the opener's token. */
  readonly inherited?: Generations | undefined;
  /** Milliseconds since the epoch. */
  readonly end: number;
}

/** Session just opened; its secret is not available again. */
export interface OpenedStsSession {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly securityToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly roleId: string;
  readonly roleArn: string;
  readonly sourceIdentity: string | undefined;
}

/**
 * Opens a session: a temporary AccessKey and its SecurityToken. The dependencies of the session are read once more in
 * the transaction: a session must not begin after a revocation that another node has answered already.
 * @throws Refusal InvalidAccessKeyId.NotFound, InvalidSecurityToken if the caller's key or session was revoked
 *   meanwhile
 */
export async function openStsSession(scope: Scope, session: AuthorizedStsSession): Promise<OpenedStsSession> {
  const { identifiers, secrets } = scope.services;
  const { account, role, sourceIdentity } = session;
  const accessKeyId = identifiers.temporaryAccessKeyId();
  const token: StsToken = {
    secret: identifiers.temporaryAccessKeySecret(),
    // Answers have whole seconds, so the session ends at a whole second.
    expiresAt: Math.floor(session.end / 1000) * 1000,
    issuedAt: scope.now,
    roleId: role.role_id,
    sessionName: session.sessionName,
    sessionPolicy: session.sessionPolicy,
    sourceIdentity,
    issuers: session.issuers,
    mfaPresent: session.mfaPresent,
    generations: await generationsOf(scope, session),
  };
  const opened = await readStsSession(scope.queries, account, token, scope.now);
  if (typeof opened === 'string') throw new Refusal(opened);
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

/**
 * Returns the generations that a token carries: those of the opener's token for what that token depends on, else the
 * present ones.
 */
async function generationsOf(scope: Scope, session: AuthorizedStsSession): Promise<Generations> {
  const { account, role, issuers, inherited } = session;
  const subjects = subjectsOf(account.accountId, role.role_id, issuers);
  return { ...(await readGenerations(scope.queries, subjects)), ...inherited };
}
