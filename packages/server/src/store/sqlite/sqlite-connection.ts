import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { translated } from './sqlite-error.ts';

/** Statements kept prepared on each connection: more than the server has, few enough for ad-hoc ones. */
const PREPARED_STATEMENTS = 256;

/** What a statement does: some that change rows return them as well. */
export type StatementEffect = 'changes rows' | 'changes and returns rows' | 'returns rows';

/** Returns what a query of Kysely does. */
export function effectOf({ query }: CompiledQuery): StatementEffect {
  const { kind } = query;
  if (kind !== 'InsertQueryNode' && kind !== 'UpdateQueryNode' && kind !== 'DeleteQueryNode') {
    return 'returns rows';
  }
  return query.returning ? 'changes and returns rows' : 'changes rows';
}

/** Outcome of a statement without rows. */
export interface Changed {
  readonly changes: number | bigint;
  readonly lastInsertRowid: number | bigint;
}

/** Returns Kysely's result of a statement that changes rows. */
export function changedRows<Row>({ changes, lastInsertRowid }: Changed): QueryResult<Row> {
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

/** Returns Kysely's result of a statement that returns rows. */
export function foundRows<Row>(rows: Row[], effect: StatementEffect): QueryResult<Row> {
  return effect === 'returns rows' ? { rows } : { rows, numAffectedRows: BigInt(rows.length) };
}

/**
 * Connection to the file. Calls are synchronous underneath, so a statement is never in use twice, and a read never
 * holds on to an old snapshot.
 */
export class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param file path of the database
   * @param mode `read` refuses every change
   */
  constructor(file: string, mode: 'read' | 'write') {
    this.#database = new DatabaseSync(file, { readOnly: mode === 'read' });
    // While opening, another process may hold the file for a moment; blocking is fine here.
    this.#database.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;',
    );
    if (mode === 'write') {
      // FULL: with NORMAL an answered revocation could be lost with the power. The two `fullfsync` have an
      // effect on macOS only, where a plain fsync does not reach the disk.
      this.#database.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA fullfsync = ON;
        PRAGMA checkpoint_fullfsync = ON;
        PRAGMA foreign_keys = ON;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA wal_autocheckpoint = 4000;
      `);
      // Longer waits happen in the writer's own loop, which leaves the process free to answer.
      this.#database.exec('PRAGMA busy_timeout = 5;');
    }
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const effect = effectOf(query);
    if (effect === 'changes rows') return changedRows(this.run(query.sql, query.parameters));
    return foundRows(this.all<Row>(query.sql, query.parameters), effect);
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming is not supported: read in pages');
  }

  /** Runs a statement without rows. */
  run(sql: string, parameters: readonly unknown[] = []): Changed {
    try {
      return this.#prepared(sql).run(...(parameters as SQLInputValue[]));
    } catch (error) {
      throw translated(error);
    }
  }

  /** Runs a statement and returns its rows, as plain objects like those of the other database. */
  all<Row>(sql: string, parameters: readonly unknown[] = []): Row[] {
    try {
      const rows = this.#prepared(sql).all(...(parameters as SQLInputValue[]));
      for (let index = 0; index < rows.length; index += 1) rows[index] = { ...rows[index] };
      return rows as Row[];
    } catch (error) {
      throw translated(error);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    if (this.#statements.size >= PREPARED_STATEMENTS) {
      const [oldest] = this.#statements.keys();
      this.#statements.delete(oldest!);
    }
    this.#statements.set(sql, statement);
    return statement;
  }
}
