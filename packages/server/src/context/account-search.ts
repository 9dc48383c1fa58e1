import { type Counted, readRowCount } from '../store/row-counts.ts';
import {
  type OrderedRow,
  orderOf,
  type RowSearch,
  rowPosition,
  type SearchedTable,
  type SearchMode,
  searchModeOf,
  searchRows,
} from '../store/searched-rows.ts';
import type { Scope } from './scope.ts';

/** What a caller searches an account's rows for. */
export interface AccountSearch extends Omit<RowSearch, 'after'> {
  /** Returns the position after which the page begins. @param order in which the rows are read */
  readonly after: (order: string) => string;
  /** How texts are compared; by default, the number of rows decides. */
  readonly mode?: SearchMode | undefined;
}

/** Rows of a page, and how they were found. */
export interface FoundRows<Row> {
  readonly rows: readonly OrderedRow<Row>[];
  readonly mode: SearchMode;
  /** Number of all rows of the account, if none are searched for. */
  readonly total: number | undefined;
  /** Order in which they were read, direction included. */
  readonly order: string;
  /** Returns the position of a row in this order. */
  readonly positionOf: (row: OrderedRow<Row>) => string;
}

/** Returns a page of an account's rows; the number of its rows decides how they are searched. */
export async function searchAccount<Row extends object>(
  scope: Scope,
  table: SearchedTable,
  counted: Counted,
  search: AccountSearch,
): Promise<FoundRows<Row>> {
  const { accountId } = scope.account;
  const count = await readRowCount(scope.queries, accountId, counted);
  const mode = search.mode ?? searchModeOf(count);
  const asked = { ...search, after: '' };
  const order = `${orderOf(asked, mode)}${search.descending ? '-' : ''}`;
  const rows = await searchRows<Row>(
    scope.queries,
    accountId,
    table,
    { ...asked, after: search.after(order) },
    mode,
  );
  const total = search.text === '' ? count : undefined;
  return { rows, mode, total, order, positionOf: (row) => rowPosition(table, row) };
}
