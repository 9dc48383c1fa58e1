import { databaseTime } from '../store/database-time.ts';
import type { Store } from '../store/store.ts';
import type { HttpAnswer, Route } from './listener.ts';

/** Dependencies of the readiness check. */
export interface Readiness {
  readonly store: Pick<Store, 'kind' | 'queries' | 'staleness'>;
  readonly audit: { readonly writable: boolean };
  /** Shared nonce store; absent if this node answers without one. */
  readonly nonces?: { ready(): Promise<void> } | undefined;
  /** Whether the master key opens the data keys; not checked if absent. A key service that is away does not reject. */
  readonly opensDataKeys?: (() => Promise<boolean>) | undefined;
  /** Maximum age of this node's knowledge of changes for it to get requests, ms. */
  readonly maxStalenessMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Maximum difference to the database's clock, ms; `undefined`: clocks are not compared. */
  readonly maxClockDifferenceMs: number | undefined;
  /** Time limit of a trivial query to the database or the nonce store, ms; default 2,000. */
  readonly timeoutMs?: number;
}

/** `GET /healthz`: the process serves. It depends on no other service, so an outage elsewhere does not restart it. */
export const healthRoute: Route = () => answer(200, { status: 'ok' });

/**
 * `GET /readyz`: whether this node can serve requests; 503 with the reason if not: `database`, `clock`, `staleness`,
 * `audit`, `master-key` or `nonces`. The reason is a single word, since the request needs no authentication.
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
  const { store, audit, nonces, maxStalenessMs, now, maxClockDifferenceMs, timeoutMs = 2000 } = readiness;
  const { opensDataKeys = async () => true } = readiness;
  const asked = await answerWithin(async () => {
    await store.queries.selectFrom('accounts').select('account_id').limit(1).execute();
    return { time: await databaseTime(store) };
  }, timeoutMs);
  if (asked === undefined) return 'database';
  if (maxClockDifferenceMs !== undefined && Math.abs((asked.time ?? now()) - now()) > maxClockDifferenceMs) {
    return 'clock';
  }
  if (store.staleness() > maxStalenessMs) return 'staleness';
  if (!audit.writable) return 'audit';
  if ((await answerWithin(opensDataKeys, timeoutMs)) === false) return 'master-key';
  if (nonces === undefined) return undefined;
  const ready = await answerWithin(async () => {
    await nonces.ready();
    return true;
  }, timeoutMs);
  if (ready === undefined) return 'nonces';
  return undefined;
}

/** Returns an answer; `undefined` if there is none in time. */
async function answerWithin<Answer>(
  ask: () => Promise<Answer>,
  timeoutMs: number,
): Promise<Answer | undefined> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timeout = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([late, ask().catch(() => undefined)]);
  } finally {
    clearTimeout(timeout);
  }
}

function answer(status: number, body: Readonly<Record<string, string>>): HttpAnswer {
  const headers = { 'content-type': 'application/json;charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers, body: JSON.stringify(body) };
}
