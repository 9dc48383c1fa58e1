/**
 * The data plane: verify who signed a request, then decide whether they may.
 *
 * `Guard` asks a `CredentialSource` for keys and never knows where they are kept; it remembers nonces and judges
 * addresses; it does not store, route, forward or answer. `createGuard` adds a service map, which says what requests
 * to a service mean, and refuses what could mean two things. The control plane's own API passes through the same
 * `Guard` as any API that it protects.
 */
export {
  clientAddress,
  forwardedProto,
  parseTrustedProxies,
  type TrustedProxies,
} from './client-address.ts';
export {
  type ControlPlaneOptions,
  ControlPlaneRefusal,
  ControlPlaneUnreachable,
} from './control-plane/control-plane.ts';
export {
  type AccessKeyUse,
  createGuard,
  needsWholeBody,
  ServiceGuard,
  type ServiceGuardOptions,
} from './create-guard.ts';
export * from './credential.ts';
export type { ServedScope } from './credential-scope.ts';
export * from './decision.ts';
export {
  type AccessDeniedDetail,
  accessDeniedDetail,
  authPrincipal,
  type ErrorFields,
  errorBody,
} from './error-body.ts';
export * from './guard.ts';
export { type GuardRefusal, type GuardRefusalCode, guardRefusals } from './guard-refusal.ts';
export * from './network-policy.ts';
export { networkPolicyWarnings } from './network-policy-warnings.ts';
export { NonceFiles, type NonceFilesOptions, openNonceFiles } from './nonce-files.ts';
export { NonceMemory, type NonceMemoryOptions, type NonceStore, type NonceUse } from './nonce-memory.ts';
export * from './permission-policy.ts';
export * from './principal.ts';
export { parseRateLimit } from './rate-limit/rate-limit.ts';
export { RateLimiter, type RateLimits } from './rate-limit/rate-limiter.ts';
export { TokenBuckets } from './rate-limit/token-buckets.ts';
export { RequestConditions, type RequestFacts } from './request-conditions.ts';
export { ServiceMapError, type ServiceMapFault } from './service-map/map-fault.ts';
export { type OpenApiOptions, serviceMapFromOpenApi } from './service-map/open-api.ts';
export { parseServiceMap } from './service-map/parse-service-map.ts';
export type { Route, RouteCondition } from './service-map/route.ts';
export type { ServiceMap } from './service-map/service-map.ts';
export type { RemoteVerificationCounts } from './snapshot/remote-verifier.ts';
export {
  openSnapshotSource,
  type SnapshotOptions,
  type SnapshotSource,
  type SnapshotState,
} from './snapshot/snapshot-source.ts';
export { type TagValues, tagValues } from './tag-values.ts';
export { systemTimer, type Timer } from './timer.ts';
export {
  openUsageReports,
  type UsageReportOptions,
  type UsageReports,
} from './usage-report/usage-reports.ts';
export { BodyError, type BodyErrorCode, verifyingBody } from './verifying-body.ts';
export { VpcNetworks } from './vpc-networks.ts';
