import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { NodeLock } from '../node-lock.ts';

/**
 * Takes the lock of a directory for this process, which the operating system releases when the process ends, however
 * it does. Commands beside the server need no lock: SQLite itself orders their writes.
 * @param file beside the database; it stays empty
 * @returns undefined if another server has it
 */
export function takeSqliteNodeLock(file: string): NodeLock | undefined {
  // SQLite would create it readable by others, whose lock on it would keep the server from starting.
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE;');
  } catch (error) {
    database.close();
    const { errcode } = error as { readonly errcode?: number };
    // SQLITE_BUSY; its extended codes have it in the low byte.
    if (errcode !== undefined && (errcode & 0xff) === 5) return undefined;
    throw error;
  }
  return {
    release: async () => {
      // Closing rolls the transaction back. A server may be closed twice.
      if (database.isOpen) database.close();
    },
  };
}
