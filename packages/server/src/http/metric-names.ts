import { Registry } from 'prom-client';
import { RequestMetrics, registerGauges } from './metrics.ts';
import { registerOperatorMetrics } from './operator-metrics.ts';

/**
 * Returns the names of all metrics that a server can have; the nonce store's are absent without `--redis`, those of
 * receivers of audit records without one.
 */
export function serverMetricNames(): readonly string[] {
  const registry = new Registry();
  new RequestMetrics(registry);
  registerGauges(registry, {
    admission: { waiting: 0, refused: 0 },
    audit: { queued: 0, dropped: 0, counted: 0, writable: true },
    chain: {
      state: {
        checkpoint: 0,
        signedAt: 0,
        records: 0,
        bytes: 0,
        dueRecords: 0,
        dueBytes: 0,
        unchained: 0,
      },
      failures: 0,
      isRolledBack: false,
    },
    deliveries: [{ name: 'webhook', counts: { delivered: 0, dead: 0, failures: 0 } }],
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
    lastBackupAt: () => undefined,
    reloads: () => ({}),
  });
  return registry.getMetricsAsArray().map(({ name }) => name);
}
