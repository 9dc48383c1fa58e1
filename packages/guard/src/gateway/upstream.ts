import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { UpstreamSettings } from './gateway-configuration.ts';

/** Why a service gave no answer. */
export type UpstreamFailureCode =
  | 'BadGateway.UpstreamUnreachable'
  | 'BadGateway.UpstreamFailed'
  | 'GatewayTimeout.UpstreamConnect'
  | 'GatewayTimeout.UpstreamResponse';

/** What is answered for a service that gave none. */
export interface UpstreamFailure {
  readonly code: UpstreamFailureCode;
  readonly httpStatus: 502 | 504;
  readonly message: string;
  /** Of the system, for the log: `ECONNREFUSED`. */
  readonly cause: string;
}

const FAILURES: Readonly<Record<UpstreamFailureCode, Pick<UpstreamFailure, 'httpStatus' | 'message'>>> = {
  'BadGateway.UpstreamUnreachable': {
    httpStatus: 502,
    message: 'The service behind this gateway cannot be reached.',
  },
  'BadGateway.UpstreamFailed': {
    httpStatus: 502,
    message: 'The service behind this gateway hung up, or answered what is no HTTP.',
  },
  'GatewayTimeout.UpstreamConnect': {
    httpStatus: 504,
    message: 'The service behind this gateway took no connection in time.',
  },
  'GatewayTimeout.UpstreamResponse': {
    httpStatus: 504,
    message: 'The service behind this gateway did not answer in time.',
  },
};

/** @param cause for the log */
export function upstreamFailure(code: UpstreamFailureCode, cause: string): UpstreamFailure {
  return { code, cause, ...FAILURES[code] };
}

/** A request to a service. */
export interface UpstreamRequest {
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value …, `host` and the framing of the body among them. */
  readonly headers: string[];
  /** In hand, so that it can be sent again; `stream` comes once there is a connection. */
  readonly body: Buffer | 'stream' | undefined;
  /** Whether the connection must not be used for another request. */
  readonly lastOnConnection: boolean;
}

/** Who is told what becomes of a request. */
export interface UpstreamListener {
  /** There is a connection to send the body on; only for `stream`. */
  connected(request: ClientRequest): void;
  /** The service has answered; what is left to come is the answer's body. */
  answered(response: IncomingMessage): void;
  /** The service has changed the protocol, and `head` is what it has said in it so far. */
  upgraded?(response: IncomingMessage, socket: Socket, head: Buffer): void;
  /** There will be no answer. */
  failed(failure: UpstreamFailure): void;
}

/** What a TLS connection to a service is checked with, in PEM. */
export interface UpstreamTls {
  /** The system's own authorities unless given. */
  readonly ca?: string;
  /** What the service asks of us. */
  readonly cert?: string;
  readonly key?: string;
}

/** One address of a service, and how it does. */
class Address {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  inFlight = 0;
  /** How often in a row it has failed. */
  failures = 0;
  /** Until when it gets no requests, in milliseconds since the epoch. */
  downUntil = 0;

  constructor(url: URL) {
    this.url = url.origin;
    // Node wants an IPv6 address without its brackets.
    this.host = url.hostname.replace(/^\[|\]$/g, '');
    this.port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  }
}

/** RFC 9110, 9.2.2: to send one of these twice is as good as once. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** How many connections that had been idle may turn out to be dead before we stop believing in luck. */
const MAXIMUM_STALE = 3;

/**
 * A service behind the gateway: one or several addresses, connections that are kept, and who of them is well.
 *
 * A request goes to the address with the fewest requests under way. One that could not be connected to is tried
 * at another address, since nothing of it was sent. An address that failed several times in a row rests for a
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
   * @param onFailure told of each failure of an address, also of those that another address made good
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

  /** What the service itself calls its host. */
  get host(): string {
    return this.#settings.urls[0]!.host;
  }

  /** What a request is sent to: each address with the requests under way, and whether it gets any. */
  get addresses(): readonly { readonly url: string; readonly inFlight: number; readonly isUp: boolean }[] {
    const now = this.#now();
    return this.#addresses.map(({ url, inFlight, downUntil }) => ({ url, inFlight, isUp: downUntil <= now }));
  }

  /**
   * Sends a request.
   * @returns what gives it up, when nobody waits for its answer any more
   */
  send(request: UpstreamRequest, listener: UpstreamListener): Exchange {
    return new Exchange(this, request, listener);
  }

  /** No more requests will come: the connections are closed as soon as the last answer is out. */
  retire(): void {
    this.#retired = true;
    if (this.#inFlight === 0) this.#agent.destroy();
  }

  /** For an exchange: the address to try next, or none when all have been. */
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

  /** For an exchange. */
  open(request: UpstreamRequest, { host, port }: Address): ClientRequest {
    this.#inFlight += 1;
    return this.#request({
      agent: this.#agent,
      host,
      port,
      method: request.method,
      path: request.target,
      // Typed as if Node took no such list; it does, and leaves it as it is.
      headers: request.headers as never,
      timeout: this.#settings.timeouts.responseMs,
      setHost: false,
    });
  }

  /** For an exchange: its connection is free again, or gone. */
  closed(): void {
    this.#inFlight -= 1;
    if (this.#retired && this.#inFlight === 0) this.#agent.destroy();
  }

  /** For an exchange. */
  well(address: Address): void {
    address.failures = 0;
    address.downUntil = 0;
  }

  /** For an exchange. */
  failed(address: Address, code: UpstreamFailureCode, cause: string): UpstreamFailure {
    const { health } = this.#settings;
    address.failures += 1;
    if (address.failures >= health.failures) address.downUntil = this.#now() + health.restMs;
    const failure = upstreamFailure(code, cause);
    this.#onFailure?.(failure, address.url);
    return failure;
  }

  /** For an exchange. */
  get timeouts(): UpstreamSettings['timeouts'] {
    return this.#settings.timeouts;
  }
}

function isBetter(one: Address, other: Address, now: number): boolean {
  const isUp = one.downUntil <= now;
  if (isUp !== other.downUntil <= now) return isUp;
  return isUp ? one.inFlight < other.inFlight : one.downUntil < other.downUntil;
}

/** Node has it, and its types do not. */
function isHandshaking(socket: TLSSocket & { readonly secureConnecting?: boolean }): boolean {
  return socket.secureConnecting === true;
}

/** One request to a service, at one address after the other until there is an answer. */
export class Exchange {
  readonly #upstream: Upstream;
  readonly #sent: UpstreamRequest;
  readonly #listener: UpstreamListener;
  readonly #tried = new Set<Address>();
  #request!: ClientRequest;
  #isOver = false;
  #stale = 0;
  /** Where it was sent in the end. */
  address = '';

  constructor(upstream: Upstream, sent: UpstreamRequest, listener: UpstreamListener) {
    this.#upstream = upstream;
    this.#sent = sent;
    this.#listener = listener;
    this.#attempt(upstream.choose(this.#tried)!);
  }

  /** Gives it up: the service sees the connection break. Nobody is told anything more. */
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
      // Nobody has asked it to.
      if (!this.#isOver) this.#listener.failed(upstreamFailure('BadGateway.UpstreamFailed', 'an upgrade'));
    });
    // Once there is an answer, its own stream tells how it ended.
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

  /** Whether a request that met a connection which the service had just closed may be sent on another one. */
  #mayRepeat(): boolean {
    this.#stale += 1;
    return this.#stale <= MAXIMUM_STALE && this.#sent.body !== 'stream' && IDEMPOTENT.has(this.#sent.method);
  }
}
