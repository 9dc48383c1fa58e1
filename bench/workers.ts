import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signRequest } from '@claviger/signature';
import { GET_CALLER_IDENTITY, signedCall } from './api-call.ts';
import { load, onTheWire } from './http-load.ts';
import { median, progress, type Row, row } from './ratio.ts';
import { claviger, type InstalledKey, install, ServerProcess } from './server-process.ts';

const COMMAND = fileURLToPath(new URL('../packages/cli/bin/claviger.js', import.meta.url));
const SERVICE = fileURLToPath(new URL('api-server.ts', import.meta.url));
const WORKERS = 2;
const ROUNDS = 5;
/** Until Node has compiled all that a request needs. */
const WARM_UP_ROUNDS = 4;
const REQUESTS_PER_ROUND = 8000;

interface Measured {
  readonly rate: number;
  readonly microsecondsARequest: number;
  /** Cores that the generator used, on average. */
  readonly generatorCores: number;
}

/** A server of one process and one of several, with the requests to send to either. */
interface Contest {
  readonly one: ServerProcess;
  readonly several: ServerProcess;
  readonly requests: (port: number, round: string) => readonly Buffer[];
}

/**
 * Two workers beside one process, of `serve` and of `gateway`, as started by the command line, with shared nonces and rate
 * limits.
 *
 * The generator needs a part of the same cores, so the throughput that is measured is not that of two free cores; its part
 * is shown. CPU time for each request, of all processes together, tells what two free cores would do: twice what one does,
 * times CPU of one over CPU of two.
 */
export async function workersRows(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const running: ServerProcess[] = [];
  const start = async (words: readonly string[], environment = {}) => {
    const started = await ServerProcess.start(words, undefined, environment);
    running.push(started);
    return started;
  };
  try {
    const { key, contest: serve } = await serveContest(directory, start);
    const rows = await rowsOf('serve', serve);
    for (const server of running.splice(0)) await server.stop();
    rows.push(...(await rowsOf('gateway', await gatewayContest(directory, key, start))));
    return rows;
  } finally {
    for (const server of running) await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

type Start = (
  words: readonly string[],
  environment?: Readonly<Record<string, string>>,
) => Promise<ServerProcess>;

// On a busy machine requests wait for a core, which is no overload.
const QUIET = ['--log-level', 'error', '--request-log', 'off', '--overload-wait', 'off'];

async function serveContest(
  directory: string,
  start: Start,
): Promise<{ key: InstalledKey; contest: Contest }> {
  // Each has its data: two servers on one directory would be refused.
  const keys = ['one', 'several'].map((name) => install(['--data', join(directory, name)]));
  const limits = ['--rate-limit-per-key', '1000000/s', '--rate-limit-per-account', '1000000/s'];
  const words = (name: string) => {
    const [command = '', serve = ''] = claviger([]);
    return [command, serve, '--data', join(directory, name), '--port', '0', ...limits, ...QUIET];
  };
  const one = await start(words('one'));
  const several = await start([...words('several'), '--workers', String(WORKERS)]);
  const requests = (port: number, round: string) => {
    const key = (port === one.port ? keys[0] : keys[1]) as InstalledKey;
    return Array.from({ length: REQUESTS_PER_ROUND }, (_, at) =>
      onTheWire(signedCall(key, port, GET_CALLER_IDENTITY, `${round}-${at}-${process.pid}-workers`)),
    );
  };
  return { key: keys[0] as InstalledKey, contest: { one, several, requests } };
}

async function gatewayContest(directory: string, key: InstalledKey, start: Start): Promise<Contest> {
  const data = ['--data', join(directory, 'one')];
  const [command = '', serve = ''] = claviger([]);
  const server = await start([command, serve, ...data, '--port', '0', ...QUIET]);
  const service = await start([SERVICE]);
  const added = spawnSync(
    process.execPath,
    [COMMAND, 'guard', 'add', 'bench', '--service', 'orders', ...data, '--json'],
    { encoding: 'utf8' },
  );
  if (added.status !== 0) throw new Error(`no guard could be added: ${added.stderr}`);
  const guard = JSON.parse(added.stdout) as InstalledKey;
  const files = join(directory, 'gateway');
  mkdirSync(files);
  writeFileSync(
    join(files, 'orders.yaml'),
    "service: orders\nroutes:\n  - { route: 'GET /orders/{orderId}', action: GetOrder, resource: 'order/{orderId}' }\n",
  );
  const file = join(files, 'gateway.yaml');
  writeFileSync(
    file,
    `listen: 127.0.0.1:0
source: { server: 'http://127.0.0.1:${server.port}' }
upstreams: { orders: { urls: ['http://127.0.0.1:${service.port}'] } }
services: [{ map: orders.yaml, upstream: orders }]
rateLimits: { perKey: 1000000/s }
`,
  );
  const environment = {
    CLAVIGER_GUARD_ACCESS_KEY_ID: guard.AccessKeyId,
    CLAVIGER_GUARD_ACCESS_KEY_SECRET: guard.AccessKeySecret,
  };
  const words = [COMMAND, 'gateway', '--config', file, '--log-level', 'error'];
  const one = await start(words, environment);
  const several = await start([...words, '--workers', String(WORKERS)], environment);
  // An administrator's signatures would be verified by the control plane.
  const user = customerKey(key, server.port);
  const requests = (port: number, round: string) =>
    Array.from({ length: REQUESTS_PER_ROUND }, (_, at) =>
      onTheWire(
        signRequest(
          { method: 'GET', target: `/orders/${at}`, headers: [['host', `127.0.0.1:${port}`]] },
          { accessKeyId: user.AccessKeyId, accessKeySecret: user.AccessKeySecret },
          { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: `${round}-${at}-${process.pid}-workers` },
        ),
      ),
    );
  for (const { port } of [one, several]) await untilReady(port, requests);
  return { one, several, requests };
}

/** Creates a user who may call the service. */
function customerKey(administrator: InstalledKey, port: number): InstalledKey {
  const call = (action: string, parameters: Record<string, string>) => {
    const query = new URLSearchParams(parameters);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        COMMAND,
        'call',
        'POST',
        `http://127.0.0.1:${port}/?${query}`,
        '--action',
        action,
        '--version',
        '2015-05-01',
      ],
      {
        encoding: 'utf8',
        env: {
          ...process.env,
          ALIBABA_CLOUD_ACCESS_KEY_ID: administrator.AccessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: administrator.AccessKeySecret,
        },
      },
    );
    if (status !== 0) throw new Error(`${action} failed: ${stderr}`);
    return JSON.parse(stdout) as { readonly AccessKey?: InstalledKey };
  };
  const UserName = 'customer';
  const PolicyName = 'orders';
  const Statement = [{ Effect: 'Allow', Action: ['orders:GetOrder'], Resource: '*' }];
  call('CreateUser', { UserName });
  call('CreatePolicy', { PolicyName, PolicyDocument: JSON.stringify({ Version: '1', Statement }) });
  call('AttachPolicyToUser', { UserName, PolicyName, PolicyType: 'Custom' });
  return call('CreateAccessKey', { UserName }).AccessKey as InstalledKey;
}

