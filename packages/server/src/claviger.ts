import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NonceMemory, type NonceStore } from '@claviger/guard';
import type { TlsFiles } from '@claviger/guard/http';
import { Guard, parseDuration, RateLimiter } from '@claviger/guard/internal';
import { RedisNonces } from '@claviger/guard/redis';
import type { Logger } from 'pino';
import { Registry as MetricsRegistry } from 'prom-client';
import {
  clavigerOperations,
  consoleOperations,
  streamOperations,
} from './api/claviger/claviger-operations.ts';
import { describedOperations } from './api/described-operations.ts';
import { OPEN_API_PRODUCTS, openApiDocument } from './api/openapi.ts';
import { anonymousOperations, operations } from './api/operations.ts';
import { AuditChain } from './audit/audit-chain.ts';
import { AuditDelivery } from './audit/audit-delivery.ts';
import { recentNonces } from './audit/audit-events.ts';
import { auditSinks } from './audit/audit-sinks.ts';
import { AuditTrail } from './audit/audit-trail.ts';
import { chainAnchorFile } from './audit/chain-anchor.ts';
import { deadLetterFolder } from './audit/dead-letters.ts';
import { moveOldEvents } from './audit/move-events.ts';
import {
  assertReloadable,
  type Configuration,
  parseDurationOrOff,
  parseOverloadWait,
  parseSizeOrOff,
} from './configuration.ts';
import { systemTimer } from './context/timer.ts';
import { ConfigurationError } from './errors/configuration-error.ts';
import { Refusal } from './errors/refusal.ts';
import { Housekeeping } from './housekeeping.ts';
import { Admission } from './http/admission.ts';
import { ConsoleFiles, consoleFolder } from './http/console-files.ts';
import { ErrorLog } from './http/error-log.ts';
import { healthRoute, readyRoute } from './http/health.ts';
import { hostNameOf } from './http/host-name.ts';
import {
  type Listener,
  type ReceivedRequest,
  type Route,
  refusalAnswer,
  startListener,
} from './http/listener.ts';
import { metricsRoute, RequestMetrics, registerGauges } from './http/metrics.ts';
import { assertHostsConfigured, namedHosts } from './http/named-hosts.ts';
import { registerOperatorMetrics } from './http/operator-metrics.ts';
import { createRequestLog } from './http/request-log.ts';
import { receiveSamlResponse, samlMetadataRoute } from './http/saml-routes.ts';
import { AUTOMATIC_CERTIFICATE, automaticTls, loadTlsFiles } from './http/tls.ts';
import { TurnQueue } from './http/turn-queue.ts';
import { callRateLimits, closeAll, closeServices, openServices, storeLocation } from './installation.ts';
import { Registry } from './pipeline/registry.ts';
import { type FinishedCall, RequestPipeline } from './pipeline/request-pipeline.ts';
import type { ServerServices } from './pipeline/server-services.ts';
import { StoredCredentials } from './pipeline/stored-credentials.ts';
import {
  type AuditSigningKey,
  auditSigningKeyFile,
  openAuditSigningKey,
} from './secrets/audit-signing-key.ts';
import { masterKeysInUse } from './secrets/check-master-key.ts';
import { MasterKeyUnavailable } from './secrets/master-key.ts';
import { watchLastBackup } from './store/backups.ts';
import type { NodeLock } from './store/node-lock.ts';
import type { Store } from './store/store.ts';
import { StoreUnavailable } from './store/store-unavailable.ts';
import { takeNodeLock } from './store/take-node-lock.ts';
import type { WorkerState } from './workers/worker-state.ts';

/**
 * Time during which replays of requests to an earlier process are detected, ms: both sides of RAM's timestamp window.
 */
const REPLAY_WINDOW_MS = 30 * 60 * 1000;

/** Running server. */
export interface Claviger {
  /** Address of the public listener: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Address of the admin listener; `undefined` if it is not configured. */
  readonly adminUrl: string | undefined;
  /** Address of the console; `undefined` if the console was not built. */
  readonly consoleUrl: string | undefined;
  /** File of the certificate, in PEM; `undefined` without TLS. */
  readonly certificateFile: string | undefined;
  readonly services: ServerServices;
  /**
   * Reads the certificate and its key again, for new connections, and takes the settings that may change while the
   * server runs. All or nothing.
   * @param next the configuration in force when absent
   * @returns names of the changed settings
   * @throws ConfigurationError if something cannot be used, or takes effect at a restart only
   */
  reload(next?: Configuration): Promise<readonly string[]>;
  /** Registry of its metrics. */
  readonly metrics: MetricsRegistry;
  /**
   * Stops accepting and finishes requests in progress. Idle connections are closed after `idleMs` milliseconds: until then a
   * client may send one more request, whose answer asks it to close. What is left is cut off 8 s later.
   */
  drain(idleMs: number): Promise<void>;
  /**
   * Stops accepting, finishes requests in progress, flushes what is in memory. Within 10 s.
   * @throws StoreUnavailable if something could not be written; everything is closed all the same
   */
  close(): Promise<void>;
}

