import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { GuardRequest } from '@claviger/guard';
import {
  DISCARDING_TURNS,
  READ_AT_ONCE_BYTES,
  ReadingTurns,
  startHttpListener,
  type TlsFiles,
} from '@claviger/guard/http';
import { retryHeaders } from '@claviger/guard/internal';
import { withoutMappedPrefix } from '@claviger/policy';
import { MAX_PARAMETERS } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import { encodeError } from '../wire/encoding.ts';
import { isNamedHost } from './named-hosts.ts';

/** A received request with its arrival time. */
export interface ReceivedRequest extends GuardRequest {
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Whether the client has closed the connection. */
  readonly isGone: () => boolean;
}

/** HTTP response; `content-length` is added. */
export interface HttpAnswer {
  readonly status: number;
  /** Headers; a list for a header that is sent several times, such as `set-cookie`. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Uint8Array | EndlessBody;
}

/** Body of a streamed response. */
export interface EndlessBody {
  /** Produces the chunks until the signal is aborted. */
  chunks(ended: AbortSignal): AsyncIterable<Uint8Array>;
  /** Called exactly once at the end, even for an empty body. */
  close(): void;
}

/** Handles GET of one path; `undefined` passes the request on to the API. */
export type Route = (request: ReceivedRequest) => HttpAnswer | Promise<HttpAnswer> | undefined;

/** Limits on clients; the defaults fit all deployments. */
export interface ListenerLimits {
  /** Maximum size of a request body; 1 MiB. */
  readonly bodyBytes?: number;
  /**
   * Maximum size of the request line and all headers; 160 KiB: the official client sends a SAML assertion of up to
   * 100,000 characters, before escaping, in the query.
   */
  readonly headerBytes?: number;
  /** Maximum number of headers; 256. */
  readonly headers?: number;
  /** Timeout for receiving the headers, in milliseconds; 10 s. */
  readonly headersMs?: number;
  /** Timeout for receiving the whole request, in milliseconds; 30 s. */
  readonly requestMs?: number;
  /** Timeout of an idle connection, in milliseconds; 65 s, above the 60 s of common load balancers. */
  readonly keepAliveMs?: number;
  /** Timeout for a client that stops reading a streamed response, in milliseconds; 60 s. */
  readonly stalledMs?: number;
}

export interface ListenerOptions {
  readonly host: string;
  /** Port; 0 for any free one. */
  readonly port: number;
  readonly tls?: TlsFiles | undefined;
  /** Handles requests without a route; should not reject. */
  readonly api: (request: ReceivedRequest) => HttpAnswer | Promise<HttpAnswer>;
  /** Routes by exact path; GET and HEAD only. */
  readonly routes: { get(path: string): Route | undefined };
  readonly limits?: ListenerLimits | undefined;
  /** Accepted host names; all if absent. */
  readonly hosts?: ReadonlySet<string> | undefined;
  /** Whether the request came over TLS and gets `strict-transport-security`; never if absent. */
  readonly strictTransport?: ((request: ConnectionFacts) => boolean) | undefined;
  /** Current time, milliseconds since the epoch. */
  readonly now: () => number;
  /** Called with an error thrown by `api` or a route, and the request id sent to the client. */
  readonly onBug: (error: unknown, requestId: string) => void;
}

/** Facts about a request before its body is read. */
export type ConnectionFacts = Pick<GuardRequest, 'peerAddress' | 'rawHeaders' | 'secure'>;

/** A listening server. */
export interface Listener {
  /** Address, such as `http://127.0.0.1:8080`. */
  readonly address: string;
  /**
   * Stops accepting, ends the streams, and asks clients with each answer to close their connection. Resolves when all are
   * closed, after `idleMs` milliseconds at the latest.
   */
  drain(idleMs: number): Promise<void>;
  /** Uses a new certificate for new connections. */
  setTls(tls: TlsFiles): void;
  /**
   * Stops accepting, finishes requests in progress and closes idle connections; destroys the remaining ones after
   * `graceMs` milliseconds.
   */
  close(graceMs: number): Promise<void>;
}

const EMPTY_BODY = Buffer.alloc(0);

/** Bytes of a refused body that are read before the connection is destroyed, so that the client receives its answer. */
const DRAINED_BYTES = 16 * 1024 * 1024;

/**
 * Starts to listen; reads requests completely and passes them on.
 *
 * Bodies are bounded and headers keep their wire form. Requests that are refused before they reach the API (malformed,
 * too large, too slow) get RAM's error format, so that clients need no other.
 *
 * @throws if the address is not available
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { limits = {}, tls, onBug } = options;
  const handler = new RequestHandler(options);
  const listener = await startHttpListener({
    listen: { host: options.host, port: options.port },
    tls,
    headerLimit: limits.headerBytes ?? 160 * 1024,
    headMs: limits.headersMs,
    requestMs: limits.requestMs ?? 30_000,
    keepAliveMs: limits.keepAliveMs,
    isStrictTransport: (request) => handler.isStrictTransport(request),
    handle: handler.handle,
    onBug,
  });
  return {
    address: listener.address,
    setTls: listener.setTls,
    drain(idleMs) {
      handler.endStreams();
      return listener.drain(idleMs);
    },
    close(graceMs) {
      handler.endStreams();
      return listener.close(graceMs);
    },
  };
}

/** Facts from a request's headers. */
interface Framing {
  /** Declared length of the body; 0 without a body, `unknown` if it is chunked. */
  readonly length: number | 'unknown';
  readonly host: string;
  readonly hosts: number;
  /** Whether the body is declared as a form. */
  readonly isForm: boolean;
}

class RequestHandler {
  readonly #options: ListenerOptions;
  /** Controllers of the open streams. */
  readonly #streams = new Set<AbortController>();
  readonly #readingTurns = new ReadingTurns();
  #isClosing = false;
  readonly #bodyLimit: number;
  readonly #headerLimit: number;
  readonly #secure: boolean;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#bodyLimit = options.limits?.bodyBytes ?? 1024 * 1024;
    this.#headerLimit = options.limits?.headers ?? 256;
    this.#secure = options.tls !== undefined;
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse, awaitsContinue?: boolean): void => {
    const framing = readFraming(request.rawHeaders);
    if (request.rawHeaders.length > 2 * this.#headerLimit) {
      this.#refuse(request, response, framing, new Refusal('RequestHeaderFieldsTooLarge.Count'));
    } else if (framing.hosts > 1 || (framing.hosts === 0 && request.httpVersion === '1.1')) {
      this.#refuse(request, response, framing, new Refusal('InvalidHost'));
    } else if (!isNamedHost(this.#options.hosts, framing.host, request.url ?? '')) {
      this.#refuse(request, response, framing, new Refusal('MisdirectedRequest'));
    } else if (framing.length !== 'unknown' && framing.length > this.#bodyLimit) {
      this.#refuseTooLarge(request, response, framing);
    } else if (framing.length === 0) {
      this.#answer(request, response, framing, EMPTY_BODY);
    } else {
      if (awaitsContinue === true) response.writeContinue();
      this.#readBody(request, response, framing);
    }
  };

  /** Ends the streams and closes each connection after its next answer. */
  endStreams(): void {
    this.#isClosing = true;
    for (const stream of this.#streams) stream.abort();
  }

  isStrictTransport({ socket, rawHeaders }: IncomingMessage): boolean {
    const { strictTransport } = this.#options;
    if (strictTransport === undefined) return false;
    const peerAddress = withoutMappedPrefix(socket.remoteAddress ?? '');
    return strictTransport({ peerAddress, rawHeaders, secure: this.#secure });
  }

  #readBody(request: IncomingMessage, response: ServerResponse, framing: Framing): void {
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let bytes = 0;
    let bufferedBytes = 0;
    const form = framing.isForm ? new SeparatorCount() : undefined;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > this.#bodyLimit) {
        request.off('data', onData);
        request.off('end', onEnd);
        this.#refuseTooLarge(request, response, framing);
      } else if (form?.isOver === true) {
        // The part already read exceeds the number of parameters and will be refused.
        DISCARDING_TURNS.wait(request);
        return;
      } else if (first === undefined) {
        first = chunk;
      } else {
        chunks ??= [first];
        chunks.push(chunk);
      }
      bufferedBytes += chunk.length;
      form?.add(chunk);
      if (bytes > READ_AT_ONCE_BYTES) this.#readingTurns.wait(request);
    };
    const onEnd = (): void => {
      this.#answer(
        request,
        response,
        framing,
        chunks === undefined ? (first ?? EMPTY_BODY) : Buffer.concat(chunks, bufferedBytes),
      );
    };
    request.on('data', onData);
    request.on('end', onEnd);
  }

