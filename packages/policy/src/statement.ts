import type { ResourceName } from './arn.ts';
import type { CompiledCondition } from './condition.ts';
import type { ConditionContext } from './conditions-in-request.ts';
import type { Decision, PolicyName } from './decision.ts';
import type { Effect, Statement } from './document.ts';
import { namesExactly, needsExactName } from './exact-name-actions.ts';
import type { ActionClause, PatternPool, ResourceClause } from './pattern-pool.ts';
import { TextPattern } from './text-pattern.ts';

/** Request in the form that statements match. */
export interface Inquiry {
  /** Folded to lower case. */
  readonly action: string;
  readonly resource: ResourceName;
  readonly conditions: ConditionContext;
}

const NO_CONDITIONS: ConditionContext = new Map<string, string>();

/** Compiled statement of a policy. */
export class CompiledStatement {
  readonly source: Statement;
  readonly effect: Effect;
  readonly actions: ActionClause;
  /** Undefined if the statement covers the resource it is attached to, as in a trust policy. */
  readonly resources: ResourceClause | undefined;
  readonly conditions: readonly CompiledCondition[];
  /** Decision when this statement decides; frozen and shared by all requests. */
  readonly decision: Decision;
  /** `false` if a part cannot be evaluated: as a Deny it denies then, as an Allow it allows nothing. */
  readonly isReadable: boolean;

  constructor(source: Statement, policy: PolicyName, index: number, pool: PatternPool) {
    this.source = source;
    this.effect = source.effect;
    const actions = pool.actions(source.actions);
    const resources = source.resources && pool.resources(source.resources);
    const conditions: CompiledCondition[] = [];
    let isReadable = source.unreadable === undefined && actions !== undefined;
    for (const condition of source.conditions) {
      const compiled = pool.condition(condition, source.effect);
      if (compiled === undefined) isReadable = false;
      else conditions.push(compiled);
    }
    if (source.resources !== undefined && resources === undefined) isReadable = false;
    this.actions = actions ?? EVERY_ACTION;
    this.resources = resources;
    this.conditions = conditions.length === 0 ? NONE : conditions;
    this.isReadable = isReadable;
    this.decision = Object.freeze({
      effect: source.effect === 'Allow' ? 'Allow' : 'ExplicitDeny',
      policy,
      statement: index,
    });
  }

  /** Whether the statement applies to the request. INVARIANT: an unreadable Allow never does. */
  applies(inquiry: Inquiry): boolean {
    return (
      this.namesAction(inquiry.action) &&
      this.namesResource(inquiry.resource, inquiry.conditions) &&
      this.conditionsHold(inquiry.conditions)
    );
  }

  /** Whether the statement covers an action. @param action folded to lower case */
  namesAction(action: string): boolean {
    return this.effect === 'Allow' && needsExactName(action)
      ? namesExactly(this.actions, action)
      : namesAction(this.actions, action);
  }

  namesResource(resource: ResourceName, conditions: ConditionContext): boolean {
    const clause = this.resources;
    if (clause === undefined) return true;
    const named = clause.patterns.some((pattern) => pattern.matches(resource, conditions));
    if (!clause.negated) return named;
    if (named) return false;
    // An unreadable exclusion might have been this very resource: then nothing is allowed, and what is denied
    // stays denied.
    return this.effect === 'Deny' || clause.patterns.every((pattern) => pattern.isResolved(conditions));
  }

  /** Whether all conditions are true, and the statement is readable if it is an Allow. */
  conditionsHold(conditions: ConditionContext): boolean {
    if (!this.isReadable && this.effect === 'Allow') return false;
    for (const condition of this.conditions) if (!condition.holds(conditions)) return false;
    return true;
  }
}

/** Shared by all statements without conditions. */
const NONE: readonly CompiledCondition[] = [];

const EVERY_ACTION: ActionClause = { negated: false, patterns: [new TextPattern([{ kind: 'many' }])] };

/** Whether a clause covers an action. @param action folded to lower case */
export function namesAction(clause: ActionClause, action: string): boolean {
  for (const pattern of clause.patterns) {
    if (pattern.matches(action, NO_CONDITIONS)) return !clause.negated;
  }
  return clause.negated;
}
