import { unreachable } from './postgres-connection.ts';
import { connectClient } from './postgres-hosts.ts';

/**
 * Returns what PostgreSQL knows of damage to the database: failed checksums and unusable indexes.
 *
 * @returns a sentence; `undefined` if it knows of none
 * @throws StoreUnavailable if the server cannot be reached
 */
export async function readDatabaseHealth(url: string): Promise<string | undefined> {
  const client = await connectClient(url).catch((error) => {
    throw unreachable(error);
  });
  try {
    const { rows: failures } = await client.query<{ failures: number | null }>(
      'select checksum_failures as failures from pg_stat_database where datname = current_database()',
    );
    const count = failures[0]?.failures ?? 0;
    if (count > 0) return `${count} pages of the database failed their checksum`;
    const { rows: indexes } = await client.query<{ name: string }>(
      `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
       join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = current_schema() and not (i.indisvalid and i.indisready) limit 1`,
    );
    return indexes[0] === undefined ? undefined : `the index ${indexes[0].name} is not valid`;
  } catch (error) {
    throw unreachable(error);
  } finally {
    await client.end().catch(() => {});
  }
}
