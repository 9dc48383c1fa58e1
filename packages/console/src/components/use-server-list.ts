import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import { call } from '../api/call.ts';
import type { AnswerOf, OperationOf, ParametersOf, Product } from '../api/operations.ts';

/** Page sizes that a list offers; the first is the default. */
export const PAGE_SIZES = [20, 50, 100] as const;

/** Rows that an operation without search answers at once; a list of no more is searched in the browser. */
const UNSEARCHED_ROWS = 100;

/** Rows that are read at once for a file. */
const EXPORTED_ROWS = 1000;

/** Answers for one page: an operation that bounds its search may answer fewer rows than there are. */
const ANSWERS_PER_PAGE = 8;

/** Order of a list. */
export interface Sorting {
  /** As the operation names it. */
  readonly by: string;
  readonly descending: boolean;
}

/** List of which the server answers one page. */
export interface ServerList<Row> {
  readonly rows: readonly Row[];
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly refetch: () => void;
  /** Whether the rows are the whole list: searching and sorting need no server. */
  readonly isComplete: boolean;
  /** Whether the server searches the list. */
  readonly isSearched: boolean;
  /** Whether the server finds names by their beginning only, since the account is large. */
  readonly findsBeginnings: boolean;
  /** Number of rows of the list, if the server counts them. */
  readonly total: number | undefined;
  readonly pageSize: number;
  readonly sorting: Sorting | undefined;
  readonly sort: (sorting: Sorting | undefined) => void;
  readonly setPageSize: (size: number) => void;
  /** Number of the page, from 1. */
  readonly pageNumber: number;
  readonly previous: (() => void) | undefined;
  readonly next: (() => void) | undefined;
  /** Reads all rows that match, page by page; for a file. */
  readonly readAll: (signal: AbortSignal) => AsyncGenerator<readonly Row[]>;
}

interface PageFields {
  readonly IsTruncated?: boolean;
  readonly Marker?: string;
  readonly NextToken?: string;
  readonly SearchMode?: string;
  readonly TotalCount?: number;
}

/** Options of a list. */
export interface ServerListOptions {
  /** Whether the operation has `Search`, `Descending` and, with several orders, `OrderBy`. */
  readonly isSearched?: boolean;
  /** Prefix of the search parameters, as the table has it. */
  readonly name?: string;
  /** Parameter for the number of rows, if not `MaxItems`, and its maximum. */
  readonly size?: { readonly parameter: 'MaxResults'; readonly max: number };
  /** Returns parameters that depend on the time of the call, such as a range that ends now. */
  readonly timely?: () => object;
  /** What `timely` depends on besides the time. */
  readonly key?: number | string;
}

/**
 * Reads one page of a list; search, order and position are in the URL.
 *
 *     const users = useServerList('Claviger', 'SearchUsers', {}, (answer) => answer.Users, { isSearched: true });
 *
 * @param parameters without those of search, order and page
 * @param rowsOf returns the rows of one answer
 */
