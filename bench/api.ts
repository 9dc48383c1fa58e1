import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signRequest } from '@claviger/signature';
import { median, progress, type Row, row } from './ratio.ts';

const rounds = 6;
const requestsPerRound = 30_000;
const connections = 64;
const command = fileURLToPath(new URL('../packages/cli/bin/claviger.js', import.meta.url));

interface Key {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

interface Server {
  readonly process: ChildProcess;
  readonly port: number;
}

/**
 * (b) Signed GetCallerIdentity with the audit log on, beside a bare node:http server that reads the same body.
 *
 * Each server has the first core to itself, one after the other in turn; the generator has the second, and never
 * sleeps, so that waking it is not charged to a server. The servers' own CPU time for each request is compared as
 * well: it does not depend on how fast the generator is.
 */
export async function apiRows(): Promise<Row[]> {
  const pinned = spawnSync('taskset', ['--version']).status === 0;
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const data = join(directory, 'data');
  const made = spawnSync(process.execPath, [command, 'init', '--data', data, '--json'], { encoding: 'utf8' });
  const key = JSON.parse(made.stdout) as Key;
  const ours = await startServer(
    pinned,
    [command, 'serve', '--data', data, '--port', '0'],
    /127\.0\.0\.1:(\d+)/,
  );
  const bare = await startServer(
    pinned,
    [fileURLToPath(new URL('api-server.ts', import.meta.url))],
    /listening (\d+)/,
  );
  try {
    const rates = { ours: [] as number[], bare: [] as number[] };
    const costs = { ours: [] as number[], bare: [] as number[] };
    for (let round = -2; round < rounds; round++) {
      for (const [name, server] of [
        ['ours', ours],
        ['bare', bare],
      ] as const) {
        progress(`api: round ${round + 3} of ${rounds + 2}`);
        const requests = signed(key, server.port, round);
        const before = cpuSeconds(server.process);
        const rate = await load(server.port, requests);
        const after = cpuSeconds(server.process);
        if (round < 0) continue;
        rates[name].push(rate);
        costs[name].push(((after - before) / requests.length) * 1e6);
      }
    }
    const ratios = rates.ours.map((rate, at) => rate / (rates.bare[at] ?? Number.NaN));
    const cpuRatios = costs.ours.map((cost, at) => (costs.bare[at] ?? Number.NaN) / cost);
    return [
      row('api.throughput-over-bare-http', median(ratios), 'of a bare node:http server', '>= 0.5'),
      row('api.cpu-over-bare-http', median(cpuRatios), 'of its requests for each CPU second'),
      row('api.rate', median(rates.ours), 'signed requests/s on one core'),
      row('api.bare-rate', median(rates.bare), 'bare requests/s on one core'),
      row('api.cpu', median(costs.ours), 'µs of CPU a request'),
    ];
  } finally {
    for (const { process: child } of [ours, bare]) {
      child.kill();
      await once(child, 'exit');
    }
    rmSync(directory, { recursive: true, force: true });
  }
}

async function startServer(pinned: boolean, words: readonly string[], port: RegExp): Promise<Server> {
  const line = [process.execPath, ...words];
  const [program = '', ...rest] = pinned ? ['taskset', '-c', '0', ...line] : line;
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    said += chunk;
    const found = port.exec(said);
    if (found !== null) {
      child.stdout.destroy();
      return { process: child, port: Number(found[1]) };
    }
  }
  throw new Error(`a server did not start: ${said}`);
}

/** User and system time of a process so far. `taskset` becomes the process that it starts. */
function cpuSeconds({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

function signed(key: Key, port: number, round: number): Buffer[] {
  const host = `127.0.0.1:${port}`;
  return Array.from({ length: requestsPerRound }, (_, at) => {
    const request = signRequest(
      {
        method: 'POST',
        target: '/',
        headers: [
          ['host', host],
          ['accept', 'application/json'],
          ['user-agent', 'AlibabaCloud (linux; x64) Node.js/v24 Core/1.0.1 TeaDSL/2'],
        ],
      },
      { accessKeyId: key.AccessKeyId, accessKeySecret: key.AccessKeySecret },
      {
        scheme: 'ACS3-HMAC-SHA256',
        now: Date.now(),
        nonce: `${round}-${at}-${process.pid}-bench`,
        action: 'GetCallerIdentity',
        version: '2015-04-01',
      },
    );
    let text = `${request.method} ${request.target} HTTP/1.1\r\n`;
    for (let i = 0; i < request.rawHeaders.length; i += 2) {
      text += `${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}\r\n`;
    }
    return Buffer.from(`${text}content-length: 0\r\n\r\n`);
  });
}

/** Sends all requests, one after the other on each connection. @returns requests a second */
async function load(port: number, requests: readonly Buffer[]): Promise<number> {
  let next = 0;
  let answered = 0;
  let spinning = true;
  const spin = () => {
    if (spinning) setImmediate(spin);
  };
  spin();
  const began = process.hrtime.bigint();
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
  spinning = false;
  return requests.length / (Number(process.hrtime.bigint() - began) / 1e9);
}
