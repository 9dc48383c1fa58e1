import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const CLASS_IN = 1;
const TYPE_TXT = 16;
const POINTER_TO_QUESTION = 0xc00c;

/** DNS server on loopback with TXT records (RFC 1035). */
export class DnsServer {
  readonly #socket: Socket;
  /** TXT records by name in lower case. Other names do not exist. */
  readonly records = new Map<string, readonly string[]>();
  /** Whether it answers SERVFAIL. */
  failing = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (query, { port, address }) => {
      socket.send(this.#answer(query), port, address);
    });
  }

  static async start(): Promise<DnsServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsServer(socket);
  }

  /** `127.0.0.1:port` */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer {
    const { name, end } = readName(query);
    const records = this.records.get(name.toLowerCase());
    const code = this.failing ? 2 : records === undefined ? 3 : 0;
    const answers = this.failing ? [] : (records ?? []);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(answers.length, 6);
    return Buffer.concat([header, query.subarray(12, end), ...answers.map(txtRecord)]);
  }
}

/** Returns the name of the question, and the offset after its type and class. */
function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 5 };
}

/** Returns a TXT record in strings of at most 255 bytes. */
function txtRecord(text: string): Buffer {
  const strings = (text.match(/[\s\S]{1,255}/g) ?? ['']).map((part) =>
    Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')]),
  );
  const data = Buffer.concat(strings);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(POINTER_TO_QUESTION, 0);
  head.writeUInt16BE(TYPE_TXT, 2);
  head.writeUInt16BE(CLASS_IN, 4);
  head.writeUInt32BE(0, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