/** Returns the registry of all implemented operations, which also knows the names of RAM's others. */
export function implementedOperations(): Registry {
  return new Registry(
    [...operations, ...anonymousOperations, ...clavigerOperations, ...streamOperations, ...consoleOperations],
    describedOperations().map(({ version, name }) => `${version} ${name}`),
  );
}

/** Closes one of the parts of a server. */
type Close = () => Promise<void> | void;

/**
 * Starts a server on a prepared installation; resolves when it answers. When it rejects, everything that was opened is
 * closed: a connection to the database that stays open would keep the process alive.
 *
 * @param configuration validated
 * @param logger never receives a secret
 * @param now milliseconds since the epoch
 * @param watch called for each finished call, before it is answered
 * @param requestLogger log of requests, which may be buffered; `logger` when absent
 * @param shared state that it shares with the other workers of one server; absent in a server of one process
 * @throws StoreUnavailable, MasterKeyUnavailable, or a system error of the address
 */
export async function startClaviger(
  configuration: Configuration,
  logger: Logger,
  now: () => number = Date.now,
  watch: (call: FinishedCall) => void = () => {},
  requestLogger: Logger = logger,
  shared?: WorkerState,
): Promise<Claviger> {
  /** What was opened, the last first. */
  const opened: Close[] = [];
  try {
    const parts = await startParts(configuration, { logger, requestLogger, now, watch, shared }, (part) =>
      opened.unshift(part),
    );
    return { ...parts, close: () => closeAll(opened) };
  } catch (error) {
    // The reason of the failed start is reported, not what follows from it.
    await closeAll(opened).catch(() => {});
    throw error;
  }
}

/** What a server does not make itself. */
interface ServerDependencies {
  readonly logger: Logger;
  readonly requestLogger: Logger;
  readonly now: () => number;
  readonly watch: (call: FinishedCall) => void;
  readonly shared: WorkerState | undefined;
}

