import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Forwards requests to a server unchanged, on 127.0.0.1 and ::1, and keeps what it answered. */
export class Recorder {
  /** Answers by `RequestId`. */
  readonly answers = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #listeners: readonly Server[];
  readonly #port: number;
  /** Whether this machine has `::1`. */
  readonly hasIpv6: boolean;

  private constructor(listeners: readonly Server[], port: number) {
    this.#listeners = listeners;
    this.#port = port;
    this.hasIpv6 = listeners.length > 1;
  }

  /** @param url of the server, plain HTTP */
  static async before(url: string): Promise<Recorder> {
    const target = new URL(url);
    let recorder: Recorder | undefined;
    const forward = () =>
      createServer((received, answer) => {
        const { method, url: path, rawHeaders: headers } = received;
        const sent = httpRequest(
          { host: target.hostname, port: target.port, method, path, headers, setHost: false },
          (response) => {
            const parts: Buffer[] = [];
            response.on('data', (part: Buffer) => parts.push(part));
            response.on('end', () => {
              const body = Buffer.concat(parts);
              recorder?.keep(body.toString('utf8'));
              answer.writeHead(response.statusCode ?? 500, response.rawHeaders).end(body);
            });
          },
        );
        sent.on('error', () => answer.destroy());
        received.pipe(sent);
      });
    const first = forward();
    await listen(first, 0, '127.0.0.1');
    const { port } = first.address() as AddressInfo;
    const second = forward();
    const hasIpv6 = await listen(second, port, '::1').then(
      () => true,
      () => false,
    );
    recorder = new Recorder(hasIpv6 ? [first, second] : [first], port);
    return recorder;
  }

  /** `host:port`, without a scheme. */
  endpoint(host = '127.0.0.1'): string {
    return `${host}:${this.#port}`;
  }

  keep(text: string): void {
    if (!text.startsWith('{')) return;
    const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
    this.answers.set(String(body['RequestId']), body);
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#listeners.map((listener) => {
        const closed = new Promise((resolve) => listener.close(resolve));
        listener.closeAllConnections();
        return closed;
      }),
    );
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
}
