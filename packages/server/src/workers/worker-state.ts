import {
  type CallRates,
  type ProcessChannel,
  type RatedCall,
  SharedNonces,
  SharedRates,
} from '@claviger/guard/internal';
import type { Guess, GuessAttempt, GuessThrottle } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import type { StreamOwner, StreamPlaces, StreamQuota } from '../replication/open-streams.ts';
import type { QuestionRates } from '../replication/request-verification.ts';

/** Facts that the primary gives to a new worker. */
export interface WorkerFacts {
  /** Number of workers of the server. */
  readonly workers: number;
  /** Whether this one does the housekeeping, chains and delivers the audit log. */
  readonly isBackground: boolean;
  /** Whether the primary has the nonces; otherwise the workers share them by Redis. */
  readonly sharesNonces: boolean;
  /** See `NonceStore.remembersFrom`. */
  readonly remembersFrom: number | undefined;
}

/** State of one worker of a server that its workers share; what the primary answers. */
export class WorkerState {
  readonly workers: number;
  readonly isBackground: boolean;
  readonly nonces: SharedNonces | undefined;
  readonly callRates: CallRates;
  readonly questionRates: QuestionRates;
  readonly signInThrottle: GuessThrottle;
  readonly replicationStreams: StreamPlaces;
  readonly #channel: ProcessChannel;

  constructor(channel: ProcessChannel, { workers, isBackground, sharesNonces, remembersFrom }: WorkerFacts) {
    this.#channel = channel;
    this.workers = workers;
    this.isBackground = isBackground;
    this.nonces = sharesNonces ? new SharedNonces(channel, remembersFrom) : undefined;
    this.callRates = new SharedRates((call: RatedCall) => channel.ask('rate', call));
    this.questionRates = { take: (asked, now) => channel.ask('question', [asked, now]) };
    this.signInThrottle = { begin: (guess) => this.#beginGuess(guess) };
    this.replicationStreams = new SharedStreams(channel);
  }

  /** Returns the metrics of all workers together, in Prometheus' text format. */
  metrics(): Promise<string> {
    return this.#channel.ask('metrics', null, 5_000);
  }

  async #beginGuess(guess: Guess): Promise<GuessAttempt | undefined> {
    const begun = await this.#channel.ask<{ id: number; needsSecondFactor: boolean } | null>('guess', guess);
    if (begun === null) return undefined;
    return {
      needsSecondFactor: begun.needsSecondFactor,
      over: (outcome) => this.#channel.tell('guessOver', [begun.id, outcome]),
    };
  }
}

class SharedStreams implements StreamPlaces {
  readonly #channel: ProcessChannel;
  #count = 0;

  constructor(channel: ProcessChannel) {
    this.#channel = channel;
  }

  get count(): number {
    return this.#count;
  }

  async take(owner: StreamOwner): Promise<() => void> {
    const { id, reached } = await this.#channel.ask<{ id?: number; reached?: StreamQuota }>('stream', owner);
    if (reached !== undefined) throw new Refusal('Throttling.Stream', { ...reached });
    this.#count += 1;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#count -= 1;
      this.#channel.tell('streamEnd', id);
    };
  }
}
