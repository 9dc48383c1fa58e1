import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signRequest } from '@claviger/signature';
import { type ClientKey, gatewayKeys } from './gateway-keys.ts';
import { load, onTheWire } from './http-load.ts';
import { median, progress, type Row, row } from './ratio.ts';
import { canPin, pinOurselves, ServerProcess } from './server-process.ts';

const rounds = 5;
/** How a process lies in memory is worth some percent to it, from its start to its end. */
const starts = 2;
/** Until Node has compiled all that a request needs; for the guarded side that takes some 60,000 of them. */
const warmUpRounds = 10;
const requestsPerRound = 8000;
const proxyCore = 0;
const otherCore = 1;
const gatewayProcess = fileURLToPath(new URL('gateway-process.ts', import.meta.url));
const service = fileURLToPath(new URL('api-server.ts', import.meta.url));

interface Measured {
  readonly rate: number;
  readonly microsecondsARequest: number;
}

/**
 * The gateway beside the same proxy code that checks nothing and says nothing of who it is, and beside nginx as a
 * plain proxy. All of them log and count each request, nginx does not.
 *
 * Each proxy has the first core to itself, one after the other in turn; the service and the generator share the
 * second. Requests are signed before a round begins. On one core the gateway signs identity tokens in its own thread;
 * where there are others it leaves that to them.
 */
export async function gatewayRows(): Promise<Row[]> {
  const pinned = canPin();
  if (!pinned) process.stderr.write('gateway: there is no `taskset` here: all processes share all cores\n');
  const unpin = pinned ? pinOurselves(otherCore) : () => {};
  const all: Record<string, Measured>[] = [];
  try {
    for (let start = 0; start < starts; start++) all.push(...(await roundsOf(start, pinned)));
  } finally {
    unpin();
  }
  const of = (name: string, what: keyof Measured) => median(all.map((each) => each[name]![what]));
  const ratio = (over: string, under: string, what: keyof Measured) =>
    median(all.map((each) => each[over]![what] / each[under]![what]));
  const where = pinned ? 'on one core' : 'on all cores';
  const rows = [
    row(
      'gateway.throughput-over-unchecked',
      ratio('guarded', 'unchecked', 'rate'),
      `of the requests/s of the same proxy without checks, ${where}`,
      '>= 0.7',
    ),
    row(
      'gateway.cpu-over-unchecked',
      ratio('unchecked', 'guarded', 'microsecondsARequest'),
      'of the requests the same proxy passes on without checks in a second of CPU time',
    ),
    ...['none', 'request'].flatMap((identityToken) => {
      const mode = identityToken === 'none' ? 'without-token' : 'request-token';
      const unit = `the same with \`identityToken: ${identityToken}\``;
      return [
        row(`gateway.${mode}.throughput-over-unchecked`, ratio(mode, 'unchecked', 'rate'), unit),
        row(`gateway.${mode}.cpu-over-unchecked`, ratio('unchecked', mode, 'microsecondsARequest'), unit),
        row(`gateway.${mode}.rate`, of(mode, 'rate'), `signed requests/s ${where}`),
      ];
    }),
    row('gateway.rate', of('guarded', 'rate'), `signed requests/s ${where}`),
    row('gateway.unchecked-rate', of('unchecked', 'rate'), `requests/s without checks ${where}`),
    row('gateway.cpu', of('guarded', 'microsecondsARequest'), 'µs of CPU a signed request'),
    row('gateway.unchecked-cpu', of('unchecked', 'microsecondsARequest'), 'µs of CPU without checks'),
  ];
  if (all[0]?.['nginx'] !== undefined) {
    rows.push(
      row('gateway.nginx-rate', of('nginx', 'rate'), `requests/s of nginx as a plain proxy ${where}`),
      row('gateway.nginx-cpu', of('nginx', 'microsecondsARequest'), 'µs of CPU a request of nginx'),
    );
  }
  return rows;
}

/** All proxies, started anew, in turn. @returns what each of them did, for each round */
async function roundsOf(start: number, pinned: boolean): Promise<Record<string, Measured>[]> {
  const core = pinned ? proxyCore : undefined;
  const upstream = await ServerProcess.start([service], pinned ? otherCore : undefined);
  const proxies: Record<string, ServerProcess> = {};
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  try {
    for (const mode of ['guarded', 'request-token', 'without-token', 'unchecked']) {
      proxies[mode] = await ServerProcess.start([gatewayProcess, mode, String(upstream.port)], core);
    }
    const nginx = await startNginx(directory, upstream.port, core);
    if (nginx !== undefined) proxies['nginx'] = nginx;
    else if (start === 0) process.stderr.write('gateway: there is no nginx here to be measured beside\n');

    const { secretOf } = gatewayKeys();
    const all: Record<string, Measured>[] = [];
    for (let round = -warmUpRounds; round < rounds; round++) {
      progress(`gateway: start ${start + 1} of ${starts}, round ${round + warmUpRounds + 1}`);
      const measured: Record<string, Measured> = {};
      for (const [name, proxy] of Object.entries(proxies)) {
        measured[name] = await measure(proxy, signed(secretOf, proxy.port, `${start}-${round}-${name}`));
      }
      if (round >= 0) all.push(measured);
    }
    return all;
  } finally {
    for (const proxy of Object.values(proxies)) await proxy.stop();
    await upstream.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(proxy: ServerProcess, requests: readonly Buffer[]): Promise<Measured> {
  const before = proxy.times.cpuSeconds;
  const seconds = await load(proxy.port, requests);
  return {
    rate: requests.length / seconds,
    microsecondsARequest: ((proxy.times.cpuSeconds - before) / requests.length) * 1e6,
  };
}

function signed(secretOf: (key: number) => ClientKey, port: number, round: string): Buffer[] {
  return Array.from({ length: requestsPerRound }, (_, at) =>
    onTheWire(
      signRequest(
        {
          method: 'GET',
          target: `/orders/${at}?expand=items`,
          headers: [
            ['host', `127.0.0.1:${port}`],
            ['accept', 'application/json'],
            ['user-agent', 'AlibabaCloud (linux; x64) Node.js/v24 Core/1.0.1 TeaDSL/2'],
          ],
        },
        secretOf(at),
        { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: `${round}-${at}-${process.pid}` },
      ),
    ),
  );
}

/** Starts nginx as a plain proxy with kept connections; `undefined` if it is not installed. */
async function startNginx(
  directory: string,
  upstreamPort: number,
  core: number | undefined,
): Promise<ServerProcess | undefined> {
  const program = ['nginx', '/usr/sbin/nginx'].find((name) => spawnSync(name, ['-v']).status === 0);
  if (program === undefined) return undefined;
  const port = await freePort();
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(directory, kind)};`,
  );
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${join(directory, 'pid')};
error_log stderr notice;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000; ${paths.join(' ')}
  upstream service { server 127.0.0.1:${upstreamPort}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
  );
  const line = [program, '-p', directory, '-c', file, '-e', 'stderr'];
  // It says nothing of its port; that it has begun is enough, since it listens before.
  const nginx = await ServerProcess.startProgram(line, /OS: /, core);
  return nginx.withPort(port);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
