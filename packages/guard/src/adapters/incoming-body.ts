import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContentHash } from '@claviger/signature';
import { BodyCheck, type BodyError, bodyTooLarge } from '../verifying-body.ts';

/**
 * Maximum of a refused body that is still read, so that the client receives the answer, before the connection
 * is closed.
 */
const DISCARDED_BYTES = 8 * 1024 * 1024;

type State = 'held' | 'passing' | 'open' | 'failed' | 'discarded';

/**
 * Intercepts the body of a request on its way from the connection, so that readers of the request
 * (`express.json()`, a pipe, `for await`) get the verified body only, from the request itself.
 *
 * Node passes the bytes of a body to the request with `push`, a `Readable`'s own method, which this class
 * replaces.
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
  /** Whether the whole body arrived before this object was created: it is put back then. */
  #cameBefore = false;
  #check: BodyCheck | undefined;
  #onComplete: (() => void) | undefined;

  /**
   * Holds back the body of a request from now on.
   *
   * @param limit maximum size of the body in bytes
   * @throws Error if the body is being read already: the guard has to come first
   */
  constructor(request: IncomingMessage, response: ServerResponse, limit: number) {
    if (request.readableFlowing !== null || request.readableDidRead) {
      throw new Error('the body of the request is being read already: put the guard before body parsers');
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
   * @returns the body, or an error if it is too large; never settles if the client disconnects before its
   *   end
   */
  async whole(): Promise<Buffer | BodyError> {
    if (!this.#isComplete && !this.#isTooLarge) {
      const complete = new Promise<void>((resolve) => {
        this.#onComplete = resolve;
      });
      // Some requests (of tests without a connection) deliver their body only when it is read.
      this.#request.read(0);
      await complete;
    }
    return this.#isTooLarge ? bodyTooLarge(this.#limit) : Buffer.concat(this.#chunks, this.#length);
  }

  /**
   * Releases the body to the reader of the request. INVARIANT: it is whole and verified, or there is no body.
   */
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
   * Streams the body to the reader of the request, except for the last chunk, which is released once the
   * digest is the expected one. Otherwise the reader gets a `BodyError`, now or on its first read; the
   * connection stays open for the answer, unless that has begun.
   *
   * @returns an error if the body is already known to be wrong: do not read the request then
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

  /** Reads on and drops the data: the request was refused. */
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
    // Destroying a request destroys its connection, so this is done only when no answer can be sent.
    request._destroy = (error, done) => {
      if (this.#response.headersSent) destroyWithConnection(error, done);
      else done(request.listenerCount('error') === 0 ? null : error);
    };
    const isRead = request.readableFlowing !== null || request.listenerCount('readable') > 0;
    if (isRead) request.destroy(problem);
    // To parsers a destroyed request looks like one without a body: it must fail while they read it.
    else request._read = () => request.destroy(problem);
    return true;
  }
}
