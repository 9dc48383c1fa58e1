import type { Account } from '../context/account.ts';
import { identityArn } from '../context/arn.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { type Generations, readGenerations, subjectsOf } from '../revocation/role-session-generation.ts';
import type { TokenIssuer } from '../revocation/token-issuer.ts';
import type { RoleRow } from '../store/schema.ts';
import { readSession } from './read-session.ts';
import { issueToken, type SessionToken } from './session-token.ts';

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
  /** `acs:MFAPresent` of the session; undefined for none. */
  readonly mfaPresent?: boolean | undefined;
  /** Of a session opened by a session: the generations that its token carries. */
  readonly inherited?: Generations | undefined;
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

/**
 * Opens a session: a temporary AccessKey, and the token that goes with it. What the session rests on is looked at once
 * more in the transaction: a session must not begin after a revocation that another node has answered already.
 * @throws Refusal InvalidAccessKeyId.NotFound when the caller's key or session was revoked meanwhile
 */
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
    mfaPresent: session.mfaPresent,
    generations: await generationsOf(scope, session),
  };
  if ((await readSession(scope.queries, account, token, scope.now)) === undefined) {
    throw new Refusal('InvalidAccessKeyId.NotFound');
  }
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

/** Generations that a token carries: of what its opener's token rests on those of that token, else the present ones. */
async function generationsOf(scope: Scope, session: AgreedSession): Promise<Generations> {
  const { account, role, issuers, inherited } = session;
  const subjects = subjectsOf(account.accountId, role.role_id, issuers);
  return { ...(await readGenerations(scope.queries, subjects)), ...inherited };
}
