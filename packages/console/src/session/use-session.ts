import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { setDisplayedPrincipal } from '../api/displayed-principal.ts';
import type { AnswerOf } from '../api/operations.ts';
import { isSessionEnd, queryClient, SESSION_KEY } from '../api/query-client.ts';

/** Console session of the signed-in principal. */
export type Session = AnswerOf<'Claviger', 'GetSession'>;

async function readSession(): Promise<Session | null> {
  try {
    const session = await call('Claviger', 'GetSession', {});
    setDisplayedPrincipal(session.Principal);
    return session;
  } catch (reason) {
    if (isSessionEnd(reason)) return null;
    throw reason;
  }
}

const SESSION_QUERY = { queryKey: SESSION_KEY, queryFn: readSession, staleTime: 60_000 };

/** Reads the console session; `data` is null when signed out. */
export function useSessionQuery() {
  return useQuery(SESSION_QUERY);
}

/** Returns the console session on pages that require one. */
export function useSession(): Session {
  const { data } = useQuery(SESSION_QUERY);
  if (!data) throw new Error('no console session on this page');
  return data;
}

/** Reads the console session again, after signing in or a step-up. */
export async function refreshSession(): Promise<Session | null> {
  return queryClient.fetchQuery({ ...SESSION_QUERY, staleTime: 0 });
}
