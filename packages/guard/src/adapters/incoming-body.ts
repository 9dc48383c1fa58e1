import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContentHash } from '@claviger/signature';
import { BodyCheck, type BodyError, bodyTooLarge } from '../verifying-body.ts';

/** What of a refused body is still read, so that the client gets to see the answer; then the connection is cut. */
const DISCARDED_BYTES = 8 * 1024 * 1024;

type State = 'held' | 'passing' | 'open' | 'failed' | 'discarded';

/**
 * Stands between a connection and the body of a request, so that whoever reads the request (`express.json()`, a
 * pipe, `for await`) gets the verified body and nothing else, from the request itself.
 *
 * Node hands the bytes of a body to the request with `push`, a `Readable`'s own method; this takes its place.
 */
export class IncomingBody {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #limit: number;
  readonly #push: IncomingMessage['push'];
  #state: State = 'held';
  #chunks: Buffer[] = [];
  #length = 0;
  #isComplete = false;
  /** The whole body was there before this was: it is put back where it came from. */
  #cameBefore = false;
  #check: BodyCheck | undefined;
  #onComplete: (() => void) | undefined;

  /**
   * Holds the body of a request from now on.
   *
   * @param limit largest number of bytes that are taken
   * @throws Error when somebody reads the body already: the guard has to come first
   */
  constructor(request: IncomingMessage, response: ServerResponse, limit: number) {
    if (request.readableFlowing !== null || request.readableDidRead) {
      throw new Error(
        'The body of the request is being read already: put the guard before whatever reads it.',
      );
    }
    this.#request = request;
    this.#response = response;
    this.#limit = limit;
    this.#push = request.push.bind(request);
    request.push = (chunk: Buffer | string | null, encoding?: BufferEncoding) =>
      this.#take(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    const early = request.readableLength === 0 ? null : request.read(request.readableLength);
    if (early !== null) this.#hold(early as Buffer);
    if (request.complete) {
      this.#cameBefore = true;
      this.#isComplete = true;
    }
  }

  /**
   * Waits for the whole body.
   *
   * @returns why it is not taken, when it is too large; never settles when the client goes away before its end
   */
  async whole(): Promise<Buffer | BodyError> {
    if (!this.#isComplete && !this.#isTooLarge) {
      const complete = new Promise<void>((resolve) => {
        this.#onComplete = resolve;
      });
      // Some requests (of tests that send none over a connection) come only when they are asked for.
      this.#request.read(0);
      await complete;
    }
    return this.#isTooLarge ? bodyTooLarge(this.#limit) : Buffer.concat(this.#chunks, this.#length);
  }

  /** Gives the body to whoever reads the request. INVARIANT: it is whole, and verified; or there is none to come. */
  release(): void {
    this.#state = 'open';
    const chunks = this.#chunks;
    this.#chunks = [];
    if (this.#cameBefore) {
      if (chunks.length > 0) this.#request.unshift(Buffer.concat(chunks));
      return;
    }
    for (const chunk of chunks) this.#push(chunk);
    this.#push(null);
  }

  /**
   * Gives the body to whoever reads the request while it comes, but for the last chunk, which waits until the
   * digest is the expected one. Otherwise whoever reads gets a `BodyError`, now or when they begin to; the
   * connection stays open for the answer, unless that has begun already.
   *
   * @returns why the body is not taken, when that is known already: then nobody shall read the request
   */
  pass(expected: ContentHash): BodyError | undefined {
    const check = new BodyCheck(expected, this.#limit);
    this.#check = check;
    if (this.#isComplete) {
      let problem = this.#isTooLarge ? bodyTooLarge(this.#limit) : undefined;
      for (const chunk of this.#chunks) problem ??= check.add(chunk);
      problem ??= check.end();
      if (problem === undefined) this.release();
      return problem;
    }
    if (this.#isTooLarge) return bodyTooLarge(this.#limit);
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#state = 'passing';
    for (const chunk of chunks) this.#passOn(chunk);
    return undefined;
  }

  /** Reads on without keeping anything: the request was refused. */
  discard(): void {
    this.#state = 'discarded';
    this.#chunks = [];
    if (this.#isComplete && !this.#cameBefore) this.#push(null);
    this.#request.resume();
  }

  get #isTooLarge(): boolean {
    return this.#length > this.#limit;
  }

  #take(chunk: Buffer | null): boolean {
    if (chunk === null) this.#isComplete = true;
    switch (this.#state) {
      case 'held':
        if (chunk !== null) this.#hold(chunk);
        if (chunk === null || this.#isTooLarge) this.#onComplete?.();
        return true;
      case 'passing':
        return chunk === null ? this.#endPassing() : this.#passOn(chunk);
      case 'open':
        return this.#push(chunk);
      case 'discarded':
        if (chunk === null) return this.#push(null);
        return this.#ignore(chunk.length);
      case 'failed':
        return chunk === null || this.#ignore(chunk.length);
    }
  }

  #ignore(bytes: number): true {
    this.#length += bytes;
    if (this.#length > this.#limit + DISCARDED_BYTES) this.#request.socket.destroy();
    return true;
  }

  #hold(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#isTooLarge) this.#chunks = [];
    else this.#chunks.push(chunk);
  }

  #passOn(chunk: Buffer): boolean {
    const problem = this.#check!.add(chunk);
    if (problem !== undefined) return this.#fail(problem);
    const before = this.#chunks.pop();
    this.#chunks.push(chunk);
    return before === undefined || this.#push(before);
  }

  #endPassing(): true {
    const problem = this.#check!.end();
    if (problem !== undefined) return this.#fail(problem);
    this.release();
    return true;
  }

  #fail(problem: BodyError): true {
    this.#state = 'failed';
    this.#chunks = [];
    const request = this.#request;
    const destroyWithConnection = request._destroy.bind(request);
    // To destroy a request is to destroy its connection; here that is done only when no answer can be given.
    request._destroy = (error, done) => {
      if (this.#response.headersSent) destroyWithConnection(error, done);
      else done(request.listenerCount('error') === 0 ? null : error);
    };
    const isRead = request.readableFlowing !== null || request.listenerCount('readable') > 0;
    if (isRead) request.destroy(problem);
    // A request that is destroyed already looks to parsers like one without a body: it must fail while they read it.
    else request._read = () => request.destroy(problem);
    return true;
  }
}
