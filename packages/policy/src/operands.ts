import type { ConditionContext } from './conditions-in-request.ts';
import { compareDecimals, readDecimal } from './decimal.ts';
import { quote } from './fault.ts';
import { readInstant } from './instant.ts';
import { IpNetworkSet, parseIpNetwork } from './ip-network.ts';
import { foldCase } from './letter-case.ts';
import type { Comparison, Operator } from './operators.ts';
import { readTemplate, type Template } from './template.ts';
import { TextPattern } from './text-pattern.ts';

/** Whether one request value matches one value of a condition. A malformed request value never matches. */
export type OperandTest = (requestValue: string, conditions: ConditionContext) => boolean;

type OperandReading<T> =
  | { readonly ok: true; readonly operand: T }
  | { readonly ok: false; readonly problem: string; readonly fix: string };

/** From this number of literal values on, a set is used instead of a scan. */
const LITERALS_WORTH_A_SET = 5;

/** Checks one value of a condition; `undefined` if it is well formed. */
export function faultOfOperand(
  operator: Operator,
  value: string,
): { problem: string; fix: string } | undefined {
  const reading = readOperand(operator, value);
  return reading.ok ? undefined : reading;
}

/**
 * Compiles the values of a condition. Returns `undefined` if one is malformed, which cannot happen in a
 * policy that `parsePolicy` accepted.
 */
export function compileOperands(operator: Operator, values: readonly string[]): OperandTest | undefined {
  switch (operator.family) {
    case 'String':
      return compileStrings(operator.comparison, values);
    case 'Numeric': {
      const operands = readAll(values, readNumberOperand);
      if (operands === undefined) return undefined;
      return (requestValue) => {
        const number = readDecimal(requestValue);
        if (number === undefined) return false;
        return operands.some((operand) => holds(operator.comparison, compareDecimals(number, operand)));
      };
    }
    case 'Date': {
      const operands = readAll(values, readDateOperand);
      if (operands === undefined) return undefined;
      return (requestValue) => {
        const instant = readInstant(requestValue);
        if (instant === undefined) return false;
        return operands.some((operand) => holds(operator.comparison, instant - operand));
      };
    }
    case 'IpAddress': {
      const networks = readAll(values, readNetworkOperand);
      if (networks === undefined) return undefined;
      const set = new IpNetworkSet(networks);
      return (requestValue) => set.hasText(requestValue);
    }
    case 'Bool':
    case 'Null': {
      const operands = readAll(values, readBooleanOperand);
      if (operands === undefined) return undefined;
      return (requestValue) => {
        const folded = foldCase(requestValue);
        return operands.some((operand) => folded === (operand ? 'true' : 'false'));
      };
    }
  }
}

function readOperand(operator: Operator, value: string): OperandReading<unknown> {
  switch (operator.family) {
    case 'String':
      return readStringOperand(operator.comparison, value);
    case 'Numeric':
      return readNumberOperand(value);
    case 'Date':
      return readDateOperand(value);
    case 'IpAddress':
      return readNetworkOperand(value);
    case 'Bool':
    case 'Null':
      return readBooleanOperand(value);
  }
}

function readStringOperand(comparison: Comparison, value: string): OperandReading<Template> {
  const reading = readTemplate(value, comparison === 'Like');
  return reading.ok ? { ok: true, operand: reading.template } : reading;
}

const readNumberOperand = typed(
  readDecimal,
  'a decimal number',
  'write it as in `42` or `0.5`, without exponent',
);

const readDateOperand = typed(
  readInstant,
  'a date',
  'write ISO 8601 with `Z` or an offset, as in `2026-01-31T08:00:00Z` or `2026-01-31T08:00:00+08:00`',
);

const readNetworkOperand = typed(
  parseIpNetwork,
  'an IP address or a block of them',
  'write IPv4 or IPv6, alone or in CIDR notation, as in `203.0.113.0/24` or `2001:db8::/32`',
);

const readBooleanOperand = typed(
  (value) => {
    const folded = foldCase(value);
    return folded === 'true' ? true : folded === 'false' ? false : undefined;
  },
  'a boolean',
  'write `true` or `false`',
);

/** Creates a parser for values of one type, which cannot contain policy variables. */
function typed<T>(read: (value: string) => T | undefined, what: string, fix: string) {
  return (value: string): OperandReading<T> => {
    const operand = read(value);
    if (operand !== undefined) return { ok: true, operand };
    const isVariable = value.includes('${');
    return {
      ok: false,
      problem: `${quote(value)} is not ${what}`,
      fix: isVariable ? `${fix}; policy variables stand in string operators only` : fix,
    };
  };
}

function readAll<T>(
  values: readonly string[],
  read: (value: string) => OperandReading<T>,
): readonly T[] | undefined {
  const operands: T[] = [];
  for (const value of values) {
    const reading = read(value);
    if (!reading.ok) return undefined;
    operands.push(reading.operand);
  }
  return operands;
}

function compileStrings(comparison: Comparison, values: readonly string[]): OperandTest | undefined {
  const templates = readAll(values, (value) => readStringOperand(comparison, value));
  if (templates === undefined) return undefined;
  const foldsCase = comparison === 'EqualsIgnoreCase';
  const patterns = templates.map((template) => new TextPattern(template, foldsCase));
  const literals = patterns.filter((pattern) => pattern.isLiteral).map((pattern) => pattern.literalPrefix);
  const known = literals.length >= LITERALS_WORTH_A_SET ? new Set(literals) : undefined;
  const walked = known === undefined ? patterns : patterns.filter((pattern) => !pattern.isLiteral);
  return (requestValue, conditions) => {
    const text = foldsCase ? foldCase(requestValue) : requestValue;
    if (known?.has(text)) return true;
    for (const pattern of walked) if (pattern.matches(text, conditions)) return true;
    return false;
  };
}

function holds(comparison: Comparison, order: number): boolean {
  switch (comparison) {
    case 'LessThan':
      return order < 0;
    case 'LessThanEquals':
      return order <= 0;
    case 'GreaterThan':
      return order > 0;
    case 'GreaterThanEquals':
      return order >= 0;
    default:
      return order === 0;
  }
}
