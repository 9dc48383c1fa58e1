import { randomBytes } from 'node:crypto';
import { type AccessKeyUse, createGuard, type ServiceGuard } from '../create-guard.ts';
import type { CredentialSource } from '../credential.ts';
import type { HttpListener, ListenAddress } from '../http/listener.ts';
import type { NonceStore } from '../nonce-memory.ts';
import type { RateLimits } from '../rate-limit/rate-limiter.ts';
import type { ServiceMap } from '../service-map/service-map.ts';
import type { RemoteVerificationCounts } from '../snapshot/remote-verifier.ts';
import { type AccessRecord, loggedFields } from './access-record.ts';
import { startAdmin } from './admin.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import type { Log } from './hot-configuration.ts';
import { IdentityKeys } from './identity-keys.ts';
import { IdentityTokens } from './identity-token.ts';
import type { IdentitySettings, SourceSettings } from './settings.ts';
import { CallerTokens, type IdentityTokenScope, RequestTokens, type TokenIssuer } from './token-issuer.ts';
import type { Upstream } from './upstream.ts';

/** Credentials that are kept up to date from elsewhere. */
export interface OpenSource {
  readonly source: CredentialSource;
  /** Whether they are there, and young enough to be relied on. */
  readonly isReady: () => boolean;
  /** Milliseconds since they were known to be up to date; infinite while there are none. */
  readonly ageMs?: () => number;
  /** How many signatures the control plane was asked about, by what came of it. */
  readonly questions?: () => RemoteVerificationCounts;
  /** Told of each use of a key. */
  readonly onUse?: (use: AccessKeyUse) => void;
  /** Told the RAM codes of the services that are guarded, when they have changed. */
  readonly setServices?: (services: readonly string[]) => void;
  readonly close: () => void | Promise<void>;
}

/** What a gateway or a forward-auth endpoint is given from outside. */
export interface GuardDependencies {
  /**
   * @param ca of the server, in PEM, when the configuration names one
   * @param services RAM codes of the services that are guarded
   */
  readonly openSource: (
    settings: SourceSettings,
    ca: string | undefined,
    services: readonly string[],
  ) => OpenSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  /**
   * What the keys of identity tokens come from, at least 32 bytes; random unless given. Several gateways of one
   * service should share it.
   */
  readonly identitySecret?: Uint8Array | undefined;
  /** Nonces that several processes share; whoever made them closes them. */
  readonly nonces?: NonceStore | undefined;
}

/** What is the same for every service that one process guards: credentials, nonces, keys, book-keeping. */
export class GuardRuntime {
  readonly metrics: GatewayMetrics;
  readonly #dependencies: GuardDependencies;
  readonly #opened: OpenSource;
  readonly #keys: IdentityKeys;
  readonly #tokens: IdentityTokens;
  /** One for all services, so that a request to one is no new one to another. */
  readonly #nonces: NonceStore;
  isDraining = false;

  constructor(
    dependencies: GuardDependencies,
    settings: { readonly source: SourceSettings; readonly identity: IdentitySettings },
    { sourceCa, maps }: { readonly sourceCa: string | undefined; readonly maps: readonly ServiceMap[] },
    nonces: NonceStore,
    gauges: { readonly underWay: () => number; readonly upstreams: () => readonly Upstream[] },
  ) {
    const { now, identitySecret = randomBytes(32) } = dependencies;
    const { issuer, keyLifetimeMs } = settings.identity;
    this.#dependencies = dependencies;
    this.#nonces = nonces;
    this.#keys = new IdentityKeys({ secret: identitySecret, periodMs: keyLifetimeMs, now });
    this.#tokens = new IdentityTokens({ keys: this.#keys, issuer, now });
    this.#opened = dependencies.openSource(settings.source, sourceCa, codesOf(maps));
    this.metrics = new GatewayMetrics({
      ...gauges,
      isReady: () => this.#opened.isReady(),
      ageMs: () => this.#opened.ageMs?.() ?? 0,
      questions: () => this.#opened.questions?.() ?? { confirmed: 0, refused: 0, unanswered: 0 },
    });
  }

  /** Guards other services from now on: keys that none of them needs are forgotten. */
  setServices(maps: readonly ServiceMap[]): void {
    this.#opened.setServices?.(codesOf(maps));
  }

  /** A guard for one service. */
  guard(
    service: ServiceMap,
    options: {
      readonly trustedProxies: readonly string[];
      readonly rateLimits: RateLimits;
      readonly vpcNetworks: readonly string[];
      readonly bodyLimit?: number;
    },
  ): ServiceGuard {
    const { source, onUse } = this.#opened;
    return createGuard({
      source,
      service,
      nonces: this.#nonces,
      now: this.#dependencies.now,
      ...options,
      ...(onUse === undefined ? {} : { onUse }),
    });
  }

  /** What makes the identity tokens for one service; none when it is to have none. */
  tokenIssuer({ service }: ServiceMap, scope: IdentityTokenScope | 'none'): TokenIssuer | undefined {
    if (scope === 'none') return undefined;
    return scope === 'request'
      ? new RequestTokens(this.#tokens, service)
      : new CallerTokens(this.#tokens, service, this.#dependencies.now);
  }

  /** The public keys, as JSON. */
  readonly jwks = (): string => JSON.stringify(this.#keys.jwks());

  /** Logs and counts a request that is over. */
  readonly onDone = (record: AccessRecord): void => {
    this.metrics.done(record);
    this.#dependencies.log.info(loggedFields(record), 'request');
  };

  /** Logs what should never happen. */
  readonly onBug = (error: unknown, requestId: string): void => {
    this.#dependencies.log.error({ err: error, requestId }, 'this is a bug');
  };

  startAdmin(listen: ListenAddress): Promise<HttpListener> {
    return startAdmin({
      listen,
      whyNotReady: () => {
        if (this.isDraining) return 'stopping';
        return this.#opened.isReady() ? undefined : 'credentials';
      },
      metrics: async () => {
        const { registry } = this.metrics;
        return { contentType: registry.contentType, text: await registry.metrics() };
      },
      jwks: this.jwks,
      onBug: this.onBug,
    });
  }

  async close(): Promise<void> {
    await this.#opened.close();
  }
}

const codesOf = (maps: readonly ServiceMap[]): readonly string[] => maps.map(({ service }) => service);
