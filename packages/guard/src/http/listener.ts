import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { refusalHeaders } from '../decision.ts';
import { refused, unreadable } from './refusal.ts';
import { STRICT_TRANSPORT_SECURITY, TLS_OPTIONS } from './tls-options.ts';

/** A certificate chain and its key, in PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** Where to listen: a host and a port, 0 for any free one, or the path of a Unix socket. */
export type ListenAddress = { readonly host?: string; readonly port: number } | { readonly path: string };

export interface HttpListenerOptions {
  readonly listen: ListenAddress;
  readonly tls: TlsFiles | undefined;
  /** Whether the answer to a request tells browsers to use nothing but TLS; never unless given. */
  readonly isStrictTransport?: ((request: IncomingMessage) => boolean) | undefined;
  /** Of the request line and all headers together, in bytes. */
  readonly headerLimit: number;
  /** For the head of a request to be complete, ms; 10 s unless given. */
  readonly headMs?: number | undefined;
  /**
   * For a whole request to be complete, ms; without it, the reader of the body watches that, since it depends on the
   * body's size.
   */
  readonly requestMs?: number | undefined;
  /** How long an idle connection is kept, ms; 65 s unless given, above the 60 s of usual load balancers. */
  readonly keepAliveMs?: number | undefined;
  readonly handle: (request: IncomingMessage, response: ServerResponse, awaitsContinue?: boolean) => void;
  /** Without it, a request to change the protocol is answered in the one it came in. */
  readonly handleUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly onBug: (error: unknown, requestId: string) => void;
}

/** A socket that is listened on. */
export interface HttpListener {
  /** `http://127.0.0.1:8080`, or the path of a Unix socket. */
  readonly address: string;
  /** Takes a new certificate for the connections to come. */
  setTls(tls: TlsFiles): void;
  /**
   * Takes no new connection, but leaves the open ones, also those without a request under way: a client may be about to send
   * one. Resolves when all are closed, after `idleMs` milliseconds at the latest. The answers have to ask for that.
   */
  drain(idleMs: number): Promise<void>;
  /** Takes nothing more, and lets what is under way finish; what is left after `graceMs` is cut off. */
  close(graceMs: number): Promise<void>;
}

const HEAD_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;
/** Connections that wait to be accepted: beyond the system's limit (`net.core.somaxconn`) clients are reset. */
const LISTEN_BACKLOG = 4096;

/** For how long the rest of a request that was answered already is read, ms, however often a piece of it arrives. */
export const DISCARD_MS = 10_000;

/** On a socket: the answers that are not finished yet. */
const underWay = Symbol('answers under way');
type AnsweringSocket = Socket & { [underWay]?: Set<ServerResponse> };

/**
 * Listens for HTTP/1.1. The one listener of control plane, gateway and forward-auth, admin listeners included: what
 * Node's parser cannot read is answered in RAM's error form, never in the middle of another answer; a client that drips
 * after its refusal is cut off; certificates are replaced while connections go on.
 *
 * @throws what the system says when the address cannot be listened on
 */
export async function startHttpListener(options: HttpListenerOptions): Promise<HttpListener> {
  const { listen, tls, handle, handleUpgrade, onBug } = options;
  const sockets = new Set<Socket>();
  let isDraining = false;
  const counted = (request: IncomingMessage, response: ServerResponse, awaitsContinue?: boolean) => {
    const socket: AnsweringSocket = request.socket;
    socket[underWay] ??= new Set();
    const answers = socket[underWay].add(response);
    response.once('close', () => answers.delete(response));
    // Of a client that is gone; what has to be done then is done at `close`.
    response.on('error', () => {});
    response.once('finish', () => cutUnlessComplete(request));
    if (isDraining) response.shouldKeepAlive = false;
    // A service behind that says something else has its way: its header takes the place of this one.
    if (options.isStrictTransport?.(request) === true) {
      response.setHeader('strict-transport-security', STRICT_TRANSPORT_SECURITY);
    }
    handle(request, response, awaitsContinue);
  };
  const server = makeServer(options, counted);
  // All headers or none: dropping some would drop what a signature covers. Their bytes are bounded, and so is
  // their number by the reader.
  server.maxHeadersCount = 0;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('checkContinue', (request, response) => counted(request, response, true));
  server.on('checkExpectation', (request, response) => counted(request, response));
  if (handleUpgrade !== undefined) server.on('upgrade', handleUpgrade);
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket as Socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...listen, backlog: LISTEN_BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A socket that cannot be accepted (too many open files) is no reason to end the process.
  server.on('error', (error) => onBug(error, ''));
  return {
    address: addressOf(server, tls === undefined ? 'http' : 'https'),
    setTls: ({ cert, key }) => (server as TlsServer).setSecureContext({ cert, key, ...TLS_OPTIONS }),
    drain: (idleMs) =>
      new Promise((resolve) => {
        isDraining = true;
        const late = setTimeout(resolve, idleMs);
        // The method of `http.Server` would close idle connections at once.
        NetServer.prototype.close.call(server, () => {
          clearTimeout(late);
          resolve();
        });
      }),
    close: (graceMs) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, graceMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
        // Node counts a connection that has not said anything yet as busy.
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      }),
  };
}

