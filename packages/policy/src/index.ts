/**
 * The policy language of RAM: parse and validate a policy, compile it, decide, explain.
 *
 * No HTTP, storage or clock: the caller passes what is known of a request as conditions. It does not
 * authenticate and does not audit. A policy that is not fully understood is refused as a whole, never applied
 * in part. It never runs a regular expression or recursion over request values, and never throws on them.
 */

export { type CompiledPolicies, compilePolicies, type NamedPolicy } from './compile.ts';
export {
  type ConditionKey,
  conditionKeyNamed,
  OPERATION_CONDITION_KEYS,
  type OperationConditionKey,
  REQUEST_CONDITION_KEYS,
  type RequestConditionKey,
  UNFILLED_CONDITION_KEYS,
} from './condition-keys.ts';
export { usesConditionKey } from './condition-keys-used.ts';
export type { ConditionContext } from './conditions-in-request.ts';
export {
  type AccessRequest,
  decide,
  decideOverAll,
  decideWithSessionPolicy,
  type SessionDecision,
} from './decide.ts';
export type { Decision, PolicyName } from './decision.ts';
export type {
  Condition,
  Effect,
  PatternClause,
  PolicyDocument,
  PolicyKind,
  PrincipalClause,
  Statement,
} from './document.ts';
export {
  type CandidateStatement,
  type ConditionOutcome,
  Explanation,
  explain,
  explainTrust,
  explainWithSessionPolicy,
} from './explain.ts';
export type { PolicyFault } from './fault.ts';
export { readInstant } from './instant.ts';
export {
  formatIpAddress,
  type IpAddress,
  type Ipv4Address,
  type Ipv6Address,
  isIpv4Mapped,
  isLoopbackAddress,
  isLoopbackHost,
  parseIpAddress,
  parseIpv4,
  parseIpv6Words,
  senderNetwork,
  withoutMappedPrefix,
} from './ip-address.ts';
export { type IpNetwork, IpNetworkSet, isEveryAddress, parseIpNetwork } from './ip-network.ts';
export { foldCase } from './letter-case.ts';
export { OPERATOR_NAMES } from './operators.ts';
export {
  type ParsedPolicy,
  POLICY_DOCUMENT_MAX_LENGTH,
  parsePolicy,
  readStoredPolicy,
  SESSION_POLICY_MAX_LENGTH,
} from './parse.ts';
export { type JsonPlaces, type Place, placesInJson } from './places.ts';
export { type PolicyWarning, type PolicyWarningCode, policyWarnings } from './policy-warnings.ts';
export { canAllowChange, canAllowService } from './reach.ts';
export { parseStrictJson, type StrictJson } from './strict-json.ts';
export { TAGGED_RESOURCE_ACTIONS } from './tagged-resource-actions.ts';
export {
  type CompiledTrust,
  compileTrustPolicy,
  decideTrust,
  type TrustedEntity,
  type TrustedIdentities,
  type TrustedPrincipals,
  type TrustPrincipal,
  type TrustRequest,
  trustedEntities,
  trustedPrincipals,
} from './trust.ts';
export { matchWildcard } from './wildcard.ts';
