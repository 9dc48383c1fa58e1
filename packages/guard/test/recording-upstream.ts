import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as a service behind the gateway saw it. */
export interface Recorded {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  /** By lower-case name; of several, the first. */
  readonly headers: ReadonlyMap<string, string>;
  /** Whether it came to its end. */
  isComplete: boolean;
  body: Buffer;
}

/** A service that writes down what it is asked. */
export class RecordingUpstream {
  readonly url: string;
  readonly requests: Recorded[] = [];
  readonly server: Server;
  /** How it answers; `ok` and what it was asked, unless set. */
  respond: ((recorded: Recorded, request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Called with each request as soon as its head is there, before its body is read. */
  onHead: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;

  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(port = 0): Promise<RecordingUpstream> {
    const server = createServer();
    // What a client sends must show, and not what Node makes of it.
    server.maxHeadersCount = 0;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const upstream = new RecordingUpstream(server);
    server.on('request', (request, response) => upstream.#record(request, response));
    return upstream;
  }

  get complete(): readonly Recorded[] {
    return this.requests.filter(({ isComplete }) => isComplete);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  #record(request: IncomingMessage, response: ServerResponse): void {
    const { rawHeaders } = request;
    const headers = new Map<string, string>();
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at]!.toLowerCase();
      if (!headers.has(name)) headers.set(name, rawHeaders[at + 1]!);
    }
    const recorded: Recorded = {
      method: request.method!,
      target: request.url!,
      rawHeaders,
      headers,
      isComplete: false,
      body: Buffer.alloc(0),
    };
    this.requests.push(recorded);
    if (this.onHead?.(request, response)) return;
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      recorded.body = Buffer.concat(chunks);
      recorded.isComplete = true;
      if (this.respond !== undefined) {
        this.respond(recorded, request, response);
        return;
      }
      const text = JSON.stringify({ asked: `${recorded.method} ${recorded.target}` });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
      response.end(text);
    });
  }
}
