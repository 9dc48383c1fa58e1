import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AccessRecord } from './access-record.ts';
import type { Admission } from './admission.ts';
import { ProxiedRequest } from './proxied-request.ts';
import { openTunnel } from './tunnel.ts';
import type { Upstream } from './upstream.ts';

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
