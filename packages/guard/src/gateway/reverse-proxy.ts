import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RefusedRequest, refusalHeaders } from '../decision.ts';
import { BodyCheck, type BodyError } from '../verifying-body.ts';
import type { AccessRecord } from './access-record.ts';
import type { Admission, Admitted } from './admission.ts';
import { type IncomingHeaders, readIncomingHeaders } from './incoming-headers.ts';
import { type OwnRefusal, refused } from './refusal.ts';
import { responseHeaders } from './response-headers.ts';
import { openTunnel } from './tunnel.ts';
import type { Exchange, Upstream, UpstreamFailure, UpstreamListener } from './upstream.ts';

/** Where requests to a host go. */
export interface ProxiedService {
  readonly admission: Admission;
  readonly upstream: Upstream;
  /** What the service sees as `Host`; the client's own when undefined. */
  readonly upstreamHost: string | undefined;
  readonly upgrades: boolean;
  /** How long a WebSocket may last, in milliseconds. */
  readonly maxUpgradeMs: number;
}

export interface ReverseProxyOptions {
  /** @param host as the request has it */
  readonly serviceFor: (host: string) => ProxiedService | undefined;
  /** Whether the listener speaks TLS. */
  readonly secure: boolean;
  /** Whether what a peer says of the client in `X-Forwarded-For` is believed. */
  readonly isTrusted: (peerAddress: string) => boolean;
  /** Of a request body, in bytes. */
  readonly bodyLimit: () => number;
  /** Paths that the gateway answers itself, without asking who it is. */
  readonly ownPaths: ReadonlyMap<string, () => string>;
  /** Told of each request when it is over. */
  readonly onDone: (record: AccessRecord) => void;
  /** Told of what should never happen. */
  readonly onBug: (error: unknown, requestId: string) => void;
  /** Milliseconds of any clock that only goes forward. */
  readonly ticks: () => number;
}

/** A body up to this size is read whole before the service hears of the request. */
const SMALL_BODY = 64 * 1024;
/** A form that RPC 1.0 signs must be read before anything is known of its sender. */
const FORM_LIMIT = 1024 * 1024;
/** How much of a refused body is read before the connection is cut, so that the client gets to see its answer. */
const DRAINED_BYTES = 16 * 1024 * 1024;
/** How long a body may pause, in milliseconds. */
const BODY_PAUSE_MS = 60_000;
const NO_BODY = Buffer.alloc(0);
/** Not expected to have a body: Node sends none of their framing. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/**
 * Passes requests on, as they were checked: what an {@link Admission} lets through, with what it adds. It streams
 * both ways, no faster than the slower side, and gives up the one side when the other is gone.
 */
export class ReverseProxy {
  readonly options: ReverseProxyOptions;
  /** Set once no connection shall be kept. */
  isDraining = false;
  #underWay = 0;

  constructor(options: ReverseProxyOptions) {
    this.options = options;
  }

  /** How many requests and tunnels are under way. */
  get underWay(): number {
    return this.#underWay;
  }

  /** A request of a client; for the events `request`, `checkContinue` and `checkExpectation`. */
  readonly handle = (request: IncomingMessage, response: ServerResponse, awaitsContinue?: boolean): void => {
    this.#underWay += 1;
    const proxied = new ProxiedRequest(this, request, response, awaitsContinue === true);
    response.once('close', () => {
      this.#underWay -= 1;
      proxied.closed();
    });
    proxied.start();
  };

  /** A request to change the protocol; for the event `upgrade`. */
  readonly handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#underWay += 1;
    socket.once('close', () => {
      this.#underWay -= 1;
    });
    openTunnel(this, request, socket, head);
  };
}

/** What is answered where no service is. */
export const HOST_NOT_SERVED: OwnRefusal = {
  httpStatus: 421,
  code: 'InvalidHost.NotServed',
  message: 'There is no service of this host here.',
};

function tooLarge(limit: number): OwnRefusal {
  return {
    httpStatus: 413,
    code: 'RequestTooLarge',
    message: `The request body is larger than ${limit} bytes.`,
  };
}

/** Whether a method is one that is never passed on: they speak to proxies, or show what must not be shown. */
export function isProxyMethod(method: string): boolean {
  return method === 'TRACE' || method === 'CONNECT' || method === 'TRACK';
}

