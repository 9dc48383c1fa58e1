import { RequestConditions } from '@claviger/guard/internal';
import { decideTrust } from '@claviger/policy';
import type { Account } from '../context/account.ts';
import type { CallerScope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { type Generations, subjectsOf } from '../revocation/role-session-generation.ts';
import type { TokenIssuer } from '../revocation/token-issuer.ts';
import { findRole, SESSION_SECONDS } from '../roles/role.ts';
import { compileTrust, trustPrincipal } from '../roles/trusted-identities.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import type { RoleRow } from '../store/schema.ts';
import { readTagValues, tagConditions } from '../tags/tag-values.ts';
import { type OpenedStsSession, openStsSession } from './open-sts-session.ts';
import { openToken, type StsToken } from './sts-token.ts';

/** Bounds of a session's duration; a role may set a lower maximum. */
export const STS_SESSION_BOUNDS = {
  minimumSeconds: 900,
  maximumSeconds: SESSION_SECONDS.maximum,
  defaultSeconds: 3600,
  /** For a session opened by a session. RAM is silent on it; an hour is customary in the field. */
  maximumChainedSeconds: 3600,
} as const;

/** Maximum length of a chain of sessions: the token names every member, and must fit in a header. */
const MAXIMUM_CHAIN = 16;

/** Role of an ARN; it may belong to another account, or not exist. */
export interface RoleReference {
  readonly accountId: string;
  readonly roleName: string;
}

/** Session that is requested. */
export interface StsSessionRequest {
  readonly role: RoleReference;
  /** As in the request, for messages. */
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number | undefined;
  /** Validated. */
  readonly sessionPolicy: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** Condition values of the call; keys are lower-cased. */
  readonly conditions: ReadonlyMap<string, string>;
}

/**
 * Opens a session of a role for a caller whose own policies allow it. The role has to trust the caller as well; both
 * are needed.
 *
 * Nothing is revealed of other accounts: an unknown account, a disabled one, an unknown role and a role that does not
 * trust the caller are refused alike.
 *
 * @throws Refusal NoPermission, EntityNotExist.Role in the caller's own account, InvalidParameter.*
 */
export async function assumeRole(
  call: AssumeRoleContext,
  asked: StsSessionRequest,
): Promise<OpenedStsSession> {
  if (call.principal.type === 'root') throw new Refusal('NoPermission.Root');
  const { account, role } = await requireTrustingRole(call, asked);
  const origin = await originOf(call);
  const sourceIdentity = sourceIdentityOf(origin, asked.sourceIdentity);
  return openStsSession(call, {
    account,
    role,
    sessionName: asked.sessionName,
    sessionPolicy: asked.sessionPolicy,
    sourceIdentity,
    issuers: origin.issuers,
    mfaPresent: origin.mfaPresent,
    inherited: origin.generations,
    end: endOfStsSession(call, role, asked.durationSeconds),
  });
}

/**
 * Returns the role that a call names, if the role trusts the caller.
 * @throws Refusal EntityNotExist.Role in the caller's own account, NoPermission.AssumeRole
 */
export async function requireTrustingRole(
  call: AssumeRoleContext,
  asked: StsSessionRequest,
): Promise<{ readonly account: Account; readonly role: RoleRow }> {
  const { accountId, roleName } = asked.role;
  const isOwn = accountId === call.account.accountId;
  const account = isOwn ? call.account : await call.services.accounts.get(accountId);
  const role = account && (await findRole(call.queries, accountId, roleName));
  if (isOwn && role === undefined) throw new Refusal('EntityNotExist.Role', { name: roleName });
  if (account?.status === 'Active' && role !== undefined && (await trusts(role, call, asked)))
    return { account, role };
  throw new Refusal('NoPermission.AssumeRole', { resource: asked.roleArn });
}

async function trusts(role: RoleRow, call: AssumeRoleContext, asked: StsSessionRequest): Promise<boolean> {
  const tags = await readTagValues(call.queries, role.account_id, 'role', role.role_id);
  const decision = decideTrust(compileTrust(role), {
    action: 'sts:AssumeRole',
    principal: trustPrincipal(call.principal),
    conditions: new RequestConditions(
      call.identity,
      new Map<string, string | readonly string[]>([
        ...asked.conditions,
        ...tagConditions('acs:resourcetag/', tags),
      ]),
    ),
  });
  return decision.effect === 'Allow';
}

/**
 * Returns the source identity that a session has if this call opens it: of the calling session, which cannot be
 * changed, else the requested one.
 */
export async function sourceIdentityAfter(
  call: AssumeRoleContext,
  asked: string | undefined,
): Promise<string | undefined> {
  if (call.principal.type !== 'assumed-role') return asked;
  return (await ownToken(call)).sourceIdentity ?? asked;
}

/** Scope of a call that opens a role session. */
export interface AssumeRoleContext extends CallerScope {
  readonly identity: CallerIdentity;
}

/** Caller of the operation and, for a session, everything that its own token depends on. */
interface Origin {
  readonly issuers: readonly TokenIssuer[];
  readonly sourceIdentity: string | undefined;
  readonly mfaPresent: boolean | undefined;
  readonly generations: Generations | undefined;
}

async function originOf(call: AssumeRoleContext): Promise<Origin> {
  const { principal, identity } = call;
  switch (principal.type) {
    case 'root':
      throw new Refusal('NoPermission.Root');
    case 'guard':
      throw new Refusal('NoPermission.Guard', { action: 'AssumeRole' });
    case 'ram-user': {
      const { accountId, userId } = principal;
      return {
        issuers: [userIssuer(identity, accountId, userId)],
        sourceIdentity: undefined,
        mfaPresent: identity.by === 'session' ? identity.mfaPresent : undefined,
        generations: undefined,
      };
    }
    case 'assumed-role': {
      const { accountId, roleId } = principal;
      const token = await ownToken(call);
      const others = token.issuers.filter((issuer) => issuer.type !== 'role' || issuer.roleId !== roleId);
      if (others.length >= MAXIMUM_CHAIN) {
        throw new Refusal('InvalidParameter', { reason: `A chain of more than ${MAXIMUM_CHAIN} roles.` });
      }
      return {
        issuers: [{ type: 'role', accountId, roleId }, ...others],
        sourceIdentity: token.sourceIdentity,
        mfaPresent: token.mfaPresent,
        // Zeros are carried too: a revocation since then must not count as known.
        generations: Object.fromEntries(
          subjectsOf(accountId, token.roleId, token.issuers).map((subject) => [
            subject,
            token.generations?.[subject] ?? 0,
          ]),
        ),
      };
    }
  }
}

/**
 * Returns the issuer for a user. The session of a role ends with the credential that opened it: an AccessKey, or a
 * console session.
 */
function userIssuer(identity: CallerIdentity, accountId: string, userId: string): TokenIssuer {
  switch (identity.by) {
    case 'signature':
      return { type: 'user', accountId, userId, accessKeyId: identity.accessKeyId };
    case 'session':
      return { type: 'console-session', accountId, userId, sessionId: identity.session.row.session_id };
  }
}

/** Returns the opened token of the calling session. */
async function ownToken(call: AssumeRoleContext): Promise<StsToken> {
  // A console session that has switched to a role opens no further session.
  if (call.identity.by !== 'signature') throw new Refusal('NoPermission.AssumeRole', { resource: '' });
  const { signature, accessKeyId } = call.identity;
  const text = 'securityToken' in signature ? signature.securityToken : undefined;
  const { secrets } = call.services;
  const token = await openToken(secrets, call.account, accessKeyId, text ?? '', call.now);
  // The token was opened to verify the signature; it can only have expired since.
  if (typeof token === 'string') throw new Refusal('NoPermission.AssumeRole', { resource: '' });
  return token;
}

/** The source identity of a chain of sessions is set once, at its beginning. */
function sourceIdentityOf(origin: Origin, asked: string | undefined): string | undefined {
  if (origin.sourceIdentity === undefined) return asked;
  if (asked !== undefined && asked !== origin.sourceIdentity) {
    throw new Refusal('InvalidParameter', { reason: 'The SourceIdentity of a session cannot be changed.' });
  }
  return origin.sourceIdentity;
}

/**
 * Returns when the session ends: as requested, within the role's maximum, and not after the AccessKey or console
 * session that opened it.
 */
function endOfStsSession(call: AssumeRoleContext, role: RoleRow, asked: number | undefined): number {
  const maximum =
    call.principal.type === 'assumed-role'
      ? Math.min(role.max_session_seconds, STS_SESSION_BOUNDS.maximumChainedSeconds)
      : role.max_session_seconds;
  const seconds = stsSessionSeconds(asked, maximum);
  const end = call.now + seconds * 1000;
  return Math.min(end, endOfCaller(call.identity) ?? end);
}

function endOfCaller(identity: CallerIdentity): number | undefined {
  switch (identity.by) {
    case 'session':
      return identity.session.expiresAt;
    case 'signature':
      return identity.credential.kind === 'permanent' ? identity.credential.expiresAt : undefined;
  }
}

/**
 * Returns the duration of a session, seconds.
 * @param asked `undefined` for the default
 * @param maximum of the role
 * @throws Refusal InvalidParameter.DurationSeconds
 */
export function stsSessionSeconds(asked: number | undefined, maximum: number): number {
  if (asked !== undefined && asked > maximum) {
    throw new Refusal('InvalidParameter.DurationSeconds', {
      minimum: STS_SESSION_BOUNDS.minimumSeconds,
      maximum,
    });
  }
  return asked ?? STS_SESSION_BOUNDS.defaultSeconds;
}
