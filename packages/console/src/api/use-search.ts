import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { call } from './call.ts';
import type { AnswerOf } from './operations.ts';

/** Rows that a select offers; more are found by typing. */
const OFFERED_ROWS = 50;

type SearchOperation = 'SearchUsers' | 'SearchGroups' | 'SearchRoles' | 'SearchPolicies';

/** Rows that the server found. */
export interface FoundRows<Row> {
  readonly rows: readonly Row[];
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly refetch: () => void;
}

/**
 * Searches on the server for what is typed in a select.
 *
 *     const groups = useSearch('SearchGroups', searched, (answer) => answer.Groups);
 */
export function useSearch<O extends SearchOperation, Row>(
  operation: O,
  searched: string,
  rowsOf: (answer: AnswerOf<'Claviger', O>) => readonly Row[] | undefined,
): FoundRows<Row> {
  const Search = useDeferredValue(searched).trim();
  const query = useQuery<AnswerOf<'Claviger', O>, Error>({
    queryKey: ['Claviger', operation, 'offered', Search],
    queryFn: ({ signal }) =>
      call(
        'Claviger',
        operation,
        { MaxItems: OFFERED_ROWS, ...(Search !== '' && { Search }) } as never,
        signal,
      ),
    placeholderData: keepPreviousData,
  });
  const rows = (query.data && rowsOf(query.data)) ?? [];
  const text = searched.trim();
  const isStale = query.isPlaceholderData || Search !== text;
  return {
    // Until the server has answered, Enter must not choose a row that does not match.
    rows: isStale ? rows.filter((row) => mentions(row, text)) : rows,
    isLoading: query.isLoading || query.isPlaceholderData,
    error: query.error,
    refetch: () => void query.refetch(),
  };
}

/** Whether one of a row's texts contains a text, in any case. */
const mentions = (row: unknown, text: string): boolean =>
  Object.values(row as object).some(
    (value) => typeof value === 'string' && value.toLowerCase().includes(text.toLowerCase()),
  );
