import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { AuditSink } from './audit-delivery.ts';
import type { EventText } from './checkpoint-text.ts';

/** Facility 13, log audit; severity 6, informational, and 4, warning, of refused calls. */
const PRIORITY = { done: 13 * 8 + 6, refused: 13 * 8 + 4 };

const TIMEOUT_MS = 20_000;

/** Longest message of a datagram, in bytes; a longer one could not be sent on every network. */
const MAX_DATAGRAM_BYTES = 8192;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'udp:': 514, 'tcp:': 514, 'tls:': 6514 };

/** Address of a syslog receiver. */
export interface SyslogAddress {
  readonly protocol: 'udp:' | 'tcp:' | 'tls:';
  readonly host: string;
  readonly port: number;
}

/** Parses `udp://host:port`, `tcp://…` or `tls://…`; `undefined` for anything else. */
export function parseSyslogAddress(text: string): SyslogAddress | undefined {
  const url = URL.parse(text);
  const port = url === null ? undefined : DEFAULT_PORTS[url.protocol];
  if (url === null || port === undefined || url.hostname === '') return undefined;
  if (url.username !== '' || (url.pathname !== '' && url.pathname !== '/') || url.search !== '')
    return undefined;
  return {
    protocol: url.protocol as SyslogAddress['protocol'],
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? port : Number(url.port),
  };
}

/**
 * Sends audit records to a syslog receiver, one message for each, by RFC 5424: over UDP, or over TCP and TLS with the
 * length before each message (RFC 6587). Syslog has no confirmation: a message counts as delivered once the system
 * has taken all of the checkpoint over and the connection still stands.
 */
export class SyslogSink implements AuditSink {
  readonly name = 'syslog';
  readonly #address: SyslogAddress;
  #socket: Socket | undefined;

  constructor(address: SyslogAddress) {
    this.#address = address;
  }

  async send({ signedAt, events, statement }: Parameters<AuditSink['send']>[0]): Promise<void> {
    const messages = events.map((event) => message(event));
    messages.push(header(PRIORITY.done, signedAt, 'AuditCheckpoint') + statement);
    if (this.#address.protocol === 'udp:') await this.#sendDatagrams(messages);
    else await this.#sendStream(messages);
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #sendDatagrams(messages: readonly string[]): Promise<void> {
    const { host, port } = this.#address;
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const failed = once(socket, 'error').then(([error]) => Promise.reject(error as Error));
    failed.catch(() => {});
    try {
      for (const text of messages) {
        const bytes = Buffer.from(text).subarray(0, MAX_DATAGRAM_BYTES);
        const sent = new Promise<void>((resolve, reject) => {
          socket.send(bytes, port, host, (error) => (error === null ? resolve() : reject(error)));
        });
        await Promise.race([sent, failed]);
      }
    } finally {
      socket.close();
    }
  }

  async #sendStream(messages: readonly string[]): Promise<void> {
    const socket = this.#socket ?? (await this.#connect());
    const frames = messages.map((text) => `${Buffer.byteLength(text)} ${text}`).join('');
    await new Promise<void>((resolve, reject) => {
      const closed = () => reject(new Error('the receiver closed the connection'));
      socket.once('close', closed);
      socket.write(frames, (error) => {
        socket.off('close', closed);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  async #connect(): Promise<Socket> {
    const { protocol, host, port } = this.#address;
    const options = { host, port };
    const socket = protocol === 'tls:' ? connectTls({ ...options, servername: host }) : connectTcp(options);
    socket.setTimeout(TIMEOUT_MS, () => {
      // Only while it connects: an idle connection stays.
      if (this.#socket !== socket) socket.destroy(new Error('the receiver did not answer in time'));
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    await once(socket, protocol === 'tls:' ? 'secureConnect' : 'connect');
    // What a receiver sends is of no use, but has to be read to notice the end of the connection.
    socket.resume();
    socket.unref();
    this.#socket = socket;
    return socket;
  }
}

function message({ json, time, isRefused }: EventText): string {
  return header(isRefused ? PRIORITY.refused : PRIORITY.done, time, 'AuditEvent') + json;
}

/** Returns the header of RFC 5424: version, time, host, application, process, kind of message, no structured data. */
function header(priority: number, time: number, kind: string): string {
  const host =
    hostname()
      .replace(/[^!-~]/g, '')
      .slice(0, 255) || '-';
  return `<${priority}>1 ${new Date(time).toISOString()} ${host} claviger ${process.pid} ${kind} - `;
}
