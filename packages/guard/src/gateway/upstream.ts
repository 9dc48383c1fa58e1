import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { HTTP_REFUSALS } from '../http-refusals.ts';
import type { UpstreamSettings } from './gateway-configuration.ts';

/** Why a service did not answer. */
export type UpstreamFailureCode =
  | 'BadGateway.UpstreamUnreachable'
  | 'BadGateway.UpstreamFailed'
  | 'GatewayTimeout.UpstreamConnect'
  | 'GatewayTimeout.UpstreamResponse';

/** Answer for a service that did not answer. */
export interface UpstreamFailure {
  readonly code: UpstreamFailureCode;
  readonly httpStatus: 502 | 504;
  readonly message: string;
  /** System error for the log: `ECONNREFUSED`. */
  readonly cause: string;
}

/** Creates a failure. @param cause for the log */
export function upstreamFailure(code: UpstreamFailureCode, cause: string): UpstreamFailure {
  const { status, message } = HTTP_REFUSALS[code];
  return { code, cause, httpStatus: status, message };
}

/** Request to a service. */
export interface UpstreamRequest {
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value …, including `host` and the framing of the body. */
  readonly headers: string[];
  /** Buffered, so that it can be sent again; `stream` is sent once there is a connection. */
  readonly body: Buffer | 'stream' | undefined;
  /** Whether the connection must not be reused. */
  readonly lastOnConnection: boolean;
}

/** Listener of an exchange. */
export interface UpstreamListener {
  /** Called when the body can be sent; only for `stream`. */
  connected(request: ClientRequest): void;
  /** Called when the service has answered; the answer's body is still to come. */
  answered(response: IncomingMessage): void;
  /** Called when the service has changed the protocol; `head` is its first data. */
  upgraded?(response: IncomingMessage, socket: Socket, head: Buffer): void;
  /** Called if there will be no answer. */
  failed(failure: UpstreamFailure): void;
}

/** TLS settings of the connection to a service, in PEM. */
export interface UpstreamTls {
  /** Trusted CA certificates. Default: the system's. */
  readonly ca?: string;
  /** Client certificate. */
  readonly cert?: string;
  readonly key?: string;
}

/** Address of a service and its health. */
class Address {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  inFlight = 0;
  /** Number of consecutive failures. */
  failures = 0;
  /** Until when it gets no requests, in milliseconds since the epoch. */
  downUntil = 0;

  constructor(url: URL) {
    this.url = url.origin;
    // Node expects an IPv6 address without its brackets.
    this.host = url.hostname.replace(/^\[|\]$/g, '');
    this.port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  }
}

/** RFC 9110, 9.2.2: sending one of these twice has the effect of once. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** Maximum number of dead idle connections that a request retries. */
const MAXIMUM_STALE = 3;

/**
 * Service behind the gateway: its addresses, their kept connections and their health.
 *
 * A request goes to the address with the fewest requests in progress. If it could not be connected to,
 * another address is tried, since nothing was sent. An address with several consecutive failures rests for a
 * while, unless all of them do.
 */
export class Upstream {
  readonly name: string;
  readonly #settings: UpstreamSettings;
  readonly #now: () => number;
  readonly #addresses: readonly Address[];
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #request: typeof httpRequest;
  readonly #onFailure: ((failure: UpstreamFailure, address: string) => void) | undefined;
  #next = 0;
  #inFlight = 0;
  #retired = false;

