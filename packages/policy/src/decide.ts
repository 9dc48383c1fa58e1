import { ResourceName } from './arn.ts';
import type { CompiledPolicies } from './compile.ts';
import type { ConditionContext } from './conditions-in-request.ts';
import { type Decision, IMPLICIT_DENY } from './decision.ts';
import { needsExactName } from './exact-name-actions.ts';
import { foldCase } from './letter-case.ts';
import type { Inquiry } from './statement.ts';

/** Request to decide on: an action, a resource and condition values. */
export interface AccessRequest {
  /** `<ram-code>:<action>`, in any letter case. */
  readonly action: string;
  /** ARN of the resource. A request for several resources is decided once for each. */
  readonly resource: string;
  readonly conditions: ConditionContext;
  /**
   * `false` for a resource of a service to which `Order/1` and `order/1` are the same: its relative id is
   * then compared without regard to the case of A to Z. Names of RAM users, groups and roles always are.
   * Default: true.
   */
  readonly caseSensitive?: boolean;
}

/** Decision over a principal's policies and a session policy. */
export interface SessionDecision extends Decision {
  /** Which of the two decided. */
  readonly by: 'identity' | 'session';
}

/**
 * Decides a request in RAM's order of evaluation: a Deny statement that covers it wins, then an Allow
 * statement; otherwise it is denied implicitly. Never throws, whatever the request contains.
 *
 * @example
 * const policies = compilePolicies([{ name: 'own-keys', type: 'Custom', document }]);
 * decide(policies, { action: 'ram:ListAccessKeys', resource: 'acs:ram::1:user/ann', conditions: new Map() });
 */
export function decide(policies: CompiledPolicies, request: AccessRequest): Decision {
  const inquiry = inquiryOf(request);
  return policies.denies.firstDecision(inquiry) ?? firstAllow(policies, inquiry) ?? IMPLICIT_DENY;
}

/**
 * The index finds statements by pattern; for the few actions that no pattern may match, each statement is
 * tried.
 */
function firstAllow(policies: CompiledPolicies, inquiry: Inquiry): Decision | undefined {
  if (!needsExactName(inquiry.action)) return policies.allows.firstDecision(inquiry);
  return policies.statements.find((statement) => statement.effect === 'Allow' && statement.applies(inquiry))
    ?.decision;
}

/** Decides by trying every statement. The reference for `decide`, and the source of explanations. */
export function decideOverAll(policies: CompiledPolicies, request: AccessRequest): Decision {
  const inquiry = inquiryOf(request);
  const applying = policies.statements.filter((statement) => statement.applies(inquiry));
  const deciding = applying.find((statement) => statement.effect !== 'Allow') ?? applying[0];
  return deciding === undefined ? IMPLICIT_DENY : deciding.decision;
}

/**
 * Decides for a temporary credential. A session policy only narrows: both must allow. Without one the role's
 * policies decide alone.
 */
export function decideWithSessionPolicy(
  identity: CompiledPolicies,
  session: CompiledPolicies | undefined,
  request: AccessRequest,
): SessionDecision {
  const byIdentity = decide(identity, request);
  if (session === undefined || byIdentity.effect === 'ExplicitDeny') return { ...byIdentity, by: 'identity' };
  const bySession = decide(session, request);
  if (bySession.effect === 'ExplicitDeny' || byIdentity.effect === 'Allow') {
    return bySession.effect === 'Allow' ? { ...byIdentity, by: 'identity' } : { ...bySession, by: 'session' };
  }
  return { ...byIdentity, by: 'identity' };
}

export function inquiryOf(request: AccessRequest): Inquiry {
  return {
    action: foldCase(request.action),
    resource: new ResourceName(request.resource, request.caseSensitive),
    conditions: request.conditions,
  };
}
