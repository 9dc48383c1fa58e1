/** One side of the gateway's measure; run by gateway.ts as a process: MODE, and the port of the service behind it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { GatewayMetrics, loggedFields, ReverseProxy, startGateway, Upstream } from '@claviger/guard/gateway';
import { startHttpListener } from '@claviger/guard/http';
import { pino } from 'pino';
import { gatewayKeys } from './gateway-keys.ts';

const [mode = '', port] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}`;
process.once('SIGTERM', () => process.exit());
// As `claviger gateway` logs.
const log = pino(
  { base: null, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ dest: '/dev/null', sync: false, minLength: 16_000, periodicFlush: 1000 }),
);

if (mode === 'unchecked') {
  const settings = {
    name: 'service',
    urls: [new URL(url)],
    timeouts: { connectMs: 5000, responseMs: 60_000, idleMs: 60_000 },
    pool: { maxConnections: 512, maxIdle: 256, idleMs: 30_000 },
    tls: { caFile: undefined, serverName: undefined, certFile: undefined, keyFile: undefined },
    health: { failures: 3, restMs: 10_000 },
  };
  const upstream = new Upstream(settings, {}, Date.now);
  const service = {
    admission: {
      service: 'orders',
      admit: (request: { readonly target: string }) =>
        ({
          allowed: true,
          requestId: '',
          target: request.target,
          headers: [],
          contentHash: undefined,
          body: undefined,
          secure: false,
          decision: undefined,
        }) as const,
    },
    upstream,
    upstreamHost: undefined,
    upgrades: false,
    maxUpgradeMs: 1,
  };
  const onBug = (error: unknown) => {
    throw error;
  };
  const metrics = new GatewayMetrics({
    underWay: () => proxy.underWay,
    upstreams: () => [upstream],
    isReady: () => true,
    questions: () => ({ confirmed: 0, refused: 0, unanswered: 0 }),
    ageMs: () => 0,
  });
  const proxy = new ReverseProxy({
    serviceFor: () => service,
    secure: false,
    isTrusted: () => false,
    bodyLimit: () => 1024 * 1024,
    ownPaths: new Map(),
    onDone(record) {
      metrics.done(record);
      log.info(loggedFields(record), 'request');
    },
    onBug,
    ticks: () => performance.now(),
  });
  const listen = { host: '127.0.0.1', port: 0 };
  const { handle } = proxy;
  const listener = await startHttpListener({ listen, tls: undefined, headerLimit: 32 * 1024, handle, onBug });
  console.log(listener.address);
} else {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  writeFileSync(
    join(directory, 'orders.yaml'),
    `service: orders
region: cn-hangzhou
routes:
  - { route: 'GET /orders', action: ListOrders, resource: order/* }
  - { route: 'POST /orders', action: CreateOrder, resource: order/* }
  - { route: 'GET /orders/{orderId}', action: GetOrder, resource: 'order/{orderId}' }
  - { route: 'DELETE /orders/{orderId}', action: DeleteOrder, resource: 'order/{orderId}' }
`,
  );
  const tokens: Readonly<Record<string, string>> = { 'request-token': 'request', 'without-token': 'none' };
  const identityToken = mode in tokens ? `, identityToken: ${tokens[mode]}` : '';
  const file = join(directory, 'gateway.yaml');
  writeFileSync(
    file,
    `listen: 127.0.0.1:0
source: { server: 'http://127.0.0.1:1' }
upstreams: { orders: { urls: ['${url}'] } }
services: [{ map: orders.yaml, upstream: orders${identityToken} }]
`,
  );
  const { source } = gatewayKeys();
  const gateway = await startGateway(file, {
    openSource: () => ({ source, isReady: () => true, close() {} }),
    now: Date.now,
    log,
  });
  rmSync(directory, { recursive: true });
  console.log(gateway.address);
}