/** The header fields that a request goes on with, but for the framing of its body. */
export function onwardHeaders(
  incoming: IncomingHeaders,
  admitted: Admitted,
  service: ProxiedService,
  peer: { readonly address: string; readonly isTrusted: boolean },
): string[] {
  const { passed, host, forwardedFor } = incoming;
  const chain =
    peer.isTrusted && forwardedFor !== undefined ? `${forwardedFor}, ${peer.address}` : peer.address;
  // As names are compared without regard to case, the service gets the one form that all of them have.
  const lowerHost = host.toLowerCase();
  return [
    'host',
    service.upstreamHost ?? lowerHost,
    ...passed,
    'x-forwarded-for',
    chain,
    'x-forwarded-proto',
    admitted.secure ? 'https' : 'http',
    'x-forwarded-host',
    lowerHost,
    ...admitted.headers,
  ];
}

/** Without the prefix that an IPv4 address has on a socket that serves both families. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** One request on its way through. */
class ProxiedRequest implements UpstreamListener {
  readonly #proxy: ReverseProxy;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #awaitsContinue: boolean;
  readonly #began: number;
  readonly #peerAddress: string;
  #incoming: IncomingHeaders | undefined;
  #service: ProxiedService | undefined;
  #admitted: Admitted | undefined;
  #refusal: RefusedRequest | undefined;
  #exchange: Exchange | undefined;
  /** Whether the client is still sending, or has not been listened to yet. */
  #bodyIsOpen = false;
  #isOver = false;

  constructor(
    proxy: ReverseProxy,
    request: IncomingMessage,
    response: ServerResponse,
    awaitsContinue: boolean,
  ) {
    this.#proxy = proxy;
    this.#request = request;
    this.#response = response;
    this.#awaitsContinue = awaitsContinue;
    this.#began = proxy.options.ticks();
    this.#peerAddress = plainAddress(request.socket.remoteAddress);
  }

  start(): void {
    const request = this.#request;
    const own = this.#proxy.options.ownPaths.get(request.url!);
    const refusal = this.#open();
    if (refusal !== undefined) this.#refuse(refusal);
    else if (own !== undefined && (request.method === 'GET' || request.method === 'HEAD'))
      this.#answer(200, own());
    else this.#check();
  }

  /** Finds out for whom the request is. @returns why it is for nobody */
  #open(): OwnRefusal | undefined {
    const { options } = this.#proxy;
    const { rawHeaders, httpVersion, method, url } = this.#request;
    const incoming = readIncomingHeaders(rawHeaders, httpVersion);
    this.#bodyIsOpen = 'httpStatus' in incoming || incoming.length !== 0;
    if ('httpStatus' in incoming) return incoming;
    this.#incoming = incoming;
    const { host, length } = incoming;
    if (options.ownPaths.has(url!)) return undefined;
    this.#service = options.serviceFor(host);
    if (this.#service === undefined) return HOST_NOT_SERVED;
    if (isProxyMethod(method!)) {
      const message = 'This http method is not supported.';
      return { httpStatus: 400, code: 'UnsupportedHTTPMethod', message };
    }
    const limit = options.bodyLimit();
    return length !== 'chunked' && length > limit ? tooLarge(limit) : undefined;
  }

