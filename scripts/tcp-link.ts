import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Proxy for one connection of the network, which can be cut or stalled. */
export class TcpLink {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #state: { cut: boolean; stalled: boolean };

  private constructor(server: Server, sockets: Set<Socket>, state: { cut: boolean; stalled: boolean }) {
    this.#server = server;
    this.#sockets = sockets;
    this.#state = state;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Opens a port that leads to another one of this machine. */
  static async to(port: number): Promise<TcpLink> {
    const sockets = new Set<Socket>();
    const state = { cut: false, stalled: false };
    const server = createServer((near) => {
      if (state.cut) return void near.destroy();
      const far = connect(port, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => {});
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
        if (state.stalled) socket.pause();
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpLink(server, sockets, state);
  }

  /** Resets all connections and refuses new ones. */
  cut(): void {
    this.#state.cut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Delivers nothing more; connections stay open, and new ones are accepted. */
  stall(): void {
    this.#state.stalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Delivers again; what was held back arrives. */
  restore(): void {
    this.#state.cut = false;
    this.#state.stalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
