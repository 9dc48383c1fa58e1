import { Counter, Gauge, type Registry } from 'prom-client';
import type { StoreLoad } from '../store/store.ts';
import type { Outage } from './error-log.ts';

/** State of the parts of a server that operators watch; read at each scrape. */
export interface OperatedParts {
  readonly version: string;
  readonly storeKind: string;
  readonly storeLoad: () => StoreLoad;
  readonly outages: () => readonly Outage[];
  /** Expiry of the certificate in use, milliseconds since the epoch; `undefined` without TLS. */
  readonly certificateExpiresAt: () => number | undefined;
  readonly housekeeping: () => {
    readonly completedAt: number | undefined;
    readonly lastMs: number;
    readonly rounds: Readonly<Record<string, number>>;
    readonly changes: number;
  };
  /** End of the newest backup, milliseconds since the epoch; `undefined` if none is known. */
  readonly lastBackupAt: () => number | undefined;
  /** Reloads of certificate and configuration, by outcome. */
  readonly reloads: () => Readonly<Record<string, number>>;
}

const OUTAGES: readonly Outage[] = ['database', 'connections', 'nonces', 'primary', 'files', 'disk'];

/** Samples of one metric: labels and value. */
type Samples = readonly (readonly [labels: Record<string, string>, value: number])[];

/** Registers the metrics of database, pool, writer queue, housekeeping, certificate, outages and reloads. */
export function registerOperatorMetrics(registry: Registry, parts: OperatedParts): void {
  const { version, storeKind, storeLoad } = parts;
  gauge(
    'claviger_build_info',
    'Version of the server and kind of its database.',
    ['version', 'database'],
    () => [[{ version, database: storeKind }, 1]],
  );
  gauge(
    'claviger_database_writes_waiting',
    'Changes that wait for the writer, or are being made.',
    [],
    () => [[{}, storeLoad().writesWaiting]],
    'sum',
  );
  counter('claviger_database_commits_total', 'Committed transactions of this node.', [], () => [
    [{}, storeLoad().commits],
  ]);
  gauge(
    'claviger_database_connections',
    'Connections to the database by pool and state: idle, used, or the most there may be (max).',
    ['pool', 'state'],
    () =>
      Object.entries(storeLoad().pools).flatMap(([pool, { open, idle, max }]) => [
        [{ pool, state: 'idle' }, idle],
        [{ pool, state: 'used' }, open - idle],
        [{ pool, state: 'max' }, max],
      ]),
    'sum',
  );
  gauge(
    'claviger_database_connections_awaited',
    'Requests that wait for a connection.',
    ['pool'],
    () => Object.entries(storeLoad().pools).map(([pool, { waiting }]) => [{ pool }, waiting]),
    'sum',
  );
  gauge('claviger_outage', 'Whether requests fail for the reason now.', ['outage'], () => {
    const current = parts.outages();
    return OUTAGES.map((outage) => [{ outage }, current.includes(outage) ? 1 : 0]);
  });
  gauge(
    'claviger_tls_certificate_expiry_timestamp_seconds',
    'When the certificate in use expires.',
    [],
    () => {
      const at = parts.certificateExpiresAt();
      return at === undefined ? [] : [[{}, at / 1000]];
    },
  );
  gauge(
    'claviger_housekeeping_last_completion_timestamp_seconds',
    'End of the last complete round.',
    [],
    () => {
      const { completedAt } = parts.housekeeping();
      return completedAt === undefined ? [] : [[{}, completedAt / 1000]];
    },
  );
  gauge('claviger_housekeeping_last_duration_seconds', 'Duration of the last round.', [], () => [
    [{}, parts.housekeeping().lastMs / 1000],
  ]);
  counter(
    'claviger_housekeeping_rounds_total',
    'Rounds by outcome; a skipped one changes nothing, since a clock is not relied on.',
    ['outcome'],
    () => Object.entries(parts.housekeeping().rounds).map(([outcome, count]) => [{ outcome }, count]),
  );
  counter(
    'claviger_housekeeping_changes_total',
    'Keys, users and events that were disabled or deleted.',
    [],
    () => [[{}, parts.housekeeping().changes]],
  );
  gauge(
    'claviger_backup_last_completion_timestamp_seconds',
    'End of the newest backup by `claviger backup`; absent if none was made.',
    [],
    () => {
      const at = parts.lastBackupAt();
      return at === undefined ? [] : [[{}, at / 1000]];
    },
  );
  counter(
    'claviger_configuration_reloads_total',
    'Reloads of certificate and configuration by outcome.',
    ['outcome'],
    () => Object.entries(parts.reloads()).map(([outcome, count]) => [{ outcome }, count]),
    // Each worker takes each reload.
    'max',
  );

  /** @param ofWorkers how the values of several workers become one */
  function gauge(
    name: string,
    help: string,
    labelNames: string[],
    read: () => Samples,
    ofWorkers: 'sum' | 'min' | 'max' = 'max',
  ): void {
    new Gauge({
      name,
      help,
      aggregator: ofWorkers,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        const samples = read();
        // `reset` of a metric without labels leaves the sample 0, which would be a wrong time.
        if (labelNames.length === 0 && samples.length === 0) this.remove();
        for (const [labels, value] of samples) this.set(labels, value);
      },
    });
  }

  function counter(
    name: string,
    help: string,
    labelNames: string[],
    read: () => Samples,
    ofWorkers: 'sum' | 'max' = 'sum',
  ): void {
    new Counter({
      name,
      help,
      aggregator: ofWorkers,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.inc(labels, value);
      },
    });
  }
}
