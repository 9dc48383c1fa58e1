import { type SelectQueryBuilder, sql } from 'kysely';
import type { AccountRow, Schema } from '../store/schema.ts';
import type { Queries, Store, WriteTransaction } from '../store/store.ts';
import { sweep } from '../store/sweep.ts';
import { SEALED_COLUMNS, type SealedColumn, type SealPlace } from './sealed-columns.ts';
import { SecretUnreadable } from './sealed-text.ts';
import type { SecretBox } from './secret-box.ts';

/** Maximum number of texts that one transaction seals anew, so that other writes do not wait long. */
const ROWS_PER_TRANSACTION = 200;

const SWEEP_NAME = 'bind-secrets-to-owners';

/** Dependencies of the sweep. */
export interface ResealDependencies {
  readonly store: Store;
  readonly secrets: SecretBox;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (message: string) => void;
  /** Writes the audit events of a batch in its transaction. @param counts by account id */
  readonly record: (transaction: WriteTransaction, counts: ReadonlyMap<string, number>) => Promise<void>;
}

/** Row of any sealed column. */
type AnyRow = Readonly<Record<string, unknown>> & { readonly account_id: string };

/** Sealed column, without the type of its row. */
interface AnyColumn {
  readonly table: keyof Schema;
  readonly column: string;
  readonly key: readonly string[];
  readonly placeOf: (row: AnyRow) => SealPlace;
  readonly firstForm: ((row: AnyRow) => string) | undefined;
}

/**
 * Seals every stored secret of the first form anew, which was not bound to its owner. Runs once in the life of a
 * database, before anything is opened, in batches: an interrupted sweep is continued. Once it is complete the first
 * form is refused everywhere. A text that does not open stays as it is, and is refused as damaged.
 * @throws StoreUnavailable, MasterKeyUnavailable
 */
export async function resealFirstForms(parts: ResealDependencies): Promise<void> {
  const { store, now, log } = parts;
  if (await isComplete(store.queries)) return;
  let total = 0;
  for (const name of Object.keys(SEALED_COLUMNS) as SealedColumn[]) {
    const description = SEALED_COLUMNS[name] as unknown as AnyColumn;
    if (description.firstForm !== undefined) total += await resealColumn(parts, description);
  }
  await store.write(async ({ queries }) => {
    await queries
      .insertInto('completed_sweeps')
      .values({ sweep_name: SWEEP_NAME, completed_at: now() })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
  if (total > 0) log(`${total} stored secrets were sealed anew, bound to their owners`);
}

async function isComplete(queries: Queries): Promise<boolean> {
  const row = await queries
    .selectFrom('completed_sweeps')
    .select('sweep_name')
    .where('sweep_name', '=', SWEEP_NAME)
    .executeTakeFirst();
  return row !== undefined;
}

async function resealColumn(parts: ResealDependencies, description: AnyColumn): Promise<number> {
  let last: AnyRow | undefined;
  let resealed = 0;
  await sweep(ROWS_PER_TRANSACTION, async (limit) => {
    const after = last;
    const portion = await parts.store.write(async (transaction) => {
      const rows = await firstForms(transaction.queries, description, after, limit);
      return { rows, counts: await resealRows(parts, transaction, description, rows) };
    });
    last = portion.rows.at(-1) ?? last;
    for (const count of portion.counts.values()) resealed += count;
    return portion.rows.length;
  });
  return resealed;
}

/** Returns a page of the rows whose text has the first form, in the order of the primary key. */
function firstForms(
  queries: Queries,
  { table, column, key }: AnyColumn,
  after: AnyRow | undefined,
  limit: number,
): Promise<AnyRow[]> {
  const columns = sql.join(key.map((name) => sql.ref(name)));
  let rows = (queries as Queries)
    .selectFrom(table)
    .selectAll()
    .where(sql<boolean>`${sql.ref(column)} like 's1.%'`) as SelectQueryBuilder<Schema, typeof table, object>;
  if (after !== undefined) {
    rows = rows.where(sql<boolean>`(${columns}) > (${sql.join(key.map((name) => after[name]))})`);
  }
  return rows.orderBy(sql`${columns}`).limit(limit).execute() as Promise<AnyRow[]>;
}

async function resealRows(
  { secrets, log, record }: ResealDependencies,
  transaction: WriteTransaction,
  { table, column, key, placeOf, firstForm }: AnyColumn,
  rows: readonly AnyRow[],
): Promise<ReadonlyMap<string, number>> {
  const { queries } = transaction;
  const counts = new Map<string, number>();
  const wrappedKeys = await wrappedDataKeys(queries, rows);
  for (const row of rows) {
    const { account_id: accountId } = row;
    const wrapped = wrappedKeys.get(accountId);
    const place = placeOf(row);
    try {
      if (wrapped === undefined || firstForm === undefined) continue;
      const text = await secrets.openFirstForm(accountId, wrapped, String(row[column]), firstForm(row));
      const sealed = await secrets.seal(accountId, wrapped, text, place);
      let update = queries.updateTable(table).set({ [column]: sealed } as never);
      for (const name of key) update = update.where(sql.ref(name), '=', row[name]) as typeof update;
      await update.execute();
      counts.set(accountId, (counts.get(accountId) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof SecretUnreadable)) throw error;
      log(
        `damaged secret: ${place.purpose} of ${place.id} in account ${accountId} does not open, and is not sealed anew`,
      );
    }
  }
  if (counts.size > 0) await record(transaction, counts);
  return counts;
}

async function wrappedDataKeys(
  queries: Queries,
  rows: readonly AnyRow[],
): Promise<ReadonlyMap<AccountRow['account_id'], string>> {
  const ids = [...new Set(rows.map(({ account_id: id }) => id))];
  if (ids.length === 0) return new Map();
  const accounts = await queries
    .selectFrom('accounts')
    .select(['account_id', 'wrapped_data_key'])
    .where('account_id', 'in', ids)
    .execute();
  return new Map(accounts.map((row) => [row.account_id, row.wrapped_data_key]));
}
