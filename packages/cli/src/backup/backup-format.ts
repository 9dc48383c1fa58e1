import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DatabaseSnapshot, RowValues } from '@claviger/server';
import { BackupError } from './backup-error.ts';

/** First line of a backup. */
export interface BackupHeader {
  readonly format: 'claviger-backup';
  readonly version: 1;
  /** Moment whose data it holds, ms since the epoch. */
  readonly createdAt: number;
  /** Version of Claviger that made it. */
  readonly release: string;
  readonly database: 'sqlite' | 'postgres';
  readonly migrations: readonly string[];
  /** Columns of each table, in the order of the values in its rows. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Text of the master key file; absent if the backup was made without. */
  readonly masterKey?: string;
}

/** Rows of one table. */
export interface BackupRows {
  readonly table: string;
  readonly rows: readonly RowValues[];
}

interface BackupEnd {
  readonly end: true;
  readonly rows: number;
}

/**
 * Writes a snapshot as lines of JSON: the header, the rows in portions, and the number of rows at the end. The same
 * for both databases.
 *
 * @param noteRows called with the number of rows so far
 */
export async function* backupLines(
  snapshot: DatabaseSnapshot,
  header: Pick<BackupHeader, 'createdAt' | 'release' | 'masterKey'>,
  noteRows: (count: number) => void,
): AsyncGenerator<string> {
  const whole: BackupHeader = {
    format: 'claviger-backup',
    version: 1,
    database: snapshot.kind,
    migrations: snapshot.migrations,
    tables: Object.fromEntries(
      snapshot.tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]),
    ),
    ...header,
  };
  yield `${JSON.stringify(whole)}\n`;
  let count = 0;
  for (const table of snapshot.tables) {
    for await (const rows of snapshot.rows(table)) {
      yield `${JSON.stringify({ table: table.name, rows } satisfies BackupRows)}\n`;
      count += rows.length;
      noteRows(count);
    }
  }
  yield `${JSON.stringify({ end: true, rows: count } satisfies BackupEnd)}\n`;
}

/**
 * Reads the lines of a backup to its end.
 *
 * @param noteHeader called once, before the first rows
 * @throws BackupError if it is of another kind, or incomplete
 */
export async function* readBackupLines(
  input: Readable,
  noteHeader: (header: BackupHeader) => Promise<void> | void,
): AsyncGenerator<BackupRows> {
  let isFirst = true;
  let isComplete = false;
  let count = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const value = JSON.parse(line) as BackupHeader | BackupRows | BackupEnd;
    if (isFirst) {
      isFirst = false;
      await noteHeader(checkedHeader(value as BackupHeader));
    } else if ('end' in value) {
      isComplete = value.rows === count;
    } else {
      count += (value as BackupRows).rows.length;
      yield value as BackupRows;
    }
  }
  if (!isComplete) throw new BackupError('the backup is incomplete: its end is missing');
}

function checkedHeader(header: BackupHeader): BackupHeader {
  if (header.format !== 'claviger-backup') throw new BackupError('the file is not a backup of Claviger');
  if (header.version !== 1) {
    throw new BackupError(
      `the backup has the format ${header.version}, made by Claviger ${header.release}: restore it with that version`,
    );
  }
  return header;
}
