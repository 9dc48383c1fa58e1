import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityCalls } from './api-call.ts';
import { load } from './http-load.ts';
import { percentile, progress, type Row, row } from './ratio.ts';
import { canPin, claviger, install, pinOurselves, ServerProcess } from './server-process.ts';

/** Shorter than the default, so that 1,000 connections are an overload. */
const WAIT = ['--overload-wait', '100ms'];
const SERVER_CORE = 0;
const GENERATOR_CORE = 1;
const CAPACITY_REQUESTS = 10_000;
/** Seconds of each load that are measured. */
const MEASURED_S = 10;
/** Seconds before: a burst of some seconds is served whole and in order, and is not what is measured. */
const WARM_UP_S = 4;
/** Connections of the generator: a request that finds none free is not sent, as with the pools of real clients. */
const MOST_CONNECTIONS = 1000;
/** Share of the capacity that is called calm. */
const CALM = 0.5;

/** Outcome of requests that came at a fixed rate, whatever became of those before them. */
interface Outcome {
  /** Milliseconds of each accepted request. */
  readonly accepted: readonly number[];
  readonly throttled: number;
  /** Connections that were reset or closed without an answer. */
  readonly broken: number;
  /** Other answers. */
  readonly failed: number;
  /** Requests that found no free connection. */
  readonly unsent: number;
}

/**
 * What twice the capacity does: the p99 of what is accepted over the p99 at half the capacity, the share that is
 * accepted, connections without an answer, and the p99 one second after the load has ended. Requests come at a fixed
 * rate. Server and generator have a core each.
 */
export async function overloadRows(): Promise<Row[]> {
  const pinned = canPin();
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const data = ['--data', join(directory, 'data')];
  const key = install(data);
  const words = [...claviger(data), '--log-level', 'error', '--request-log', 'off', ...WAIT];
  const server = await ServerProcess.start(words, pinned ? SERVER_CORE : undefined);
  const unpin = pinned ? pinOurselves(GENERATOR_CORE) : () => {};
  try {
    progress('overload: capacity');
    await load(server.port, identityCalls(key, server.port, 'warm', CAPACITY_REQUESTS));
    const seconds = await load(server.port, identityCalls(key, server.port, 'capacity', CAPACITY_REQUESTS));
    const capacity = CAPACITY_REQUESTS / seconds;
    const at = async (name: string, rate: number) => {
      progress(`overload: ${name}`);
      const requests = identityCalls(key, server.port, name, Math.ceil(rate * (WARM_UP_S + MEASURED_S)));
      return openLoad(server.port, requests, rate);
    };
    const calm = await at('calm', capacity * CALM);
    const over = await at('twice', capacity * 2);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const after = await at('after', capacity * CALM);
    const p99 = ({ accepted }: Outcome) => percentile(accepted, 0.99);
    const all = over.accepted.length + over.throttled + over.broken + over.failed + over.unsent;
    return [
      row(
        'overload.p99',
        p99(over) / p99(calm),
        `times the p99 at half the capacity, ${p99(calm).toFixed(1)} ms`,
        '<= 3',
      ),
      row(
        'overload.accepted',
        over.accepted.length / (capacity * MEASURED_S),
        'of the capacity is served at twice the capacity',
      ),
      row('overload.throttled', over.throttled / all, 'of the requests are refused with Throttling'),
      row(
        'overload.unsent',
        over.unsent / all,
        `of the requests found none of ${MOST_CONNECTIONS} connections free`,
      ),
      row('overload.broken', over.broken, 'connections without an answer', '<= 0'),
      row('overload.failed', over.failed, 'other refusals', '<= 0'),
      row(
        'overload.after',
        p99(after) / p99(calm),
        'times the p99 before, from a second after the end',
        '<= 3',
      ),
      row('overload.capacity', capacity, 'requests/s with 64 connections, each after its answer'),
    ];
  } finally {
    unpin();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A connection of the generator. */
interface Connection {
  readonly socket: Socket;
  received: string;
  /** When the request under way was sent. */
  sent: number;
  isCounted: boolean;
  isBusy: boolean;
}

/** Sends requests at a fixed rate, each on a connection without one under way, a new one if there is none. */
async function openLoad(port: number, requests: readonly Buffer[], rate: number): Promise<Outcome> {
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const accepted: number[] = [];
  let throttled = 0;
  let broken = 0;
  let failed = 0;
  let unsent = 0;
  let open = 0;
  const began = performance.now();

  const send = (request: Buffer, due: number) => {
    const isCounted = due - began > WARM_UP_S * 1000;
    const connection = idle.pop() ?? (all.length < MOST_CONNECTIONS ? opened() : undefined);
    if (connection === undefined) {
      if (isCounted) unsent += 1;
      return;
    }
    Object.assign(connection, { sent: performance.now(), isBusy: true, isCounted, received: '' });
    open += 1;
    connection.socket.write(request);
  };
  const opened = (): Connection => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const connection: Connection = { socket, received: '', sent: 0, isCounted: false, isBusy: false };
    all.push(connection);
    socket.on('data', (chunk) => {
      connection.received += chunk.toString('latin1');
      const end = connection.received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(connection.received)?.[1]);
      if (connection.received.length < end + 4 + length) return;
      answered(connection);
      idle.push(connection);
    });
    const gone = () => {
      if (!connection.isBusy) return;
      connection.isBusy = false;
      open -= 1;
      broken += 1;
    };
    socket.on('error', gone);
    socket.on('close', gone);
    return connection;
  };
  const answered = (connection: Connection) => {
    connection.isBusy = false;
    open -= 1;
    if (!connection.isCounted) return;
    if (connection.received.startsWith('HTTP/1.1 200')) accepted.push(performance.now() - connection.sent);
    else if (connection.received.includes('"Throttling"')) throttled += 1;
    else failed += 1;
  };

  for (let sent = 0; sent < requests.length; ) {
    const due = Math.min(requests.length, Math.floor(((performance.now() - began) / 1000) * rate));
    while (sent < due) {
      send(requests[sent]!, began + (sent / rate) * 1000);
      sent += 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  while (open > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { socket } of all) socket.destroy();
  return { accepted, throttled, broken, failed, unsent };
}
