import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { GuardRequest } from '@claviger/guard';
import { startHttpListener, type TlsFiles } from '@claviger/guard/http';
import { MAX_PARAMETERS } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import { encodeError } from '../wire/encoding.ts';
import { isNamedHost } from './named-hosts.ts';

/** A request as it arrived, and when. */
export interface ReceivedRequest extends GuardRequest {
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Whether its client has closed the connection. */
  readonly isGone: () => boolean;
}

/** What is answered; the length of the body is added. */
export interface HttpAnswer {
  readonly status: number;
  /** A list for a header that is sent several times, such as `set-cookie`. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Uint8Array | EndlessBody;
}

/** Of an answer without end. */
export interface EndlessBody {
  /** Makes the pieces, until its signal is aborted. */
  chunks(ended: AbortSignal): AsyncIterable<Uint8Array>;
  /** Called once, when no piece is made any more; also when none was. */
  close(): void;
}

/** Answers a GET of one path; undefined leaves the request to the API. */
export type Route = (request: ReceivedRequest) => HttpAnswer | Promise<HttpAnswer> | undefined;

/** What a client may ask of the listener; the defaults are meant for everybody. */
export interface ListenerLimits {
  /** Of a request body; 1 MiB. */
  readonly bodyBytes?: number;
  /**
   * Of the request line and all headers together; 160 KiB: the official client sends a SAML assertion, of up to
   * 100,000 characters before its escapes, in the query.
   */
  readonly headerBytes?: number;
  /** How many headers; 256. */
  readonly headers?: number;
  /** For the headers to be complete, in milliseconds; 10 s. */
  readonly headersMs?: number;
  /** For the whole request to be complete, in milliseconds; 30 s. */
  readonly requestMs?: number;
  /** How long an idle connection is kept, in milliseconds; 65 s, above the 60 s of usual load balancers. */
  readonly keepAliveMs?: number;
  /** How long a client may take to read on in an answer without end, in milliseconds; 60 s. */
  readonly stalledMs?: number;
}

export interface ListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tls?: TlsFiles | undefined;
  /** Answers whatever no route does; should not reject. */
  readonly api: (request: ReceivedRequest) => HttpAnswer | Promise<HttpAnswer>;
  /** By exact path; GET and HEAD only. */
  readonly routes: { get(path: string): Route | undefined };
  readonly limits?: ListenerLimits | undefined;
  /** Hosts that requests may name; any when absent. */
  readonly hosts?: ReadonlySet<string> | undefined;
  /** Whether a client reached us over TLS, so that its browser is told to use nothing else; none unless given. */
  readonly strictTransport?: ((request: ConnectionFacts) => boolean) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of what `api` or a route threw, with the request id the client was given. */
  readonly onBug: (error: unknown, requestId: string) => void;
}

/** What is known of a request before its body is read. */
export type ConnectionFacts = Pick<GuardRequest, 'peerAddress' | 'rawHeaders' | 'secure'>;

/** A server that listens. */
export interface Listener {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
  /** Takes a new certificate for the connections to come. */
  setTls(tls: TlsFiles): void;
  /**
   * Accepts nothing more, finishes what is under way, closes idle connections; whatever is left after
   * `graceMs` milliseconds is cut off.
   */
  close(graceMs: number): Promise<void>;
}

const noBody = Buffer.alloc(0);

/** How much of a refused body is read before the connection is cut, so that the client gets to see its answer. */
const drainedBytes = 16 * 1024 * 1024;

/**
 * Listens, reads requests whole and passes them on.
 *
 * Bodies are bounded, headers are passed as they stood on the wire, and whatever is refused before the API sees
 * it (malformed, too large, too slow) is answered in RAM's error form, so that clients need to know no other.
 *
 * @throws when the address cannot be listened on
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
    close(graceMs) {
      handler.endStreams();
      return listener.close(graceMs);
    },
  };
}

/** What the handler needs to know of a request's headers. */
interface Framing {
  /** Of the body, as declared; 0 when there is none, `unknown` when only reading tells. */
  readonly length: number | 'unknown';
  readonly host: string;
  readonly hosts: number;
  /** Whether the body is declared to be a form. */
  readonly isForm: boolean;
}

