import { type Kysely, sql } from 'kysely';
import type { Queries, Store } from './store.ts';
import { StoreUnavailable } from './store-unavailable.ts';

/** One step of the schema. */
export interface Migration {
  /** `0001-what-it-does`: the number orders, the whole name identifies; never changed once released. */
  readonly name: string;
  /** Changes the schema, within the transaction that also records it. */
  // biome-ignore lint/suspicious/noExplicitAny: a migration sees tables as they were, not as the schema is now
  up(database: Kysely<any>, kind: Store['kind']): Promise<void>;
}

/** Name among the migrations of a database that is being filled by `claviger migrate`; every version refuses it. */
export const COPY_IN_PROGRESS = 'copy in progress';

interface MigrationTable {
  migrations: { name: string; applied_at: number };
}

/**
 * Applies the missing migrations of `list`, in order. The caller has begun a transaction that excludes every other
 * migrator, and commits it.
 * @param now milliseconds since the epoch, recorded with each migration
 * @returns names of the applied migrations; none if the schema is up to date
 * @throws StoreUnavailable if the database's migrations are not a prefix of `list`: a newer version has made it, and going on
 * could damage it
 */
export async function migrate(
  queries: Queries,
  kind: Store['kind'],
  list: readonly Migration[],
  now: number,
): Promise<string[]> {
  const database = queries as unknown as Kysely<MigrationTable>;
  await database.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('applied_at', kind === 'sqlite' ? 'integer' : 'bigint', (column) => column.notNull())
    .modifyEnd(kind === 'sqlite' ? sql`strict` : sql``)
    .execute();
  const applied = await database.selectFrom('migrations').select('name').orderBy('name').execute();
  if (applied.some(({ name }) => name === COPY_IN_PROGRESS)) {
    throw new StoreUnavailable(
      'the database is an unfinished copy: complete it with `claviger migrate … --finish`, or use the one that it was copied from',
    );
  }
  for (const [index, { name }] of applied.entries()) {
    if (list[index]?.name !== name) {
      throw new StoreUnavailable(
        `the database has the migration \`${name}\`, which this version of Claviger does not know here: it was made by another version, so start that one`,
      );
    }
  }
  const missing = list.slice(applied.length);
  for (const { name, up } of missing) {
    await up(database, kind);
    await database.insertInto('migrations').values({ name, applied_at: now }).execute();
  }
  return missing.map(({ name }) => name);
}