  #answer(request: IncomingMessage, response: ServerResponse, framing: Framing, body: Buffer): void {
    const { socket } = request;
    const received: ReceivedRequest = {
      method: request.method!,
      target: request.url!,
      rawHeaders: request.rawHeaders,
      body,
      peerAddress: withoutMappedPrefix(socket.remoteAddress ?? ''),
      secure: this.#secure,
      receivedAt: this.#options.now(),
      isGone: () => socket.destroyed,
    };
    try {
      const answer = this.#route(received) ?? this.#options.api(received);
      if (!(answer instanceof Promise) && !isEndless(answer.body)) {
        this.#send(response, answer.status, answer.headers, answer.body);
        return;
      }
      Promise.resolve(answer)
        .then(({ status, headers, body }) =>
          isEndless(body)
            ? this.#stream(response, status, headers, body)
            : this.#send(response, status, headers, body),
        )
        .catch((error) => this.#handleFailure(response, framing, error));
    } catch (error) {
      this.#handleFailure(response, framing, error);
    }
  }

  #route(received: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> | undefined {
    const { method, target } = received;
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const query = target.indexOf('?');
    return this.#options.routes.get(query < 0 ? target : target.slice(0, query))?.(received);
  }

  #send(
    response: ServerResponse,
    status: number,
    headers: HttpAnswer['headers'],
    body: string | Uint8Array,
  ): void {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const all: OutgoingHttpHeaders = { ...headers, 'content-length': length };
    if (this.#isClosing) all['connection'] = 'close';
    response.writeHead(status, all);
    response.end(body);
  }

  /** Sends a stream at the client's reading speed until one side ends it. */
  async #stream(
    response: ServerResponse,
    status: number,
    headers: HttpAnswer['headers'],
    body: EndlessBody,
  ): Promise<void> {
    const stream = new AbortController();
    this.#streams.add(stream);
    response.once('close', () => stream.abort());
    // The connection may have closed, or the server may be stopping, before the listener above was registered.
    if (response.destroyed || this.#isClosing) stream.abort();
    try {
      response.writeHead(status, { ...headers, connection: 'close' });
      for await (const chunk of body.chunks(stream.signal)) {
        if (stream.signal.aborted) break;
        if (!response.write(chunk)) await this.#waitForDrain(response, stream.signal);
      }
    } finally {
      this.#streams.delete(stream);
      body.close();
    }
    response.end();
  }

  /** Resolves when the write buffer is empty; a client that stops reading is disconnected. */
  #waitForDrain(response: ServerResponse, ended: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stalled = setTimeout(() => response.destroy(), this.#options.limits?.stalledMs ?? 60_000);
      const done = () => {
        clearTimeout(stalled);
        response.off('drain', done);
        ended.removeEventListener('abort', done);
        resolve();
      };
      response.once('drain', done);
      ended.addEventListener('abort', done);
      if (ended.aborted) done();
    });
  }

  /** Handles an unexpected error: the client gets a request id, the log gets the error. */
  #handleFailure(response: ServerResponse, framing: Framing, error: unknown): void {
    const requestId = newRequestId();
    this.#options.onBug(error, requestId);
    const { message, code, httpStatus } = new Refusal('InternalError');
    if (response.headersSent) response.destroy();
    else {
      const { status, headers, body } = ramError(httpStatus, code, message, framing.host, requestId);
      this.#send(response, status, headers, body);
    }
  }

  #refuseTooLarge(request: IncomingMessage, response: ServerResponse, framing: Framing): void {
    const refusal = new Refusal('RequestTooLarge', { limit: this.#bodyLimit });
    this.#refuse(request, response, framing, refusal);
  }

  /**
   * Refuses a request and closes the connection, but reads on up to a limit: closing a connection with unread data
   * resets it, and the client would lose the answer.
   */
  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    framing: Framing,
    { httpStatus, code, message }: Refusal,
  ): void {
    const { headers, body } = ramError(httpStatus, code, message, framing.host, newRequestId());
    response.writeHead(httpStatus, {
      ...headers,
      connection: 'close',
      'content-length': Buffer.byteLength(body),
    });
    response.write(body);
    let drained = 0;
    request.on('data', (chunk: Buffer) => {
      drained += chunk.length;
      if (drained > DRAINED_BYTES) request.destroy();
      else if (drained > READ_AT_ONCE_BYTES) DISCARDING_TURNS.wait(request);
    });
    request.resume();
    request.on('end', () => response.end());
  }
}

