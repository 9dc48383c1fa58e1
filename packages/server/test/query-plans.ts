import { DatabaseSync } from 'node:sqlite';
import { mock } from 'node:test';
import type { CompiledQuery } from 'kysely';
import { SqliteConnection } from '../src/store/sqlite/sqlite-connection.ts';
import { SqliteThread } from '../src/store/sqlite/sqlite-thread.ts';

/** Recorder of the statements of every SQLite store of this process. */
export interface StatementRecorder {
  readonly statements: ReadonlySet<string>;
  /** Records what is asked for while `work` runs. */
  during<T>(work: () => Promise<T>): Promise<T>;
  stop(): void;
}

/** Starts a recorder. */
export function recordStatements(): StatementRecorder {
  const statements = new Set<string>();
  let isRecording = false;
  const recorders = [SqliteConnection.prototype, SqliteThread.prototype].map((prototype) => {
    const { executeQuery } = prototype;
    return mock.method(prototype, 'executeQuery', function (this: never, query: CompiledQuery) {
      if (isRecording) statements.add(query.sql);
      return executeQuery.call(this, query);
    });
  });
  return {
    statements,
    during: async (work) => {
      isRecording = true;
      try {
        return await work();
      } finally {
        isRecording = false;
      }
    },
    stop: () => {
      for (const recorder of recorders) recorder.mock.restore();
    },
  };
}

/** Tables with few rows, however many users and events an installation has. */
const SMALL_TABLES: ReadonlySet<string> = new Set([
  'migrations',
  'completed_sweeps',
  'housekeeping_rounds',
  'leases',
]);

/**
 * Returns the statements that read all rows of a table that grows, each with its plan.
 * @param file database with the schema
 */
export function fullScans(file: string, statements: Iterable<string>): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = new Set(
      (database.prepare(`select name from sqlite_master where type = 'table'`).all() as { name: string }[])
        .map(({ name }) => name)
        .filter((name) => !SMALL_TABLES.has(name)),
    );
    const faults: string[] = [];
    for (const statement of statements) {
      if (!/^\s*(select|with|insert|update|delete)/i.test(statement)) continue;
      const plan = database.prepare(`explain query plan ${statement}`).all() as { detail: string }[];
      for (const { detail } of plan) {
        const [, scanned] = /^SCAN (\w+)/.exec(detail) ?? [];
        // The first rows in the order of an index.
        if (scanned === undefined || (/ limit \?$/.test(statement) && !/ where /.test(statement))) continue;
        const table = tableOf(statement, scanned);
        if (tables.has(table)) faults.push(`${detail}: ${statement}`);
      }
    }
    return faults;
  } finally {
    database.close();
  }
}

/** Returns the table of an alias, which is the alias itself where the statement has none. */
function tableOf(statement: string, alias: string): string {
  return new RegExp(`"(\\w+)" as "${alias}"`).exec(statement)?.[1] ?? alias;
}
