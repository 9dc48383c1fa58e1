import { type ConditionContext, valuesOf } from './conditions-in-request.ts';
import type { Condition, Effect } from './document.ts';
import { foldCase } from './letter-case.ts';
import { compileOperands, type OperandTest } from './operands.ts';
import { type Operator, readOperator } from './operators.ts';

/** A condition made ready: does it hold for a request? */
export class CompiledCondition {
  readonly source: Condition;
  /** In lower case. */
  readonly key: string;
  readonly #operator: Operator;
  readonly #matches: OperandTest;
  readonly #whenMissing: boolean;

  constructor(source: Condition, operator: Operator, matches: OperandTest, effect: Effect) {
    this.source = source;
    this.key = foldCase(source.key);
    this.#operator = operator;
    this.#matches = matches;
    this.#whenMissing = holdsWhenMissing(operator, effect);
  }

  holds(conditions: ConditionContext): boolean {
    const found = valuesOf(conditions, this.key);
    const operator = this.#operator;
    if (operator.family === 'Null') return this.#matches(found === undefined ? 'true' : 'false', conditions);
    if (found === undefined) return this.#whenMissing;
    if (typeof found === 'string') return this.#matches(found, conditions) !== operator.negated;
    switch (operator.quantifier) {
      case 'ForAnyValue':
        return found.some((value) => this.#matchesOne(value, conditions) !== operator.negated);
      case 'ForAllValues':
        return found.every((value) => this.#matchesOne(value, conditions) !== operator.negated);
      case undefined:
        return found.some((value) => this.#matchesOne(value, conditions)) !== operator.negated;
    }
  }

  #matchesOne(value: unknown, conditions: ConditionContext): boolean {
    return typeof value === 'string' && this.#matches(value, conditions);
  }
}

/** Returns undefined for a condition that cannot be evaluated: an unknown operator, a malformed value. */
export function compileCondition(source: Condition, effect: Effect): CompiledCondition | undefined {
  const operator = readOperator(source.operator);
  const matches = operator && compileOperands(operator, source.values);
  return operator && matches && new CompiledCondition(source, operator, matches, effect);
}

/**
 * What a condition says of a request that lacks its key.
 *
 * `IfExists`: it holds. A positive operator: it does not hold. A negative one: it holds, since nothing is not
 * equal to something. `ForAnyValue`: it does not hold, whatever the operator, since there is no such value.
 * `ForAllValues` with a positive operator would hold of no values at all, and so give away by the absence of a
 * key what was meant to be guarded by its value: here it holds in a Deny only. RAM's documents are silent; a
 * statement that shall allow such requests says `ForAllValues:…IfExists`.
 */
function holdsWhenMissing(operator: Operator, effect: Effect): boolean {
  if (operator.ifExists) return true;
  switch (operator.quantifier) {
    case 'ForAnyValue':
      return false;
    case 'ForAllValues':
      return operator.negated || effect === 'Deny';
    case undefined:
      return operator.negated;
  }
}
