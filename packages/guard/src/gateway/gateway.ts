import { performance } from 'node:perf_hooks';
import type { Registry } from 'prom-client';
import { isTrustedProxy, parseTrustedProxies } from '../client-address.ts';
import {
  type AskedService,
  FORWARD_AUTH_TOKENS,
  ForwardAuth,
  trustedByForwardAuth,
} from '../forward-auth/forward-auth.ts';
import { type HttpListener, startHttpListener } from '../http/listener.ts';
import { JWKS_PATH } from './admin.ts';
import { GuardedAdmission } from './admission.ts';
import { type GuardDependencies, GuardRuntime } from './guard-runtime.ts';
import { HostTable } from './host-table.ts';
import { HotConfiguration, type ReloadOutcome } from './hot-configuration.ts';
import { type LoadedGateway, loadGateway } from './load-configuration.ts';
import { openNonces } from './open-nonces.ts';
import { type ProxiedService, ReverseProxy } from './reverse-proxy.ts';
import { Upstream } from './upstream.ts';

/** Running gateway. */
export interface Gateway {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
  readonly adminAddress: string | undefined;
  readonly forwardAuthAddress: string | undefined;
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

/** Everything made from one configuration. Replaced as a whole. */
interface Plan {
  readonly proxied: HostTable<ProxiedService>;
  readonly asked: HostTable<AskedService>;
  readonly upstreams: readonly Upstream[];
  readonly bodyLimit: number;
  readonly isTrusted: (peerAddress: string) => boolean;
}

/**
 * Starts a gateway: a reverse proxy that passes on signed and allowed requests.
 *
 * @param file absolute path of the configuration
 * @param dependencies credentials, clock, log and optional nonce store
 * @throws GatewayConfigurationError with the position of each fault
 * @throws the system's error if it cannot listen on an address
 */
export async function startGateway(file: string, dependencies: GuardDependencies): Promise<Gateway> {
  const { log } = dependencies;
  const first = await loadGateway(file);
  const { configuration } = first;
  const { nonces, close: closeNonces } = await openNonces(configuration, dependencies);
  let plan: Plan | undefined;
  const inForce = () => plan!;
  const runtime = new GuardRuntime(dependencies, configuration, first, nonces, {
    underWay: () => proxy.underWay,
    upstreams: () => inForce().upstreams,
  });
  const proxy = new ReverseProxy({
    serviceFor: (host) => inForce().proxied.find(host),
    secure: first.tls !== undefined,
    isTrusted: (peerAddress) => inForce().isTrusted(peerAddress),
    bodyLimit: () => inForce().bodyLimit,
    ownPaths: new Map([[JWKS_PATH, runtime.jwks]]),
    onDone: runtime.onDone,
    onBug: runtime.onBug,
    ticks: () => performance.now(),
  });
  plan = makePlan(first, runtime, dependencies);
  const listeners: HttpListener[] = [];
  try {
    const { onBug } = runtime;
    const { headerLimit, forwardAuth } = configuration;
    await runtime.mayListen();
    const main = await startHttpListener({
      listen: configuration.listen,
      tls: first.tls,
      isStrictTransport: () => first.tls !== undefined && configuration.tls?.hsts === true,
      headerLimit,
      handle: proxy.handle,
      handleUpgrade: proxy.handleUpgrade,
      onBug,
    });
    listeners.push(main);
    const admin = configuration.admin && (await runtime.startAdmin(configuration.admin));
    if (admin !== undefined) listeners.push(admin);
    let asking: HttpListener | undefined;
    if (forwardAuth !== undefined) {
      const endpoint = new ForwardAuth({
        serviceFor: (host) => inForce().asked.find(host),
        settings: forwardAuth,
        onDone: runtime.onDone,
        onMisconfigured: (problem) => log.warn({ problem }, 'cannot answer a question'),
        onBug,
        ticks: () => performance.now(),
      });
      asking = await startHttpListener({
        listen: forwardAuth.listen,
        tls: undefined,
        headerLimit,
        handle: endpoint.handle,
        onBug,
      });
      listeners.push(asking);
    }
    const hot = new HotConfiguration(first, {
      load: () => loadGateway(file),
      fixed: ({
        configuration: {
          listen,
          admin,
          source,
          headerLimit,
          identity,
          forwardAuth,
          nonceDirectory,
          tls: hsts,
        },
        tls,
        sourceCa,
      }) => ({
        listen,
        admin,
        source: { ...source, ca: sourceCa },
        headerLimit,
        identity,
        forwardAuth,
        nonces: nonceDirectory,
        tls: tls !== undefined,
        'tls.hsts': hsts?.hsts,
      }),
      take(loaded) {
        const next = makePlan(loaded, runtime, dependencies);
        const before = inForce();
        if (loaded.tls !== undefined) main.setTls(loaded.tls);
        plan = next;
        runtime.setServices(loaded.maps);
        for (const upstream of before.upstreams) upstream.retire();
      },
      log,
      onOutcome: (outcome) => runtime.metrics.reloaded(outcome),
    });
    hot.watch();
    return {
      address: main.address,
      adminAddress: admin?.address,
      forwardAuthAddress: asking?.address,
      reload: () => hot.reload(),
      metrics: runtime.metrics.registry,
      async drain(idleMs, graceMs) {
        runtime.isDraining = true;
        proxy.isDraining = true;
        // With other workers, health checks are theirs.
        if (idleMs > 0) await Promise.all([main, asking, admin].map((listener) => listener?.drain(idleMs)));
        await Promise.all([main, asking].map((listener) => listener?.close(graceMs)));
      },
      async close(graceMs) {
        hot.close();
        runtime.isDraining = true;
        proxy.isDraining = true;
        // Health checks see the shutdown until the last answer is sent.
        await Promise.all([main, asking].map((listener) => listener?.close(graceMs)));
        await admin?.close(0);
        for (const upstream of inForce().upstreams) upstream.retire();
        await runtime.close();
        closeNonces();
      },
    };
  } catch (error) {
    for (const listener of listeners) await listener.close(0);
    await runtime.close();
    closeNonces();
    throw error;
  }
}

function makePlan(loaded: LoadedGateway, runtime: GuardRuntime, { now }: GuardDependencies): Plan {
  const { configuration, maps, upstreamTls } = loaded;
  const { trustedProxies, rateLimits, bodyLimit, forwardAuth, vpc: vpcNetworks } = configuration;
  const upstreams = configuration.upstreams.map(
    (settings, at) =>
      new Upstream(settings, upstreamTls[at]!, now, (failure, address) =>
        runtime.metrics.upstreamFailed(settings.name, address, failure),
      ),
  );
  const proxied: { hosts: readonly string[]; entry: ProxiedService }[] = [];
  const asked: { hosts: readonly string[]; entry: AskedService }[] = [];
  for (const [at, service] of configuration.services.entries()) {
    const { hosts, identityToken, upgrades, maxUpgradeMs } = service;
    const map = maps[at]!;
    const guard = runtime.guard(map, {
      trustedProxies,
      rateLimits,
      bodyLimit,
      vpcNetworks,
      scope: `gateway ${map.service}`,
    });
    const upstream = upstreams.find(({ name }) => name === service.upstream)!;
    const upstreamHost = service.host === 'upstream' ? upstream.host : undefined;
    const admission = new GuardedAdmission(guard, runtime.tokenIssuer(map, identityToken ?? 'caller'));
    proxied.push({ hosts, entry: { admission, upstream, upstreamHost, upgrades, maxUpgradeMs } });
    if (forwardAuth === undefined) continue;
    const asking = runtime.guard(map, {
      trustedProxies: trustedByForwardAuth(forwardAuth),
      rateLimits,
      vpcNetworks,
      scope: `forward-auth ${map.service}`,
    });
    const tokens = runtime.tokenIssuer(map, identityToken ?? FORWARD_AUTH_TOKENS);
    asked.push({ hosts, entry: { guard: asking, tokens } });
  }
  const trusted = parseTrustedProxies(trustedProxies);
  return {
    proxied: new HostTable(proxied),
    asked: new HostTable(asked),
    upstreams,
    bodyLimit,
    isTrusted: (peerAddress) => isTrustedProxy(peerAddress, trusted),
  };
}
