import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { AnswerOf } from '../api/operations.ts';
import { isSessionEnd, queryClient, sessionKey } from '../api/query-client.ts';
import { showPrincipal } from '../api/shown-principal.ts';

/** Who is signed in, and until when. */
export type Session = AnswerOf<'Claviger', 'GetSession'>;

async function readSession(): Promise<Session | null> {
  try {
    const session = await call('Claviger', 'GetSession', {});
    showPrincipal(session.Principal);
    return session;
  } catch (reason) {
    if (isSessionEnd(reason)) return null;
    throw reason;
  }
}

const query = { queryKey: sessionKey, queryFn: readSession, staleTime: 60_000 };

/** The session; `data` is null when nobody is signed in. */
export function useSessionQuery() {
  return useQuery(query);
}

/** The session, within the part of the console that is only shown to who is signed in. */
export function useSession(): Session {
  const { data } = useQuery(query);
  if (!data) throw new Error('there is no session here');
  return data;
}

/** Reads the session again: after signing in, and after a step-up. */
export async function refreshSession(): Promise<Session | null> {
  return queryClient.fetchQuery({ ...query, staleTime: 0 });
}
