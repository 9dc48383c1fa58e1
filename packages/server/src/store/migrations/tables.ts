import { type CreateTableBuilder, type Kysely, type RawBuilder, sql } from 'kysely';
import type { Store } from '../store.ts';

type Column = 'text' | 'name' | 'integer';

/**
 * Returns a function that begins tables in the types of a database: columns are not null unless the name ends in `?`.
 * Released migrations use it, so its result for a table never changes.
 * @returns `rows` selects SQLite's storage; default `anywhere`
 */
export function tables(database: Kysely<unknown>, kind: Store['kind']) {
  // Names sort by their bytes on both databases, so that lists have one order everywhere.
  const types: Record<Column, RawBuilder<unknown>> = kind === 'sqlite'
    ? { text: sql`text`, name: sql`text`, integer: sql`integer` }
    : { text: sql`text`, name: sql`text collate "C"`, integer: sql`bigint` };
  return (
    name: string,
    columns: Record<string, Column>,
    rows: 'anywhere' | 'in the order of the primary key' = 'anywhere',
  ): CreateTableBuilder<string, string> => {
    let builder: CreateTableBuilder<string, string> = database.schema.createTable(name);
    for (const [column, type] of Object.entries(columns)) {
      builder = column.endsWith('?')
        ? builder.addColumn(column.slice(0, -1), types[type])
        : builder.addColumn(column, types[type], (definition) => definition.notNull());
    }
    if (kind === 'postgres') return builder;
    // Without row ids the key is not stored a second time.
    return builder.modifyEnd(rows === 'anywhere' ? sql`strict` : sql`strict, without rowid`);
  };
}
