import { sql } from 'kysely';
import type { Queries, Store } from './store.ts';

/**
 * Returns the time by the clock of the database server.
 *
 * @returns milliseconds since the epoch; `undefined` for an embedded database, whose clock is that of this machine
 */
export async function databaseTime({
  kind,
  queries,
}: {
  readonly kind: Store['kind'];
  readonly queries: Queries;
}): Promise<number | undefined> {
  if (kind === 'sqlite') return undefined;
  const { rows } = await sql<{
    now: number;
  }>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(queries);
  return Number(rows[0]?.now);
}
