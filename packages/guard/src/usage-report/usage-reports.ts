import {
  ControlPlane,
  type ControlPlaneOptions,
  ControlPlaneRefusal,
} from '../control-plane/control-plane.ts';
import type { AccessKeyUse } from '../create-guard.ts';
import { systemTimer, type Timer } from '../timer.ts';

/** Options of {@link openUsageReports}. */
export interface UsageReportOptions extends ControlPlaneOptions {
  /** Maximum delay of a use in milliseconds. Default: 5,000. A crash loses as much. */
  readonly intervalMs?: number;
  /** Default: the system's. */
  readonly timer?: Timer;
  /** Called when uses cannot be reported, and when they can again. */
  readonly log?: (message: string) => void;
}

/** Maximum number of uses per report. */
const MAX_USES_PER_REPORT = 500;

/**
 * Maximum number of waiting keys while the control plane is unreachable; uses of further ones are dropped.
 */
const MAX_KEYS = 200_000;

/** Timeout of the last report on close, in milliseconds. */
const CLOSING_TIMEOUT_MS = 5000;

/**
 * Reports the last use of each key to the control plane: the last one per key and service within an interval,
 * whatever the decision. A failed report is retried with the next.
 *
 * @example
 * const reports = openUsageReports({ server: 'https://claviger.example', accessKeyId, accessKeySecret });
 * const guard = createGuard({ source, service, onUse: reports.note });
 */
export function openUsageReports(options: UsageReportOptions): UsageReports {
  return new UsageReports(options);
}

/** Reports of last uses; created by {@link openUsageReports}. */
export class UsageReports {
  readonly #controlPlane: ControlPlane;
  readonly #intervalMs: number;
  readonly #timer: Timer;
  readonly #log: (message: string) => void;
  /** By key and service. */
  #noted = new Map<string, AccessKeyUse>();
  #lost = 0;
  #cancelTimer: (() => void) | undefined;
  #reporting: Promise<void> | undefined;
  #troubled = false;
  #closed = false;

  /** @throws RangeError that names the invalid setting */
  constructor(options: UsageReportOptions) {
    const { intervalMs = 5000 } = options;
    if (!(intervalMs > 0))
      throw new RangeError(`invalid intervalMs ${intervalMs}: expected a positive number of milliseconds`);
    this.#controlPlane = new ControlPlane(options);
    this.#intervalMs = intervalMs;
    this.#timer = options.timer ?? systemTimer;
    this.#log = options.log ?? (() => {});
  }

  /** Number of uses that were dropped, since too many were waiting. */
  get lost(): number {
    return this.#lost;
  }

  /** Notes a use; pass it to a guard as `onUse`. STS sessions are not noted: their keys are in no list. */
  readonly note = (use: AccessKeyUse): void => {
    if (this.#closed || use.accessKeyId.startsWith('STS.')) return;
    this.#remember(use);
    this.#schedule();
  };

  /**
   * Reports the noted uses.
   *
   * @throws ControlPlaneRefusal, ControlPlaneUnreachable; unreported uses are kept
   */
  async flush(): Promise<void> {
    // The report in progress may lack the newest uses; the next one has all.
    await this.#reporting?.catch(() => {});
    await this.#report();
  }

  /**
   * Reports the noted uses, with a timeout of 5 seconds, and closes.
   *
   * @returns the number of lost uses
   */
  async close(): Promise<number> {
    this.#closed = true;
    this.#cancelTimer?.();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), CLOSING_TIMEOUT_MS);
    try {
      await this.#reporting?.catch(() => {});
      await this.#report(late.signal);
    } catch {
      this.#log(`the last uses of ${this.#noted.size} access keys were not reported`);
    } finally {
      clearTimeout(timer);
      this.#controlPlane.close();
    }
    return this.#lost + this.#noted.size;
  }

  #remember(use: AccessKeyUse): void {
    const name = `${use.accessKeyId}\n${use.service}`;
    const known = this.#noted.get(name);
    if (known !== undefined && known.time > use.time) return;
    if (known === undefined && this.#noted.size >= MAX_KEYS) this.#lost++;
    else this.#noted.set(name, use);
  }

  #schedule(): void {
    if (this.#cancelTimer !== undefined || this.#closed) return;
    this.#cancelTimer = this.#timer(() => {
      this.#cancelTimer = undefined;
      this.#report().then(
        () => {
          if (this.#troubled) this.#log('uses of access keys are reported again');
          this.#troubled = false;
        },
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          if (!this.#troubled) this.#log(`uses of access keys cannot be reported: ${reason}`);
          this.#troubled = true;
          this.#schedule();
        },
      );
    }, this.#intervalMs);
  }

  /** Starts a report, or joins the one in progress. */
  #report(cancelled?: AbortSignal): Promise<void> {
    this.#reporting ??= this.#send(cancelled).finally(() => {
      this.#reporting = undefined;
    });
    return this.#reporting;
  }

  async #send(cancelled?: AbortSignal): Promise<void> {
    while (this.#noted.size > 0) {
      const taken = this.#noted.entries().take(MAX_USES_PER_REPORT).toArray();
      for (const [name] of taken) this.#noted.delete(name);
      const uses = taken.map(([, { accessKeyId, service, region, sourceAddress, time }]) => ({
        AccessKeyId: accessKeyId,
        ServiceName: service,
        RegionId: region === '*' ? '' : region,
        SourceIp: sourceAddress,
        UsedAt: time,
      }));
      try {
        await this.#controlPlane.call('ReportAccessKeyUsage', { Uses: JSON.stringify(uses) }, cancelled);
      } catch (error) {
        // A report that is malformed to the control plane stays so: it must not block the rest.
        if (error instanceof ControlPlaneRefusal && error.code.startsWith('InvalidParameter')) {
          this.#lost += taken.length;
          this.#log(`uses of ${taken.length} access keys were dropped: ${error.message}`);
          continue;
        }
        for (const [, use] of taken) this.#remember(use);
        throw error;
      }
    }
  }
}
