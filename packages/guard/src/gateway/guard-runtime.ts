import { randomBytes } from 'node:crypto';
import { setTimeout as passed } from 'node:timers/promises';
import { type AccessKeyUse, createGuard, type ServiceGuard } from '../create-guard.ts';
import type { CredentialSource } from '../credential.ts';
import type { HttpListener, ListenAddress } from '../http/listener.ts';
import type { NonceStore } from '../nonce-memory.ts';
import type { RateLimits } from '../rate-limit/rate-limiter.ts';
import type { ServiceMap } from '../service-map/service-map.ts';
import type { RemoteVerificationCounts } from '../snapshot/remote-verifier.ts';
import type { GuardWorkerState } from '../workers/guard-workers.ts';
import { type AccessRecord, loggedFields } from './access-record.ts';
import { startAdmin } from './admin.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import type { Log } from './hot-configuration.ts';
import { IdentityKeys } from './identity-keys.ts';
import { IdentityTokens } from './identity-token.ts';
import type { IdentitySettings, SourceSettings } from './settings.ts';
import { CallerTokens, type IdentityTokenScope, RequestTokens, type TokenIssuer } from './token-issuer.ts';
import type { Upstream } from './upstream.ts';

/** Time for the first credentials of a worker that takes the place of another one, ms. */
const CREDENTIALS_MS = 30_000;
const CREDENTIALS_POLL_MS = 10;

/** Open source of credentials. */
export interface OpenSource {
  readonly source: CredentialSource;
  /** Whether credentials are available and recent enough. */
  readonly isReady: () => boolean;
  /** Milliseconds since the credentials were known to be up to date; infinite without any. */
  readonly ageMs?: () => number;
  /** Signatures that the control plane was asked to verify, by result. */
  readonly questions?: () => RemoteVerificationCounts;
  /** Called for each use of a key. */
  readonly onUse?: (use: AccessKeyUse) => void;
  /** Called with the RAM codes of the guarded services when they have changed. */
  readonly setServices?: (services: readonly string[]) => void;
  readonly close: () => void | Promise<void>;
}

/** Dependencies of a gateway or a forward-auth endpoint. */
export interface GuardDependencies {
  /**
   * Opens the source of credentials.
   *
   * @param ca CA certificates of the server, in PEM, if configured
   * @param services RAM codes of the guarded services
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
   * Secret from which the keys of identity tokens are derived, at least 32 bytes. Default: random. Several
   * gateways of one service should share it.
   */
  readonly identitySecret?: Uint8Array | undefined;
  /** Nonce store shared by several processes; the caller closes it. */
  readonly nonces?: NonceStore | undefined;
  /** State that several workers share; absent in a single process. */
  readonly workers?: GuardWorkerState | undefined;
}

/** Shared parts of all services that one process guards: credentials, nonces, keys, metrics. */
export class GuardRuntime {
  readonly metrics: GatewayMetrics;
  readonly #dependencies: GuardDependencies;
  readonly #opened: OpenSource;
  readonly #keys: IdentityKeys;
  readonly #tokens: IdentityTokens;
  /** One for all services, so that a request to one cannot be replayed to another. */
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

  /** Changes the guarded services: keys that none of them needs are dropped. */
  setServices(maps: readonly ServiceMap[]): void {
    this.#opened.setServices?.(codesOf(maps));
  }

  /** Creates the guard of a service. */
  guard(
    service: ServiceMap,
    options: {
      readonly trustedProxies: readonly string[];
      readonly rateLimits: RateLimits;
      readonly vpcNetworks: readonly string[];
      readonly bodyLimit?: number;
      /** Names the guard among those of the process: each has rate limits of its own. */
      readonly scope: string;
    },
  ): ServiceGuard {
    const { source, onUse } = this.#opened;
    const { workers } = this.#dependencies;
    const isLimited = Object.values(options.rateLimits).some((limit) => limit !== undefined);
    return createGuard({
      source,
      service,
      nonces: this.#nonces,
      now: this.#dependencies.now,
      ...options,
      ...(workers && isLimited && { sharedRates: workers.rates(options.scope, options.rateLimits) }),
      ...(onUse === undefined ? {} : { onUse }),
    });
  }

  /** Creates the issuer of identity tokens for a service; `undefined` if it has none. */
  tokenIssuer({ service }: ServiceMap, scope: IdentityTokenScope | 'none'): TokenIssuer | undefined {
    if (scope === 'none') return undefined;
    return scope === 'request'
      ? new RequestTokens(this.#tokens, service)
      : new CallerTokens(this.#tokens, service, this.#dependencies.now);
  }

  /** Returns the public keys as JSON. */
  readonly jwks = (): string => JSON.stringify(this.#keys.jwks());

  /** Logs and counts a finished request. */
  readonly onDone = (record: AccessRecord): void => {
    this.metrics.done(record);
    this.#dependencies.log.info(loggedFields(record), 'request');
  };

  /** Logs an unexpected error. */
  readonly onBug = (error: unknown, requestId: string): void => {
    this.#dependencies.log.error({ err: error, requestId }, 'unexpected error, please report it');
  };

  /**
   * Resolves when this process may listen: a worker that takes the place of another one needs its credentials first.
   * @throws Error if they do not come
   */
  async mayListen(): Promise<void> {
    if (this.#dependencies.workers?.isReplacement !== true) return;
    const until = performance.now() + CREDENTIALS_MS;
    while (!this.#opened.isReady()) {
      if (performance.now() > until) throw new Error('the control plane has sent no credentials');
      await passed(CREDENTIALS_POLL_MS);
    }
  }

  startAdmin(listen: ListenAddress): Promise<HttpListener> {
    return startAdmin({
      listen,
      whyNotReady: () => {
        if (this.isDraining) return 'stopping';
        return this.#opened.isReady() ? undefined : 'credentials';
      },
      metrics: async () => {
        const { registry } = this.metrics;
        const { workers } = this.#dependencies;
        const text = await (workers === undefined ? registry.metrics() : workers.metrics());
        return { contentType: registry.contentType, text };
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
