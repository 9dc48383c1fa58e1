import { write, writeSync } from 'node:fs';

const STANDARD_ERROR = 2;
/** Maximum time between two writes of a buffered log, ms. */
const FLUSH_MS = 1000;
/** Length that a buffered log writes at once. */
const FLUSH_LENGTH = 16_000;
/** Length that waits for a reader that is slow; further lines are lost. */
const MAX_WAITING_LENGTH = 4 * 1024 * 1024;
/** Time and number of the attempts to write what is left, at the end. */
const RETRY_MS = 10;
const MAX_RETRIES = 50;

/**
 * Log on standard error, for pino. Lines that cannot be written, such as on a full disk, are lost: the process goes on, and
 * later lines are written when they can be. The destination of pino repeats a failed write for ever when it is flushed.
 */
export class LogDestination {
  readonly #isBuffered: boolean;
  #waiting = '';
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param mode `buffered` for logs of each request: a write for each line would cost more than many a request */
  constructor(mode: 'at once' | 'buffered') {
    this.#isBuffered = mode === 'buffered';
  }

  write(line: string): void {
    if (this.#waiting.length >= MAX_WAITING_LENGTH) return;
    this.#waiting += line;
    if (!this.#isBuffered) this.#writeAtOnce();
    else if (this.#waiting.length >= FLUSH_LENGTH) this.#writeLater();
    else this.#writeAfter(FLUSH_MS);
  }

  /** Writes what waits, before the process ends. */
  flushSync(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let tries = 0; this.#waiting !== '' && tries < MAX_RETRIES; tries += 1) {
      this.#writeAtOnce();
      if (this.#waiting !== '') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }

  #writeAtOnce(): void {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    try {
      const written = writeSync(STANDARD_ERROR, bytes);
      this.#keep(bytes.subarray(written));
    } catch (error) {
      this.#keepOrLose(error, bytes);
    }
  }

  #writeLater(): void {
    if (this.#isWriting || this.#waiting === '') return;
    this.#isWriting = true;
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    write(STANDARD_ERROR, bytes, (error, written) => {
      this.#isWriting = false;
      if (error === null) this.#keep(bytes.subarray(written));
      else this.#keepOrLose(error, bytes);
      if (this.#waiting.length >= FLUSH_LENGTH) this.#writeAfter(RETRY_MS);
    });
  }

  /** A pipe whose reader is slow takes the lines later; every other failure loses them. */
  #keepOrLose(error: unknown, bytes: Buffer): void {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') this.#keep(bytes);
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#waiting = rest.toString() + this.#waiting;
    this.#writeAfter(RETRY_MS);
  }

  #writeAfter(milliseconds: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#isBuffered) this.#writeLater();
      else this.#writeAtOnce();
    }, milliseconds).unref();
  }
}
