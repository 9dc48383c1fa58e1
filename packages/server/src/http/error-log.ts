import { PeerUnavailable } from '@claviger/guard/internal';
import { NoncesUnavailable } from '@claviger/guard/redis';
import type { Logger } from 'pino';
import type { Timer } from '../context/timer.ts';
import { ConnectionsExhausted, StoreUnavailable } from '../store/store-unavailable.ts';

/** What a request can fail for without a bug. */
export type Outage = 'database' | 'connections' | 'nonces' | 'primary' | 'files' | 'disk';

/** What the log says when an outage begins, with its remedy. */
const BEGINS: Readonly<Record<Outage, string>> = {
  database: 'the database cannot be used: requests that need it are refused with 503 until it can',
  connections: 'all connections to the database are in use: requests that need one are refused with 503',
  nonces: 'the nonce store (--redis) does not answer: signed requests are refused with 503 until it does',
  primary:
    'the primary process does not answer its workers: requests that need it are refused with 503 until it does',
  files: 'too many open files: raise the limit of the process (ulimit -n, LimitNOFILE= of systemd)',
  disk: 'no space left on the disk of the data directory: changes are refused until there is',
};

const CHECK_MS = 2000;
const REMINDER_MS = 60_000;
/** Causes of an error that are looked at. */
const CAUSE_LIMIT = 5;
/** Result code of SQLite for a full disk. @see https://www.sqlite.org/rescode.html#full */
const SQLITE_FULL = 13;

/** Outage that goes on. */
interface CurrentOutage {
  /** Monotonic clock, ms. */
  readonly since: number;
  remindedAt: number;
  failures: number;
  /** Failures at the last check. */
  checked: number;
}

export interface ErrorLogOptions {
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  readonly timer: Timer;
  /** Monotonic clock, ms. */
  readonly monotonic: () => number;
  /** Asks what has failed; resolves when it works. Without one, an outage ends when no request fails for it. */
  readonly probes: Partial<Readonly<Record<Outage, () => Promise<unknown>>>>;
}

/**
 * Log of the errors of requests. An outage is logged when it begins, every minute while it goes on, and when it is over,
 * however many requests fail for it; every other error is a bug, and logged each time.
 */
export class ErrorLog {
  readonly #options: ErrorLogOptions;
  readonly #outages = new Map<Outage, CurrentOutage>();
  #cancelCheck: (() => void) | undefined;
  #closed = false;

  constructor(options: ErrorLogOptions) {
    this.#options = options;
  }

  /** Outages that go on. */
  get outages(): readonly Outage[] {
    return [...this.#outages.keys()];
  }

  /** Logs the error of a request. @param requestId empty if it belongs to none */
  report(error: unknown, requestId: string): void {
    const { logger, monotonic } = this.#options;
    const outage = outageOf(error);
    if (outage === undefined) {
      logger.error({ err: error, requestId }, 'unexpected error: please report it');
      return;
    }
    const current = this.#outages.get(outage);
    if (current !== undefined) {
      current.failures += 1;
      return;
    }
    const now = monotonic();
    this.#outages.set(outage, { since: now, remindedAt: now, failures: 1, checked: 0 });
    logger.error({ outage, reason: reasonOf(error), requestId: requestId || undefined }, BEGINS[outage]);
    this.#checkLater();
  }

  close(): void {
    this.#closed = true;
    this.#cancelCheck?.();
  }

  #checkLater(): void {
    if (this.#closed || this.#cancelCheck !== undefined) return;
    this.#cancelCheck = this.#options.timer(() => {
      this.#check().finally(() => {
        this.#cancelCheck = undefined;
        if (this.#outages.size > 0) this.#checkLater();
      });
    }, CHECK_MS);
  }

  async #check(): Promise<void> {
    const { logger, monotonic, probes } = this.#options;
    for (const [outage, current] of this.#outages) {
      const isQuiet = current.failures === current.checked;
      current.checked = current.failures;
      const works = isQuiet && (await isAnswered(probes[outage]));
      const now = monotonic();
      const facts = {
        outage,
        seconds: Math.round((now - current.since) / 1000),
        failures: current.failures,
      };
      if (works) {
        this.#outages.delete(outage);
        logger.warn(facts, 'the outage is over');
      } else if (now - current.remindedAt >= REMINDER_MS) {
        current.remindedAt = now;
        logger.error(facts, BEGINS[outage]);
      }
    }
  }
}

async function isAnswered(probe: (() => Promise<unknown>) | undefined): Promise<boolean> {
  try {
    await probe?.();
    return true;
  } catch {
    return false;
  }
}

/** Returns the outage that an error is a sign of; `undefined` for a bug. */
export function outageOf(error: unknown): Outage | undefined {
  const causes = causesOf(error);
  for (const cause of causes) {
    const { code, errcode } = cause as NodeJS.ErrnoException & { readonly errcode?: number };
    if (code === 'EMFILE' || code === 'ENFILE') return 'files';
    if (code === 'ENOSPC' || errcode === SQLITE_FULL) return 'disk';
  }
  if (causes.some((cause) => cause instanceof ConnectionsExhausted)) return 'connections';
  if (causes.some((cause) => cause instanceof StoreUnavailable)) return 'database';
  if (causes.some((cause) => cause instanceof PeerUnavailable)) return 'primary';
  return causes.some((cause) => cause instanceof NoncesUnavailable) ? 'nonces' : undefined;
}

function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error && causes.length < CAUSE_LIMIT; cause = cause.cause) {
    causes.push(cause);
  }
  return causes;
}

/** Returns the messages of an error and its causes. They have no address of a database and no secret. */
function reasonOf(error: unknown): string {
  return causesOf(error)
    .map((cause) => cause.message || ((cause as NodeJS.ErrnoException).code ?? ''))
    .filter((message) => message !== '')
    .join(': ');
}
