import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { StoreUnavailable } from '../store-unavailable.ts';

/** Statements kept prepared on each connection: more than the server has, few enough for ad-hoc ones. */
const PREPARED_STATEMENTS = 256;

/**
 * Connection to the file. Calls are synchronous underneath, so a statement is never in use twice, and a read never
 * holds on to an old snapshot.
 */
export class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** True once the disk failed during a transaction: SQLite may have rolled all of it back by itself. */
  failed = false;

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
    const { kind } = query.query;
    const changesRows =
      kind === 'InsertQueryNode' || kind === 'UpdateQueryNode' || kind === 'DeleteQueryNode';
    if (changesRows && !('returning' in query.query && query.query.returning)) {
      const { changes, lastInsertRowid } = this.run(query.sql, query.parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    }
    const rows = this.all<Row>(query.sql, query.parameters);
    return changesRows ? { rows, numAffectedRows: BigInt(rows.length) } : { rows };
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming is not supported: read in pages');
  }

  /** Runs a statement without rows. */
  run(sql: string, parameters: readonly unknown[] = []) {
    try {
      return this.#prepared(sql).run(...(parameters as SQLInputValue[]));
    } catch (error) {
      throw this.#translated(error);
    }
  }

  /** Runs a statement and returns its rows, as plain objects like those of the other database. */
  all<Row>(sql: string, parameters: readonly unknown[] = []): Row[] {
    try {
      const rows = this.#prepared(sql).all(...(parameters as SQLInputValue[]));
      for (let index = 0; index < rows.length; index += 1) rows[index] = { ...rows[index] };
      return rows as Row[];
    } catch (error) {
      throw this.#translated(error);
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

  #translated(error: unknown): unknown {
    const code = resultCode(error);
    if (code === undefined || !UNAVAILABLE_CODES.has(code)) return error;
    if (code !== BUSY) this.failed = true;
    return new StoreUnavailable('the database file cannot be used', error);
  }
}

const BUSY = 5;

/** BUSY, LOCKED, NOMEM, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: the file or the disk, not the statement. */
const UNAVAILABLE_CODES = new Set([BUSY, 6, 7, 10, 11, 13, 14, 26]);

/** Returns SQLite's primary result code; `undefined` for errors that are not SQLite's. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Returns whether another process held the file, so that a retry can help. */
export function isBusy(error: unknown): boolean {
  return error instanceof StoreUnavailable && resultCode(error.cause) === BUSY;
}
