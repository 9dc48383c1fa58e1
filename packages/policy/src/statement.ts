import { ArnPattern, type ResourceName } from './arn.ts';
import { type CompiledCondition, compileCondition } from './condition.ts';
import type { ConditionContext } from './conditions-in-request.ts';
import type { Decision, PolicyName } from './decision.ts';
import type { Effect, PatternClause, Statement } from './document.ts';
import { readTemplate } from './template.ts';
import { TextPattern } from './text-pattern.ts';

/** A request in the form in which statements look at it. */
export interface Inquiry {
  /** Folded to lower case. */
  readonly action: string;
  readonly resource: ResourceName;
  readonly conditions: ConditionContext;
}

const NO_CONDITIONS: ConditionContext = new Map<string, string>();

/** `Action` or `NotAction`. Actions are compared without regard to case. */
export interface ActionClause {
  readonly negated: boolean;
  readonly patterns: readonly TextPattern[];
}

/** `Resource` or `NotResource`. */
export interface ResourceClause {
  readonly negated: boolean;
  readonly patterns: readonly ArnPattern[];
}

/** One statement of one policy, made ready. */
export class CompiledStatement {
  readonly source: Statement;
  readonly effect: Effect;
  readonly actions: ActionClause;
  /** Undefined when the statement covers whatever it is attached to, as in a trust policy. */
  readonly resources: ResourceClause | undefined;
  readonly conditions: readonly CompiledCondition[];
  /** The answer when this statement decides: made once, shared by all requests, frozen. */
  readonly decision: Decision;
  /** False when something in it cannot be evaluated: as a Deny it then denies, as an Allow it allows nothing. */
  readonly isReadable: boolean;

  constructor(source: Statement, policy: PolicyName, index: number) {
    this.source = source;
    this.effect = source.effect;
    const actions = compileActions(source.actions);
    const resources = source.resources && compileResources(source.resources);
    const conditions: CompiledCondition[] = [];
    let isReadable = source.unreadable === undefined && actions !== undefined;
    for (const condition of source.conditions) {
      const compiled = compileCondition(condition, source.effect);
      if (compiled === undefined) isReadable = false;
      else conditions.push(compiled);
    }
    if (source.resources !== undefined && resources === undefined) isReadable = false;
    this.actions = actions ?? EVERY_ACTION;
    this.resources = resources;
    this.conditions = conditions;
    this.isReadable = isReadable;
    this.decision = Object.freeze({
      effect: source.effect === 'Allow' ? 'Allow' : 'ExplicitDeny',
      policy,
      statement: index,
    });
  }

  /** Whether the statement covers the request. INVARIANT: an unreadable Allow never does. */
  applies(inquiry: Inquiry): boolean {
    return (
      this.namesAction(inquiry.action) &&
      this.namesResource(inquiry.resource, inquiry.conditions) &&
      this.conditionsHold(inquiry.conditions)
    );
  }

  namesAction(action: string): boolean {
    return namesAction(this.actions, action);
  }

  namesResource(resource: ResourceName, conditions: ConditionContext): boolean {
    const clause = this.resources;
    if (clause === undefined) return true;
    const named = clause.patterns.some((pattern) => pattern.matches(resource, conditions));
    if (!clause.negated) return named;
    if (named) return false;
    // An exception that cannot be read might have been this very resource: then nothing is allowed, and what
    // is denied stays denied.
    return this.effect === 'Deny' || clause.patterns.every((pattern) => pattern.isResolved(conditions));
  }

  /** Whether all conditions hold, and the statement may have a say at all. */
  conditionsHold(conditions: ConditionContext): boolean {
    if (!this.isReadable && this.effect === 'Allow') return false;
    for (const condition of this.conditions) if (!condition.holds(conditions)) return false;
    return true;
  }
}

const EVERY_ACTION: ActionClause = { negated: false, patterns: [new TextPattern([{ kind: 'many' }])] };

function namesAction(clause: ActionClause, action: string): boolean {
  for (const pattern of clause.patterns) {
    if (pattern.matches(action, NO_CONDITIONS)) return !clause.negated;
  }
  return clause.negated;
}

function compileActions(clause: PatternClause): ActionClause | undefined {
  const patterns: TextPattern[] = [];
  for (const source of clause.patterns) {
    const reading = readTemplate(source, true);
    // Actions hold no variables: one that does was not written by this language.
    if (!reading.ok || reading.template.some((part) => part.kind === 'variable')) return undefined;
    patterns.push(new TextPattern(reading.template, true));
  }
  return { negated: clause.negated, patterns };
}

function compileResources(clause: PatternClause): ResourceClause | undefined {
  const patterns: ArnPattern[] = [];
  for (const source of clause.patterns) {
    const reading = readTemplate(source, true);
    if (!reading.ok) return undefined;
    patterns.push(new ArnPattern(reading.template));
  }
  return { negated: clause.negated, patterns };
}
