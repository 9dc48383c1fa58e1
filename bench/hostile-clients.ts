/** Process of the hostile clients of `hostile.ts`: sends without a pause until it is told to stop. */
import { Agent } from 'node:http';
import { exchange, hostileKinds } from './hostile-requests.ts';
import type { InstalledKey } from './server-process.ts';

/** What to send, and where to. */
export interface FloodOrder {
  /** Key of `hostileKinds`. */
  readonly kind: string;
  /** AccessKey of a user without permissions. */
  readonly leaked: InstalledKey;
  readonly port: number;
}

/** Sent when the first requests were answered, and at the end. */
export interface FloodReport {
  /** Answered requests so far. */
  readonly sent: number;
}

/** Hostile clients at the same time; each sends its next request when the last one was answered. */
const CLIENTS = 24;

process.on('message', (message: FloodOrder | 'stop') => {
  if (message !== 'stop') void flood(message);
  else isOver = true;
});

let isOver = false;

async function flood({ kind, leaked, port }: FloodOrder): Promise<void> {
  const make = hostileKinds[kind];
  if (make === undefined) throw new Error(`unknown kind of hostile client "${kind}"`);
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  let sent = 0;
  const report = () => process.send?.({ sent } satisfies FloodReport);
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let at = 0; !isOver; at++) {
        const nonce = `${process.pid}-${kind}-${client}-${at}`.replaceAll(' ', '-');
        const outgoing = make(leaked, port, nonce, client * 100_000 + at);
        // Whatever becomes of it, the next one follows.
        await exchange(agent, port, outgoing).catch(() => {});
        sent += 1;
        if (sent === CLIENTS) report();
      }
    }),
  );
  agent.destroy();
  report();
  process.disconnect();
}
