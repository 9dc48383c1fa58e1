import { connect, type Socket } from 'node:net';
import type { SignedRequest } from '@claviger/signature';

/** A client that says exactly what it is told, byte for byte. */
export class Wire {
  readonly socket: Socket;
  #received = '';
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** @param url of the server, `http://127.0.0.1:8080` */
  static open(url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('connect', () => resolve(new Wire(socket)));
      socket.once('error', reject);
    });
  }

  /** Everything that was received and not taken yet. */
  get received(): string {
    return this.#received;
  }

  /** Writes bytes, given as one character each. */
  write(bytes: string): void {
    this.socket.write(Buffer.from(bytes, 'latin1'));
  }

  /** Waits until what was received matches. @throws when the other side hangs up before */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#received);
      if (match !== null) return match;
      if (this.#ended) throw new Error(`the connection ended after: ${JSON.stringify(this.#received)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Waits for one answer with `content-length` and takes it. */
  async answer(): Promise<WireAnswer> {
    const head = await this.until(
      /^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)?(HTTP\/1\.1 (?!100)(\d{3})[\s\S]*?)\r\n\r\n/,
    );
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head[1]!)?.[1] ?? 0);
    const end = head.index + head[0].length + length;
    while (this.#received.length < end && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const body = this.#received.slice(head.index + head[0].length, end);
    this.#received = this.#received.slice(end);
    return { status: Number(head[2]), head: head[1]!, body };
  }

  /** Waits until the other side hangs up. @returns all that was received and not taken */
  async rest(): Promise<string> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** An answer as it stood on the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** What a request says on the wire, one character a byte. @param extra unsigned lines */
export function onTheWire(request: SignedRequest, extra: readonly string[] = [], version = '1.1'): string {
  const { method, target, rawHeaders, body } = request;
  let text = `${method} ${target} HTTP/${version}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  for (const line of extra) text += `${line}\r\n`;
  const saysLength = extra.some((line) => /^(?:content-length|transfer-encoding)\b/i.test(line));
  if (body.length > 0 && !saysLength) text += `content-length: ${body.length}\r\n`;
  return `${text}\r\n${Buffer.from(body).toString('latin1')}`;
}
