import type { IncomingMessage } from 'node:http';
import { DISCARD_MS } from '../http/listener.ts';

/** How long a body may pause, in milliseconds. */
const PAUSE_MS = 60_000;
/** How much of a body that nobody wants is read before the connection is cut. */
const DRAINED_BYTES = 16 * 1024 * 1024;

/** The body of a request as it comes from a client, read by one reader at a time. */
export class ClientBody {
  readonly #request: IncomingMessage;
  #stop: () => void = () => {};
  /** Whether there is, or may be, more of it to come. */
  isOpen: boolean;

  /** @param hasBody whether there is one at all */
  constructor(request: IncomingMessage, hasBody: boolean) {
    this.#request = request;
    this.isOpen = hasBody;
    // How it ended is told by the end of the answer; without a listener it would end the process.
    if (hasBody) request.on('error', () => {});
  }

  /**
   * Reads it, chunk by chunk. A client that pauses for too long is cut off.
   *
   * @param take says whether to go on
   * @param end after the last chunk
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
   * Reads it whole.
   *
   * @param limit in bytes
   * @param whole is given all of it
   * @param tooLarge is called instead when there is more
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

  /** Whoever reads it gets nothing more of it. */
  stop(): void {
    this.#stop();
    this.#stop = () => {};
  }

  /** Not read any further until `resume`. */
  pause(): void {
    this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  /**
   * Reads what nobody wants, for at most {@link DISCARD_MS}: a connection that is closed with unread data in it is
   * reset, and the client would lose the answer that it has not read yet.
   *
   * @param end when there is nothing left of it
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
