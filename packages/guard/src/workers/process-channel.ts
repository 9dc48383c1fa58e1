/** Time that the other process has for an answer, ms; a request that depends on it is refused then. */
const ANSWER_MS = 1_000;

/** The other process has ended, or has not answered in time. */
export class PeerUnavailable extends Error {
  override readonly name = 'PeerUnavailable';
}

/** Connection to another process; `process` in a worker of `node:cluster`, and its `Worker` in the primary. */
export interface MessagePort {
  send(message: unknown, callback?: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** Answers a question of the other process; a promise is answered when it is settled. */
// biome-ignore lint/suspicious/noExplicitAny: the two processes run the same code, which agrees on the type by topic.
export type Handler = (payload: any) => unknown;

type Question = readonly [id: number, topic: string, payload: unknown];
type Reply = readonly [id: number, isAnswered: boolean, value: unknown];

interface Message {
  readonly asks: readonly Question[];
  readonly answers: readonly Reply[];
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  /** On the monotonic clock, ms. */
  readonly until: number;
}

/** Options of a {@link ProcessChannel}. */
export interface ProcessChannelOptions {
  /** Calls back after what has arrived is read; replaced in tests. */
  readonly afterRead?: (callback: () => void) => void;
  /** Monotonic clock, ms. */
  readonly now?: () => number;
}

/**
 * Questions and answers between a worker and its primary, in both directions. What is asked in one turn of the event
 * loop goes in one message, so that its cost is shared. Payloads are JSON.
 */
export class ProcessChannel {
  readonly #port: MessagePort;
  readonly #handlers: Readonly<Record<string, Handler>>;
  readonly #afterRead: (callback: () => void) => void;
  readonly #now: () => number;
  readonly #waiting = new Map<number, Waiting>();
  #asks: Question[] = [];
  #answers: Reply[] = [];
  #isScheduled = false;
  #isClosed = false;
  #nextId = 1;
  #timer: NodeJS.Timeout | undefined;

  /** @param handlers by topic */
  constructor(
    port: MessagePort,
    handlers: Readonly<Record<string, Handler>>,
    { afterRead = setImmediate, now = () => performance.now() }: ProcessChannelOptions = {},
  ) {
    this.#port = port;
    this.#handlers = handlers;
    this.#afterRead = afterRead;
    this.#now = now;
    port.on('message', (message) => {
      if (isMessage(message)) this.#receive(message);
    });
    port.on('disconnect', () => this.#close());
  }

  /**
   * Asks the other process.
   * @param answerMs time for the answer
   * @throws PeerUnavailable without an answer in time; an `Error` with the message of the one that the handler threw
   */
  ask<T>(topic: string, payload: unknown, answerMs: number = ANSWER_MS): Promise<T> {
    if (this.#isClosed) return Promise.reject(new PeerUnavailable('the other process has ended'));
    const id = this.#nextId++;
    this.#asks.push([id, topic, payload]);
    this.#schedule();
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, until: this.#now() + answerMs });
      this.#timer ??= setTimeout(() => this.#refuseLate(), Math.min(answerMs, ANSWER_MS)).unref();
    });
  }

  /** Tells the other process something without an answer; lost if that process has ended. */
  tell(topic: string, payload: unknown): void {
    if (this.#isClosed) return;
    this.#asks.push([0, topic, payload]);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#afterRead(() => {
      this.#isScheduled = false;
      const message: Message = { asks: this.#asks, answers: this.#answers };
      this.#asks = [];
      this.#answers = [];
      if (this.#isClosed) return;
      try {
        // Without a callback a failed message would be an `error` event.
        this.#port.send(message, (error) => {
          if (error !== null) this.#close();
        });
      } catch {
        this.#close();
      }
    });
  }

  #receive({ asks, answers }: Message): void {
    for (const [id, isAnswered, value] of answers) {
      const waiting = this.#waiting.get(id);
      if (waiting === undefined) continue;
      this.#waiting.delete(id);
      if (isAnswered) waiting.resolve(value as never);
      else waiting.reject(new Error(String(value)));
    }
    for (const question of asks) this.#handle(question);
  }

  #handle([id, topic, payload]: Question): void {
    const reply = (isAnswered: boolean, value: unknown) => {
      if (id === 0) return;
      this.#answers.push([id, isAnswered, value]);
      this.#schedule();
    };
    const failed = (error: unknown) => reply(false, error instanceof Error ? error.message : 'unknown error');
    try {
      const handler = Object.hasOwn(this.#handlers, topic) ? this.#handlers[topic] : undefined;
      if (handler === undefined) throw new Error(`unknown topic "${topic}"`);
      const value = handler(payload);
      if (value instanceof Promise) value.then((settled) => reply(true, settled), failed);
      else reply(true, value);
    } catch (error) {
      failed(error);
    }
  }

  #refuseLate(): void {
    this.#timer = undefined;
    const now = this.#now();
    // A question that is asked meanwhile may have less time than those that wait.
    let next = ANSWER_MS;
    for (const [id, { reject, until }] of this.#waiting) {
      if (until > now) {
        next = Math.min(next, until - now);
        continue;
      }
      this.#waiting.delete(id);
      reject(new PeerUnavailable('the other process does not answer'));
    }
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.#refuseLate(), next).unref();
  }

  #close(): void {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) {
      reject(new PeerUnavailable('the other process has ended'));
    }
    this.#waiting.clear();
  }
}

/** Other messages may pass on the same connection: those of the cluster itself, and of a supervisor. */
function isMessage(message: unknown): message is Message {
  return (
    typeof message === 'object' &&
    message !== null &&
    Array.isArray((message as Message).asks) &&
    Array.isArray((message as Message).answers)
  );
}
