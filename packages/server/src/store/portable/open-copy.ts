import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { COPY_IN_PROGRESS, migrate } from '../migrate.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import type { StoreLocation } from '../open-store.ts';
import { unreachable } from '../postgres/postgres-connection.ts';
import { connectClient } from '../postgres/postgres-hosts.ts';
import { queriesOver } from '../queries.ts';
import type { Store } from '../store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { quoted } from './open-snapshot.ts';
import { type RowValues, type RunStatement, readTableShapes, type TableShape } from './table-shapes.ts';

/** Database that is being filled with the rows of another one. */
export interface DatabaseCopy {
  readonly kind: Store['kind'];
  readonly tables: readonly TableShape[];
  /** Inserts rows, or replaces those with the same primary key, in one transaction. */
  put(table: TableShape, rows: readonly RowValues[]): Promise<void>;
  /** Deletes rows by their primary keys, in one transaction. */
  remove(table: TableShape, keys: readonly RowValues[]): Promise<void>;
  /** Deletes all rows of a table. */
  clear(table: TableShape): Promise<void>;
  /** Brings the schema up to date, and lets servers use the database. */
  finish(now: number): Promise<void>;
  /** Closes it; before `finish`, servers refuse to start on it. */
  close(): Promise<void>;
}

/** Options of {@link openCopy}. */
export interface CopyOptions {
  /** Migrations of the database that the rows come from: the copy begins with the same schema. */
  readonly migrations: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether everything is one transaction on PostgreSQL: all or nothing. Else a later copy continues this one. */
  readonly isAtomic: boolean;
}

/**
 * Opens a database to be filled, and creates its tables. It must be empty, or an unfinished copy. Servers refuse it
 * until `finish`.
 *
 * @throws StoreUnavailable if it holds an installation, or cannot be written
 */
export async function openCopy(location: StoreLocation, options: CopyOptions): Promise<DatabaseCopy> {
  assertKnownMigrations(options.migrations);
  const connection = await (location.kind === 'sqlite'
    ? connectSqlite(location.file)
    : connectPostgres(location.url));
  const copy = new ConnectedCopy(connection, location.kind, options.isAtomic && location.kind === 'postgres');
  try {
    await copy.prepare(options);
    return copy;
  } catch (error) {
    await copy.close();
    throw error instanceof StoreUnavailable
      ? error
      : new StoreUnavailable('the tables of the copy cannot be created', error);
  }
}

/**
 * Asserts that this version of Claviger has made a database, or an earlier one.
 *
 * @throws StoreUnavailable
 */
export function assertKnownMigrations(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    if (MIGRATIONS[index]?.name !== name) {
      throw new StoreUnavailable(
        `the data has the migration \`${name}\`, which this version of Claviger does not know: use the version that made it, or a newer one`,
      );
    }
  }
}

interface Connection {
  readonly run: RunStatement;
  end(): Promise<void>;
}

async function connectSqlite(file: string): Promise<Connection> {
  try {
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    const database = new DatabaseSync(file);
    database.exec(
      'PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
    );
    return {
      run: async (sql, parameters = []) =>
        database.prepare(sql).all(...(parameters as SQLInputValue[])) as Record<string, unknown>[],
      end: async () => {
        if (database.isOpen) database.close();
      },
    };
  } catch (error) {
    throw new StoreUnavailable(`the database file ${file} cannot be written`, error);
  }
}

async function connectPostgres(url: string): Promise<Connection> {
  const client = await connectClient(url).catch((error) => {
    throw unreachable(error);
  });
  try {
    await client.query('set statement_timeout = 0');
    await client.query('set idle_in_transaction_session_timeout = 0');
  } catch (error) {
    await client.end().catch(() => {});
    throw unreachable(error);
  }
  return {
    run: async (sql, parameters = []) => (await client.query(sql, [...parameters])).rows,
    end: () => client.end().catch(() => {}),
  };
}

class ConnectedCopy implements DatabaseCopy {
  readonly kind: Store['kind'];
  tables: readonly TableShape[] = [];
  readonly #connection: Connection;
  readonly #run: RunStatement;
  readonly #isOneTransaction: boolean;

  constructor(connection: Connection, kind: Store['kind'], isOneTransaction: boolean) {
    this.#connection = connection;
    this.#run = connection.run;
    this.kind = kind;
    this.#isOneTransaction = isOneTransaction;
  }

  async prepare({ migrations, now }: CopyOptions): Promise<void> {
    if (this.#isOneTransaction) await this.#run('begin');
    await this.#inTransaction(async () => {
      const isUnfinished = await this.#takeOver(migrations);
      const wanted = MIGRATIONS.slice(0, migrations.length);
      if (!isUnfinished) await migrate(this.#queries(), this.kind, wanted, now);
      this.tables = await readTableShapes(this.kind, this.#run);
      if (!isUnfinished) {
        await this.#run(
          `insert into migrations (name, applied_at) values ('${COPY_IN_PROGRESS}', ${Math.trunc(now)})`,
        );
      }
      await this.#setTriggers('disable');
    });
  }