async function startParts(
  configuration: Configuration,
  { logger, requestLogger, now, watch, shared }: ServerDependencies,
  noteOpened: (close: Close) => void,
): Promise<Omit<Claviger, 'close'>> {
  assertHostsConfigured(configuration);
  const log = (message: string) => logger.warn(message);
  // The primary of several workers has the lock.
  const nodeLock = shared === undefined ? await takeOwnLock(configuration, log) : undefined;
  noteOpened(() => nodeLock?.release());
  const services = await openServices(configuration, { now, log, shared });
  noteOpened(() => closeServices(services));
  const { store } = services;
  const maxStalenessMs = parseDuration(configuration.maxStaleness);
  const maxClockDifferenceMs = parseDurationOrOff(configuration.maxClockDifference);
  const isBackground = shared?.isBackground ?? true;
  const nonces = shared?.nonces ?? (await openNonces(configuration, now, log));
  const sharedNonces = nonces instanceof RedisNonces ? nonces : undefined;
  noteOpened(() => sharedNonces?.close());
  const chain = openAuditChain(configuration, services, logger, now);
  if (isBackground) await chain.start();
  const deliveries = auditSinks(configuration).map(
    (sink) =>
      new AuditDelivery({
        store,
        sink,
        deadLetters: deadLetterFolder(configuration.data),
        now,
        log,
      }),
  );
  for (const delivery of isBackground ? deliveries : []) {
    delivery.start();
    noteOpened(() => delivery.stop());
  }
  // After the audit trail has written its last records.
  if (isBackground) noteOpened(() => chain.stop());
  const audit = new AuditTrail({
    store,
    mode: configuration.audit,
    region: configuration.region,
    newId: () => services.identifiers.requestId(),
    workers: shared?.workers,
    log,
  });
  noteOpened(() => audit.close());
  if (shared === undefined) await recallNonces(store, nonces, now());
  const source = new StoredCredentials({
    store,
    secrets: services.secrets,
    now,
    capacity: configuration.cachedCredentials,
    compiled: services.permissions,
  });
  const guard = new Guard({
    source,
    nonces,
    now,
    trustedProxies: configuration.trustedProxies,
    vpcNetworks: configuration.vpc,
  });
  services.requestVerification.begin(source, nonces);
  const metricsRegistry = new MetricsRegistry();
  const metrics = new RequestMetrics(metricsRegistry);
  const publicUrl = configuration.publicUrl === undefined ? undefined : new URL(configuration.publicUrl);
  const admission = new Admission(
    guard,
    new TurnQueue({ overloadWaitMs: parseOverloadWait(configuration.overloadWait) }),
    publicUrl,
  );
  registerGauges(metricsRegistry, {
    admission,
    audit,
    chain,
    deliveries,
    store,
    credentials: source,
    nonces: sharedNonces,
    streams: services.replicationStreams,
  });
  const errorLog = new ErrorLog({
    logger,
    timer: systemTimer,
    monotonic: () => performance.now(),
    probes: {
      database: () => store.queries.selectFrom('accounts').select('account_id').limit(1).execute(),
      ...(sharedNonces !== undefined && { nonces: () => sharedNonces.ready() }),
    },
  });
  noteOpened(() => errorLog.close());
  const reportBug = (error: unknown, requestId: string) => errorLog.report(error, requestId);
  let logRequest = createRequestLog(requestLogger, configuration.requestLog);
  let inForce = configuration;
  let hosts = namedHosts(configuration);
  const registry = implementedOperations();
  const api = new RequestPipeline({
    registry,
    guard,
    source,
    services,
    audit,
    publicUrl,
    now,
    maxStalenessMs,
    reportBug: (requestId, error) => reportBug(error, requestId),
    finished: (call) => {
      metrics.observe(call.operation, call.code, call.seconds);
      logRequest(call);
      watch(call);
    },
    rootKeyUsed: warnOfRootKeys(logger),
    verified: (request, identity) => admission.noteVerified(request, identity),
  });
  const consoleFiles = new ConsoleFiles(consoleFolder());
  const adminRoutes = new Map<string, Route>([
    [
      '/readyz',
      readyRoute({
        store,
        audit,
        opensDataKeys: () => opensDataKeys(services),
        nonces: configuration.noncesUnavailable === 'refuse' ? sharedNonces : undefined,
        maxStalenessMs,
        now,
        maxClockDifferenceMs,
      }),
    ],
    ['/metrics', metricsRoute(metricsRegistry, shared && (() => shared.metrics()))],
    ...openApiRoutes(registry),
  ]);
  const { adminPaths } = configuration;
  const publicRoutes = new Map<string, Route>([
    ['/healthz', healthRoute],
    ['/.well-known/claviger-audit-key.json', auditKeyRoute(chain.key)],
    ...[...adminRoutes].map(
      ([path, route]) => [path, adminPaths === 'public' ? route : notPublicRoute] as const,
    ),
  ]);
  const samlRoutes = { guard, publicUrl, api: (request: ReceivedRequest) => api.answer(request) };
  const metadataRoute = samlMetadataRoute(samlRoutes);
  const tls = await tlsOf(configuration, now());
  let certificate = tls?.cert;
  const listener = await startListener({
    host: configuration.host,
    port: configuration.port,
    tls,
    api: (request) =>
      admission.answer(request, () => receiveSamlResponse(request, samlRoutes) ?? api.answer(request)),
    routes: {
      get: (path) =>
        publicRoutes.get(path) ?? (path.startsWith('/saml/metadata/') ? metadataRoute : consoleFiles.route),
    },
    get hosts() {
      return hosts;
    },
    strictTransport:
      tls === undefined && publicUrl?.protocol !== 'https:'
        ? undefined
        : (request) => guard.isSecure({ ...request, method: '', target: '', body: undefined }),
    now,
    onBug: reportBug,
  });
  noteOpened(() => listener.close(8_000));
  const admin = await startAdmin(configuration, adminRoutes, now, reportBug);
  noteOpened(() => admin?.close(0));
  const housekeeping = new Housekeeping(services, {
    now,
    maxClockDifferenceMs,
    logger,
    get auditRetentionDays() {
      return inForce.auditRetentionDays;
    },
    get auditMaxBytes() {
      return parseSizeOrOff(inForce.auditMaxSize);
    },
    auditSigningKey: chain.key,
  });
  if (isBackground) {
    housekeeping.start();
    noteOpened(() => housekeeping.stop());
    noteOpened(startMovingEvents(store, log));
  }
  const reloads = { complete: 0, refused: 0 };
  registerOperatorMetrics(metricsRegistry, {
    version: packageVersion(),
    storeKind: store.kind,
    storeLoad: () => store.load(),
    outages: () => errorLog.outages,
    certificateExpiresAt: () =>
      certificate === undefined ? undefined : new X509Certificate(certificate).validToDate.getTime(),
    housekeeping: () => housekeeping.state,
    lastBackupAt: watchLastBackup(store.queries),
    reloads: () => reloads,
  });
  const url = listener.address;
  return {
    url,
    adminUrl: admin?.address,
    certificateFile: certificateFileOf(configuration),
    consoleUrl: consoleFiles.built
      ? (configuration.publicUrl ?? namedUrl(url, configuration.hosts))
      : undefined,
    services,
    metrics: metricsRegistry,
    async drain(idleMs) {
      if (idleMs > 0) await listener.drain(idleMs);
      await listener.close(8_000);
    },
    async reload(next = inForce) {
      try {
        const changed = assertReloadable(inForce, next);
        assertHostsConfigured(next);
        const renewed = await tlsOf(next, now());
        if (renewed !== undefined) listener.setTls(renewed);
        certificate = renewed?.cert;
        hosts = namedHosts(next);
        logRequest = createRequestLog(requestLogger, next.requestLog);
        logger.level = next.logLevel;
        requestLogger.level = next.logLevel;
        if (changed.some((name) => name.startsWith('rateLimit'))) {
          // The primary of several workers has the limits.
          if (services.callRates instanceof RateLimiter) services.callRates.setLimits(callRateLimits(next));
        }
        inForce = next;
        reloads.complete += 1;
        return changed;
      } catch (error) {
        reloads.refused += 1;
        throw error;
      }
    },
  };
}