export function useServerList<P extends Product, O extends OperationOf<P>, Row>(
  product: P,
  operation: O,
  parameters: ParametersOf<P, O>,
  rowsOf: (answer: AnswerOf<P, O>) => readonly Row[] | undefined,
  { isSearched = false, name = '', size: sized, timely = () => ({}), key = '' }: ServerListOptions = {},
): ServerList<Row> {
  const [address, setAddress] = useSearchParams();
  const location = useLocation();
  const search = useDeferredValue(address.get(`${name}q`) ?? '').trim();
  const order = address.get(`${name}order`) ?? '';
  const after = address.get(`${name}after`);
  const asked = Number(address.get(`${name}size`) ?? PAGE_SIZES[0]);
  const mostRows = sized?.max ?? EXPORTED_ROWS;
  const pageSize = isSearched
    ? Math.min(Math.max(Math.trunc(asked) || 1, 1), mostRows)
    : Math.min(UNSEARCHED_ROWS, mostRows);
  const sorting =
    order === '' ? undefined : { by: order.replace(/^-/, ''), descending: order.startsWith('-') };
  const selection = {
    ...(parameters as object),
    ...(isSearched && search !== '' && { Search: search }),
    ...(isSearched && sorting?.descending && { Descending: 'true' }),
    ...(isSearched && sorting && sorting.by !== 'Name' && { OrderBy: sorting.by }),
  };
  const read = (size: number, position: object, signal: AbortSignal) =>
    call(
      product,
      operation,
      { ...selection, [sized?.parameter ?? 'MaxItems']: String(size), ...position } as never,
      signal,
    );
  async function readPage(signal: AbortSignal) {
    const times = timely();
    const rows: Row[] = [];
    let answer: AnswerOf<P, O>;
    let position = after ?? undefined;
    let answers = 0;
    do {
      const found = position === undefined ? {} : positionOf(position);
      answer = await read(pageSize - rows.length, { ...times, ...found }, signal);
      rows.push(...(rowsOf(answer) ?? []));
      position = nextOf(answer as PageFields);
    } while (position !== undefined && rows.length < pageSize && ++answers < ANSWERS_PER_PAGE);
    return { answer, rows };
  }
  const query = useQuery<{ readonly answer: AnswerOf<P, O>; readonly rows: readonly Row[] }, Error>({
    queryKey: [product, operation, 'page', selection, pageSize, after, key],
    queryFn: ({ signal }) => readPage(signal),
    placeholderData: keepPreviousData,
  });

  const fields: PageFields = query.data?.answer ?? {};
  const marker = nextOf(fields);
  const before = (location.state as Readonly<Record<string, unknown>> | null)?.[`${name}markers`];
  const markers = Array.isArray(before) && before.at(-1) === after ? (before as string[]) : [];

  function goTo(changes: Readonly<Record<string, string | undefined>>, visited: readonly string[]): void {
    setAddress(
      (current) => {
        const changed = new URLSearchParams(current);
        for (const [key, value] of Object.entries(changes)) {
          if (value === undefined) changed.delete(`${name}${key}`);
          else changed.set(`${name}${key}`, value);
        }
        return changed;
      },
      { state: { ...(location.state as object | null), [`${name}markers`]: visited } },
    );
  }

  async function* readAll(signal: AbortSignal): AsyncGenerator<readonly Row[]> {
    const times = timely();
    let position: string | undefined;
    do {
      const found = position === undefined ? {} : positionOf(position);
      const answer = await read(mostRows, { ...times, ...found }, signal);
      yield rowsOf(answer) ?? [];
      position = nextOf(answer as PageFields);
    } while (position !== undefined);
  }

  const pageNumber = after === null ? 1 : Math.max(2, Math.trunc(Number(address.get(`${name}page`))) || 2);
  return {
    rows: query.data?.rows ?? [],
    isLoading: query.isLoading || query.isPlaceholderData,
    error: query.error,
    refetch: () => void query.refetch(),
    isComplete: after === null && marker === undefined,
    isSearched,
    findsBeginnings: fields.SearchMode === 'Prefix',
    total: fields.TotalCount,
    pageSize,
    sorting,
    sort: (next) =>
      goTo(
        { order: next && `${next.descending ? '-' : ''}${next.by}`, after: undefined, page: undefined },
        [],
      ),
    setPageSize: (size) =>
      goTo(
        { size: size === PAGE_SIZES[0] ? undefined : String(size), after: undefined, page: undefined },
        [],
      ),
    pageNumber,
    previous:
      after === null
        ? undefined
        : () => {
            const left = markers.slice(0, -1);
            const page = left.length + 1;
            goTo({ after: left.at(-1), page: page === 1 ? undefined : String(page) }, left);
          },
    next:
      marker === undefined || query.isPlaceholderData
        ? undefined
        : () => goTo({ after: marker, page: String(pageNumber + 1) }, [...markers, marker]),
    readAll,
  };
}

/** Returns the position after an answer, with the name of its parameter; undefined after the last page. */
function nextOf({ IsTruncated, Marker, NextToken }: PageFields): string | undefined {
  if (IsTruncated && Marker) return `Marker ${Marker}`;
  // The last page has an empty token or none.
  return NextToken && IsTruncated !== false ? `NextToken ${NextToken}` : undefined;
}

function positionOf(position: string): Readonly<Record<string, string>> {
  const space = position.indexOf(' ');
  const parameter = position.slice(0, space) === 'NextToken' ? 'NextToken' : 'Marker';
  return { [parameter]: position.slice(space + 1) };
}
