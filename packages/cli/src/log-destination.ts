import { write, writeSync } from 'node:fs';
import { workerNumber } from './workers/worker-variable.ts';

const STANDARD_ERROR = 2;
/** Maximum time between two writes of a buffered log, ms. */
const FLUSH_MS = 1000;
/** Length that a buffered log writes at once. */
const FLUSH_LENGTH = 16_000;
/** Bytes that a pipe takes as a whole: longer writes of several processes may mix (POSIX, `PIPE_BUF` on Linux). */
const WHOLE_WRITE_BYTES = 4096;
const NEWLINE = 0x0a;
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
  readonly #isShared: boolean;
  readonly #flushLength: number;
  #waiting = '';
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param mode `buffered` for logs of each request: a write for each line would cost more than many a request
   * @param isShared whether other processes write to the same standard error; true in a worker
   */
  constructor(mode: 'at once' | 'buffered', isShared = workerNumber(process.env) !== undefined) {
    this.#isBuffered = mode === 'buffered';
    this.#isShared = isShared;
    this.#flushLength = isShared ? WHOLE_WRITE_BYTES : FLUSH_LENGTH;
  }

  write(line: string): void {
    if (this.#waiting.length >= MAX_WAITING_LENGTH) return;
    this.#waiting += line;
    if (!this.#isBuffered) this.#writeAtOnce();
    else if (this.#waiting.length >= this.#flushLength) this.#writeLater();
    else this.#writeAfter(FLUSH_MS);
  }

  /** Writes what waits, before the process ends. */
  flushSync(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let tries = 0; this.#waiting !== '' && tries < MAX_RETRIES; ) {
      const { length } = this.#waiting;
      this.#writeAtOnce();
      if (this.#waiting.length < length) continue;
      tries += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }

  #writeAtOnce(): void {
    const bytes = this.#takeWaiting();
    try {
      const written = writeSync(STANDARD_ERROR, bytes);
      this.#keep(bytes.subarray(written));
    } catch (error) {
      this.#keepOrLose(error, bytes);
    }
    if (this.#waiting !== '') this.#writeAfter(RETRY_MS);
  }

  #writeLater(): void {
    if (this.#isWriting || this.#waiting === '') return;
    this.#isWriting = true;
    const bytes = this.#takeWaiting();
    write(STANDARD_ERROR, bytes, (error, written) => {
      this.#isWriting = false;
      if (error === null) this.#keep(bytes.subarray(written));
      else this.#keepOrLose(error, bytes);
      if (this.#waiting === '') return;
      this.#writeAfter(this.#waiting.length >= this.#flushLength ? RETRY_MS : FLUSH_MS);
    });
  }

  /** Takes what is written next: all, or whole lines that no other process can write between. */
  #takeWaiting(): Buffer {
    const bytes = Buffer.from(this.#waiting);
    let end = bytes.length;
    if (this.#isShared && end > WHOLE_WRITE_BYTES) {
      end = bytes.lastIndexOf(NEWLINE, WHOLE_WRITE_BYTES - 1) + 1 || bytes.indexOf(NEWLINE) + 1 || end;
    }
    this.#waiting = bytes.toString('utf8', end);
    return bytes.subarray(0, end);
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
