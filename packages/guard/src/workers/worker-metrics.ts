import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';

/** Metrics of one worker, as `Registry.getMetricsAsJSON` returns them. */
export type MetricValues = readonly MetricObjectWithValues<MetricValue<string>>[];

/**
 * Metrics of a process with several workers: the values of the workers become one, by the rule of each metric. Counters of
 * workers that have ended stay counted.
 */
export class WorkerMetrics {
  /** Counters of workers that have ended; none or one list. */
  #ended: readonly MetricValues[] = [];

  /** Keeps the counters of a worker that ends. */
  async keep(ended: MetricValues): Promise<void> {
    const counters = ended.filter(({ type }) => String(type) === 'counter' || String(type) === 'histogram');
    this.#ended = [await aggregated([...this.#ended, counters]).getMetricsAsJSON()] as MetricValues[];
  }

  /** Returns the metrics of all workers together, in Prometheus' text format. */
  async text(workers: readonly MetricValues[]): Promise<string> {
    return aggregated([...workers, ...this.#ended]).metrics();
  }
}

function aggregated(lists: readonly MetricValues[]) {
  return AggregatorRegistry.aggregate(lists as unknown as object[]);
}