function makeServer(
  { tls, headerLimit, headMs = HEAD_MS, requestMs, keepAliveMs, handleUpgrade }: HttpListenerOptions,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const options = {
    maxHeaderSize: headerLimit,
    headersTimeout: headMs,
    requestTimeout: requestMs ?? 0,
    keepAliveTimeout: keepAliveMs ?? KEEP_ALIVE_MS,
    connectionsCheckingInterval: 2_000,
    noDelay: true,
    // Checked by the reader of the headers, to answer in the form that clients understand.
    requireHostHeader: false,
    // A request for an unknown protocol may continue in this one (RFC 9110, 7.8).
    shouldUpgradeCallback: (request: IncomingMessage) =>
      handleUpgrade !== undefined && request.headers.upgrade?.toLowerCase() === 'websocket',
  };
  if (tls === undefined) return createServer(options, handle);
  const { cert, key } = tls;
  return createTlsServer({ ...options, cert, key, ...TLS_OPTIONS, handshakeTimeout: HEAD_MS }, handle);
}

function addressOf(server: Server, protocol: string): string {
  const address = server.address() as AddressInfo | string;
  if (typeof address === 'string') return address;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${protocol}://${host}:${address.port}`;
}

/**
 * Closes the connection when the rest of a request that was answered already does not arrive within
 * {@link DISCARD_MS}. A timeout for pauses would let a client hold the connection by one byte at a time.
 */
function cutUnlessComplete(request: IncomingMessage): void {
  if (request.complete) return;
  const { socket } = request;
  const late = setTimeout(() => socket.destroy(), DISCARD_MS);
  const arrived = () => clearTimeout(late);
  request.once('end', arrived);
  request.once('close', arrived);
}

/** Closes a connection once what was written has gone out, and after {@link DISCARD_MS} in any case. */
function endSoon(socket: Socket): void {
  const late = setTimeout(() => socket.destroy(), DISCARD_MS);
  socket.once('close', () => clearTimeout(late));
  socket.destroySoon();
}

/** Answers what Node's parser could not make a request of, or what did not come in time, and hangs up. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: AnsweringSocket): void {
  const own = unreadable(error.code ?? '');
  const answers = [...(socket[underWay] ?? [])];
  if (own === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  if (answers.length > 0 && answers.every((answer) => answer.writableEnded)) {
    // It was refused already, and that is on its way.
    endSoon(socket);
    return;
  }
  // What is unreadable may be a part of the request that is being answered, and then this is the answer. If it comes
  // after that, the answers before it are still to come, and none may be put in their place.
  const [answer] = answers;
  const isPartOfIt = answers.length === 1 && !answer!.headersSent && !answer!.req.complete;
  if (answers.length > 0 && !isPartOfIt) {
    socket.destroy();
    return;
  }
  const refusal = refused(own, '', undefined);
  const lines = [`HTTP/1.1 ${own.httpStatus} ${STATUS_CODES[own.httpStatus] ?? ''}`];
  for (const [name, value] of Object.entries(refusalHeaders(refusal))) lines.push(`${name}: ${value}`);
  lines.push(`content-length: ${Buffer.byteLength(refusal.errorBody)}`, 'connection: close');
  socket.write(`${lines.join('\r\n')}\r\n\r\n${refusal.errorBody}`);
  endSoon(socket);
}
