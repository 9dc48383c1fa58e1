import type { Store } from '../store/store.ts';
import type { HttpAnswer, Route } from './listener.ts';

/** What readiness asks. */
export interface Readiness {
  readonly store: Pick<Store, 'queries' | 'staleness'>;
  readonly audit: { readonly writable: boolean };
  /** How old this node's knowledge of changes may be before it should get no requests, in milliseconds. */
  readonly maxStalenessMs: number;
  /** How long the database may take for a trivial query, in milliseconds; 2,000 unless told. */
  readonly timeoutMs?: number;
}

/** `GET /healthz`: this process serves. It asks nothing of others, so that an outage of theirs restarts nobody. */
export const healthRoute: Route = () => answer(200, { status: 'ok' });

/**
 * `GET /readyz`: this node can do its work; 503 with the reason when it cannot: `database`, `staleness` or `audit`.
 * The reason is one word, for nobody has to sign this request.
 */
export function readyRoute(readiness: Readiness): Route {
  return async () => {
    const reason = await whyNotReady(readiness);
    return reason === undefined
      ? answer(200, { status: 'ok' })
      : answer(503, { status: 'unavailable', reason });
  };
}

async function whyNotReady(readiness: Readiness): Promise<string | undefined> {
  const { store, audit, maxStalenessMs, timeoutMs = 2000 } = readiness;
  if (!(await answersWithin(store, timeoutMs))) return 'database';
  if (store.staleness() > maxStalenessMs) return 'staleness';
  if (!audit.writable) return 'audit';
  return undefined;
}

async function answersWithin(store: Readiness['store'], timeoutMs: number): Promise<boolean> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timeout = setTimeout(() => resolve(false), timeoutMs);
  });
  const asked = store.queries.selectFrom('accounts').select('account_id').limit(1).execute();
  try {
    return await Promise.race([
      late,
      asked.then(
        () => true,
        () => false,
      ),
    ]);
  } finally {
    clearTimeout(timeout);
  }
}

function answer(status: number, body: Readonly<Record<string, string>>): HttpAnswer {
  const headers = { 'content-type': 'application/json;charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers, body: JSON.stringify(body) };
}
