import type { Logger } from 'pino';
import { disableIdleKeys } from './access-keys/idle-keys.ts';
import { purgeOldEvents } from './audit/retention.ts';
import type { Services } from './context/services.ts';
import { purgeRecycleBins } from './recycle-bin/purge.ts';
import { purgeExpiredSessions } from './session/purge-expired-sessions.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Options of housekeeping. */
export interface HousekeepingOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly logger: Logger;
  /** Days that audit events are kept; 0: for ever. */
  readonly auditRetentionDays: number;
}

/**
 * Periodic work: disables unused keys, and deletes expired entries of recycle bins and the audit log. Each change
 * leaves an audit event of the type `Housekeeping`.
 */
export class Housekeeping {
  readonly #services: Services;
  readonly #options: HousekeepingOptions;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(services: Services, options: HousekeepingOptions) {
    this.#services = services;
    this.#options = options;
  }

  /** Starts: one round now, then one every hour. */
  start(): void {
    this.#underWay = this.#round();
    this.#timer = setInterval(() => {
      this.#underWay = this.#round();
    }, HOUR_MS).unref();
  }

  /** Stops, after the round in progress. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }

  async #round(): Promise<void> {
    const { now, logger, auditRetentionDays } = this.#options;
    try {
      const disabled = await disableIdleKeys(this.#services, now());
      const purged = await purgeRecycleBins(this.#services, now());
      await purgeExpiredSessions(this.#services, now());
      const events = await purgeOldEvents(this.#services, now(), auditRetentionDays);
      if (disabled + purged.accessKeys + purged.users + events > 0) {
        logger.info({ disabled, purged, events }, 'idle keys disabled, recycle bins and audit log purged');
      }
    } catch (error) {
      logger.error({ err: error }, 'housekeeping failed; it is tried again in an hour');
    }
  }
}
