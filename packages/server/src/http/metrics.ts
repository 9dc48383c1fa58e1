import { Counter, collectDefaultMetrics, Gauge, type Histogram, type Registry } from 'prom-client';
import { refusalRows } from '../errors/refusal-table.ts';
import type { Operation } from '../pipeline/operation.ts';
import type { Route } from './listener.ts';

/** Label values for codes, except those that name a parameter. */
const KNOWN_CODES: ReadonlySet<string> = new Set(
  refusalRows()
    .map(([, { code }]) => code)
    .filter((code) => !code.includes('{')),
);

/** Codes that name a parameter, by family: parameter names come from the sender. */
const CODE_FAMILIES = ['InvalidParameter', 'Missing', 'Invalid'] as const;

/** Bounds of the histogram, seconds: from a cached read (tens of microseconds) to a client's time-out. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * Counters of one operation. Plain numbers, since the counters of the metrics library cost more than all else in a
 * request.
 */
interface Tally {
  readonly product: string;
  readonly operation: string;
  readonly outcomes: Map<string, number>;
  /** Count by bucket, not accumulated; the last one is for everything above the bounds. */
  readonly durations: number[];
  seconds: number;
}

/**
 * Counts requests by product, operation and outcome, and measures their duration.
 *
 * Labels are the names of declared operations and codes of closed lists: senders cannot create new ones. `unknown` is
 * a request without a known operation, `OK` a success, `other` a code in no list.
 */
export class RequestMetrics {
  readonly #tallies = new Map<Pick<Operation, 'product' | 'name'> | undefined, Tally>();

  constructor(registry: Registry) {
    const tallies = this.#tallies;
    const requests = new Counter({
      name: 'claviger_api_requests_total',
      help: 'Requests to the API, by operation and outcome.',
      labelNames: ['product', 'operation', 'code'],
      registers: [registry],
      collect() {
        requests.reset();
        for (const { product, operation, outcomes } of tallies.values()) {
          for (const [code, count] of outcomes) requests.inc({ product, operation, code }, count);
        }
      },
    });
    registry.registerMetric(new Durations(tallies) as unknown as Histogram);
  }

  /**
   * Counts one request.
   *
   * @param operation `undefined` if unknown
   * @param code of the refusal; empty for a success
   * @param seconds from the complete request to the answer
   */
  observe(operation: Pick<Operation, 'product' | 'name'> | undefined, code: string, seconds: number): void {
    let tally = this.#tallies.get(operation);
    if (tally === undefined) {
      tally = {
        product: operation?.product ?? 'unknown',
        operation: operation?.name ?? 'unknown',
        outcomes: new Map(),
        durations: [...DURATION_BUCKETS, Number.POSITIVE_INFINITY].map(() => 0),
        seconds: 0,
      };
      this.#tallies.set(operation, tally);
    }
    const label = outcome(code);
    tally.outcomes.set(label, (tally.outcomes.get(label) ?? 0) + 1);
    let bucket = 0;
    while (bucket < DURATION_BUCKETS.length && seconds > DURATION_BUCKETS[bucket]!) bucket += 1;
    tally.durations[bucket]! += 1;
    tally.seconds += seconds;
  }
}

/** Histogram of durations, in the form that the registry requires. */
class Durations {
  readonly name = 'claviger_api_request_duration_seconds';
  readonly #tallies: ReadonlyMap<unknown, Tally>;

  constructor(tallies: ReadonlyMap<unknown, Tally>) {
    this.#tallies = tallies;
  }

  async get() {
    return {
      name: this.name,
      help: 'Time from a whole request to its answer, by operation.',
      type: 'histogram',
      aggregator: 'sum',
      values: [...this.#tallies.values()].flatMap((tally) => this.#valuesOf(tally)),
    };
  }

  #valuesOf({ product, operation, durations, seconds }: Tally) {
    const labels = { product, operation };
    let total = 0;
    const buckets = durations.map((count, index) => {
      total += count;
      const le = DURATION_BUCKETS[index] ?? '+Inf';
      return { labels: { le, ...labels }, value: total, metricName: `${this.name}_bucket` };
    });
    return [
      ...buckets,
      { labels, value: seconds, metricName: `${this.name}_sum` },
      { labels, value: total, metricName: `${this.name}_count` },
    ];
  }
}

function outcome(code: string): string {
  if (code === '') return 'OK';
  if (KNOWN_CODES.has(code)) return code;
  return CODE_FAMILIES.find((family) => code.startsWith(family)) ?? 'other';
}

/** State of the hash chain of the audit log; see `AuditChainState`. */
interface ChainState {
  readonly checkpoint: number;
  readonly signedAt: number;
  readonly records: number;
  readonly bytes: number;
  readonly dueRecords: number;
  readonly dueBytes: number;
  readonly unchained: number;
}

/** State of a running server that is read at each scrape. */
export interface Gauges {
  /** Requests in the admission queue, and requests refused because it was full. */
  readonly admission?: { readonly waiting: number; readonly refused: number };
  /** Audit records that are not committed yet, dropped ones, and refusals that were counted without a record. */
  readonly audit: {
    readonly queued: number;
    readonly dropped: number;
    readonly counted: number;
    readonly writable: boolean;
  };
  /** Hash chain of the audit log. */
  readonly chain?: {
    readonly state: ChainState;
    readonly failures: number;
    readonly isRolledBack: boolean;
  };
  /** Receivers of audit records outside the database. */
  readonly deliveries?: readonly {
    readonly name: string;
    readonly counts: { readonly delivered: number; readonly dead: number; readonly failures: number };
  }[];
  /** Keys found in memory, and keys read from the database. */
  readonly credentials?: { readonly hits: number; readonly misses: number };
  /** Shared nonce store. */
  readonly nonces?: { readonly isConnected: boolean; readonly failures: number } | undefined;
  /** Open replication streams of guards at this node. */
  readonly streams?: { readonly count: number };
  /** Maximum age of this node's knowledge of changes, ms. */
  readonly store: { staleness(): number };
}

