import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call } from './call.ts';
import type { AnswerOf, OperationOf, ParametersOf, Product } from './operations.ts';

/** How many rows are read without being asked: RAM's own limit of users in an account. */
const readByItself = 5000;

/** The rows of a list that the server gives in pages. */
export interface EveryPage<Row> {
  readonly rows: readonly Row[];
  readonly isLoading: boolean;
  readonly error: Error | null;
  /** Reads on where reading stopped by itself; undefined when everything is there or on its way. */
  readonly readOn: (() => void) | undefined;
  readonly refetch: () => void;
}

interface PageFields {
  readonly IsTruncated?: boolean;
  readonly Marker?: string;
  readonly NextToken?: string;
}

/**
 * Reads a list to its end, page after page: with `Marker`, or with `NextToken` for operations that have that.
 *
 *     const users = useEveryPage('Ims', 'ListUsers', { MaxItems: 1000 }, (answer) => answer.Users?.User);
 *
 * @param parameters without the place to read on from; with the largest page size
 * @param rowsOf picks the rows out of one answer
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
      // Some answers have an empty token at their end, others none.
      if (NextToken && IsTruncated !== false) return { NextToken };
      return undefined;
    },
  });
  const { data, hasNextPage, isFetchingNextPage, isFetching, fetchNextPage } = query;
  const rows = data?.pages.flatMap((page) => rowsOf(page) ?? []) ?? [];
  const goesOn = hasNextPage && rows.length < readByItself;
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
