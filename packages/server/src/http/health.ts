import type { Store } from '../store/store.ts';
import type { HttpAnswer, Route } from './listener.ts';

/** Dependencies of the readiness check. */
export interface Readiness {
  readonly store: Pick<Store, 'queries' | 'staleness'>;
  readonly audit: { readonly writable: boolean };
  /** Maximum age of this node's knowledge of changes for it to get requests, ms. */
  readonly maxStalenessMs: number;
  /** Time limit of a trivial query, ms; default 2,000. */
  readonly timeoutMs?: number;
}

/** `GET /healthz`: the process serves. It depends on no other service, so an outage elsewhere does not restart it. */
export const healthRoute: Route = () => answer(200, { status: 'ok' });

/**
 * `GET /readyz`: whether this node can serve requests; 503 with the reason if not: `database`, `staleness` or
 * `audit`. The reason is a single word, since the request needs no authentication.
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
