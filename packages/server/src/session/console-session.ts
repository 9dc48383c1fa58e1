import { readAccount } from '../accounts/account-directory.ts';
import type { Account } from '../context/account.ts';
import { readUserSsoSettings } from '../federation/user-sso-settings.ts';
import { findLoginProfile } from '../passwords/login-profile.ts';
import { readSecurityPreference, type SecurityPreference } from '../settings/security-preference.ts';
import type { ConsoleSessionRow, UserRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { findUser } from '../users/user.ts';
import { readRootSignIn } from './root-password.ts';
import { hasFactor, readSecondFactors, type SecondFactors, type SessionOwner } from './second-factor.ts';
import { hashOfToken } from './session-secret.ts';
import { type SwitchedRole, switchedRoleOf } from './switched-role-record.ts';

/** Maximum duration of a sign-in with all its steps, ms. */
export const SIGN_IN_MS = 15 * 60 * 1000;

/** Idle time after which a session ends, ms. */
export const IDLE_MS = 60 * 60 * 1000;

const HOUR_MS = 60 * 60 * 1000;

/** Console session as it stands now, with its owner. */
export interface ConsoleSession {
  readonly row: ConsoleSessionRow;
  readonly account: Account;
  readonly owner: SessionOwner;
  /** `undefined` for the account root. */
  readonly user: UserRow | undefined;
  /** Role that the session has switched to; it may have ended. */
  readonly switchedRole: SwitchedRole | undefined;
  readonly preference: SecurityPreference;
  readonly factors: SecondFactors;
  /** End of the session if it stays in use; milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Returns the session of a cookie; `undefined` if it has ended. Nothing of it is kept in memory: it is read with each
 * request, so that it ends on every node with its user, password, second factor, sign-in profile or account.
 * @param queries of a transaction, or of committed data
 * @param token value of the cookie
 * @param now milliseconds since the epoch
 */
export async function readConsoleSession(
  queries: Queries,
  token: string,
  now: number,
): Promise<ConsoleSession | undefined> {
  const row = await queries
    .selectFrom('console_sessions')
    .selectAll()
    .where('session_hash', '=', hashOfToken(token))
    .executeTakeFirst();
  if (row === undefined || row.last_seen_at + IDLE_MS <= now) return undefined;
  return validateSession(queries, row, now);
}

/**
 * Returns the complete session of an id, if it has not ended. Its idle time is not checked: an STS session that was
 * opened in it need not end because the console has not been used for an hour.
 */
export async function readNamedConsoleSession(
  queries: Queries,
  sessionId: string,
  now: number,
): Promise<ConsoleSession | undefined> {
  const row = await queries
    .selectFrom('console_sessions')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('stage', '=', 'full')
    .executeTakeFirst();
  return row && validateSession(queries, row, now);
}

async function validateSession(
  queries: Queries,
  row: ConsoleSessionRow,
  now: number,
): Promise<ConsoleSession | undefined> {
  if (row.expires_at <= now) return undefined;
  const account = await readAccount(queries, row.account_id);
  if (account?.status !== 'Active') return undefined;
  const preference = await readSecurityPreference(queries, row.account_id);
  // A shorter duration also applies to sessions that began before it was set.
  const expiresAt = Math.min(row.expires_at, row.signed_in_at + preference.LoginSessionDuration * HOUR_MS);
  if (expiresAt <= now) return undefined;
  const found = await readOwner(queries, row, account);
  if (found === undefined) return undefined;
  const { owner, user } = found;
  const factors = await readSecondFactors(
    { queries, account },
    owner,
    preference.AllowUserToLoginWithPasskey,
  );
  if (row.second_factor !== null && !hasFactor(factors, row.second_factor)) return undefined;
  const switchedRole = switchedRoleOf(row.switched_role);
  return { row, account, owner, user, switchedRole, preference, factors, expiresAt };
}

async function readOwner(
  queries: Queries,
  row: ConsoleSessionRow,
  account: Account,
): Promise<{ readonly owner: SessionOwner; readonly user: UserRow | undefined } | undefined> {
  const { account_id: accountId, owner_id: id } = row;
  switch (row.owner_type) {
    case 'root': {
      const root = await readRootSignIn(queries, accountId);
      if (root?.passwordSetAt !== Number(row.password_set_at)) return undefined;
      return { owner: { type: 'root', id: accountId, name: 'root' }, user: undefined };
    }
    case 'user': {
      const user = await findUser(queries, accountId, { by: 'id', userId: id });
      if (user === undefined) return undefined;
      const profile = await findLoginProfile(queries, accountId, id);
      // A session that rests on the identity provider needs no sign-in profile, and ends when users no longer
      // sign in that way.
      if (Number(row.password_set_at) === 0) {
        const sso = await readUserSsoSettings({ queries, account });
        if (!sso.enabled || profile?.status === 'Inactive') return undefined;
      } else {
        if (profile?.status !== 'Active') return undefined;
        if (Number(profile.password_set_at) !== Number(row.password_set_at)) return undefined;
      }
      return { owner: { type: 'user', id, name: user.user_name }, user };
    }
  }
}

/** Changes a session. */
export async function changeConsoleSession(
  queries: Queries,
  sessionHash: string,
  changes: Partial<ConsoleSessionRow>,
): Promise<void> {
  await queries
    .updateTable('console_sessions')
    .set(changes)
    .where('session_hash', '=', sessionHash)
    .execute();
}

/** Ends a session. */
export async function endConsoleSession(queries: Queries, sessionHash: string): Promise<void> {
  await queries.deleteFrom('console_sessions').where('session_hash', '=', sessionHash).execute();
}

/**
 * Removes sessions that have ended.
 * @param limit maximum number of sessions
 * @returns account of each
 */
export async function purgeConsoleSessions(
  queries: Queries,
  now: number,
  limit: number,
): Promise<readonly string[]> {
  const ended = await queries
    .selectFrom('console_sessions')
    .select(['session_hash', 'account_id'])
    .where('expires_at', '<=', now)
    .limit(limit)
    .execute();
  const hashes = ended.map((session) => session.session_hash);
  if (hashes.length > 0) {
    await queries.deleteFrom('console_sessions').where('session_hash', 'in', hashes).execute();
  }
  return ended.map((session) => session.account_id);
}

/** Removes MFA tickets that have ended. @param limit maximum number of tickets @returns their number */
export async function purgeMfaTickets(queries: Queries, now: number, limit: number): Promise<number> {
  const ended = await queries
    .selectFrom('mfa_tickets')
    .select('ticket_hash')
    .where('expires_at', '<=', now)
    .limit(limit)
    .execute();
  const hashes = ended.map((ticket) => ticket.ticket_hash);
  if (hashes.length > 0) await queries.deleteFrom('mfa_tickets').where('ticket_hash', 'in', hashes).execute();
  return hashes.length;
}

/** Returns the complete sessions of the same owner that have not ended, the latest first. */
export async function listConsoleSessions(
  queries: Queries,
  { row }: Pick<ConsoleSession, 'row'>,
  now: number,
): Promise<ConsoleSessionRow[]> {
  return queries
    .selectFrom('console_sessions')
    .selectAll()
    .where('owner_id', '=', row.owner_id)
    .where('owner_type', '=', row.owner_type)
    .where('account_id', '=', row.account_id)
    .where('stage', '=', 'full')
    .where('password_set_at', '=', row.password_set_at)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', now - IDLE_MS)
    .orderBy('signed_in_at', 'desc')
    .execute();
}

/**
 * Ends a session of the same owner.
 * @param sessionId `undefined` for all but the owner's present one
 */
export async function endNamedSession(
  queries: Queries,
  { row }: Pick<ConsoleSession, 'row'>,
  sessionId: string | undefined,
): Promise<void> {
  await queries
    .deleteFrom('console_sessions')
    .where('owner_id', '=', row.owner_id)
    .where('owner_type', '=', row.owner_type)
    .where('account_id', '=', row.account_id)
    .where('session_id', sessionId === undefined ? '!=' : '=', sessionId ?? row.session_id)
    .execute();
}
