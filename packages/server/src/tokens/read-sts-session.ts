import { areRoleSessionsEnded } from '../access-keys/role-sessions-of-key.ts';
import type { Account } from '../context/account.ts';
import { readGenerations, subjectsOf } from '../revocation/role-session-generation.ts';
import type { TokenIssuer } from '../revocation/token-issuer.ts';
import { readNamedConsoleSession } from '../session/console-session.ts';
import { readKeySessionEnding } from '../settings/account-protection.ts';
import type { RoleRow } from '../store/schema.ts';
import type { Change, Queries } from '../store/store.ts';
import type { StsToken } from './sts-token.ts';

/** Reason that a session is over. */
export type EndedStsSession = 'InvalidAccessKeyId.NotFound' | 'InvalidSecurityToken.AccessKeyDisabled';

/** STS session whose token was opened, as it stands now. */
export interface StsSession {
  readonly role: RoleRow;
  /** End of the token, or the earlier expiry of an AccessKey that led to it; milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Entities that the session depends on; a change of one may end it. */
  readonly dependsOn: readonly Pick<Change, 'topic' | 'subject'>[];
}

/**
 * Returns the present state of a session. It ends with its role, and with any user, AccessKey, role, identity
 * provider or account that it was issued for, and with the next revocation of the sessions of one of them. A deleted
 * user must not live on in the sessions it has opened, nor a disabled key, unless its account lets them outlive it.
 * @param account of the role
 * @param token opened by `openToken`
 * @param now milliseconds since the epoch
 * @returns why, if the session is over
 */
export async function readStsSession(
  queries: Queries,
  account: Pick<Account, 'accountId'>,
  token: StsToken,
  now: number,
): Promise<StsSession | EndedStsSession> {
  const { accountId } = account;
  const role = await queries
    .selectFrom('roles')
    .selectAll()
    .where('role_id', '=', token.roleId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (role === undefined) return 'InvalidAccessKeyId.NotFound';

  const foreign = [...new Set(token.issuers.map((issuer) => issuer.accountId))].filter(
    (id) => id !== accountId,
  );
  if (!(await allActive(queries, foreign))) return 'InvalidAccessKeyId.NotFound';

  let expiresAt = token.expiresAt;
  for (const issuer of token.issuers) {
    const until = await issuerValidUntil(queries, issuer, now);
    if (typeof until === 'string') return until;
    if (until <= now) return 'InvalidAccessKeyId.NotFound';
    expiresAt = Math.min(expiresAt, until);
  }

  // After the issuers: a disabled key also has a higher generation, and is the reason to be told.
  const generations = await readGenerations(queries, subjectsOf(accountId, role.role_id, token.issuers));
  for (const [subject, generation] of Object.entries(generations)) {
    if (generation !== (token.generations?.[subject] ?? 0)) return 'InvalidAccessKeyId.NotFound';
  }
  return {
    role,
    expiresAt,
    dependsOn: [
      { topic: 'role', subject: role.role_id },
      ...[accountId, ...foreign].map((subject) => ({ topic: 'account', subject }) as const),
      ...token.issuers.flatMap(dependenciesOn),
    ],
  };
}

async function allActive(queries: Queries, accountIds: readonly string[]): Promise<boolean> {
  if (accountIds.length === 0) return true;
  const rows = await queries
    .selectFrom('accounts')
    .select('account_id')
    .where('account_id', 'in', accountIds)
    .where('status', '=', 'Active')
    .execute();
  return rows.length === accountIds.length;
}

/** Returns until when an issuer is valid for its sessions; why, if it no longer is. */
async function issuerValidUntil(
  queries: Queries,
  issuer: TokenIssuer,
  now: number,
): Promise<number | EndedStsSession> {
  const ended = 'InvalidAccessKeyId.NotFound';
  switch (issuer.type) {
    case 'role':
      return (await roleExists(queries, issuer)) ? Number.POSITIVE_INFINITY : ended;
    case 'identity-provider':
      return (await providerExists(queries, issuer)) ? Number.POSITIVE_INFINITY : ended;
    case 'user':
      return keyValidUntil(queries, issuer, now);
    case 'console-session': {
      const session = await readNamedConsoleSession(queries, issuer.sessionId, now);
      return session?.user?.user_id === issuer.userId ? session.expiresAt : ended;
    }
  }
}

async function roleExists(
  queries: Queries,
  { accountId, roleId }: Extract<TokenIssuer, { type: 'role' }>,
): Promise<boolean> {
  const role = await queries
    .selectFrom('roles')
    .select('role_id')
    .where('role_id', '=', roleId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return role !== undefined;
}

async function providerExists(
  queries: Queries,
  { accountId, kind, providerId }: Extract<TokenIssuer, { type: 'identity-provider' }>,
): Promise<boolean> {
  const provider = await queries
    .selectFrom(kind === 'saml' ? 'saml_providers' : 'oidc_providers')
    .select('provider_id')
    .where('provider_id', '=', providerId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return provider !== undefined;
}

/**
 * Returns until when a key is valid for the sessions that it has opened. If the account of the key lets sessions
 * outlive it, only the user of the key counts.
 */
async function keyValidUntil(
  queries: Queries,
  { accountId, userId, accessKeyId }: Extract<TokenIssuer, { type: 'user' }>,
  now: number,
): Promise<number | EndedStsSession> {
  const owner = await queries
    .selectFrom('users')
    .leftJoin('access_keys as key', (join) =>
      join
        .onRef('key.owner_id', '=', 'users.user_id')
        .on('key.access_key_id', '=', accessKeyId)
        .on('key.owner_type', '=', 'user')
        .on('key.status', '=', 'Active')
        .on('key.recycled_at', 'is', null),
    )
    .select(['key.access_key_id', 'key.expires_at'])
    .where('users.user_id', '=', userId)
    .where('users.account_id', '=', accountId)
    .where('users.recycled_at', 'is', null)
    .executeTakeFirst();
  if (owner === undefined) return 'InvalidAccessKeyId.NotFound';
  const isActive = owner.access_key_id !== null;
  if (isActive && owner.expires_at === null) return Number.POSITIVE_INFINITY;
  if (isActive && Number(owner.expires_at) > now) {
    const { isOn } = await readKeySessionEnding(queries, accountId);
    return isOn ? Number(owner.expires_at) : Number.POSITIVE_INFINITY;
  }
  if (!(await areRoleSessionsEnded(queries, accountId, accessKeyId))) return Number.POSITIVE_INFINITY;
  return isActive ? Number(owner.expires_at) : 'InvalidSecurityToken.AccessKeyDisabled';
}

function dependenciesOn(issuer: TokenIssuer): Pick<Change, 'topic' | 'subject'>[] {
  switch (issuer.type) {
    case 'role':
      return [{ topic: 'role', subject: issuer.roleId }];
    case 'identity-provider':
      return [{ topic: 'identity-provider', subject: issuer.providerId }];
    case 'console-session':
      // A change that ends a console session is reported as a change of its user.
      return [{ topic: 'user', subject: issuer.userId }];
    case 'user':
      return [
        { topic: 'user', subject: issuer.userId },
        { topic: 'access-key', subject: issuer.accessKeyId },
      ];
  }
}
