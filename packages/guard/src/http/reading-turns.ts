/** What is read of a body at once, in bytes; above what calls usually send. The rest is read in turns. */
export const READ_AT_ONCE_BYTES = 32 * 1024;

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

/**
 * Pause between two chunks that are read of bodies that are refused already, in milliseconds: 13 MB/s for all of them
 * together. Reading them serves nothing but that the client receives its answer, and takes time from other callers.
 */
const DISCARD_INTERVAL_MS = 5;

/** Turns of the bodies that are read and dropped, of all listeners of this process. */
export const DISCARDING_TURNS = new ReadingTurns(
  (callback) => void setTimeout(callback, DISCARD_INTERVAL_MS),
);