/** Resolves when each worker has its credentials: 20 requests in a row are passed on. */
async function untilReady(port: number, requests: Contest['requests']): Promise<void> {
  const pending = requests(port, `ready-${port}`);
  for (let at = 0, inARow = 0; inARow < 20 && at < pending.length; at += 1) {
    inARow = await load(port, pending.slice(at, at + 1), false).then(
      () => inARow + 1,
      () => 0,
    );
    if (inARow === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function rowsOf(name: string, { one, several, requests }: Contest): Promise<Row[]> {
  const all: { readonly one: Measured; readonly several: Measured }[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    progress(`workers: ${name}, round ${round + WARM_UP_ROUNDS + 1}`);
    const measured = {
      one: await measure(one, requests(one.port, `${name}${round}`)),
      several: await measure(several, requests(several.port, `${name}${round}`)),
    };
    if (round >= 0) all.push(measured);
  }
  const ratio = (of: keyof Measured) => median(all.map((each) => each.several[of] / each.one[of]));
  const middle = (which: 'one' | 'several', of: keyof Measured) => median(all.map((each) => each[which][of]));
  const cores = availableParallelism();
  const share = middle('several', 'generatorCores').toFixed(2);
  return [
    row(
      `workers.${name}.by-cpu`,
      WORKERS / ratio('microsecondsARequest'),
      `of one process on one core: ${WORKERS} workers on ${WORKERS} cores, by CPU time a request, primary included`,
      '>= 1.8',
    ),
    row(
      `workers.${name}.throughput`,
      ratio('rate'),
      `of the requests/s of one process, on ${cores} cores of which the generator used ${share}`,
    ),
    row(
      `workers.${name}.cpu`,
      middle('several', 'microsecondsARequest'),
      'µs of CPU a request, all processes',
    ),
    row(
      `workers.${name}.one-cpu`,
      middle('one', 'microsecondsARequest'),
      'µs of CPU a request of one process',
    ),
    row(`workers.${name}.rate`, middle('several', 'rate'), `requests/s of ${WORKERS} workers`),
    row(`workers.${name}.one-rate`, middle('one', 'rate'), 'requests/s of one process'),
  ];
}

async function measure(server: ServerProcess, requests: readonly Buffer[]): Promise<Measured> {
  const before = server.times.cpuSeconds;
  const own = process.cpuUsage();
  const seconds = await load(server.port, requests, false);
  const { user, system } = process.cpuUsage(own);
  return {
    rate: requests.length / seconds,
    microsecondsARequest: ((server.times.cpuSeconds - before) / requests.length) * 1e6,
    generatorCores: (user + system) / 1e6 / seconds,
  };
}