  /**
   * @param secrets for TLS
   * @param now milliseconds since the epoch
   * @param onFailure called for each failure of an address, also if another address answered
   */
  constructor(
    settings: UpstreamSettings,
    secrets: UpstreamTls,
    now: () => number,
    onFailure?: (failure: UpstreamFailure, address: string) => void,
  ) {
    this.name = settings.name;
    this.#settings = settings;
    this.#now = now;
    this.#onFailure = onFailure;
    this.#addresses = settings.urls.map((url) => new Address(url));
    const isSecure = settings.urls[0]!.protocol === 'https:';
    const { pool, tls } = settings;
    const options = {
      keepAlive: true,
      maxSockets: pool.maxConnections,
      maxFreeSockets: pool.maxIdle,
      scheduling: 'lifo',
      timeout: pool.idleMs,
      noDelay: true,
    } as const;
    this.#request = isSecure ? httpsRequest : httpRequest;
    this.#agent = isSecure
      ? new HttpsAgent({
          ...options,
          minVersion: 'TLSv1.2',
          ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
          ...secrets,
        })
      : new HttpAgent(options);
  }

  /** Host of the service itself. */
  get host(): string {
    return this.#settings.urls[0]!.host;
  }

  /** Addresses with the number of requests in progress, and whether they get any. */
  get addresses(): readonly { readonly url: string; readonly inFlight: number; readonly isUp: boolean }[] {
    const now = this.#now();
    return this.#addresses.map(({ url, inFlight, downUntil }) => ({ url, inFlight, isUp: downUntil <= now }));
  }

  /**
   * Sends a request.
   *
   * @returns the exchange, to be aborted if its answer is not needed any more
   */
  send(request: UpstreamRequest, listener: UpstreamListener): Exchange {
    return new Exchange(this, request, listener);
  }

  /** Closes the connections after the last answer; no more requests will come. */
  retire(): void {
    this.#retired = true;
    if (this.#inFlight === 0) this.#agent.destroy();
  }

  /** Returns the address to try next for an exchange; `undefined` if all were tried. */
  choose(tried: ReadonlySet<Address>): Address | undefined {
    const count = this.#addresses.length;
    if (count === 1) return tried.size === 0 ? this.#addresses[0] : undefined;
    const now = this.#now();
    let best: Address | undefined;
    for (let step = 0; step < count; step++) {
      const address = this.#addresses[(this.#next + step) % count]!;
      if (tried.has(address)) continue;
      if (best === undefined || isBetter(address, best, now)) best = address;
    }
    this.#next = (this.#next + 1) % count;
    return best;
  }

  /** Opens a request of an exchange. */
  open(request: UpstreamRequest, { host, port }: Address): ClientRequest {
    this.#inFlight += 1;
    return this.#request({
      agent: this.#agent,
      host,
      port,
      method: request.method,
      path: request.target,
      // The types do not allow a list here; Node does, and sends it unchanged.
      headers: request.headers as never,
      timeout: this.#settings.timeouts.responseMs,
      setHost: false,
    });
  }

  /** Notes that the connection of an exchange is free again, or closed. */
  closed(): void {
    this.#inFlight -= 1;
    if (this.#retired && this.#inFlight === 0) this.#agent.destroy();
  }

  /** Notes a success of an address. */
  well(address: Address): void {
    address.failures = 0;
    address.downUntil = 0;
  }

  /** Notes a failure of an address. */
  failed(address: Address, code: UpstreamFailureCode, cause: string): UpstreamFailure {
    const { health } = this.#settings;
    address.failures += 1;
    if (address.failures >= health.failures) address.downUntil = this.#now() + health.restMs;
    const failure = upstreamFailure(code, cause);
    this.#onFailure?.(failure, address.url);
    return failure;
  }

  /** Timeouts of an exchange. */
  get timeouts(): UpstreamSettings['timeouts'] {
    return this.#settings.timeouts;
  }
}

function isBetter(one: Address, other: Address, now: number): boolean {
  const isUp = one.downUntil <= now;
  if (isUp !== other.downUntil <= now) return isUp;
  return isUp ? one.inFlight < other.inFlight : one.downUntil < other.downUntil;
}

/** Missing in Node's types. */
function isHandshaking(socket: TLSSocket & { readonly secureConnecting?: boolean }): boolean {
  return socket.secureConnecting === true;
}

