import type { IncomingMessage } from 'node:http';
import { DISCARD_MS } from '../http/listener.ts';
import { DISCARDING_TURNS, READ_AT_ONCE_BYTES } from '../http/reading-turns.ts';

/** Maximum pause of a body, in milliseconds. */
const PAUSE_MS = 60_000;
/** Maximum of an unwanted body that is read before the connection is closed. */
const DRAINED_BYTES = 16 * 1024 * 1024;

/** Body of a client's request, read by one reader at a time. */
export class ClientBody {
  readonly #request: IncomingMessage;
  #stop: () => void = () => {};
  /** Whether more of it may arrive. */
  isOpen: boolean;

  /** @param hasBody whether the request has a body */
  constructor(request: IncomingMessage, hasBody: boolean) {
    this.#request = request;
    this.isOpen = hasBody;
    // The end of the answer reports errors; without a listener they would end the process.
    if (hasBody) request.on('error', () => {});
  }

  /**
   * Reads the body by chunks. A client that pauses for too long is disconnected.
   *
   * @param take returns whether to go on
   * @param end called after the last chunk
   */
  read(take: (chunk: Buffer) => boolean, end: () => void): void {
    const request = this.#request;
    const { socket } = request;
    const paused = () => request.destroy();
    const onData = (chunk: Buffer) => {
      if (!take(chunk)) this.stop();
    };
    const onEnd = () => {
      this.isOpen = false;
      this.stop();
      end();
    };
    socket.setTimeout(PAUSE_MS, paused);
    request.on('data', onData);
    request.on('end', onEnd);
    this.#stop = () => {
      socket.off('timeout', paused);
      socket.setTimeout(0);
      request.off('data', onData);
      request.off('end', onEnd);
    };
  }

  /**
   * Reads the whole body.
   *
   * @param limit maximum size in bytes
   * @param whole receives the body
   * @param tooLarge called instead if it is larger
   */
  collect(limit: number, whole: (body: Buffer) => void, tooLarge: () => void): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    this.read(
      (chunk) => {
        bytes += chunk.length;
        if (bytes > limit) {
          this.stop();
          tooLarge();
          return false;
        }
        chunks.push(chunk);
        return true;
      },
      () => whole(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)),
    );
  }

  /** Detaches the reader. */
  stop(): void {
    this.#stop();
    this.#stop = () => {};
  }

  /** Stops reading until `resume`. */
  pause(): void {
    this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  /**
   * Reads and drops the rest, slowly, for at most {@link DISCARD_MS}: closing a connection with unread data resets
   * it, and the client would lose an answer that it has not read yet.
   *
   * @param end called when nothing is left
   */
  discard(end: () => void = () => {}): void {
    this.stop();
    if (!this.isOpen) {
      end();
      return;
    }
    const request = this.#request;
    const late = setTimeout(() => request.destroy(), DISCARD_MS);
    request.once('close', () => clearTimeout(late));
    let discarded = 0;
    this.read(
      (chunk) => {
        discarded += chunk.length;
        if (discarded > DRAINED_BYTES) request.destroy();
        else if (discarded > READ_AT_ONCE_BYTES) DISCARDING_TURNS.wait(request);
        return true;
      },
      () => {
        clearTimeout(late);
        end();
      },
    );
    request.resume();
  }
}
