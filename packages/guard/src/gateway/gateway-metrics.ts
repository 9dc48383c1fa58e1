import { Counter, collectDefaultMetrics, Gauge, type Histogram, Registry } from 'prom-client';
import type { RemoteVerificationCounts } from '../snapshot/remote-verifier.ts';
import type { AccessRecord } from './access-record.ts';
import type { Upstream, UpstreamFailure } from './upstream.ts';

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Maximum number of codes: some contain what a client sent, and would create labels without end. */
const MAXIMUM_CODES = 200;

/** Own counter, since a library's takes longer than all other book-keeping of a request. */
interface Tally {
  /** By status, then code. */
  readonly counts: Map<number, Map<string, number>>;
  readonly durations: number[];
  seconds: number;
}

/** Values that are read with the metrics. */
export interface GatewayGauges {
  /** Number of requests and WebSockets in progress. */
  readonly underWay: () => number;
  readonly upstreams: () => readonly Upstream[];
  /** Whether credentials are available and recent enough. */
  readonly isReady: () => boolean;
  /** Milliseconds since the credentials were known to be up to date. */
  readonly ageMs: () => number;
  /** Signatures that the control plane was asked to verify. */
  readonly questions: () => RemoteVerificationCounts;
}

/** Prometheus metrics of a gateway. */
export class GatewayMetrics {
  readonly registry = new Registry();
  readonly #tallies = new Map<string, Tally>();
  readonly #codes = new Set<string>();
  readonly #reloads: Counter;
  readonly #failures: Counter;

  constructor({ underWay, upstreams, isReady, ageMs, questions }: GatewayGauges) {
    const { registry } = this;
    const registers = [registry];
    const tallies = this.#tallies;
    collectDefaultMetrics({ register: registry });
    const requests = new Counter({
      name: 'claviger_gateway_requests_total',
      help: 'Requests by service, status and code of the refusal (OK when it was passed on).',
      labelNames: ['service', 'status', 'code'],
      registers,
      collect() {
        requests.reset();
        for (const [service, { counts }] of tallies) {
          for (const [status, byCode] of counts) {
            for (const [code, count] of byCode) requests.inc({ service, status, code }, count);
          }
        }
      },
    });
    registry.registerMetric(new Durations(tallies) as unknown as Histogram);
    this.#failures = new Counter({
      name: 'claviger_gateway_upstream_failures_total',
      help: 'Requests that an address of a service did not answer, by code.',
      labelNames: ['upstream', 'address', 'code'],
      registers,
    });
    this.#reloads = new Counter({
      name: 'claviger_gateway_configuration_reloads_total',
      // Each worker takes each reload.
      aggregator: 'max',
      help: 'Configuration reloads, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    const asked = new Counter({
      name: 'claviger_gateway_signatures_asked_total',
      help: 'Signatures that only the control plane could verify, by its answer: confirmed, refused, unanswered.',
      labelNames: ['answer'],
      registers,
      collect() {
        asked.reset();
        for (const [answer, count] of Object.entries(questions())) asked.inc({ answer }, count);
      },
    });
    new Gauge({
      name: 'claviger_gateway_under_way',
      help: 'Requests and WebSockets in progress.',
      registers,
      collect() {
        this.set(underWay());
      },
    });
    new Gauge({
      name: 'claviger_gateway_ready',
      aggregator: 'min',
      help: 'Whether credentials are available and recent enough.',
      registers,
      collect() {
        this.set(isReady() ? 1 : 0);
      },
    });
    new Gauge({
      name: 'claviger_gateway_credentials_age_seconds',
      aggregator: 'max',
      help: 'Seconds since credentials were known to be up to date.',
      registers,
      collect() {
        this.set(ageMs() / 1000);
      },
    });
    new Gauge({
      name: 'claviger_gateway_upstream_up',
      aggregator: 'min',
      help: 'Whether an address of a service gets requests.',
      labelNames: ['upstream', 'address'],
      registers,
      collect() {
        this.reset();
        for (const upstream of upstreams()) {
          for (const { url, isUp } of upstream.addresses) {
            this.set({ upstream: upstream.name, address: url }, isUp ? 1 : 0);
          }
        }
      },
    });
  }

  /** Counts a finished request. */
  done({ service, status, code, milliseconds }: AccessRecord): void {
    let tally = this.#tallies.get(service);
    if (tally === undefined) {
      tally = { counts: new Map(), durations: [...BUCKETS, Infinity].map(() => 0), seconds: 0 };
      this.#tallies.set(service, tally);
    }
    let byCode = tally.counts.get(status);
    if (byCode === undefined) {
      byCode = new Map();
      tally.counts.set(status, byCode);
    }
    const label = this.#label(code);
    byCode.set(label, (byCode.get(label) ?? 0) + 1);
    const seconds = milliseconds / 1000;
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]!) bucket += 1;
    tally.durations[bucket]! += 1;
    tally.seconds += seconds;
  }

  /** Counts a failure of an address of a service. */
  upstreamFailed(upstream: string, address: string, { code }: UpstreamFailure): void {
    this.#failures.inc({ upstream, address, code });
  }

  /** Counts a reload of the configuration. */
  reloaded(outcome: 'taken' | 'refused' | 'unchanged'): void {
    this.#reloads.inc({ outcome });
  }

  #label(code: string): string {
    if (code === '') return 'OK';
    if (this.#codes.has(code)) return code;
    if (this.#codes.size >= MAXIMUM_CODES) return 'other';
    this.#codes.add(code);
    return code;
  }
}

/** Histogram of durations, in the interface of the registry. */
class Durations {
  readonly name = 'claviger_gateway_request_duration_seconds';
  readonly #tallies: ReadonlyMap<string, Tally>;

  constructor(tallies: ReadonlyMap<string, Tally>) {
    this.#tallies = tallies;
  }

  async get() {
    return {
      name: this.name,
      help: 'Time from the head of a request to the end of its answer, by service.',
      type: 'histogram',
      aggregator: 'sum',
      values: [...this.#tallies].flatMap(([service, tally]) => this.#valuesOf(service, tally)),
    };
  }

  #valuesOf(service: string, { durations, seconds }: Tally) {
    const labels = { service };
    let total = 0;
    const buckets = durations.map((count, index) => {
      total += count;
      const le = BUCKETS[index] ?? '+Inf';
      return { labels: { le, ...labels }, value: total, metricName: `${this.name}_bucket` };
    });
    return [
      ...buckets,
      { labels, value: seconds, metricName: `${this.name}_sum` },
      { labels, value: total, metricName: `${this.name}_count` },
    ];
  }
}
