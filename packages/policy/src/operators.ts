/** Type of the values that an operator compares. */
type OperatorFamily = 'String' | 'Numeric' | 'Date' | 'Bool' | 'IpAddress' | 'Null';

export type Comparison =
  | 'Equals'
  | 'EqualsIgnoreCase'
  | 'Like'
  | 'LessThan'
  | 'LessThanEquals'
  | 'GreaterThan'
  | 'GreaterThanEquals'
  | 'Within'
  | 'IsMissing';

/** How several values of a request are combined. */
type SetQuantifier = 'ForAnyValue' | 'ForAllValues';

export interface Operator {
  readonly family: OperatorFamily;
  readonly comparison: Comparison;
  /** Whether the name contains Not: the exact opposite of the positive operator. */
  readonly negated: boolean;
  readonly quantifier: SetQuantifier | undefined;
  /** Whether a missing key satisfies the condition. */
  readonly ifExists: boolean;
}

type Plain = Pick<Operator, 'family' | 'comparison' | 'negated'>;

const PLAIN_OPERATORS: ReadonlyMap<string, Plain> = new Map([
  ['StringEquals', plain('String', 'Equals')],
  ['StringNotEquals', negated('String', 'Equals')],
  ['StringEqualsIgnoreCase', plain('String', 'EqualsIgnoreCase')],
  ['StringNotEqualsIgnoreCase', negated('String', 'EqualsIgnoreCase')],
  ['StringLike', plain('String', 'Like')],
  ['StringNotLike', negated('String', 'Like')],
  ...(['Numeric', 'Date'] as const).flatMap((family): [string, Plain][] => [
    [`${family}Equals`, plain(family, 'Equals')],
    [`${family}NotEquals`, negated(family, 'Equals')],
    [`${family}LessThan`, plain(family, 'LessThan')],
    [`${family}LessThanEquals`, plain(family, 'LessThanEquals')],
    [`${family}GreaterThan`, plain(family, 'GreaterThan')],
    [`${family}GreaterThanEquals`, plain(family, 'GreaterThanEquals')],
  ]),
  ['Bool', plain('Bool', 'Equals')],
  ['IpAddress', plain('IpAddress', 'Within')],
  ['NotIpAddress', negated('IpAddress', 'Within')],
  // The border of a block is its first and last address. RAM's documents name these two operators without
  // saying how they differ from the plain ones; here a block always contains its border, so they are equal.
  ['IpAddressIncludeBorder', plain('IpAddress', 'Within')],
  ['NotIpAddressIncludeBorder', negated('IpAddress', 'Within')],
  ['Null', plain('Null', 'IsMissing')],
]);

const QUANTIFIERS: readonly SetQuantifier[] = ['ForAnyValue', 'ForAllValues'];
const IF_EXISTS = 'IfExists';

/** Parses an operator as written in a policy; `undefined` if unknown. */
export function readOperator(name: string): Operator | undefined {
  const quantifier = QUANTIFIERS.find((prefix) => name.startsWith(`${prefix}:`));
  const rest = quantifier === undefined ? name : name.slice(quantifier.length + 1);
  const ifExists = rest.endsWith(IF_EXISTS);
  const found = PLAIN_OPERATORS.get(ifExists ? rest.slice(0, -IF_EXISTS.length) : rest);
  if (found === undefined) return undefined;
  if (found.family === 'Null' && (ifExists || quantifier !== undefined)) return undefined;
  return { ...found, quantifier, ifExists };
}

/** Names of the operators, without set prefixes and `IfExists`. */
export const OPERATOR_NAMES: readonly string[] = [...PLAIN_OPERATORS.keys()];

function plain(family: OperatorFamily, comparison: Comparison): Plain {
  return { family, comparison, negated: false };
}

function negated(family: OperatorFamily, comparison: Comparison): Plain {
  return { family, comparison, negated: true };
}
