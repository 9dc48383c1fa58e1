import type { Queries } from '../store/store.ts';

/**
 * Ends all sessions of a user, for good: what ends them must not be undone and find them again.
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

/** Ends all sessions of an account's root. @param queries of a transaction */
export async function endSessionsOfRoot(queries: Queries, accountId: string): Promise<void> {
  await queries
    .deleteFrom('console_sessions')
    .where('owner_type', '=', 'root')
    .where('account_id', '=', accountId)
    .execute();
}

/** Ends all sessions of an account, its root's among them. @param queries of a transaction */
export async function endSessionsOfAccount(queries: Queries, accountId: string): Promise<void> {
  await queries.deleteFrom('console_sessions').where('account_id', '=', accountId).execute();
}

/**
 * Has browsers asked for the second factor again that were spared it.
 * @param userId undefined for all users of the account
 */
export async function forgetSecondFactorsShown(
  queries: Queries,
  accountId: string,
  userId: string | undefined,
): Promise<void> {
  const tickets = queries.deleteFrom('mfa_tickets').where('account_id', '=', accountId);
  await (userId === undefined ? tickets : tickets.where('user_id', '=', userId)).execute();
}

/** Ends the sessions of users whose second factor was a passkey, and has those browsers asked again. */
export async function endSessionsByPasskey(queries: Queries, accountId: string): Promise<void> {
  for (const table of ['console_sessions', 'mfa_tickets'] as const) {
    await queries
      .deleteFrom(table)
      .where('account_id', '=', accountId)
      .where('second_factor', 'like', 'passkey %')
      .execute();
  }
}

/** Ends the sessions of users that came through the account's identity provider. */
export async function endSessionsBySso(queries: Queries, accountId: string): Promise<void> {
  await queries
    .deleteFrom('console_sessions')
    .where('account_id', '=', accountId)
    .where('owner_type', '=', 'user')
    .where('password_set_at', '=', 0)
    .execute();
}

/**
 * Has the whole sessions of an account end no later than a duration after their sign-in.
 * @param duration milliseconds
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
