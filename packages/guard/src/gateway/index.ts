/**
 * The gateway: a reverse proxy in front of any HTTP service that passes on what is signed and allowed, as it was
 * checked, with who signed it. What it cannot verify it refuses; it keeps nothing, and knows no secret but those of
 * the `OpenSource` that it is given.
 */
export { InvalidDuration, parseDuration } from '../duration.ts';
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
export { type ProxiedService, ReverseProxy, type ReverseProxyOptions } from './reverse-proxy.ts';
export type { SourceSettings } from './settings.ts';
export { GatewayConfigurationError } from './settings-section.ts';
export { Upstream, type UpstreamTls } from './upstream.ts';
