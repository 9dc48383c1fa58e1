import type { GuardRequest } from '@claviger/guard';
import { type Guard, RecentMap } from '@claviger/guard/internal';
import { senderNetwork } from '@claviger/policy';
import { Refusal } from '../errors/refusal.ts';
import { consoleSite } from '../session/console-site.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import { claimedCaller } from './claimed-caller.ts';
import { type HttpAnswer, type ReceivedRequest, refusalAnswer } from './listener.ts';
import type { TurnQueue } from './turn-queue.ts';

/** Callers remembered as verified, each at one address; those heard of longest ago are forgotten. */
const VERIFIED_CALLERS = 16_384;

/** Memory of a waiting request besides its target and body, bytes. */
const FIXED_BYTES = 2048;

/** Never sent: its client has gone. */
const ANSWER_OF_GONE: HttpAnswer = { status: 499, headers: {}, body: '' };

/**
 * Lets requests in, in turns, before anything of them is decoded or verified.
 *
 * A caller whose signature or session was verified lately has turns of its own at the address where that was, within
 * its account; all other requests of a network share theirs. So what a request merely claims delays others of the
 * address that it comes from, and no one else.
 */
export class Admission {
  readonly #guard: Guard;
  readonly #turns: TurnQueue;
  readonly #publicUrl: URL | undefined;
  /** Account by network and caller. */
  readonly #verified = new RecentMap<string, string>(VERIFIED_CALLERS);

  /** @param publicUrl of the configuration: the name of the session's cookie depends on it */
  constructor(guard: Guard, turns: TurnQueue, publicUrl: URL | undefined) {
    this.#guard = guard;
    this.#turns = turns;
    this.#publicUrl = publicUrl;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#turns.waiting;
  }

  /** Requests refused since too many were waiting. */
  get refused(): number {
    return this.#turns.dropped;
  }

  /**
   * Serves a request when it is its turn.
   *
   * @param serve does not reject
   * @returns its answer, or RAM's `Throttling` when too many wait
   */
  answer(request: ReceivedRequest, serve: () => HttpAnswer | Promise<HttpAnswer>): Promise<HttpAnswer> {
    const { network, place } = this.#placeOf(request);
    const account = this.#verified.get(place);
    const isVerified = account !== undefined;
    return new Promise((resolve, reject) => {
      this.#turns.enter({
        isVerified,
        group: account ?? network,
        lane: isVerified ? place : '',
        bytes: FIXED_BYTES + request.target.length + request.body.length,
        isWanted: () => !request.isGone(),
        async start() {
          try {
            const answer = serve();
            resolve(answer);
            await answer;
          } catch (error) {
            reject(error);
          }
        },
        drop: () => resolve(request.isGone() ? ANSWER_OF_GONE : refusalAnswer(new Refusal('Throttling'))),
      });
    });
  }

  /** Remembers that a request was of the caller that it claimed to be of. */
  noteVerified(request: GuardRequest, identity: CallerIdentity): void {
    const { name, place } = this.#placeOf(request);
    const isClaimed = identity.by === 'signature' ? name === identity.accessKeyId : name !== '';
    if (!isClaimed || this.#verified.get(place) !== undefined) return;
    this.#verified.set(place, identity.principal.accountId);
  }

  #placeOf(request: GuardRequest): {
    readonly network: string;
    readonly name: string;
    readonly place: string;
  } {
    const network = senderNetwork(this.#guard.sourceAddress(request));
    const name = claimedCaller(request, () =>
      consoleSite(request, this.#publicUrl, this.#guard.isSecure(request)),
    );
    return { network, name, place: `${network} ${name}` };
  }
}
