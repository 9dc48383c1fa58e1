import { connect } from 'node:net';
import type { SignedRequest } from '@claviger/signature';

const connections = 64;

/** The bytes of a request without a body. */
export function onTheWire({ method, target, rawHeaders }: SignedRequest): Buffer {
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  return Buffer.from(`${text}content-length: 0\r\n\r\n`);
}

/**
 * Sends all requests, one after the other on each connection.
 * @param spins whether the generator never sleeps: it has a core to itself
 * @returns how many seconds it took
 */
export async function load(port: number, requests: readonly Buffer[], spins = true): Promise<number> {
  let next = 0;
  let answered = 0;
  let spinning = spins;
  const spin = () => {
    if (spinning) setImmediate(spin);
  };
  spin();
  const began = process.hrtime.bigint();
  try {
    await new Promise<void>((resolve, reject) => {
      for (let connection = 0; connection < connections; connection++) {
        const socket = connect(port, '127.0.0.1').setNoDelay(true);
        let received = '';
        const send = () => {
          const request = requests[next++];
          if (request === undefined) socket.end();
          else socket.write(request);
        };
        socket.on('connect', send);
        socket.on('error', reject);
        socket.on('data', (chunk) => {
          received += chunk.toString('latin1');
          const end = received.indexOf('\r\n\r\n');
          if (end < 0) return;
          const length = Number(/content-length: (\d+)/i.exec(received)?.[1]);
          if (received.length < end + 4 + length) return;
          if (!received.startsWith('HTTP/1.1 200')) {
            reject(new Error(received));
            return;
          }
          received = '';
          if (++answered === requests.length) resolve();
          send();
        });
      }
    });
  } finally {
    spinning = false;
  }
  return Number(process.hrtime.bigint() - began) / 1e9;
}