  put(table: TableShape, rows: readonly RowValues[]): Promise<void> {
    const { columns, key } = table;
    const names = columns.map(({ name }) => quoted(name));
    const others = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => quoted(name));
    const replaced =
      others.length === 0
        ? 'do nothing'
        : `do update set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`;
    const into = `insert into ${quoted(table.name)} (${names.join(', ')})`;
    const conflict = `on conflict (${key.map(quoted).join(', ')}) ${replaced}`;
    return this.#inTransaction(async () => {
      if (this.kind === 'postgres') {
        await this.#run(
          `${into} select * from unnest(${arraysOf(
            table,
            columns.map(({ name }) => name),
          )}) ${conflict}`,
          columns.map((_, index) => rows.map((row) => row[index])),
        );
        return;
      }
      const insert = `${into} values (${names.map(() => '?').join(', ')}) ${conflict}`;
      for (const row of rows) await this.#run(insert, row);
    });
  }

  remove(table: TableShape, keys: readonly RowValues[]): Promise<void> {
    const { name, key } = table;
    return this.#inTransaction(async () => {
      if (this.kind === 'postgres') {
        const gone = key.map((_, index) => `k${index}`);
        await this.#run(
          `delete from ${quoted(name)} t using unnest(${arraysOf(table, key)}) as gone (${gone.join(', ')})
           where ${key.map((column, index) => `t.${quoted(column)} = gone.k${index}`).join(' and ')}`,
          key.map((_, index) => keys.map((values) => values[index])),
        );
        return;
      }
      const condition = key.map((column) => `${quoted(column)} = ?`).join(' and ');
      for (const values of keys) await this.#run(`delete from ${quoted(name)} where ${condition}`, values);
    });
  }

  clear({ name }: TableShape): Promise<void> {
    return this.#inTransaction(async () => {
      await this.#run(`delete from ${quoted(name)}`);
    });
  }

  async finish(now: number): Promise<void> {
    await this.#inTransaction(async () => {
      await this.#setTriggers('enable');
      await this.#continueNumbers();
      await this.#run(`delete from migrations where name = '${COPY_IN_PROGRESS}'`);
      await migrate(this.#queries(), this.kind, MIGRATIONS, now);
    });
    if (this.#isOneTransaction) await this.#run('commit');
    else if (this.kind === 'sqlite') await this.#checkFile();
  }

  /** Lets sequences go on after the copied rows; SQLite does so by itself. */
  async #continueNumbers(): Promise<void> {
    for (const { name, columns } of this.tables) {
      for (const column of columns.filter(({ isNumbered }) => isNumbered)) {
        const highest = `max(${quoted(column.name)})`;
        await this.#run(
          `select setval(pg_get_serial_sequence($1, $2), coalesce(${highest}, 1), ${highest} is not null)
           from ${quoted(name)}`,
          [quoted(name), column.name],
        );
      }
    }
  }

  async #checkFile(): Promise<void> {
    await this.#run('PRAGMA wal_checkpoint(TRUNCATE)');
    const [result] = await this.#run('PRAGMA integrity_check(1)');
    const [broken] = await this.#run('PRAGMA foreign_key_check');
    if (result?.['integrity_check'] !== 'ok' || broken !== undefined) {
      throw new StoreUnavailable('the written file is damaged: check the disk, and begin again');
    }
  }

  close(): Promise<void> {
    return this.#connection.end();
  }

  /**
   * Returns whether the database is an unfinished copy with the same schema.
   *
   * @throws StoreUnavailable if it holds anything else
   */
  async #takeOver(migrations: readonly string[]): Promise<boolean> {
    const isPostgres = this.kind === 'postgres';
    const catalogue = isPostgres
      ? "select table_name as name from information_schema.tables where table_schema = current_schema() and table_name in ('migrations', 'accounts')"
      : "select name from sqlite_schema where type = 'table' and name in ('migrations', 'accounts')";
    const found = new Set((await this.#run(catalogue)).map(({ name }) => String(name)));
    if (!found.has('migrations')) return false;
    const applied = (await this.#run('select name from migrations order by name')).map(({ name }) =>
      String(name),
    );
    const known = applied.filter((name) => name !== COPY_IN_PROGRESS);
    const isSame = known.length === migrations.length && known.every((name, at) => name === migrations[at]);
    if (applied.includes(COPY_IN_PROGRESS)) {
      if (isSame) return true;
      throw new StoreUnavailable(
        'the database has an unfinished copy of another version: empty it, and begin again',
      );
    }
    const [account] = found.has('accounts') ? await this.#run('select 1 from accounts limit 1') : [];
    if (account !== undefined) {
      throw new StoreUnavailable('there is an installation in that database already; nothing was changed');
    }
    if (known.length > 0 && !isSame) {
      throw new StoreUnavailable(
        'the database has tables of another version of Claviger: give an empty database; nothing was changed',
      );
    }
    return false;
  }

  /** On PostgreSQL a trigger for each row would write one row of counts a million times in a transaction. */
  async #setTriggers(state: 'enable' | 'disable'): Promise<void> {
    if (this.kind === 'sqlite') return;
    for (const { name } of this.tables) await this.#run(`alter table ${quoted(name)} ${state} trigger user`);
  }

  async #inTransaction(work: () => Promise<void>): Promise<void> {
    if (this.#isOneTransaction) return work();
    await this.#run(this.kind === 'sqlite' ? 'begin immediate' : 'begin');
    try {
      await work();
      await this.#run('commit');
    } catch (error) {
      await this.#run('rollback').catch(() => {});
      throw error;
    }
  }

  #queries() {
    const run = this.#run;
    const connection = {
      executeQuery: async <Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) => ({
        rows: (await run(sql, parameters)) as Row[],
      }),
      streamQuery: () => {
        throw new Error('streaming is not supported: read in portions');
      },
    };
    return queriesOver(this.kind, { acquire: async () => connection, release: () => {} });
  }
}

/** Returns the parameters of `unnest`: one array for each column. */
function arraysOf({ columns }: TableShape, names: readonly string[]): string {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return names
    .map((name, index) => `$${index + 1}::${types.get(name) === 'integer' ? 'bigint' : 'text'}[]`)
    .join(', ');
}
