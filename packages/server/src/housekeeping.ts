import type { Logger } from 'pino';
import { disableIdleKeys } from './access-keys/idle-keys.ts';
import { purgeOldEvents } from './audit/retention.ts';
import type { Services } from './context/services.ts';
import { HousekeepingTime } from './housekeeping-time.ts';
import { purgeRecycleBins } from './recycle-bin/purge.ts';
import type { AuditSigningKey } from './secrets/audit-signing-key.ts';
import { purgeExpiredSessions } from './session/purge-expired-sessions.ts';
import { Lease } from './store/lease.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Options of housekeeping. */
export interface HousekeepingOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of the monotonic clock; `performance.now` when absent. */
  readonly monotonic?: () => number;
  /** Difference of two clocks from which a round changes nothing, in milliseconds; absent: clocks are not compared. */
  readonly maxClockDifferenceMs?: number | undefined;
  readonly logger: Logger;
  /** Days that audit events are kept; 0: for ever. */
  readonly auditRetentionDays: number;
  /** Size at which the oldest audit events are removed, in bytes; 0: unlimited. */
  readonly auditMaxBytes?: number;
  /** Signs the cut of the audit log; absent: no audit events are removed. */
  readonly auditSigningKey?: AuditSigningKey | undefined;
}

/** What housekeeping has done since the start, for metrics. */
export interface HousekeepingState {
  /** End of the last complete round, milliseconds since the epoch; `undefined` before the first. */
  readonly completedAt: number | undefined;
  /** Duration of the last round, ms. */
  readonly lastMs: number;
  readonly rounds: Readonly<Record<'complete' | 'skipped' | 'failed', number>>;
  /** Keys, users and events that were disabled or deleted. */
  readonly changes: number;
}

/**
 * Periodic work: disables unused keys, and deletes expired entries of recycle bins and the audit log, a day after they
 * were first found due (see `HousekeepingTime`), on one node at a time. Each change leaves an audit event of the type `Housekeeping`.
 */
export class Housekeeping {
  readonly #services: Services;
  readonly #options: HousekeepingOptions;
  readonly #time: HousekeepingTime;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();
  #completedAt: number | undefined;
  #lastMs = 0;
  #changes = 0;
  readonly #rounds = { complete: 0, skipped: 0, failed: 0 };
  #isStopped = false;

  constructor(services: Services, options: HousekeepingOptions) {
    this.#services = services;
    this.#options = options;
    this.#time = new HousekeepingTime(services.store, {
      now: options.now,
      monotonic: options.monotonic ?? (() => performance.now()),
      maxDifferenceMs: options.maxClockDifferenceMs,
    });
  }

  /** Starts: one round now, then one every hour. */
  start(): void {
    this.#underWay = this.round();
    this.#timer = setInterval(() => {
      this.#underWay = this.round();
    }, HOUR_MS).unref();
  }

  /** Stops: the round in progress ends after its present transaction, and is continued by a later one. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#isStopped = true;
    await this.#underWay;
  }

  get state(): HousekeepingState {
    return {
      completedAt: this.#completedAt,
      lastMs: this.#lastMs,
      rounds: this.#rounds,
      changes: this.#changes,
    };
  }

  /** Carries out one round. Never rejects. */
  async round(): Promise<void> {
    const { now, logger, auditRetentionDays: days, auditMaxBytes: maxBytes, auditSigningKey } = this.#options;
    const began = performance.now();
    let lease: Lease | undefined;
    try {
      const time = await this.#time.begin();
      if (typeof time === 'string') {
        // A new installation has no round of the day before.
        const level = time === 'no round was begun a day ago or earlier' ? 'debug' : 'warn';
        logger[level]({ reason: time }, 'housekeeping changes nothing in this round');
        this.#rounds.skipped += 1;
        return;
      }
      lease = await Lease.take(this.#services.store, 'housekeeping', now);
      if (lease === undefined) {
        logger.debug('housekeeping is done by another node');
        this.#rounds.skipped += 1;
        return;
      }
      const held = lease;
      const isStopped = () => this.#isStopped || held.isLost;
      const disabled = await disableIdleKeys(this.#services, time, now(), isStopped);
      const purged = await purgeRecycleBins(this.#services, time, now(), isStopped);
      await purgeExpiredSessions(this.#services, time, now(), isStopped);
      const events =
        auditSigningKey === undefined
          ? 0
          : await purgeOldEvents(
              this.#services,
              auditSigningKey,
              { days, maxBytes },
              { due: time, now: now() },
              isStopped,
            );
      const changes = disabled + purged.accessKeys + purged.users + events;
      this.#changes += changes;
      this.#rounds.complete += 1;
      this.#completedAt = now();
      if (changes > 0) {
        logger.info({ disabled, purged, events }, 'idle keys disabled, recycle bins and audit log purged');
      }
    } catch (error) {
      this.#rounds.failed += 1;
      logger.error({ err: error }, 'housekeeping failed; it is tried again in an hour');
    } finally {
      // If it cannot be given back, it ends by itself.
      await lease?.release().catch(() => {});
      this.#lastMs = performance.now() - began;
    }
  }
}
