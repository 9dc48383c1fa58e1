import { type ConditionContext, valuesOf } from './conditions-in-request.ts';
import type { Condition, Effect } from './document.ts';
import { foldCase } from './letter-case.ts';
import { compileOperands, type OperandTest } from './operands.ts';
import { type Operator, readOperator } from './operators.ts';
import { namesOfPrincipal, PRINCIPAL_ARN } from './principal-name.ts';

/** Compiled condition. */
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
    this.#matches =
      this.key === PRINCIPAL_ARN && operator.family === 'String' ? matchesAnyName(matches) : matches;
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

function matchesAnyName(matches: OperandTest): OperandTest {
  return (arn, conditions) => namesOfPrincipal(arn).some((name) => matches(name, conditions));
}

/** Compiles a condition; `undefined` if it cannot be evaluated: an unknown operator, a malformed value. */
export function compileCondition(source: Condition, effect: Effect): CompiledCondition | undefined {
  const operator = readOperator(source.operator);
  const matches = operator && compileOperands(operator, source.values);
  return operator && matches && new CompiledCondition(source, operator, matches, effect);
}

/**
 * Result of a condition for a request without its key.
 *
 * `IfExists`: true. A positive operator: false. A negated one: true, since an absent value is not equal to
 * anything. `ForAnyValue`: false, whatever the operator. `ForAllValues` with a positive operator would be
 * vacuously true, and so allow by the absence of a key what its value was meant to guard: here it is true in
 * a Deny only. RAM's documents do not say; a statement that should allow such requests uses
 * `ForAllValues:…IfExists`.
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
