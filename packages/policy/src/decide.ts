import { ResourceName } from './arn.ts';
import type { CompiledPolicies } from './compile.ts';
import type { ConditionContext } from './conditions-in-request.ts';
import { type Decision, IMPLICIT_DENY } from './decision.ts';
import { needsExactName } from './exact-name-actions.ts';
import { foldCase } from './letter-case.ts';
import type { Inquiry } from './statement.ts';

/** May this be done to that, under these conditions? */
export interface AccessRequest {
  /** `<ram-code>:<action>`, in any case. */
  readonly action: string;
  /** The ARN of the one resource asked for. A request for several asks once for each. */
  readonly resource: string;
  readonly conditions: ConditionContext;
  /**
   * `false` for a resource of a service that takes `Order/1` and `order/1` for the same: its relative id is then
   * compared without regard to the case of A to Z. Names of RAM users, groups and roles always are. Default: true.
   */
  readonly caseSensitive?: boolean;
}

/** A decision over a principal's policies and the policy of its session. */
export interface SessionDecision extends Decision {
  /** Which of the two decided. */
  readonly by: 'identity' | 'session';
}

/**
 * Decides a request: a Deny statement that covers it wins; else an Allow statement that covers it allows; else
 * nothing was said, and it is denied (RAM's order of evaluation). Never throws on anything that a request holds.
 *
 * @example
 * const policies = compilePolicies([{ name: 'own-keys', type: 'Custom', document }]);
 * decide(policies, { action: 'ram:ListAccessKeys', resource: 'acs:ram::1:user/ann', conditions: new Map() });
 */
export function decide(policies: CompiledPolicies, request: AccessRequest): Decision {
  const inquiry = inquiryOf(request);
  return policies.denies.firstDecision(inquiry) ?? firstAllow(policies, inquiry) ?? IMPLICIT_DENY;
}

/** The index finds statements by their patterns; of the few actions that no pattern reaches each is tried. */
function firstAllow(policies: CompiledPolicies, inquiry: Inquiry): Decision | undefined {
  if (!needsExactName(inquiry.action)) return policies.allows.firstDecision(inquiry);
  return policies.statements.find((statement) => statement.effect === 'Allow' && statement.applies(inquiry))
    ?.decision;
}

/** The same decision by trying every statement: what `decide` must equal, and what explanations are made from. */
export function decideOverAll(policies: CompiledPolicies, request: AccessRequest): Decision {
  const inquiry = inquiryOf(request);
  const applying = policies.statements.filter((statement) => statement.applies(inquiry));
  const deciding = applying.find((statement) => statement.effect !== 'Allow') ?? applying[0];
  return deciding === undefined ? IMPLICIT_DENY : deciding.decision;
}

/**
 * Decides for a temporary credential. A session policy narrows what the role may do and never adds to it: both
 * must allow. Without a session policy the role's policies decide alone.
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
