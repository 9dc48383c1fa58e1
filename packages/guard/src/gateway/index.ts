/**
 * Gateway: a reverse proxy in front of any HTTP service that passes on signed and allowed requests, as they
 * were verified, with their sender. It refuses what it cannot verify, stores nothing, and knows no secret
 * except those of its `OpenSource`.
 */
export { InvalidDuration, parseDuration } from '../duration.ts';
export { guardPrimaryHandlers, guardWorkerState } from '../workers/guard-workers.ts';
export { type MetricValues, WorkerMetrics } from '../workers/worker-metrics.ts';
export { type AccessRecord, loggedFields } from './access-record.ts';
export type { Admission, Admitted } from './admission.ts';
export { type Gateway, startGateway } from './gateway.ts';
export { type GatewayGauges, GatewayMetrics } from './gateway-metrics.ts';
export type { GuardDependencies, OpenSource } from './guard-runtime.ts';
export type { Log, ReloadOutcome } from './hot-configuration.ts';
export {
  type LoadedConfiguration,
  type LoadedGateway,
  loadGateway,
  warningsOf,
} from './load-configuration.ts';
export { openNonces } from './open-nonces.ts';
export { type ProxiedService, ReverseProxy, type ReverseProxyOptions } from './reverse-proxy.ts';
export type { SourceSettings } from './settings.ts';
export { GatewayConfigurationError } from './settings-section.ts';
export { Upstream, type UpstreamTls } from './upstream.ts';
export { WatchedFiles } from './watched-files.ts';
