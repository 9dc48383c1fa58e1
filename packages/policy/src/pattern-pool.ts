import { type ArnHead, ArnPattern } from './arn.ts';
import { type CompiledCondition, compileCondition } from './condition.ts';
import type { Condition, Effect, PatternClause } from './document.ts';
import { readTemplate } from './template.ts';
import { TextPattern } from './text-pattern.ts';

/** `Action` or `NotAction`. Actions are compared case-insensitively. */
export interface ActionClause {
  readonly negated: boolean;
  readonly patterns: readonly TextPattern[];
}

/** `Resource` or `NotResource`. */
export interface ResourceClause {
  readonly negated: boolean;
  readonly patterns: readonly ArnPattern[];
}

/**
 * Compiles patterns and conditions, each distinct one once, and shares them between statements. That saves
 * memory, and keeps common patterns in the processor's cache.
 */
export class PatternPool {
  readonly #actions = new Map<string, ActionClause | undefined>();
  readonly #arns = new Map<string, ArnPattern | undefined>();
  readonly #heads = new Map<string, ArnHead>();
  readonly #conditions = new Map<string, CompiledCondition | undefined>();

  /** Undefined if a pattern is unreadable. */
  actions(clause: PatternClause): ActionClause | undefined {
    const key = `${clause.negated} ${clause.patterns.join(' ')}`;
    if (!this.#actions.has(key)) this.#actions.set(key, compileActions(clause));
    return this.#actions.get(key);
  }

  /** Undefined if a pattern is unreadable. */
  resources(clause: PatternClause): ResourceClause | undefined {
    const patterns: ArnPattern[] = [];
    for (const source of clause.patterns) {
      const pattern = this.#arn(source);
      if (pattern === undefined) return undefined;
      patterns.push(pattern);
    }
    return { negated: clause.negated, patterns };
  }

  /** Undefined if the condition cannot be evaluated. */
  condition(source: Condition, effect: Effect): CompiledCondition | undefined {
    const key = JSON.stringify([effect, source.operator, source.key, source.values]);
    if (!this.#conditions.has(key)) this.#conditions.set(key, compileCondition(source, effect));
    return this.#conditions.get(key);
  }

  #arn(source: string): ArnPattern | undefined {
    if (!this.#arns.has(source)) {
      const reading = readTemplate(source, true);
      this.#arns.set(source, reading.ok ? new ArnPattern(reading.template, this.#heads) : undefined);
    }
    return this.#arns.get(source);
  }
}

function compileActions(clause: PatternClause): ActionClause | undefined {
  const patterns: TextPattern[] = [];
  for (const source of clause.patterns) {
    const reading = readTemplate(source, true);
    // Actions contain no variables: one that does is not of this language.
    if (!reading.ok || reading.template.some((part) => part.kind === 'variable')) return undefined;
    patterns.push(new TextPattern(reading.template, true));
  }
  return { negated: clause.negated, patterns };
}
