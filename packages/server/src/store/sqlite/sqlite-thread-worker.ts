/** The thread of a `SqliteThread`: a connection, which runs statement after statement. */
import { parentPort } from 'node:worker_threads';
import { StoreUnavailable } from '../store-unavailable.ts';
import { lowerThreadPriority } from '../thread-priority.ts';
import { type Changed, SqliteConnection } from './sqlite-connection.ts';
import { type PassedError, passedError } from './sqlite-error.ts';

/** Statement for the thread. */
export interface ThreadStatement {
  /** Statements without values that come before it; if one fails, the others are not run. */
  readonly before: readonly string[];
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly wants: 'rows' | 'changes';
}

/** What the thread is told: to open a file, to run a statement, to close the file. */
export type ThreadTask =
  | { readonly file: string; readonly mode: 'read' | 'write' }
  | ThreadStatement
  | 'close';

/** Reply to a task; replies come in the order of the tasks. */
export type ThreadReply =
  | { readonly rows: readonly unknown[] }
  | { readonly changed: Changed }
  | { readonly error: PassedError };

let connection: SqliteConnection | undefined;

parentPort?.on('message', (task: ThreadTask) => {
  let reply: ThreadReply;
  try {
    reply = resultOf(task);
  } catch (error) {
    // The other side translates SQLite's own error again.
    reply = { error: passedError(error instanceof StoreUnavailable ? error.cause : error) };
  }
  parentPort?.postMessage(reply);
});

function resultOf(task: ThreadTask): ThreadReply {
  if (task === 'close') {
    connection?.close();
    connection = undefined;
    return { rows: [] };
  }
  if ('file' in task) {
    // Reads of this thread are long; the writer is waited for by every change.
    if (task.mode === 'read') lowerThreadPriority();
    connection = new SqliteConnection(task.file, task.mode);
    return { rows: [] };
  }
  // Opening has failed; that was answered with the reason.
  if (connection === undefined) throw new Error('the database is not open');
  for (const sql of task.before) connection.run(sql);
  return task.wants === 'rows'
    ? { rows: connection.all(task.sql, task.parameters) }
    : { changed: connection.run(task.sql, task.parameters) };
}
