import {
  ControlPlane,
  type ControlPlaneOptions,
  ControlPlaneRefusal,
} from '../control-plane/control-plane.ts';
import type { AccessKeyUse } from '../create-guard.ts';
import { systemTimer, type Timer } from '../timer.ts';

/** Where uses are reported to, and how often. */
export interface UsageReportOptions extends ControlPlaneOptions {
  /** How long a use waits at most, in milliseconds; 5,000 unless given. A crash loses as much. */
  readonly intervalMs?: number;
  /** The system's unless given. */
  readonly timer?: Timer;
  /** Told when uses cannot be reported, and when they can again. */
  readonly log?: (message: string) => void;
}

/** Uses that one report holds. */
const MAX_USES_PER_REPORT = 500;

/** Keys whose uses wait while the control plane is away; of further ones nothing is noted. */
const MAX_KEYS = 200_000;

/** How long closing waits for the last report, in milliseconds. */
const CLOSING_TIMEOUT_MS = 5000;

/**
 * Tells the control plane when each key was used last with the services of this guard: the last use of a key with a
 * service within an interval, whatever became of the request. What cannot be told waits for the next time.
 *
 * @example
 * const reports = openUsageReports({ server: 'https://claviger.example', accessKeyId, accessKeySecret });
 * const guard = createGuard({ source, service, onUse: reports.note });
 */
export function openUsageReports(options: UsageReportOptions): UsageReports {
  return new UsageReports(options);
}

/** Reports of uses; made by {@link openUsageReports}. */
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

  /** @throws RangeError when a setting cannot be used; it names the setting */
  constructor(options: UsageReportOptions) {
    const { intervalMs = 5000 } = options;
    if (!(intervalMs > 0)) throw new RangeError(`intervalMs: ${intervalMs} is no time`);
    this.#controlPlane = new ControlPlane(options);
    this.#intervalMs = intervalMs;
    this.#timer = options.timer ?? systemTimer;
    this.#log = options.log ?? (() => {});
  }

  /** How many uses could not be noted, since too many waited already. */
  get lost(): number {
    return this.#lost;
  }

  /** Notes a use; to be given to a guard as its `onUse`. Sessions are not noted: their keys are in no list. */
  readonly note = (use: AccessKeyUse): void => {
    if (this.#closed || use.accessKeyId.startsWith('STS.')) return;
    this.#remember(use);
    this.#schedule();
  };

  /**
   * Reports what was noted until now.
   * @throws ControlPlaneRefusal, ControlPlaneUnreachable; what was not reported is kept
   */
  async flush(): Promise<void> {
    // What a report under way has taken is not the newest: the one after it has all.
    await this.#reporting?.catch(() => {});
    await this.#report();
  }

  /**
   * Reports what was noted, as far as that goes within 5 seconds, and ends.
   * @returns how many uses are lost
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
          if (!this.#troubled) this.#log(`uses of access keys cannot be reported now: ${reason}`);
          this.#troubled = true;
          this.#schedule();
        },
      );
    }, this.#intervalMs);
  }

  /** Begins a report, or joins the one under way. */
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
        // What the control plane takes for malformed today, it will tomorrow: it must not hold up the rest.
        if (error instanceof ControlPlaneRefusal && error.code.startsWith('InvalidParameter')) {
          this.#lost += taken.length;
          this.#log(`uses of ${taken.length} access keys were given up: ${error.message}`);
          continue;
        }
        for (const [, use] of taken) this.#remember(use);
        throw error;
      }
    }
  }
}
