import type { NonceStore } from '../nonce-memory.ts';
import { RateLimiter, type RateLimits } from '../rate-limit/rate-limiter.ts';
import { RecentMap } from '../recent-map.ts';
import type { Handler, ProcessChannel } from './process-channel.ts';
import { nonceHandlers, SharedNonces } from './shared-nonces.ts';
import { type CallRates, callsPerGrant, type RatedCall, SharedRates, takeRated } from './shared-rates.ts';

/** Rate limiters at the primary; those of an earlier configuration are forgotten in time. */
const MAX_LIMITERS = 1_000;

/** Call of a worker, with the service and the limits that it is counted by. */
type ServiceCall = readonly [scope: string, limits: RateLimits, call: RatedCall];

/** State that the workers of one gateway or forward-auth endpoint share; a worker's side. */
export interface GuardWorkerState {
  /** Nonce store at the primary; absent if the workers share nonces by Redis. */
  readonly nonces: NonceStore | undefined;
  /** Returns rate limits that hold for all workers together. @param scope service and kind of guard */
  rates(scope: string, limits: RateLimits): CallRates;
  /** Whether others answer meanwhile: it listens when it has credentials, and not before. */
  readonly isReplacement: boolean;
  /** Returns the metrics of all workers together, in Prometheus' text format. */
  metrics(): Promise<string>;
}

/**
 * Returns the answers of the primary to the workers of a guard.
 * @param nonces absent if the workers share them by Redis
 */
export function guardPrimaryHandlers(
  nonces: NonceStore | undefined,
  workers: number,
): Readonly<Record<string, Handler>> {
  const limiters = new RecentMap<string, RateLimiter>(MAX_LIMITERS);
  return {
    ...(nonces !== undefined && nonceHandlers(nonces)),
    serviceRate: ([scope, limits, call]: ServiceCall) => {
      const name = JSON.stringify([scope, limits]);
      let limiter = limiters.get(name);
      if (limiter === undefined) {
        limiter = new RateLimiter(limits);
        limiters.set(name, limiter);
      }
      return takeRated(limiter, call, callsPerGrant(limits, workers));
    },
  };
}

/** Returns a worker's side of the state. @param remembersFrom of the nonces at the primary; absent: they are in Redis */
export function guardWorkerState(
  channel: ProcessChannel,
  nonces: { readonly remembersFrom: number | undefined } | undefined,
  isReplacement: boolean,
): GuardWorkerState {
  return {
    isReplacement,
    nonces: nonces && new SharedNonces(channel, nonces.remembersFrom),
    rates: (scope, limits) =>
      new SharedRates((call) => {
        const asked: ServiceCall = [scope, limits, call];
        return channel.ask('serviceRate', asked);
      }),
    metrics: () => channel.ask('metrics', null, 5_000),
  };
}
