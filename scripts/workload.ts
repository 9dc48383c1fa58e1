import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { History } from './history.ts';
import { pick } from './seeded-random.ts';
import type { AccessKey, Answer, Caller } from './signed-call.ts';

/** Shares of the kinds of calls: the rest, 95 %, are checks of a signature. */
const WRITE_SHARE = 0.01;
const READ_SHARE = 0.04;
const USERS = 50;

export interface WorkloadOptions {
  readonly callers: readonly Caller[];
  readonly administrator: AccessKey;
  readonly history: History;
  readonly random: () => number;
  /** Clients, each of which makes one call after the other. */
  readonly clients: number;
}

/** User with a key, which the workload signs with and changes. */
interface WorkloadUser {
  readonly name: string;
  readonly key: AccessKey;
}

/** Clients that check signatures (95 %), read (4 %) and write (1 %). */
export class Workload {
  /** Milliseconds × 1000 from a call to its answer, of answered calls. */
  readonly latency: RecordableHistogram = createHistogram();
  readonly counts = { checks: 0, reads: 0, writes: 0, throttled: 0, errors: 0 };
  readonly #options: WorkloadOptions;
  readonly #users: WorkloadUser[] = [];
  #isStopped = false;
  #names = 0;
  #running: Promise<unknown> | undefined;

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  /** Creates the users that sign, and lets the clients begin. */
  async start(): Promise<void> {
    const { callers, administrator } = this.#options;
    for (let index = 0; index < USERS; index += 1) {
      const name = `load-${index}`;
      await this.#write(callers[0]!, 'CreateUser', { UserName: name });
      const { body } = await this.#write(callers[0]!, 'CreateAccessKey', { UserName: name });
      this.#users.push({ name, key: body['AccessKey'] as AccessKey });
    }
    if (administrator === undefined || this.#users.some(({ key }) => key === undefined))
      throw new Error('the users of the workload could not be created');
    this.#running = Promise.all(Array.from({ length: this.#options.clients }, () => this.#client()));
  }

  /** Forgets what was measured so far. */
  reset(): void {
    this.latency.reset();
    Object.assign(this.counts, { checks: 0, reads: 0, writes: 0, throttled: 0, errors: 0 });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #client(): Promise<void> {
    const { callers, random, administrator } = this.#options;
    while (!this.#isStopped) {
      const caller = pick(callers, random);
      const user = pick(this.#users, random);
      const chance = random();
      const began = performance.now();
      let answer: Answer;
      if (chance < WRITE_SHARE) {
        this.#names += 1;
        answer = await this.#write(caller, 'CreateUser', { UserName: `made-${this.#names}` });
        this.counts.writes += 1;
      } else if (chance < WRITE_SHARE + READ_SHARE) {
        const action = pick(['GetUser', 'ListAccessKeys', 'ListPoliciesForUser'], random);
        answer = await this.#call(caller, administrator, action, { UserName: user.name });
        this.counts.reads += 1;
      } else {
        answer = await this.#call(caller, user.key, 'GetCallerIdentity', {});
        this.counts.checks += 1;
      }
      if (answer.status === 200)
        this.latency.record(Math.max(1, Math.round((performance.now() - began) * 1000)));
      // Refused before any work was done for it, since the node had no time for more.
      else if (answer.code === 'Throttling') this.counts.throttled += 1;
      else this.counts.errors += 1;
      // A node that refuses at once must not be asked in a tight loop.
      if (answer.status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #write(
    caller: Caller,
    action: 'CreateUser' | 'CreateAccessKey',
    parameters: { readonly UserName: string },
  ): Promise<Answer> {
    const answer = await this.#call(caller, this.#options.administrator, action, parameters);
    if (answer.status !== 200) return answer;
    this.#options.history.answered(action, answer);
    if (action === 'CreateUser') this.#options.history.userCreated(parameters.UserName);
    return answer;
  }

  async #call(
    caller: Caller,
    key: AccessKey,
    action: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const answer = await caller.call(key, action, parameters);
    this.#options.history.count(answer, action);
    return answer;
  }
}
