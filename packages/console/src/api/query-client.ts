import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.ts';
import { showPrincipal } from './shown-principal.ts';

/** The key under which the session is known. */
export const sessionKey = ['Claviger', 'GetSession', {}] as const;

/** An ended session; and one whose cookie is gone, so that the server asks for a signature. */
const sessionEndCodes: ReadonlySet<string> = new Set(['NotSignedIn', 'MissingAccessKeyId']);

/** Whether the server no longer knows who is asking. */
export function isSessionEnd(error: unknown): boolean {
  return error instanceof ApiError && sessionEndCodes.has(error.code);
}

/** What is known of the server, for as long as the page lives; in memory only. */
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
      // A refusal stays one; what did not arrive may arrive yet.
      retry: (count, error) =>
        count < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
    },
  },
});

/** Forgets everything that was read while signed in; whoever needs a session is led to the sign-in page. */
export function sessionEnded(): void {
  showPrincipal(undefined);
  queryClient.setQueryData(sessionKey, null);
  queryClient.removeQueries({ predicate: (query) => query.queryKey[1] !== sessionKey[1] });
}
