import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import pg from 'pg';
import { StoreUnavailable } from '../store-unavailable.ts';

const BIGINT_TYPE = 20;
const NUMERIC_TYPE = 1700;

/**
 * Conversion of the server's values: bigint columns, and sums of them, are numbers as on SQLite. Instants in
 * milliseconds and revisions stay far below 2^53.
 */
export const VALUE_TYPES: pg.CustomTypesConfig = {
  getTypeParser(id: number, format?: 'text' | 'binary') {
    if (id === BIGINT_TYPE || id === NUMERIC_TYPE) return Number;
    return format === 'binary' ? pg.types.getTypeParser(id, 'binary') : pg.types.getTypeParser(id, 'text');
  },
};

/** Connection to the server, for Kysely and the store. */
export class PostgresConnection implements DatabaseConnection {
  readonly client: pg.ClientBase;
  /** First statement error, even if the work has caught it. */
  failure: unknown;
  /** True once the session must not be used again: its connection failed, or the server ended it. */
  broken = false;
  /** True once a commit was sent: from then on a failure does not tell whether the transaction was committed. */
  committing = false;

  constructor(client: pg.ClientBase) {
    this.client = client;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { command, rowCount, rows } = await this.run(sql, parameters);
    const changesRows = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE';
    return changesRows ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming is not supported: read in pages');
  }

  /** @throws StoreUnavailable if the server is at fault; the server's own error if the statement is */
  async run(sql: string, parameters: readonly unknown[] = []): Promise<pg.QueryResult> {
    try {
      return await this.client.query(sql, [...parameters]);
    } catch (error) {
      this.failure ??= error;
      this.broken ||= endsSession(sqlState(error));
      throw translated(error);
    }
  }
}

/**
 * Returns whether a session cannot be used after an error of this SQLSTATE: the connection failed (no state, or class
 * 08), or the server is shutting the session down (57P01 to 57P05).
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function endsSession(code: string | undefined): boolean {
  return code === undefined || /^(08|57P0[1-5])/.test(code);
}

/** Returns whether the whole transaction may succeed when it is run again: it conflicted with another one. */
export function asksForRetry(error: unknown): boolean {
  const code = sqlState(error);
  return code === '40001' || code === '40P01';
}

/**
 * Returns whether a unique index refused a row. Of two transactions that both looked and saw no such row, the server
 * may give the second one this error instead of asking it for a retry.
 */
export function isDuplicate(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/**
 * SQLSTATEs of a database that is not as Claviger needs it, whatever the statement: a right of the role, a table or a
 * schema is missing, or it takes no changes.
 */
const SCHEMA_REFUSED = /^(42501|42P01|3F000|25006)$/;

/** Returns the error for the callers of the store. */
function translated(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  const code = sqlState(error);
  if (code !== undefined && SCHEMA_REFUSED.test(code)) {
    return new StoreUnavailable('the database refuses what Claviger needs', error);
  }
  // Without a state the error is not the server's: the connection failed. 08: connection, 28: authentication
  // refused, 3D: unknown database, 40: asks for a retry, 53: out of resources, 55P03: waited too long for a lock, 57: shutting down or out of
  // time, 58: the system under it.
  if (code !== undefined && !/^(08|28|3D|40|53|55P03|57|58)/.test(code)) return error;
  return unreachable(error);
}

/** Returns the error of a connection that could not be made, whatever the server said. */
export function unreachable(cause: unknown): StoreUnavailable {
  if (cause instanceof StoreUnavailable) return cause;
  return new StoreUnavailable('the database server cannot be used', cause);
}

function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}
