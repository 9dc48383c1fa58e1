import type { NonceStore } from '@claviger/guard';
import {
  callsPerGrant,
  type Handler,
  nonceHandlers,
  type RatedCall,
  RateLimiter,
  type RateLimits,
  takeRated,
} from '@claviger/guard/internal';
import type { Guess, GuessAttempt } from '../context/services.ts';
import { SignInThrottle } from '../passwords/sign-in-throttle.ts';
import { OpenStreams, type StreamLimits, type StreamOwner } from '../replication/open-streams.ts';
import { OwnQuestionRates } from '../replication/request-verification.ts';

/** Limits that hold for all workers together. */
export interface PrimaryLimits {
  readonly workers: number;
  readonly calls: RateLimits;
  readonly streams: StreamLimits;
}

/** Answers of the primary to one worker. */
export interface WorkerHandlers {
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Called when the worker has ended: gives back what it held. */
  readonly end: () => void;
}

/**
 * State of a server that its workers share: used nonces, rate limits, throttles of guesses, places for streams. It is in
 * the memory of the primary process, so that none of them multiplies by the number of workers.
 */
export class PrimaryState {
  readonly #nonces: NonceStore | undefined;
  readonly #callRates: RateLimiter;
  readonly #workers: number;
  #callsPerGrant: number;
  readonly #questions = new OwnQuestionRates();
  readonly #streams: OpenStreams;
  readonly #throttle: SignInThrottle;

  /** @param nonces absent if the workers share them by Redis */
  constructor({ workers, calls, streams }: PrimaryLimits, nonces: NonceStore | undefined, now: () => number) {
    this.#nonces = nonces;
    this.#workers = workers;
    this.#callRates = new RateLimiter(calls);
    this.#callsPerGrant = callsPerGrant(calls, workers);
    this.#throttle = new SignInThrottle(now);
    this.#streams = new OpenStreams(streams);
  }

  /** Time since which every nonce is known; see `NonceStore`. */
  get remembersFrom(): number | undefined {
    return this.#nonces?.remembersFrom;
  }

  /** Takes changed rate limits; every allowance is full again. */
  setCallLimits(calls: RateLimits): void {
    this.#callRates.setLimits(calls);
    this.#callsPerGrant = callsPerGrant(calls, this.#workers);
  }

  /** Returns the answers to a new worker. */
  handlersFor(): WorkerHandlers {
    const guesses = new Map<number, GuessAttempt>();
    const streams = new Map<number, () => void>();
    let next = 1;
    return {
      handlers: {
        ...(this.#nonces !== undefined && nonceHandlers(this.#nonces)),
        rate: (call: RatedCall) => takeRated(this.#callRates, call, this.#callsPerGrant),
        question: ([asked, now]: [string, number]) => this.#questions.take(asked, now),
        guess: (guess: Guess) => {
          const attempt = this.#throttle.begin(guess);
          if (attempt === undefined) return null;
          const id = next++;
          guesses.set(id, attempt);
          return { id, needsSecondFactor: attempt.needsSecondFactor };
        },
        guessOver: ([id, outcome]: [number, 'succeeded' | 'failed']) => {
          guesses.get(id)?.over(outcome);
          guesses.delete(id);
        },
        stream: (owner: StreamOwner) => {
          const reached = this.#streams.quotaReached(owner);
          if (reached !== undefined) return { reached };
          const id = next++;
          streams.set(id, this.#streams.take(owner));
          return { id };
        },
        streamEnd: (id: number) => {
          streams.get(id)?.();
          streams.delete(id);
        },
      },
      // A guess whose outcome is not known stays counted as failed.
      end: () => {
        for (const giveBack of streams.values()) giveBack();
        streams.clear();
        guesses.clear();
      },
    };
  }
}
