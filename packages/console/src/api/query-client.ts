import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.ts';
import { setDisplayedPrincipal } from './displayed-principal.ts';

/** Query key of the console session. */
export const SESSION_KEY = ['Claviger', 'GetSession', {}] as const;

/** Codes for an ended session, and for a missing cookie, when the server expects a signature. */
const SESSION_END_CODES: ReadonlySet<string> = new Set(['NotSignedIn', 'MissingAccessKeyId']);

/** Whether an error means that the console session has ended. */
export function isSessionEnd(error: unknown): boolean {
  return error instanceof ApiError && SESSION_END_CODES.has(error.code);
}

/** Cache of answers, in memory only. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (isSessionEnd(error)) sessionEnded();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      // Only network errors and unavailability are temporary; a refusal is not retried.
      retry: (count, error) =>
        count < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
    },
  },
});

/** Clears all cached answers of the session; pages that require a session then redirect to the sign-in page. */
export function sessionEnded(): void {
  setDisplayedPrincipal(undefined);
  queryClient.setQueryData(SESSION_KEY, null);
  queryClient.removeQueries({ predicate: (query) => query.queryKey[1] !== SESSION_KEY[1] });
}
