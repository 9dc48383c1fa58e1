import type { ConsoleSessionRow } from '../src/store/schema.ts';
import type { TestServer } from './server.ts';

/** Inserts a console session: of the account root, expired an hour ago, unless `columns` differ. */
export async function insertConsoleSession(
  { services }: TestServer,
  accountId: string,
  columns: Partial<ConsoleSessionRow> = {},
): Promise<void> {
  const now = Date.now();
  const hour = 60 * 60 * 1000;
  await services.store.write(({ queries }) =>
    queries
      .insertInto('console_sessions')
      .values({
        session_hash: 'a'.repeat(64),
        session_id: `cs-${'a'.repeat(20)}`,
        account_id: accountId,
        owner_type: 'root',
        owner_id: accountId,
        stage: 'full',
        password_set_at: 0,
        second_factor: null,
        second_factor_shown: 0,
        signed_in_at: now - 2 * hour,
        last_seen_at: now - 2 * hour,
        expires_at: now - hour,
        step_up_until: null,
        source_ip: '127.0.0.1',
        user_agent: '',
        challenge: null,
        challenge_purpose: null,
        challenge_expires_at: null,
        sealed_seed: null,
        switched_role: null,
        ...columns,
      })
      .execute(),
  );
}