/** Registers the gauges of the process and its parts. They are read at each scrape, and cost requests nothing. */
export function registerGauges(
  registry: Registry,
  { admission, audit, chain, deliveries = [], credentials, nonces, streams, store }: Gauges,
): void {
  collectDefaultMetrics({ register: registry });
  gauge('claviger_audit_queued', 'Audit records that are not committed yet.', () => audit.queued);
  gauge(
    'claviger_audit_writable',
    'Whether the audit log could be written at the last attempt.',
    () => (audit.writable ? 1 : 0),
    'min',
  );
  gauge(
    'claviger_change_log_staleness_seconds',
    'Since when the change log may have unread entries.',
    () => store.staleness() / 1000,
    'max',
  );
  counter('claviger_audit_dropped_total', 'Audit records that were given up.', () => audit.dropped);
  counter(
    'claviger_audit_refusals_counted_total',
    'Refusals of strangers that were counted in the audit log, not written one by one.',
    () => audit.counted,
  );
  for (const [count, help] of [
    ['delivered', 'Audit checkpoints that a receiver has accepted.'],
    ['dead', 'Audit checkpoints in the file of dead letters of a receiver.'],
    ['failures', 'Attempts to deliver audit checkpoints that failed.'],
  ] as const) {
    if (deliveries.length === 0) break;
    const metric = new Counter({
      name: `claviger_audit_delivery_${count}_total`,
      help,
      labelNames: ['receiver'],
      registers: [registry],
      collect() {
        metric.reset();
        for (const { name, counts } of deliveries) metric.inc({ receiver: name }, counts[count]);
      },
    });
  }
  if (chain !== undefined) {
    const chainGauge = (name: string, help: string, read: (state: ChainState) => number) =>
      gauge(`claviger_audit_${name}`, help, () => read(chain.state), 'max');
    chainGauge('checkpoint', 'Number of the newest signed checkpoint.', (state) => state.checkpoint);
    chainGauge(
      'checkpoint_timestamp_seconds',
      'Time of the newest signed checkpoint.',
      (state) => state.signedAt / 1000,
    );
    chainGauge('records', 'Audit records that are stored and chained.', (state) => state.records);
    chainGauge('bytes', 'Size of these records, without indexes.', (state) => state.bytes);
    chainGauge(
      'retention_due_records',
      'Audit records that retention removes within a day.',
      (state) => state.dueRecords,
    );
    chainGauge('retention_due_bytes', 'Size of these records.', (state) => state.dueBytes);
    chainGauge('unchained', 'Audit records without a checkpoint, 512 at most.', (state) => state.unchained);
    gauge(
      'claviger_audit_rolled_back',
      'Whether the log lacked a checkpoint of this node at its start.',
      () => (chain.isRolledBack ? 1 : 0),
      'max',
    );
    counter(
      'claviger_audit_chain_failures_total',
      'Attempts to chain audit records that failed.',
      () => chain.failures,
    );
  }
  if (admission !== undefined) {
    gauge('claviger_requests_waiting', 'Requests that wait for their turn.', () => admission.waiting);
    counter(
      'claviger_requests_refused_total',
      'Requests refused before they were read, since too many were waiting.',
      () => admission.refused,
    );
  }
  if (nonces !== undefined) {
    gauge(
      'claviger_nonce_store_connected',
      'Whether the shared nonce store is connected.',
      () => (nonces.isConnected ? 1 : 0),
      'min',
    );
    counter(
      'claviger_nonce_store_failures_total',
      'Requests whose nonce was not checked because the shared nonce store did not answer.',
      () => nonces.failures,
    );
  }
  if (streams !== undefined) {
    gauge(
      'claviger_replication_streams',
      'Guards that follow the credentials of their account at this node.',
      () => streams.count,
    );
  }
  if (credentials !== undefined) {
    counter(
      'claviger_credential_cache_hits_total',
      'Keys that were found in memory.',
      () => credentials.hits,
    );
    counter(
      'claviger_credential_cache_misses_total',
      'Keys that the database was asked for.',
      () => credentials.misses,
    );
  }

  /** @param ofWorkers how the values of several workers become one */
  function gauge(
    name: string,
    help: string,
    read: () => number,
    ofWorkers: 'sum' | 'min' | 'max' = 'sum',
  ): void {
    new Gauge({
      name,
      help,
      aggregator: ofWorkers,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }

  function counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}

/**
 * `GET /metrics`, in Prometheus' text format.
 * @param ofAllWorkers metrics of all workers of this server together; those of the registry when absent
 */
export function metricsRoute(registry: Registry, ofAllWorkers?: () => Promise<string>): Route {
  return async () => ({
    status: 200,
    headers: { 'content-type': registry.contentType, 'cache-control': 'no-store' },
    body: await (ofAllWorkers === undefined ? registry.metrics() : ofAllWorkers()),
  });
}