class RequestHandler {
  readonly #options: ListenerOptions;
  /** Of the answers that do not end by themselves. */
  readonly #streams = new Set<AbortController>();
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
      this.#answer(request, response, framing, noBody);
    } else {
      if (awaitsContinue === true) response.writeContinue();
      this.#readBody(request, response, framing);
    }
  };

  /** Ends the answers without end, and has the connections closed after all others. */
  endStreams(): void {
    this.#isClosing = true;
    for (const stream of this.#streams) stream.abort();
  }

  isStrictTransport({ socket, rawHeaders }: IncomingMessage): boolean {
    const { strictTransport } = this.#options;
    if (strictTransport === undefined) return false;
    const peerAddress = plainAddress(socket.remoteAddress ?? '');
    return strictTransport({ peerAddress, rawHeaders, secure: this.#secure });
  }

  #readBody(request: IncomingMessage, response: ServerResponse, framing: Framing): void {
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let bytes = 0;
    let kept = 0;
    const form = framing.isForm ? new SeparatorCount() : undefined;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > this.#bodyLimit) {
        request.off('data', onData);
        request.off('end', onEnd);
        this.#refuseTooLarge(request, response, framing);
      } else if (form?.isOver === true) {
        // What is kept already is refused for its number of parameters.
        return;
      } else if (first === undefined) {
        first = chunk;
      } else {
        chunks ??= [first];
        chunks.push(chunk);
      }
      kept += chunk.length;
      form?.add(chunk);
    };
    const onEnd = (): void => {
      this.#answer(
        request,
        response,
        framing,
        chunks === undefined ? (first ?? noBody) : Buffer.concat(chunks, kept),
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
      peerAddress: plainAddress(socket.remoteAddress ?? ''),
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
        .catch((error) => this.#failed(response, framing, error));
    } catch (error) {
      this.#failed(response, framing, error);
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

  /** Sends piece after piece, no faster than the client reads, until one of both ends it. */
  async #stream(
    response: ServerResponse,
    status: number,
    headers: HttpAnswer['headers'],
    body: EndlessBody,
  ): Promise<void> {
    const stream = new AbortController();
    this.#streams.add(stream);
    response.once('close', () => stream.abort());
    // The connection may have gone, or the server may be stopping, before there was anybody to tell.
    if (response.destroyed || this.#isClosing) stream.abort();
    try {
      response.writeHead(status, { ...headers, connection: 'close' });
      for await (const chunk of body.chunks(stream.signal)) {
        if (stream.signal.aborted) break;
        if (!response.write(chunk)) await this.#drained(response, stream.signal);
      }
    } finally {
      this.#streams.delete(stream);
      body.close();
    }
    response.end();
  }

  /** Resolves when what was written has gone out; a client that stops reading is cut off. */
  #drained(response: ServerResponse, ended: AbortSignal): Promise<void> {
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

  /** A bug: the client gets a request id, the log gets the error. */
  #failed(response: ServerResponse, framing: Framing, error: unknown): void {
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
   * Refuses and gives up the connection, but only after reading on for a while: a connection that is closed with
   * unread data in it is reset, and the client would lose the answer it has not read yet.
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
      if (drained > drainedBytes) request.destroy();
    });
    request.on('end', () => response.end());
  }
}

/** Whether the signature's reader takes a body of this content type for a form. */
function isFormType(value: string): boolean {
  const [type = ''] = value.split(';', 1);
  return type.trimEnd().toLowerCase() === 'application/x-www-form-urlencoded';
}

/** Counts the separators of a form while it is read, so that one with far too many parameters is not kept. */
class SeparatorCount {
  #separators = 0;

  /** Whether `decodeForm` refuses what was added so far, whatever follows. */
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
        // Node's parser has refused what is not a number, and repeated ones.
        if (name.toLowerCase() === 'content-length') length = Number(rawHeaders[at + 1]);
        break;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') length = 'unknown';
        break;
    }
  }
  return { length, host, hosts, isForm };
}

/** Without the prefix that an IPv4 address has on a socket that serves both families. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function newRequestId(): string {
  return randomUUID().toUpperCase();
}

/** An error that arises before any product is known: RAM's form, in JSON. */
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

/** Returns the answer to a request that is refused before the API is asked: RAM's form, in JSON. */
export function refusalAnswer({ httpStatus, code, message }: Refusal): HttpAnswer {
  return ramError(httpStatus, code, message, '', newRequestId());
}
