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

/** How a session of this page ended: by its user, with a new password, or without a doing of the page. */
export type SessionEnd = 'signed-out' | 'password-changed' | 'ended';

let lastEnd: SessionEnd | undefined;

/** Returns how the session that this page showed last has ended; `undefined` if it showed none. */
export const lastSessionEnd = (): SessionEnd | undefined => lastEnd;

/** Clears all cached answers of the session; pages that require a session then redirect to the sign-in page. */
export function sessionEnded(end: SessionEnd = 'ended'): void {
  // Calls that were under way fail afterwards: the first end is the reason.
  if (queryClient.getQueryData(SESSION_KEY)) lastEnd = end;
  setDisplayedPrincipal(undefined);
  queryClient.setQueryData(SESSION_KEY, null);
  queryClient.removeQueries({ predicate: (query) => query.queryKey[1] !== SESSION_KEY[1] });
}
