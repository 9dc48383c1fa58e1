import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call } from './call.ts';
import type { AnswerOf, OperationOf, ParametersOf, Product } from './operations.ts';

/** Rows that are loaded automatically; RAM's limit of users in an account. */
const MAX_ROWS_LOADED = 5000;

/** Rows of a paged list. */
export interface EveryPage<Row> {
  readonly rows: readonly Row[];
  readonly isLoading: boolean;
  readonly error: Error | null;
  /** Loads the next page after the automatic limit; undefined when nothing is left or a page is loading. */
  readonly readOn: (() => void) | undefined;
  readonly refetch: () => void;
}

interface PageFields {
  readonly IsTruncated?: boolean;
  readonly Marker?: string;
  readonly NextToken?: string;
}

/**
 * Reads all pages of a list, by `Marker`, or by `NextToken` for operations that use it.
 *
 *     const users = useEveryPage('Ims', 'ListUsers', { MaxItems: 1000 }, (answer) => answer.Users?.User);
 *
 * @param parameters without marker or token, with the largest page size
 * @param rowsOf returns the rows of one answer
 */
export function useEveryPage<P extends Product, O extends OperationOf<P>, Row>(
  product: P,
  operation: O,
  parameters: ParametersOf<P, O>,
  rowsOf: (answer: AnswerOf<P, O>) => readonly Row[] | undefined,
): EveryPage<Row> {
  const query = useInfiniteQuery({
    queryKey: [product, operation, 'every page', parameters],
    queryFn: ({ pageParam, signal }) =>
      call(product, operation, Object.assign({}, parameters, pageParam), signal),
    initialPageParam: {},
    getNextPageParam: (answer): Record<string, string> | undefined => {
      const { IsTruncated, Marker, NextToken } = answer as PageFields;
      if (IsTruncated && Marker) return { Marker };
      // The last page has an empty token or none.
      if (NextToken && IsTruncated !== false) return { NextToken };
      return undefined;
    },
  });
  const { data, hasNextPage, isFetchingNextPage, isFetching, fetchNextPage } = query;
  const rows = data?.pages.flatMap((page) => rowsOf(page) ?? []) ?? [];
  const goesOn = hasNextPage && rows.length < MAX_ROWS_LOADED;
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage();
  }, [goesOn, isFetching, fetchNextPage]);
  return {
    rows,
    isLoading: query.isLoading,
    error: query.error,
    readOn: hasNextPage && !goesOn && !isFetchingNextPage ? () => void fetchNextPage() : undefined,
    refetch: () => void query.refetch(),
  };
}
