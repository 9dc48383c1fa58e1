import type { Queries } from '../store/store.ts';

/**
 * Deletes all console sessions of a user: undoing the change that ended them must not revive them.
 * @param queries of the transaction of the change that ends them
 */
export async function endSessionsOfUser(queries: Queries, accountId: string, userId: string): Promise<void> {
  await queries
    .deleteFrom('console_sessions')
    .where('owner_id', '=', userId)
    .where('owner_type', '=', 'user')
    .where('account_id', '=', accountId)
    .execute();
}

/** Deletes all console sessions of an account's root. @param queries of a transaction */
export async function endSessionsOfRoot(queries: Queries, accountId: string): Promise<void> {
  await queries
    .deleteFrom('console_sessions')
    .where('owner_type', '=', 'root')
    .where('account_id', '=', accountId)
    .execute();
}

/** Deletes all console sessions of an account, including its root's. @param queries of a transaction */
export async function endSessionsOfAccount(queries: Queries, accountId: string): Promise<void> {
  await queries.deleteFrom('console_sessions').where('account_id', '=', accountId).execute();
}

/**
 * Makes browsers that skip the second factor ask for it again.
 * @param userId default: all users of the account
 */
export async function forgetSecondFactorsShown(
  queries: Queries,
  accountId: string,
  userId: string | undefined,
): Promise<void> {
  const tickets = queries.deleteFrom('mfa_tickets').where('account_id', '=', accountId);
  await (userId === undefined ? tickets : tickets.where('user_id', '=', userId)).execute();
}

/**
 * Deletes the console sessions of users whose second factor was a passkey, and makes those browsers ask for it
 * again.
 */
export async function endSessionsByPasskey(queries: Queries, accountId: string): Promise<void> {
  for (const table of ['console_sessions', 'mfa_tickets'] as const) {
    await queries
      .deleteFrom(table)
      .where('account_id', '=', accountId)
      .where('second_factor', 'like', 'passkey %')
      .execute();
  }
}

/** Deletes the console sessions of users who signed in through the account's identity provider. */
export async function endSessionsBySso(queries: Queries, accountId: string): Promise<void> {
  await queries
    .deleteFrom('console_sessions')
    .where('account_id', '=', accountId)
    .where('owner_type', '=', 'user')
    .where('password_set_at', '=', 0)
    .execute();
}

/**
 * Shortens the full console sessions of an account to a maximum duration since their sign-in.
 * @param duration ms
 */
export async function shortenSessions(queries: Queries, accountId: string, duration: number): Promise<void> {
  await queries
    .updateTable('console_sessions')
    .set(({ eb }) => ({ expires_at: eb('signed_in_at', '+', duration) }))
    .where('account_id', '=', accountId)
    .where('stage', '=', 'full')
    .where(({ eb }) => eb('expires_at', '>', eb('signed_in_at', '+', duration)))
    .execute();
}