/** Publishes the key of this process; the database could name any. */
function auditKeyRoute({ keyId, publicKey }: AuditSigningKey): Route {
  const body = JSON.stringify({ keyId, publicKey });
  return () => ({ status: 200, headers: { 'content-type': 'application/json;charset=utf-8' }, body });
}

/** Opens the signing key, which the first start creates, and the chain of audit records. */
function openAuditChain(
  configuration: Configuration,
  services: ServerServices,
  log: Logger,
  now: () => number,
): AuditChain {
  const { data, auditSigningKey, auditRetentionDays, auditChainInterval } = configuration;
  let hasDirectory = true;
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch (error) {
    // A node with a database server and keys of its own may have no directory to write to.
    if (auditSigningKey === undefined) throw error;
    hasDirectory = false;
  }
  return new AuditChain({
    services,
    key: openAuditSigningKey(auditSigningKey ?? auditSigningKeyFile(data), auditSigningKey === undefined),
    anchorFile: hasDirectory ? chainAnchorFile(data) : undefined,
    intervalMs: parseDuration(auditChainInterval),
    retentionDays: auditRetentionDays,
    now,
    log,
  });
}

/** Takes the lock of this server on its data. @throws StoreUnavailable if another server has it */
export function takeOwnLock(
  configuration: Configuration,
  log: (message: string) => void,
): Promise<NodeLock | undefined> {
  return takeNodeLock(storeLocation(configuration), {
    sharesNonces: configuration.redis !== undefined,
    whenTaken: configuration.unsharedNonces,
    log,
  });
}

/**
 * Fills the nonces in memory with those of the audit log, so that a request to an earlier process is not accepted again.
 */
export async function recallNonces(
  store: Store,
  nonces: NonceMemory | NonceStore,
  now: number,
): Promise<void> {
  // The nonces of an earlier release's events count for this node, too.
  await moveOldEvents(store, now - REPLAY_WINDOW_MS);
  if (!(nonces instanceof NonceMemory)) return;
  for await (const seen of recentNonces(store.queries, now - REPLAY_WINDOW_MS)) {
    for (const { accessKeyId, nonce, time } of seen) {
      nonces.remember(accessKeyId, nonce, time + REPLAY_WINDOW_MS);
    }
  }
}

/** Moves the events of an earlier release in the background. @returns stops it */
function startMovingEvents(store: Store, log: (message: string) => void): Close {
  let stopped = false;
  const moving = moveOldEvents(store, 0, () => stopped).catch(() =>
    log('audit events of an earlier release could not be moved: trying again at the next start'),
  );
  return async () => {
    stopped = true;
    await moving;
  };
}

/**
 * Starts the listener for operators: metrics, descriptions of the API, readiness. It has no authentication and no
 * TLS, like the gateway's: it is for this machine or a network of its own.
 */
