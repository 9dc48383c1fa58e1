import { Registry } from 'prom-client';
import { RequestMetrics, registerGauges } from './metrics.ts';
import { registerOperatorMetrics } from './operator-metrics.ts';

/** Returns the names of all metrics that a server can have; the nonce store's are absent without `--redis`. */
export function serverMetricNames(): readonly string[] {
  const registry = new Registry();
  new RequestMetrics(registry);
  registerGauges(registry, {
    admission: { waiting: 0, refused: 0 },
    audit: { queued: 0, dropped: 0, counted: 0, writable: true },
    credentials: { hits: 0, misses: 0 },
    nonces: { isConnected: true, failures: 0 },
    streams: { count: 0 },
    store: { staleness: () => 0 },
  });
  registerOperatorMetrics(registry, {
    version: '',
    storeKind: '',
    storeLoad: () => ({ writesWaiting: 0, commits: 0, pools: {} }),
    outages: () => [],
    certificateExpiresAt: () => undefined,
    housekeeping: () => ({ completedAt: undefined, lastMs: 0, rounds: {}, changes: 0 }),
    reloads: () => ({}),
  });
  return registry.getMetricsAsArray().map(({ name }) => name);
}
