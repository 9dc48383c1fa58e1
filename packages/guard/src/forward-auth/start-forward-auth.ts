import { performance } from 'node:perf_hooks';
import type { Registry } from 'prom-client';
import { type GuardDependencies, GuardRuntime } from '../gateway/guard-runtime.ts';
import { HostTable } from '../gateway/host-table.ts';
import { HotConfiguration, type ReloadOutcome } from '../gateway/hot-configuration.ts';
import { ConfigurationFiles } from '../gateway/load-configuration.ts';
import { openNonces } from '../gateway/open-nonces.ts';
import { type HttpListener, startHttpListener, type TlsFiles } from '../http/listener.ts';
import type { ServiceMap } from '../service-map/service-map.ts';
import { type AskedService, FORWARD_AUTH_TOKENS, ForwardAuth, trustedByForwardAuth } from './forward-auth.ts';
import {
  type ForwardAuthConfiguration,
  parseForwardAuthConfiguration,
} from './forward-auth-configuration.ts';

/** Running forward-auth endpoint. */
export interface ForwardAuthEndpoint {
  /** `http://127.0.0.1:9180`, or the path of a Unix socket. */
  readonly address: string;
  readonly adminAddress: string | undefined;
  /** Reloads the configuration; an invalid one changes nothing. */
  reload(): Promise<ReloadOutcome>;
  /** Registry of its metrics. */
  readonly metrics: Registry;
  /**
   * Stops accepting and lets requests in progress finish; idle connections are closed after `idleMs` milliseconds, what is
   * left `graceMs` later. `close` has to follow.
   */
  drain(idleMs: number, graceMs: number): Promise<void>;
  /** Stops accepting, lets requests in progress finish, and aborts the rest after `graceMs` milliseconds. */
  close(graceMs: number): Promise<void>;
}

/** Configuration with the contents of its files. */
export interface LoadedForwardAuth {
  readonly configuration: ForwardAuthConfiguration;
  readonly tls: TlsFiles | undefined;
  readonly sourceCa: string | undefined;
  /** In the order of `configuration.services`. */
  readonly maps: readonly ServiceMap[];
  readonly files: ConfigurationFiles;
}

/**
 * Loads the configuration of a forward-auth endpoint and every file that it names.
 *
 * @param file absolute path
 * @throws GatewayConfigurationError with the position of each fault
 */
export async function loadForwardAuth(file: string): Promise<LoadedForwardAuth> {
  const files = new ConfigurationFiles();
  const configuration = parseForwardAuthConfiguration(await files.read(file), file);
  const maps: ServiceMap[] = [];
  for (const { map } of configuration.services) maps.push(await files.readMap(map));
  const { tls, source } = configuration;
  return {
    configuration,
    tls: tls && (await files.readTls(tls)),
    sourceCa: source.caFile === undefined ? undefined : await files.readCa(source.caFile),
    maps,
    files,
  };
}

/**
 * Starts a forward-auth endpoint.
 *
 * @param file absolute path of the configuration
 * @throws GatewayConfigurationError with the position of each fault
 * @throws the system's error if it cannot listen on an address
 */
export async function startForwardAuth(
  file: string,
  dependencies: GuardDependencies,
): Promise<ForwardAuthEndpoint> {
  const { log } = dependencies;
  const first = await loadForwardAuth(file);
  const { configuration } = first;
  const { nonces, close: closeNonces } = await openNonces(configuration, dependencies);
  let underWay = 0;
  const runtime = new GuardRuntime(dependencies, configuration, first, nonces, {
    underWay: () => underWay,
    upstreams: () => [],
  });
  let asked = servicesOf(first, runtime);
  const { onBug } = runtime;
  const endpoint = new ForwardAuth({
    serviceFor: (host) => asked.find(host),
    settings: configuration,
    onDone: runtime.onDone,
    onMisconfigured: (problem) => log.warn({ problem }, 'cannot answer a question'),
    onBug,
    ticks: () => performance.now(),
  });
  let main: HttpListener | undefined;
  let admin: HttpListener | undefined;
  try {
    await runtime.mayListen();
    main = await startHttpListener({
      listen: configuration.listen,
      tls: first.tls,
      isStrictTransport: () => first.tls !== undefined && configuration.tls?.hsts === true,
      headerLimit: configuration.headerLimit,
      handle(request, response) {
        underWay += 1;
        response.once('close', () => {
          underWay -= 1;
        });
        endpoint.handle(request, response);
      },
      onBug,
    });
    admin = configuration.admin && (await runtime.startAdmin(configuration.admin));
  } catch (error) {
    await main?.close(0);
    await runtime.close();
    closeNonces();
    throw error;
  }
  const listener = main;
  const hot = new HotConfiguration(first, {
    load: () => loadForwardAuth(file),
    fixed: ({
      configuration: { listen, proxies, admin, source, headerLimit, identity, nonceDirectory, tls: hsts },
      tls,
      sourceCa,
    }) => ({
      listen,
      proxies,
      admin,
      source: { ...source, ca: sourceCa },
      headerLimit,
      identity,
      nonces: nonceDirectory,
      tls: tls !== undefined,
      'tls.hsts': hsts?.hsts,
    }),
    take(loaded) {
      const next = servicesOf(loaded, runtime);
      if (loaded.tls !== undefined) listener.setTls(loaded.tls);
      asked = next;
      runtime.setServices(loaded.maps);
    },
    log,
    onOutcome: (outcome) => runtime.metrics.reloaded(outcome),
  });
  hot.watch();
  return {
    address: listener.address,
    adminAddress: admin?.address,
    reload: () => hot.reload(),
    metrics: runtime.metrics.registry,
    async drain(idleMs, graceMs) {
      runtime.isDraining = true;
      // With other workers, health checks are theirs.
      if (idleMs > 0) await Promise.all([listener.drain(idleMs), admin?.drain(idleMs)]);
      await listener.close(graceMs);
    },
    async close(graceMs) {
      hot.close();
      runtime.isDraining = true;
      await listener.close(graceMs);
      await admin?.close(0);
      await runtime.close();
      closeNonces();
    },
  };
}

function servicesOf(
  { configuration, maps }: LoadedForwardAuth,
  runtime: GuardRuntime,
): HostTable<AskedService> {
  const trustedProxies = trustedByForwardAuth(configuration);
  const { rateLimits, vpc: vpcNetworks } = configuration;
  return new HostTable(
    configuration.services.map(({ hosts, identityToken }, at) => ({
      hosts,
      entry: {
        guard: runtime.guard(maps[at]!, {
          trustedProxies,
          rateLimits,
          vpcNetworks,
          scope: `forward-auth ${maps[at]!.service}`,
        }),
        tokens: runtime.tokenIssuer(maps[at]!, identityToken ?? FORWARD_AUTH_TOKENS),
      },
    })),
  );
}