async function startAdmin(
  { adminHost, adminPort }: Configuration,
  routes: ReadonlyMap<string, Route>,
  now: () => number,
  onBug: (error: unknown, requestId: string) => void,
): Promise<Listener | undefined> {
  if (adminPort === undefined) return undefined;
  return startListener({
    host: adminHost,
    port: adminPort,
    api: notFound,
    routes: { get: (path) => (path === '/healthz' ? healthRoute : routes.get(path)) },
    now,
    onBug,
  });
}

/** Returns whether a data key opens: another node may have rotated the master key, and this one not have the new one. */
async function opensDataKeys({ store, secrets }: ServerServices): Promise<boolean> {
  try {
    const { known, unknown } = await masterKeysInUse(store.queries, secrets);
    return known.length > 0 || unknown.length === 0;
  } catch (error) {
    // Data keys in memory go on working without the key service.
    if (error instanceof MasterKeyUnavailable) return true;
    throw error;
  }
}

/** Answers requests for a path of the admin listener at the public port. */
const notPublicRoute: Route = () => refusalAnswer(new Refusal('PathNotPublic'));

/** Answers requests for unknown paths at the admin listener. */
const notFound = () => refusalAnswer(new Refusal('PathNotFound'));

function packageVersion(): string {
  const file = new URL(import.meta.resolve('@claviger/server/package.json'));
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

/** Opens the nonce store: in memory for one node; in Redis, which has to be reachable, for several. */
async function openNonces(
  configuration: Configuration,
  now: () => number,
  log: (message: string) => void,
): Promise<NonceMemory | RedisNonces> {
  if (configuration.redis === undefined) return new NonceMemory();
  const whenUnavailable = configuration.noncesUnavailable;
  const nonces = new RedisNonces(configuration.redis, log, { whenUnavailable, now });
  try {
    await nonces.ready();
  } catch (error) {
    nonces.close();
    throw new StoreUnavailable('the nonce store (--redis) cannot be reached', error);
  }
  return nonces;
}

/** Routes `GET /openapi/{product}.json`; a document is built at its first request. */
function openApiRoutes(registry: Registry): [string, Route][] {
  return [...OPEN_API_PRODUCTS].map(([name, version]) => {
    let body: string | undefined;
    return [
      `/openapi/${name}.json`,
      () => {
        body ??= JSON.stringify(openApiDocument(registry, version));
        return { status: 200, headers: { 'content-type': 'application/json;charset=utf-8' }, body };
      },
    ];
  });
}

async function tlsOf(configuration: Configuration, now: number): Promise<TlsFiles | undefined> {
  const { tlsCert, tlsKey } = configuration;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    try {
      return await loadTlsFiles(tlsCert, tlsKey);
    } catch (error) {
      throw new ConfigurationError('--tls-cert, --tls-key', (error as Error).message);
    }
  }
  if (configuration.tls === 'off') return undefined;
  mkdirSync(configuration.data, { recursive: true, mode: 0o700 });
  return automaticTls(configuration.data, certificateNames(configuration), now);
}

/** Names that clients use for this server: what it listens on, `--public-url` and `--hosts`. */
function certificateNames({ host, hosts, publicUrl }: Configuration): readonly string[] {
  const named = hosts.filter((each) => each !== '*').map((each) => hostNameOf(each));
  const ofUrl = publicUrl === undefined ? [] : [hostNameOf(new URL(publicUrl).host)];
  return [host, ...ofUrl, ...named];
}

/** File of the certificate in use; `undefined` without TLS. */
function certificateFileOf({ tls, tlsCert, data }: Configuration): string | undefined {
  if (tlsCert !== undefined) return tlsCert;
  return tls === 'off' ? undefined : join(data, AUTOMATIC_CERTIFICATE);
}

/**
 * Returns the URL with the first host that requests may name, else with a host name in place of an IP address:
 * browsers have no passkeys for IP addresses.
 */
function namedUrl(url: string, [host = '*']: readonly string[]): string {
  if (host !== '*') return url.replace(/\/\/(?:\[[^\]]*\]|[^:/]*)/, `//${host.replace(/:\d*$/, '')}`);
  return url.replace('//127.0.0.1', '//localhost').replace('//[::1]', '//localhost');
}

/** Returns a function that warns once for each root key in use: a root key has every permission. */
function warnOfRootKeys(logger: Logger): (accessKeyId: string) => void {
  const warned = new Set<string>();
  return (accessKeyId) => {
    if (warned.has(accessKeyId)) return;
    warned.add(accessKeyId);
    logger.warn(
      { accessKeyId },
      'an AccessKey of the account root is in use: it holds every permission; use the key of a RAM user instead',
    );
  };
}
