import type { Store } from '../store.ts';

/** Value of a column: every column is a text or a whole number. */
export type ColumnValue = string | number | null;

/** Values of a row, in the order of the columns of its table. */
export type RowValues = readonly ColumnValue[];

/** Column of a table. */
export interface ColumnShape {
  readonly name: string;
  readonly type: 'text' | 'integer';
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
  /** Whether PostgreSQL numbers its rows by a sequence. */
  readonly isNumbered: boolean;
}

/** Table, as the database itself describes it. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly ColumnShape[];
  /** Columns of the primary key. */
  readonly key: readonly string[];
  /** Tables that its foreign keys name. */
  readonly references: readonly string[];
}

/** Runs a statement of a connection, and returns its rows as objects. */
export type RunStatement = (
  sql: string,
  parameters?: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/**
 * Tables that are not data of an installation: the list of migrations, and the change log, which nodes follow for
 * some minutes. Guards notice that the log begins anew and read everything again.
 */
const WITHOUT_DATA: ReadonlySet<string> = new Set(['migrations', 'changes']);

/** Tables that triggers fill from others: loaded last. */
const FILLED_BY_TRIGGERS: ReadonlySet<string> = new Set(['row_counts']);

/** Returns the tables with data, each after those that its foreign keys name. */
export async function readTableShapes(
  kind: Store['kind'],
  run: RunStatement,
): Promise<readonly TableShape[]> {
  const shapes = await (kind === 'sqlite' ? sqliteShapes(run) : postgresShapes(run));
  return inOrderOfReferences(shapes.filter(({ name }) => !WITHOUT_DATA.has(name)));
}

async function sqliteShapes(run: RunStatement): Promise<TableShape[]> {
  const tables = await run(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
  );
  const shapes: TableShape[] = [];
  for (const { name } of tables) {
    const columns = await run('select name, type, "notnull", dflt_value, pk from pragma_table_info(?)', [
      name,
    ]);
    const references = await run('select distinct "table" as target from pragma_foreign_key_list(?)', [name]);
    shapes.push({
      name: String(name),
      columns: columns.map((column) => ({
        name: String(column['name']),
        type: String(column['type']).toLowerCase() === 'integer' ? 'integer' : 'text',
        isNullable: column['notnull'] === 0,
        hasDefault: column['dflt_value'] !== null,
        isNumbered: false,
      })),
      key: columns
        .filter(({ pk }) => Number(pk) > 0)
        .sort((one, other) => Number(one['pk']) - Number(other['pk']))
        .map((column) => String(column['name'])),
      references: references.map(({ target }) => String(target)),
    });
  }
  return shapes;
}

async function postgresShapes(run: RunStatement): Promise<TableShape[]> {
  const columns = await run(
    `select c.table_name, c.column_name, c.data_type, c.is_nullable, c.column_default, c.is_identity
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'
     order by c.table_name, c.ordinal_position`,
  );
  const keys = await run(
    `select t.relname as table_name, a.attname as column_name
     from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
     cross join lateral unnest(i.indkey::int2[]) with ordinality as k (number, position)
     join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
     where i.indisprimary and n.nspname = current_schema() order by t.relname, k.position`,
  );
  const references = await run(
    `select distinct t.relname as table_name, r.relname as target
     from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_class r on r.oid = c.confrelid
     join pg_namespace n on n.oid = t.relnamespace where c.contype = 'f' and n.nspname = current_schema()`,
  );
  const names = [...new Set(columns.map((column) => String(column['table_name'])))];
  const of = (rows: typeof columns, name: string) => rows.filter((row) => row['table_name'] === name);
  return names.map((name) => ({
    name,
    columns: of(columns, name).map((column) => ({
      name: String(column['column_name']),
      type: column['data_type'] === 'text' ? 'text' : 'integer',
      isNullable: column['is_nullable'] === 'YES',
      hasDefault: column['column_default'] !== null || column['is_identity'] === 'YES',
      isNumbered: column['is_identity'] === 'YES',
    })),
    key: of(keys, name).map((row) => String(row['column_name'])),
    references: of(references, name).map((row) => String(row['target'])),
  }));
}

function inOrderOfReferences(shapes: readonly TableShape[]): readonly TableShape[] {
  const ordered: TableShape[] = [];
  let left = shapes.filter(({ name }) => !FILLED_BY_TRIGGERS.has(name));
  while (left.length > 0) {
    const isReady = ({ name, references }: TableShape) =>
      references.every((target) => target === name || ordered.some((shape) => shape.name === target));
    const ready = left.filter(isReady);
    if (ready.length === 0) throw new Error('foreign keys of tables form a circle');
    ordered.push(...ready);
    left = left.filter((shape) => !ready.includes(shape));
  }
  return [...ordered, ...shapes.filter(({ name }) => FILLED_BY_TRIGGERS.has(name))];
}