/** Whether the signature parser treats this content type as a form. */
function isFormType(value: string): boolean {
  const [type = ''] = value.split(';', 1);
  return type.trimEnd().toLowerCase() === 'application/x-www-form-urlencoded';
}

/** Counts the separators of a form while it is read, so that a form with far too many parameters is not buffered. */
class SeparatorCount {
  #separators = 0;

  /** Whether `decodeForm` refuses the data so far, whatever follows. */
  get isOver(): boolean {
    return this.#separators > MAX_PARAMETERS;
  }

  add(chunk: Buffer): void {
    for (let at = chunk.indexOf(0x26); at >= 0 && !this.isOver; at = chunk.indexOf(0x26, at + 1)) {
      this.#separators += 1;
    }
  }
}

function isEndless(body: HttpAnswer['body']): body is EndlessBody {
  return typeof body === 'object' && 'chunks' in body;
}

function readFraming(rawHeaders: readonly string[]): Framing {
  let length: number | 'unknown' = 0;
  let host = '';
  let hosts = 0;
  let isForm = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    switch (name.length) {
      case 4:
        if (name === 'host' || name === 'Host' || name.toLowerCase() === 'host') {
          host = rawHeaders[at + 1]!;
          hosts += 1;
        }
        break;
      case 12:
        if (name.toLowerCase() === 'content-type') isForm = isFormType(rawHeaders[at + 1]!);
        break;
      case 14:
        // Node's parser refuses values that are not numbers, and repeated headers.
        if (name.toLowerCase() === 'content-length') length = Number(rawHeaders[at + 1]);
        break;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') length = 'unknown';
        break;
    }
  }
  return { length, host, hosts, isForm };
}

function newRequestId(): string {
  return randomUUID().toUpperCase();
}

/** Returns an error without a product, in RAM's format, in JSON. */
function ramError(
  status: number,
  code: string,
  message: string,
  host: string,
  requestId: string,
): HttpAnswer & { readonly body: string } {
  const { contentType, body } = encodeError('JSON', {
    requestId,
    hostId: host,
    code,
    message,
    product: '',
  });
  return { status, headers: { 'content-type': contentType, 'x-acs-request-id': requestId }, body };
}

/** Returns the answer to a request that is refused before it reaches the API, in RAM's format, in JSON. */
export function refusalAnswer({ httpStatus, code, message, retryAfterMs }: Refusal): HttpAnswer {
  const { headers, ...answer } = ramError(httpStatus, code, message, '', newRequestId());
  return { ...answer, headers: { ...headers, ...retryHeaders(code, retryAfterMs) } };
}
