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
