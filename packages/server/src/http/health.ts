import type { Store } from '../store/store.ts';
import type { HttpAnswer, Route } from './listener.ts';

/** Dependencies of the readiness check. */
export interface Readiness {
  readonly store: Pick<Store, 'queries' | 'staleness'>;
  readonly audit: { readonly writable: boolean };
  /** Shared nonce store; absent if nonces are in the memory of this process. */
  readonly nonces?: { ready(): Promise<void> } | undefined;
  /** Maximum age of this node's knowledge of changes for it to get requests, ms. */
  readonly maxStalenessMs: number;
  /** Time limit of a trivial query to the database or the nonce store, ms; default 2,000. */
  readonly timeoutMs?: number;
}

/** `GET /healthz`: the process serves. It depends on no other service, so an outage elsewhere does not restart it. */
export const healthRoute: Route = () => answer(200, { status: 'ok' });

/**
 * `GET /readyz`: whether this node can serve requests; 503 with the reason if not: `database`, `staleness`,
 * `audit` or `nonces`. The reason is a single word, since the request needs no authentication.
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
  const { store, audit, nonces, maxStalenessMs, timeoutMs = 2000 } = readiness;
  const query = () => store.queries.selectFrom('accounts').select('account_id').limit(1).execute();
  if (!(await answersWithin(query, timeoutMs))) return 'database';
  if (store.staleness() > maxStalenessMs) return 'staleness';
  if (!audit.writable) return 'audit';
  // Without it every signed request is refused.
  if (nonces !== undefined && !(await answersWithin(() => nonces.ready(), timeoutMs))) return 'nonces';
  return undefined;
}

async function answersWithin(ask: () => Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timeout = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([
      late,
      ask().then(
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
