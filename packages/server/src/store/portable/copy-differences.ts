import type { DatabaseCopy } from './open-copy.ts';
import type { DatabaseSnapshot } from './open-snapshot.ts';
import type { ColumnValue, RowValues, TableShape } from './table-shapes.ts';

/** Numbers of rows that a pass has compared and changed. */
export interface PassCounts {
  compared: number;
  written: number;
  removed: number;
}

/** Rows written in one transaction. */
const ROWS_PER_TRANSACTION = 500;

/**
 * Makes a copy equal to a snapshot: compares all rows in the order of the primary keys, and writes the different ones.
 * A pass that was interrupted is continued by the next one, which finds what is there already.
 *
 * @param source rows as they should be
 * @param present snapshot of the copy from before the pass
 * @param copy absent: rows are only compared
 * @param noteProgress called after each portion with the number of compared rows
 */
export async function copyDifferences(
  source: DatabaseSnapshot,
  present: DatabaseSnapshot,
  copy: DatabaseCopy | undefined,
  noteProgress: (counts: Readonly<PassCounts>) => void = () => {},
): Promise<PassCounts> {
  const counts: PassCounts = { compared: 0, written: 0, removed: 0 };
  const pairs = source.tables.map((table) => ({ table, other: tableOf(present, table) }));
  // Rows that are gone at the source are removed first: they may hold names that other rows have now.
  for (const { table, other } of [...pairs].reverse()) {
    if ((await present.count(other)) === 0) continue;
    const gone: RowValues[] = [];
    const flush = async () => {
      if (gone.length === 0) return;
      counts.removed += gone.length;
      await copy?.remove(table, gone.splice(0));
    };
    for await (const { wanted, found } of pairedRows(source, table, present, other)) {
      if (wanted !== undefined || found === undefined) continue;
      gone.push(keyOf(table, found));
      if (gone.length >= ROWS_PER_TRANSACTION) await flush();
    }
    await flush();
  }
  for (const { table, other } of pairs) {
    const different: RowValues[] = [];
    const flush = async () => {
      if (different.length === 0) return;
      counts.written += different.length;
      await copy?.put(table, different.splice(0));
    };
    for await (const { wanted, found } of pairedRows(source, table, present, other)) {
      if (wanted === undefined) continue;
      counts.compared += 1;
      if (found !== undefined && wanted.every((value, index) => value === found[index])) continue;
      different.push(wanted);
      if (different.length >= ROWS_PER_TRANSACTION) await flush();
      if (counts.compared % ROWS_PER_TRANSACTION === 0) noteProgress(counts);
    }
    await flush();
    noteProgress(counts);
  }
  return counts;
}

/** Returns the same table of another database, with its columns in the same order. */
function tableOf(snapshot: DatabaseSnapshot, { name, columns }: TableShape): TableShape {
  const other = snapshot.tables.find((each) => each.name === name);
  const found = new Map(other?.columns.map((column) => [column.name, column]));
  if (other === undefined || columns.some((column) => !found.has(column.name))) {
    throw new Error(`the table ${name} has other columns in the copy`);
  }
  return { ...other, columns: columns.map((column) => found.get(column.name)!) };
}

/** Rows with one primary key: `undefined` where there is none. */
interface RowPair {
  readonly wanted: RowValues | undefined;
  readonly found: RowValues | undefined;
}

/** Merges the rows of a table in two databases, both in the order of the primary key. */
async function* pairedRows(
  source: DatabaseSnapshot,
  table: TableShape,
  present: DatabaseSnapshot,
  other: TableShape,
): AsyncGenerator<RowPair> {
  const wantedRows = rowsOf(source, table);
  const foundRows = rowsOf(present, other);
  let wanted = await wantedRows.next();
  let found = await foundRows.next();
  while (!wanted.done || !found.done) {
    const order = wanted.done ? 1 : found.done ? -1 : compareKeys(table, wanted.value, found.value);
    const takesWanted = order <= 0 && !wanted.done;
    const takesFound = order >= 0 && !found.done;
    yield {
      wanted: takesWanted ? (wanted.value as RowValues) : undefined,
      found: takesFound ? (found.value as RowValues) : undefined,
    };
    if (takesWanted) wanted = await wantedRows.next();
    if (takesFound) found = await foundRows.next();
  }
}

async function* rowsOf(snapshot: DatabaseSnapshot, table: TableShape): AsyncGenerator<RowValues> {
  for await (const portion of snapshot.rows(table)) yield* portion;
}

function keyOf({ columns, key }: TableShape, row: RowValues): RowValues {
  return key.map((name) => row[columns.findIndex((column) => column.name === name)] ?? null);
}

function compareKeys(table: TableShape, one: RowValues, other: RowValues): number {
  const ours = keyOf(table, one);
  const theirs = keyOf(table, other);
  for (const [index, value] of ours.entries()) {
    const order = compareValues(value, theirs[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

/** Compares as the databases sort: numbers by value, texts by their bytes in UTF-8. */
function compareValues(one: ColumnValue, other: ColumnValue): number {
  if (one === other) return 0;
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
}