  #check(): void {
    const { length, mayBeSignedForm } = this.#incoming!;
    if (length === 0) {
      this.#admit(NO_BODY);
    } else if (mayBeSignedForm) {
      this.#continue();
      this.#collect(Math.min(FORM_LIMIT, this.#proxy.options.bodyLimit()), (body) => this.#admit(body));
    } else {
      this.#admit(undefined);
    }
  }

  /** The connection to the client is done with this request, or gone. */
  closed(): void {
    this.#isOver = true;
    if (!this.#response.writableFinished) this.#exchange?.abort();
    const { method, url = '' } = this.#request;
    const mark = url.indexOf('?');
    const refusal = this.#refusal;
    this.#proxy.options.onDone({
      requestId: this.#admitted?.requestId ?? refusal?.requestId ?? '',
      method: method!,
      path: mark < 0 ? url : url.slice(0, mark),
      host: this.#incoming?.host ?? '',
      service: this.#service?.admission.service ?? '',
      status: this.#response.writableFinished ? this.#response.statusCode : 499,
      code: refusal?.code ?? '',
      by: this.#admitted?.decision ?? refusal,
      peerAddress: this.#peerAddress,
      upstream: this.#exchange?.address ?? '',
      milliseconds: this.#proxy.options.ticks() - this.#began,
    });
  }

  #admit(body: Buffer | undefined): void {
    const request = this.#request;
    const shared = {
      method: request.method!,
      target: request.url!,
      rawHeaders: request.rawHeaders,
      peerAddress: this.#peerAddress,
      secure: this.#proxy.options.secure,
    };
    try {
      const outcome = this.#service!.admission.admit(
        body === undefined ? shared : { ...shared, body },
        this.#incoming!,
      );
      if (outcome instanceof Promise) {
        outcome.then((settled) => this.#settled(settled)).catch((error) => this.#failedByBug(error));
      } else {
        this.#settled(outcome);
      }
    } catch (error) {
      this.#failedByBug(error);
    }
  }

  #settled(outcome: Admitted | RefusedRequest): void {
    if (this.#isOver) return;
    if (!outcome.allowed) {
      this.#refuseWith(outcome);
      return;
    }
    this.#admitted = outcome;
    const { contentHash } = outcome;
    if (contentHash === undefined) {
      this.#send(outcome.body);
      return;
    }
    this.#continue();
    const { length } = this.#incoming!;
    if (length === 'chunked' || length > SMALL_BODY) {
      this.#send('stream');
      return;
    }
    const limit = this.#proxy.options.bodyLimit();
    const check = new BodyCheck(contentHash, limit);
    this.#collect(limit, (body) => {
      const problem = check.add(body) ?? check.end();
      if (problem === undefined) this.#send(body);
      else this.#refuse(problem);
    });
  }

  /** Reads the body whole; `whole` is not called when it is too large or does not come to its end. */
  #collect(limit: number, whole: (body: Buffer) => void): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    this.#read(
      (chunk) => {
        bytes += chunk.length;
        if (bytes > limit) {
          this.#refuse(tooLarge(limit));
          return false;
        }
        chunks.push(chunk);
        return true;
      },
      () => whole(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)),
    );
  }

  /** @param take says whether to go on */
  #read(take: (chunk: Buffer) => boolean, end: () => void): void {
    const request = this.#request;
    const { socket } = request;
    const paused = () => request.destroy();
    socket.setTimeout(BODY_PAUSE_MS, paused);
    const stop = () => {
      socket.off('timeout', paused);
      socket.setTimeout(0);
      request.off('data', onData);
      request.off('end', onEnd);
    };
    const onData = (chunk: Buffer) => {
      if (!take(chunk)) stop();
    };
    const onEnd = () => {
      stop();
      this.#bodyIsOpen = false;
      end();
    };
    request.on('data', onData);
    request.on('end', onEnd);
    // Told by `close` of the answer; without a listener it would end the process.
    request.on('error', () => {});
  }

  #continue(): void {
    if (this.#awaitsContinue) this.#response.writeContinue();
  }

  #send(body: Buffer | 'stream' | undefined): void {
    const admitted = this.#admitted!;
    const incoming = this.#incoming!;
    const service = this.#service!;
    const address = this.#peerAddress;
    const isTrusted = this.#proxy.options.isTrusted(address);
    const method = this.#request.method!;
    const headers = onwardHeaders(incoming, admitted, service, { address, isTrusted });
    let hasBody = true;
    if (body === 'stream') {
      if (incoming.length === 'chunked') headers.push('transfer-encoding', 'chunked');
      else headers.push('content-length', String(incoming.length));
    } else if (body !== undefined && body.length > 0) {
      headers.push('content-length', String(body.length));
    } else {
      hasBody = false;
      if (!WITHOUT_BODY.has(method)) headers.push('content-length', '0');
    }
    // A service that leaves such a body unread would take it for the next request on this connection.
    const lastOnConnection = hasBody && WITHOUT_BODY.has(method);
    if (lastOnConnection) headers.push('connection', 'close');
    const sent = {
      method,
      target: admitted.target,
      headers,
      body: hasBody ? body : undefined,
      lastOnConnection,
    };
    this.#exchange = service.upstream.send(sent, this);
  }

  /** Of {@link UpstreamListener}: the body can go. */
  connected(onward: Parameters<UpstreamListener['connected']>[0]): void {
    const request = this.#request;
    const check = new BodyCheck(this.#admitted!.contentHash!, this.#proxy.options.bodyLimit());
    // The last chunk waits for the digest: nobody gets to the end of a wrong body.
    let held: Buffer | undefined;
    this.#read(
      (chunk) => {
        const problem = check.add(chunk);
        if (problem !== undefined) {
          this.#giveUpBody(problem);
          return false;
        }
        if (held !== undefined && !onward.write(held)) request.pause();
        held = chunk;
        return true;
      },
      () => {
        const problem = check.end();
        if (problem !== undefined) this.#giveUpBody(problem);
        else onward.end(held);
      },
    );
    onward.on('drain', () => request.resume());
  }

  #giveUpBody(problem: BodyError): void {
    this.#exchange!.abort();
    if (this.#response.headersSent) this.#response.destroy();
    else this.#refuse(problem);
  }

  /** Of {@link UpstreamListener}: the service answers. */
  answered(incoming: IncomingMessage): void {
    const response = this.#response;
    const headers = responseHeaders(incoming.rawHeaders);
    if (this.#proxy.isDraining) headers.push('connection', 'close');
    try {
      response.writeHead(incoming.statusCode!, headers);
    } catch (error) {
      incoming.destroy();
      this.#failedByBug(error);
      return;
    }
    incoming.on('data', (chunk: Buffer) => {
      if (!response.write(chunk)) incoming.pause();
    });
    response.on('drain', () => incoming.resume());
    incoming.on('end', () => {
      response.end();
      if (this.#bodyIsOpen) this.#abandonBody();
    });
    // An answer that broke off must not look like a whole one.
    incoming.on('error', () => response.destroy());
  }

  /** Of {@link UpstreamListener}: there will be no answer. */
  failed(failure: UpstreamFailure): void {
    if (!this.#isOver) this.#refuse(failure);
  }

  /** The answer is out before the body was in: the service does not want the rest of it. */
  #abandonBody(): void {
    this.#exchange!.abort();
    const request = this.#request;
    request.removeAllListeners('data');
    this.#drain();
    request.resume();
  }

  /**
   * Reads on for a while: a connection that is closed with unread data in it is reset, and the client would lose the
   * answer that it has not read yet.
   */
  #drain(): void {
    const request = this.#request;
    let drained = 0;
    request.on('data', (chunk: Buffer) => {
      drained += chunk.length;
      if (drained > DRAINED_BYTES) request.destroy();
    });
  }

  #refuse(refusal: OwnRefusal): void {
    this.#refuseWith(refused(refusal, this.#incoming?.host ?? '', this.#admitted?.requestId));
  }

  #refuseWith(refusal: RefusedRequest): void {
    this.#refusal = refusal;
    this.#answer(refusal.httpStatus, refusal.errorBody, refusalHeaders(refusal));
  }

  #failedByBug(error: unknown): void {
    const refusal = refused(
      {
        httpStatus: 500,
        code: 'InternalError',
        message: 'The request processing has failed due to some unknown error.',
      },
      this.#incoming?.host ?? '',
      this.#admitted?.requestId,
    );
    this.#proxy.options.onBug(error, refusal.requestId);
    if (this.#response.headersSent) this.#response.destroy();
    else this.#refuseWith(refusal);
  }

  #answer(
    status: number,
    body: string,
    headers: Record<string, string> = { 'content-type': 'application/json;charset=utf-8' },
  ): void {
    const response = this.#response;
    const request = this.#request;
    const length = Buffer.byteLength(body);
    const incoming = this.#incoming?.length;
    // Node reads the rest of a short body by itself, and the connection goes on.
    const isShort = typeof incoming === 'number' && incoming <= SMALL_BODY && !this.#awaitsContinue;
    const keeps = !this.#proxy.isDraining && (!this.#bodyIsOpen || isShort);
    response.writeHead(status, {
      ...headers,
      'content-length': length,
      ...(keeps ? {} : { connection: 'close' }),
    });
    if (keeps || !this.#bodyIsOpen) {
      response.end(body);
      if (this.#bodyIsOpen) request.resume();
      return;
    }
    response.write(body);
    this.#drain();
    request.on('end', () => response.end());
    request.on('error', () => {});
    request.resume();
  }
}
