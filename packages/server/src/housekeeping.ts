import type { Logger } from 'pino';
import { disableIdleKeys } from './access-keys/idle-keys.ts';
import { purgeRecycleBins } from './recycle-bin/purge.ts';
import type { Services } from './services.ts';

const HOUR_MS = 60 * 60 * 1000;

/** What happens by itself: keys that nobody uses are disabled, recycle bins let go of what is past its time. */
export class Housekeeping {
  readonly #services: Services;
  readonly #now: () => number;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(services: Services, { now, logger }: { readonly now: () => number; readonly logger: Logger }) {
    this.#services = services;
    this.#now = now;
    this.#logger = logger;
  }

  /** Begins; once now, then every hour. */
  start(): void {
    this.#underWay = this.#round();
    this.#timer = setInterval(() => {
      this.#underWay = this.#round();
    }, HOUR_MS).unref();
  }

  /** Ends, after the round that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }

  async #round(): Promise<void> {
    try {
      const disabled = await disableIdleKeys(this.#services, this.#now());
      const purged = await purgeRecycleBins(this.#services, this.#now());
      if (disabled + purged.accessKeys + purged.users > 0) {
        this.#logger.info({ disabled, purged }, 'idle keys disabled, recycle bins purged');
      }
    } catch (error) {
      this.#logger.error({ err: error }, 'housekeeping failed; it is tried again in an hour');
    }
  }
}
