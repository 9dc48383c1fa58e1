import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AccessRecord } from './access-record.ts';
import type { Admission } from './admission.ts';
import { ProxiedRequest } from './proxied-request.ts';
import { openTunnel } from './tunnel.ts';
import type { Upstream } from './upstream.ts';

/** Destination of the requests to a host. */
export interface ProxiedService {
  readonly admission: Admission;
  readonly upstream: Upstream;
  /** `Host` that the service receives; undefined: the client's. */
  readonly upstreamHost: string | undefined;
  readonly upgrades: boolean;
  /** Maximum duration of a WebSocket, in milliseconds. */
  readonly maxUpgradeMs: number;
}

export interface ReverseProxyOptions {
  /** Returns the service of a host. @param host as in the request */
  readonly serviceFor: (host: string) => ProxiedService | undefined;
  /** Whether the listener speaks TLS. */
  readonly secure: boolean;
  /** Whether a peer's `X-Forwarded-For` is trusted. */
  readonly isTrusted: (peerAddress: string) => boolean;
  /** Returns the maximum size of a request body, in bytes. */
  readonly bodyLimit: () => number;
  /** Paths that the gateway answers itself, without authentication. */
  readonly ownPaths: ReadonlyMap<string, () => string>;
  /** Called when a request is finished. */
  readonly onDone: (record: AccessRecord) => void;
  /** Called for unexpected errors. */
  readonly onBug: (error: unknown, requestId: string) => void;
  /** Monotonic clock, in milliseconds. */
  readonly ticks: () => number;
}

/**
 * Passes on the requests that an {@link Admission} admits, as they were verified, with its headers. It
 * streams both ways with back-pressure, and aborts one side when the other is gone.
 */
export class ReverseProxy {
  readonly options: ReverseProxyOptions;
  /** Set when connections must not be kept alive any more. */
  isDraining = false;
  #underWay = 0;

  constructor(options: ReverseProxyOptions) {
    this.options = options;
  }

  /** Number of requests and tunnels in progress. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Handles a request; listener of the events `request`, `checkContinue` and `checkExpectation`. */
  readonly handle = (request: IncomingMessage, response: ServerResponse, awaitsContinue?: boolean): void => {
    this.#underWay += 1;
    const proxied = new ProxiedRequest(this, request, response, awaitsContinue === true);
    response.once('close', () => {
      this.#underWay -= 1;
      proxied.closed();
    });
    proxied.start();
  };

  /** Handles a protocol change; listener of the event `upgrade`. */
  readonly handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#underWay += 1;
    socket.once('close', () => {
      this.#underWay -= 1;
    });
    openTunnel(this, request, socket, head);
  };
}
