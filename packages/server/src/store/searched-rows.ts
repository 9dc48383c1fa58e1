import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Queries } from './store.ts';

/** Most rows of an account that a search looks into for texts anywhere; in larger ones it finds names by their beginning. */
export const SUBSTRING_ROWS = 10_000;

/** Table of an account's rows that is listed in several orders and searched. */
export interface SearchedTable {
  readonly table: 'users' | 'groups' | 'roles' | 'policies';
  /** Lower-cased name, unique in the account; the order by name. */
  readonly nameKey: string;
  /** Unique column that continues the other orders. */
  readonly id: string;
  /** Further columns with text that a search looks into. */
  readonly texts: readonly string[];
  /** Whole numbers by which rows can be ordered, each with an index over account, number and id. */
  readonly numbers: Readonly<Record<string, RawBuilder<number>>>;
  /** Rows that lists show; all if absent. */
  readonly shown?: RawBuilder<SqlBool>;
}

/** Search, order and position of a page. */
export interface RowSearch {
  /** Text as a person types it; empty for all rows. */
  readonly text: string;
  /** Part of the text that is searched in names. */
  readonly nameText: string;
  /** `Name`, or the name of a number. */
  readonly orderBy: string;
  readonly descending: boolean;
  /** Position after which the page begins, as `rowPosition` returned it; empty for the first page. */
  readonly after: string;
  /** Maximum number of rows. */
  readonly limit: number;
}

/** How a search compares: with the beginning of names, or with texts anywhere. */
export type SearchMode = 'Prefix' | 'Substring';

/** Row with the number that it is ordered by, absent in the order of names. */
export type OrderedRow<Row> = Row & { readonly order_number?: number };

/** Returns how rows of an account are searched, by how many it has. */
export const searchModeOf = (rows: number): SearchMode => (rows > SUBSTRING_ROWS ? 'Prefix' : 'Substring');

/**
 * Returns the order of a search: matches of a prefix are ordered by name, which is the order of their index. Sorting
 * those of a million rows would take seconds.
 */
export const orderOf = ({ text, orderBy }: RowSearch, mode: SearchMode): string =>
  text !== '' && mode === 'Prefix' ? 'Name' : orderBy;

/**
 * Returns the condition that a text column contains a text, in any case of Latin letters. SQLite lowers A to Z only, so
 * other letters are compared in the spellings of names and words: as given, all small, all large, the first one large.
 */
export function contains(column: string, text: string): RawBuilder<SqlBool> {
  const small = text.toLowerCase();
  const [first = ''] = small;
  const spellings = [text, small, text.toUpperCase(), first.toUpperCase() + small.slice(first.length)];
  const patterns = new Set(spellings.map((each) => each.replace(/[A-Z]/g, (letter) => letter.toLowerCase())));
  const conditions = [...patterns].map(
    (each) =>
      sql`lower(${sql.ref(column)}) like lower(${`%${each.replace(/[\\%_]/g, '\\$&')}%`}) escape '\\'`,
  );
  return sql<SqlBool>`(${sql.join(conditions, sql` or `)})`;
}

/** Returns the condition that a name begins with a text. @param column lower-cased names */
export const beginsWith = (column: string, text: string): RawBuilder<SqlBool> => {
  const from = text.toLowerCase();
  // `~` sorts behind every character of a name.
  return sql<SqlBool>`${sql.ref(column)} >= ${from} and ${sql.ref(column)} < ${`${from}~`}`;
};

/** Returns a page of an account's rows. */
export async function searchRows<Row>(
  queries: Queries,
  accountId: string,
  table: SearchedTable,
  search: RowSearch,
  mode: SearchMode,
): Promise<OrderedRow<Row>[]> {
  const order = orderOf(search, mode);
  const number = order === 'Name' ? undefined : table.numbers[order];
  const name = sql.ref(table.nameKey);
  const id = sql.ref(table.id);
  const conditions = [sql<SqlBool>`account_id = ${accountId}`];
  if (table.shown !== undefined) conditions.push(table.shown);
  if (search.text !== '') conditions.push(matching(table, search, mode));
  const beyond = sql.raw(search.descending ? '<' : '>');
  if (search.after !== '') {
    if (number === undefined) conditions.push(sql`${name} ${beyond} ${search.after}`);
    else {
      const slash = search.after.indexOf('/');
      const after = [Number(search.after.slice(0, slash)), search.after.slice(slash + 1)];
      conditions.push(sql`(${number}, ${id}) ${beyond} (${sql.join(after)})`);
    }
  }
  const direction = sql.raw(search.descending ? 'desc' : 'asc');
  const columns = number === undefined ? sql`*` : sql`*, ${number} as order_number`;
  const sorting =
    number === undefined ? sql`${name} ${direction}` : sql`${number} ${direction}, ${id} ${direction}`;
  const statement = sql<OrderedRow<Row>>`
    select ${columns} from ${sql.table(table.table)} where ${sql.join(conditions, sql` and `)}
    order by ${sorting} limit ${search.limit}`;
  return (await statement.execute(queries)).rows;
}

/** Returns the position of a row in the order that it was read in. */
export const rowPosition = <Row extends object>(table: SearchedTable, row: OrderedRow<Row>): string => {
  const value = (column: string) => String((row as Readonly<Record<string, unknown>>)[column]);
  return row.order_number === undefined ? value(table.nameKey) : `${row.order_number}/${value(table.id)}`;
};

function matching(
  table: SearchedTable,
  { text, nameText }: RowSearch,
  mode: SearchMode,
): RawBuilder<SqlBool> {
  if (mode === 'Prefix') return beginsWith(table.nameKey, nameText);
  const names = nameText === '' ? [] : [contains(table.nameKey, nameText)];
  return sql`(${sql.join([...names, ...table.texts.map((column) => contains(column, text))], sql` or `)})`;
}