/** Request to a service, sent to one address after another until there is an answer. */
export class Exchange {
  readonly #upstream: Upstream;
  readonly #sent: UpstreamRequest;
  readonly #listener: UpstreamListener;
  readonly #tried = new Set<Address>();
  #request!: ClientRequest;
  #isOver = false;
  #stale = 0;
  /** Address that it was sent to last. */
  address = '';

  constructor(upstream: Upstream, sent: UpstreamRequest, listener: UpstreamListener) {
    this.#upstream = upstream;
    this.#sent = sent;
    this.#listener = listener;
    this.#attempt(upstream.choose(this.#tried)!);
  }

  /** Aborts it: the service sees the connection break. The listener is not called any more. */
  abort(): void {
    this.#isOver = true;
    this.#request.destroy();
  }

  #attempt(address: Address): void {
    const upstream = this.#upstream;
    const { connectMs, idleMs } = upstream.timeouts;
    const { body } = this.#sent;
    const request = upstream.open(this.#sent, address);
    this.#request = request;
    this.address = address.url;
    address.inFlight += 1;
    let isConnected = false;
    let hasAnswered = false;
    let late: UpstreamFailureCode | undefined;

    const connectTimer = setTimeout(() => {
      late = 'GatewayTimeout.UpstreamConnect';
      request.destroy();
    }, connectMs);
    const connected = () => {
      isConnected = true;
      clearTimeout(connectTimer);
      if (body === 'stream') this.#listener.connected(request);
    };
    request.once('socket', (socket) => {
      const isSecure = socket instanceof TLSSocket;
      if (request.reusedSocket || !(socket.connecting || (isSecure && isHandshaking(socket)))) connected();
      else socket.once(isSecure ? 'secureConnect' : 'connect', connected);
    });
    request.on('timeout', () => {
      if (isConnected) late = 'GatewayTimeout.UpstreamResponse';
      request.destroy();
    });
    request.once('response', (response) => {
      hasAnswered = true;
      upstream.well(address);
      request.setTimeout(idleMs);
      if (this.#isOver) response.destroy();
      else this.#listener.answered(response);
    });
    request.once('upgrade', (response, socket, head) => {
      hasAnswered = true;
      upstream.well(address);
      socket.setTimeout(0);
      if (!this.#isOver && this.#listener.upgraded !== undefined) {
        this.#listener.upgraded(response, socket, head);
        return;
      }
      socket.destroy();
      // An unrequested upgrade.
      if (!this.#isOver) this.#listener.failed(upstreamFailure('BadGateway.UpstreamFailed', 'an upgrade'));
    });
    // After an answer, its own stream reports its end.
    let failure: NodeJS.ErrnoException | undefined;
    request.on('error', (error) => {
      failure ??= error;
    });
    request.once('close', () => {
      clearTimeout(connectTimer);
      address.inFlight -= 1;
      upstream.closed();
      if (hasAnswered || this.#isOver) return;
      const cause = failure?.code ?? 'closed';
      if (isConnected && request.reusedSocket && late === undefined && this.#mayRepeat()) {
        this.#attempt(address);
        return;
      }
      const code = late ?? (isConnected ? 'BadGateway.UpstreamFailed' : 'BadGateway.UpstreamUnreachable');
      const told = upstream.failed(address, code, cause);
      this.#tried.add(address);
      const other = isConnected ? undefined : upstream.choose(this.#tried);
      if (other !== undefined) {
        this.#attempt(other);
      } else {
        this.#isOver = true;
        this.#listener.failed(told);
      }
    });
    if (this.#sent.lastOnConnection) request.shouldKeepAlive = false;
    if (body !== 'stream') request.end(body);
  }

  /** Whether a request on a connection that the service had just closed may be sent on another one. */
  #mayRepeat(): boolean {
    this.#stale += 1;
    return this.#stale <= MAXIMUM_STALE && this.#sent.body !== 'stream' && IDEMPOTENT.has(this.#sent.method);
  }
}
