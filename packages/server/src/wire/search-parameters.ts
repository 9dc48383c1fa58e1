import type { AccountSearch, FoundRows } from '../context/account-search.ts';
import { Refusal } from '../errors/refusal.ts';
import { afterMarker, markerOf, page, pageParameters } from './page.ts';
import { flag, oneOf, optional, type Parameter, text, withDefault } from './parameter.ts';

/** Parameters of lists that can be searched. */
export const searchParameters = {
  Search: optional(text({ max: 128 })),
  ...pageParameters(1000, 100),
};

/** Parameters of the order of a list. @param orders its names; the first is the default */
export function orderParameters<const W extends string>(...orders: readonly [W, ...W[]]): OrderParameters<W> {
  return { OrderBy: withDefault<W>(oneOf(...orders), orders[0]), Descending: withDefault(flag(), false) };
}

interface OrderParameters<W extends string> {
  readonly [name: string]: Parameter<unknown>;
  readonly OrderBy: Parameter<W>;
  readonly Descending: Parameter<boolean>;
}

/** Fields of an answer with a page of rows. */
export const PAGE_ANSWER = {
  IsTruncated: 'boolean',
  'Marker?': 'string',
  /** How `Search` compares: the beginning of names in accounts with more than 10,000 rows. */
  SearchMode: 'Prefix|Substring',
  /** Without `Search` only. */
  'TotalCount?': 'number',
} as const;

/**
 * Returns the position in a marker, empty for the first page.
 * @param order order of the list; positions of another order are refused
 * @throws Refusal Invalid{Marker}
 */
export function positionIn(marker: string | undefined, order: string): string {
  if (marker === undefined) return '';
  const [madeFor, ...position] = afterMarker(marker).split('/');
  const isNumber = /^-?\d{1,16}$/.test(position[0] ?? '');
  if (madeFor !== order || position.length === 0 || (!order.startsWith('Name') && !isNumber)) {
    throw new Refusal('Invalid', { name: 'Marker' });
  }
  return position.join('/');
}

/** Returns what a caller searches for, by the parameters of an operation. */
export const searchOf = (input: {
  readonly Search: string | undefined;
  readonly OrderBy: string;
  readonly Descending: boolean;
  readonly Marker: string | undefined;
  readonly MaxItems: number;
}): Omit<AccountSearch, 'nameText'> => ({
  text: input.Search ?? '',
  orderBy: input.OrderBy,
  descending: input.Descending,
  after: (order) => positionIn(input.Marker, order),
  limit: input.MaxItems + 1,
});

/** Returns the rows of one page, and the fields of the answer beside them. @param size maximum number of rows */
export function foundPage<Row>(found: FoundRows<Row>, size: number) {
  const { rows, IsTruncated, Marker } = searchedPage(found.rows, size, found.order, found.positionOf);
  return { rows, fields: { IsTruncated, Marker, SearchMode: found.mode, TotalCount: found.total } };
}

/** Returns one page of rows that were read with a limit of `size + 1`. @param order order of the list */
export const searchedPage = <Row>(
  rows: readonly Row[],
  size: number,
  order: string,
  positionOf: (row: Row) => string,
) => page(rows, size, (row) => `${order}/${positionOf(row)}`);

/** Returns the marker of a page that begins after a position. @param order order of the list */
export const markerAt = (order: string, position: string): string => markerOf(`${order}/${position}`);
