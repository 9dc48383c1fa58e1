/**
 * Guard of a service: verifies who signed a request, then decides whether its sender may do what it asks for.
 *
 * `createGuard` takes a service map, which says what requests to the service mean, and a `CredentialSource`, which has
 * the keys and their permissions: `openSnapshotSource` follows a Claviger server, or write your own. A guard refuses
 * what could mean two things. It does not store keys, route requests or answer them; the adapters (`./express`,
 * `./fastify`, `./hono`, `./fetch`, `./node-http`) do the last.
 */
export {
  type ControlPlaneOptions,
  ControlPlaneRefusal,
  ControlPlaneUnreachable,
} from './control-plane/control-plane.ts';
export {
  type AccessKeyUse,
  createGuard,
  type ServiceGuard,
  type ServiceGuardOptions,
} from './create-guard.ts';
export type {
  Credential,
  CredentialLookup,
  CredentialProblem,
  CredentialSource,
  GuardPrincipal,
  NetworkRestriction,
  Principal,
  RolePrincipal,
  RootPrincipal,
  SignatureAnswer,
  SignatureProblem,
  SignatureQuestion,
  UserPrincipal,
} from './credential.ts';
export {
  type AllowedHead,
  type AllowedRequest,
  type Decision,
  type GuardedCall,
  type HeadDecision,
  type RefusedRequest,
  refusalHeaders,
} from './decision.ts';
export type { GuardHead, GuardRequest } from './guard.ts';
export type { GuardRefusalCode } from './guard-refusal.ts';
export {
  type CompiledNetworkPolicy,
  compileNetworkPolicy,
  type NetworkPolicy,
  parseNetworkPolicy,
} from './network-policy.ts';
export { type NonceFiles, type NonceFilesOptions, openNonceFiles } from './nonce-files.ts';
export { NonceMemory, type NonceMemoryOptions, type NonceStore, type NonceUse } from './nonce-memory.ts';
export { compilePermissions, compileSessionPolicy, type PermissionPolicy } from './permission-policy.ts';
export { assumedRolePrincipal, rootPrincipal, userPrincipal } from './principal.ts';
export type { RateLimits } from './rate-limit/rate-limiter.ts';
export { ServiceMapError, type ServiceMapFault } from './service-map/map-fault.ts';
export { type OpenApiOptions, serviceMapFromOpenApi } from './service-map/open-api.ts';
export { parseServiceMap } from './service-map/parse-service-map.ts';
export type { Route, RouteCondition } from './service-map/route.ts';
export type { ServiceMap } from './service-map/service-map.ts';
export {
  openSnapshotSource,
  type SnapshotOptions,
  type SnapshotSource,
  type SnapshotState,
} from './snapshot/snapshot-source.ts';
export { type TagValues, tagValues } from './tag-values.ts';
export {
  openUsageReports,
  type UsageReportOptions,
  type UsageReports,
} from './usage-report/usage-reports.ts';
export { BodyError, type BodyErrorCode, verifyingBody } from './verifying-body.ts';
