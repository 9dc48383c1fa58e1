import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type pg from 'pg';
import type { StoreLocation } from '../open-store.ts';
import { unreachable } from '../postgres/postgres-connection.ts';
import { connectClient } from '../postgres/postgres-hosts.ts';
import type { Store } from '../store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import {
  type ColumnValue,
  type RowValues,
  type RunStatement,
  readTableShapes,
  type TableShape,
} from './table-shapes.ts';

/** Rows of one portion: bounds the memory, and how long the event loop is kept on SQLite. */
const ROWS_PER_PORTION = 500;

/** State of a database at one moment, read beside a running server. */
export interface DatabaseSnapshot {
  readonly kind: Store['kind'];
  /** Names of the applied migrations, in order; empty for a database without tables. */
  readonly migrations: readonly string[];
  /** Clock of the database server when it was opened, ms since the epoch; `undefined` for a file of this machine. */
  readonly now: number | undefined;
  /** Tables with data, each after those that its foreign keys name. */
  readonly tables: readonly TableShape[];
  /** Returns the rows of a table in portions, in the order of the bytes of the primary key. */
  rows(table: TableShape): AsyncGenerator<readonly RowValues[]>;
  /** Returns the number of rows of a table. */
  count(table: TableShape): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens a consistent snapshot in a transaction that changes nothing, and blocks no writer. The schema stays as it is.
 *
 * @throws StoreUnavailable if the database is missing or cannot be read
 */
export function openSnapshot(location: StoreLocation): Promise<DatabaseSnapshot> {
  return location.kind === 'sqlite' ? openSqlite(location.file) : openPostgres(location.url);
}

/** Returns the query for the rows of a table, in the order of the primary key. */
function selectRows({ name, columns, key }: TableShape, kind: Store['kind']): string {
  const types = new Map(columns.map((column) => [column.name, column.type]));
  const order = key.map((column) =>
    kind === 'postgres' && types.get(column) === 'text' ? `${quoted(column)} collate "C"` : quoted(column),
  );
  return `select ${columns.map((column) => quoted(column.name)).join(', ')} from ${quoted(name)} order by ${order.join(', ')}`;
}

/** Returns a name as SQL writes it; names come from the database's catalogue. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function readMigrations(run: RunStatement, exists: boolean): Promise<string[]> {
  if (!exists) return [];
  return (await run('select name from migrations order by name')).map(({ name }) => String(name));
}

async function openSqlite(file: string): Promise<DatabaseSnapshot> {
  if (!existsSync(file)) throw new StoreUnavailable(`there is no database file ${file}`);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    const opened = database;
    const run: RunStatement = async (sql, parameters = []) =>
      opened.prepare(sql).all(...(parameters as SQLInputValue[])) as Record<string, unknown>[];
    opened.exec('PRAGMA busy_timeout = 5000; begin');
    // The first read fixes the moment.
    const [found] = await run("select 1 from sqlite_schema where name = 'migrations'");
    const migrations = await readMigrations(run, found !== undefined);
    const tables = await readTableShapes('sqlite', run);
    return {
      kind: 'sqlite',
      now: undefined,
      migrations,
      tables,
      async *rows(table) {
        const names = table.columns.map(({ name }) => name);
        let portion: RowValues[] = [];
        for (const row of opened.prepare(selectRows(table, 'sqlite')).iterate()) {
          portion.push(names.map((name) => row[name] as ColumnValue));
          if (portion.length < ROWS_PER_PORTION) continue;
          yield portion;
          portion = [];
          await nextTurn();
        }
        if (portion.length > 0) yield portion;
      },
      async count(table) {
        const [row] = await run(`select count(*) as number from ${quoted(table.name)}`);
        return Number(row?.['number']);
      },
      async close() {
        if (opened.isOpen) opened.close();
      },
    };
  } catch (error) {
    if (database?.isOpen) database.close();
    throw new StoreUnavailable(`the database file ${file} cannot be read`, error);
  }
}

async function openPostgres(url: string): Promise<DatabaseSnapshot> {
  const client = await connectClient(url).catch((error) => {
    throw unreachable(error);
  });
  const run: RunStatement = async (sql, parameters = []) => (await client.query(sql, [...parameters])).rows;
  try {
    await run('set statement_timeout = 0');
    await run('set idle_in_transaction_session_timeout = 0');
    await run('begin isolation level repeatable read read only');
    const [found] = await run(
      "select 1 from information_schema.tables where table_schema = current_schema() and table_name = 'migrations'",
    );
    const migrations = await readMigrations(run, found !== undefined);
    const tables = await readTableShapes('postgres', run);
    const [clock] = await run('select (extract(epoch from clock_timestamp()) * 1000)::bigint as now');
    return {
      kind: 'postgres',
      now: Number(clock?.['now']),
      migrations,
      tables,
      rows: (table) => postgresRows(client, table),
      async count(table) {
        const [row] = await run(`select count(*) as number from ${quoted(table.name)}`);
        return Number(row?.['number']);
      },
      close: () => client.end().catch(() => {}),
    };
  } catch (error) {
    await client.end().catch(() => {});
    throw unreachable(error);
  }
}

/** Reads by a cursor: the rows are sorted once, and never all in memory. */
async function* postgresRows(client: pg.Client, table: TableShape): AsyncGenerator<readonly RowValues[]> {
  const cursor = quoted(`rows of ${table.name}`);
  await client.query(`declare ${cursor} no scroll cursor for ${selectRows(table, 'postgres')}`);
  for (;;) {
    const { rows } = await client.query<ColumnValue[]>({
      text: `fetch ${ROWS_PER_PORTION} from ${cursor}`,
      rowMode: 'array',
    });
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_PER_PORTION) break;
  }
  await client.query(`close ${cursor}`);
}
