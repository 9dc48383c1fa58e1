import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Proxy between a guard and a server that passes every byte on and records those of the server; it can cut, interrupt
 * or stall its connections.
 */
export class RecordedConnection {
  #target: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #received: Buffer[] = [];
  #sent: Buffer[] = [];
  #breaksAfter = Number.POSITIVE_INFINITY;
  #silent = false;
  #isDown = false;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((near) => this.#join(near));
  }

  /** @param target `http://127.0.0.1:port` */
  static async to(target: string): Promise<RecordedConnection> {
    const line = new RecordedConnection(target);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    line.#port = (line.#server.address() as AddressInfo).port;
    return line;
  }

  /** URL to call instead of the server's. */
  get url(): string {
    return `${this.#target.protocol}//${this.#target.hostname}:${this.#port}`;
  }

  /** Bytes that the server has sent since the last `forget`. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** Bytes that were sent to the server. */
  get sent(): Buffer {
    return Buffer.concat(this.#sent);
  }

  /** Discards the recorded bytes. */
  forget(): void {
    this.#received = [];
    this.#sent = [];
  }

  /** Connects new connections to another server. */
  redirectTo(target: string): void {
    this.#target = new URL(target);
  }

  /** Cuts every connection; new ones are accepted. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts each connection after that many bytes from the server; `undefined`: no longer. */
  breakAfter(bytes: number | undefined): void {
    this.#breaksAfter = bytes ?? Number.POSITIVE_INFINITY;
  }

  /** Whether connections are impossible: open ones are cut, new ones refused. */
  set down(down: boolean) {
    this.#isDown = down;
    if (down) this.cut();
  }

  /** Whether the server's bytes are held back, on connections that stay open. */
  set silent(silent: boolean) {
    this.#silent = silent;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    near.on('error', () => {});
    if (this.#isDown) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(Number(this.#target.port), this.#target.hostname);
    let bytes = 0;
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.on('error', () => {});
    }
    near.on('data', (piece) => {
      this.#sent.push(piece);
      far.write(piece);
    });
    far.on('data', (piece) => {
      if (this.#silent) return;
      const passed = piece.subarray(0, Math.max(0, this.#breaksAfter - bytes));
      bytes += piece.length;
      this.#received.push(passed);
      near.write(passed);
      if (bytes > this.#breaksAfter) near.destroySoon();
    });
  }
}
