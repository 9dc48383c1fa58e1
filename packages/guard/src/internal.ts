/**
 * Parts of the guard that the server, the command line and the benchmarks use. They are not covered by
 * semantic versioning: services import `@claviger/guard`.
 */
export {
  clientAddress,
  forwardedProto,
  parseTrustedProxies,
  type TrustedProxies,
} from './client-address.ts';
export { needsWholeBody } from './create-guard.ts';
export type { ServedScope } from './credential-scope.ts';
export { retryHeaders } from './decision.ts';
export { parseDuration } from './duration.ts';
export {
  type AccessDeniedDetail,
  accessDeniedDetail,
  authPrincipal,
  type ErrorFields,
  errorBody,
} from './error-body.ts';
export {
  type Authorization,
  type Demand,
  Guard,
  type GuardOptions,
  type Identity,
  isPresigned,
  type ProvenSender,
  readSignature,
} from './guard.ts';
export { GUARD_REFUSALS, type GuardRefusal } from './guard-refusal.ts';
export { inSpan, RequestSpan, traceRequests } from './http/request-span.ts';
export {
  ALLOW_ALL_VPC,
  admitsOrigin,
  type ClassicWhiteListStatement,
  MAX_IP_ENTRIES,
  MAX_STATEMENTS,
  type NetworkPolicyProblem,
  type NetworkPolicyProblemCode,
  type NetworkPolicyStatement,
  type RequestOrigin,
  VPC_ID_FORMAT,
  type VpcWhiteListStatement,
  writeNetworkPolicy,
} from './network-policy.ts';
export { networkPolicyWarnings } from './network-policy-warnings.ts';
export { guardArn, guardPrincipal } from './principal.ts';
export { parseRateLimit, type RateLimit } from './rate-limit/rate-limit.ts';
export { RateLimiter, type RateLimits } from './rate-limit/rate-limiter.ts';
export { TokenBuckets } from './rate-limit/token-buckets.ts';
export { RecentMap } from './recent-map.ts';
export { type RefusalEntry, refusalTexts } from './refusal-entry.ts';
export { RequestConditions, type RequestFacts } from './request-conditions.ts';
export type { RemoteVerificationCounts } from './snapshot/remote-verifier.ts';
export { systemErrorText } from './system-error.ts';
export { systemTimer, type Timer } from './timer.ts';
export { VpcNetworks } from './vpc-networks.ts';
export {
  type Handler,
  type MessagePort,
  PeerUnavailable,
  ProcessChannel,
} from './workers/process-channel.ts';
export { nonceHandlers, SharedNonces } from './workers/shared-nonces.ts';
export {
  type CallRates,
  callsPerGrant,
  type RateAnswer,
  type RatedCall,
  SharedRates,
  takeRated,
} from './workers/shared-rates.ts';
export { xmlDocument } from './xml.ts';
