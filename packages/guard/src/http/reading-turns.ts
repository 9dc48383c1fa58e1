/** A stream that can be told to stop and go on, such as an `IncomingMessage`. */
export interface PausableReader {
  pause(): unknown;
  resume(): unknown;
}

/**
 * Lets long bodies take turns at being read: one chunk of one body in each pass of the event loop. Otherwise a pass
 * reads all that has arrived of every body, and each other request waits for that.
 */
export class ReadingTurns {
  /** In the order of their turns. */
  readonly #waiting = new Set<PausableReader>();
  readonly #afterRead: (callback: () => void) => void;

  /** @param afterRead calls back in the next pass of the event loop; replaced in tests */
  constructor(afterRead: (callback: () => void) => void = (callback) => void setImmediate(callback)) {
    this.#afterRead = afterRead;
  }

  /** Pauses a body until its next turn, which is after one chunk of each body that waits already. */
  wait(body: PausableReader): void {
    body.pause();
    this.#waiting.add(body);
    if (this.#waiting.size === 1) this.#afterRead(this.#advance);
  }

  readonly #advance = (): void => {
    const [next] = this.#waiting;
    if (next === undefined) return;
    // Scheduled first: a body that has a chunk at hand may wait again while it is resumed.
    if (this.#waiting.size > 1) this.#afterRead(this.#advance);
    this.#waiting.delete(next);
    next.resume();
  };
}
