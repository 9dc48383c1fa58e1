import type { Condition, Effect } from './document.ts';
import { memberPath, quote } from './fault.ts';
import type { FaultList } from './fault-list.ts';
import type { JsonMember, JsonNode } from './json-reader.ts';
import { membersOf, textsOf } from './json-values.ts';
import { foldCase } from './letter-case.ts';
import { faultOfOperand } from './operands.ts';
import { OPERATOR_NAMES, type Operator, readOperator } from './operators.ts';
import { noteVariables } from './parse-resource.ts';
import { isConditionKey, readTemplate } from './template.ts';

/** Parses a `Condition` block; returns the readable conditions. */
export function parseConditions(
  node: JsonNode,
  path: string,
  effect: Effect | undefined,
  faults: FaultList,
): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const member of membersOf(node, path, faults) ?? []) {
    const operatorPath = memberPath(path, member.name);
    const operator = readOperator(member.name);
    if (operator === undefined) {
      reportUnknownOperator(member, operatorPath, faults);
      continue;
    }
    noteOperator(member, operator, effect, operatorPath, faults);
    const keys = membersOf(member.value, operatorPath, faults);
    if (keys?.length === 0) {
      faults.add(
        operatorPath,
        member.value.at,
        `${quote(member.name)} names no condition key`,
        'write at least one key with its values, or remove the operator',
      );
    }
    conditions.push(...parseKeys(keys ?? [], member.name, operator, operatorPath, faults));
  }
  return conditions;
}

function parseKeys(
  keys: readonly JsonMember[],
  operatorName: string,
  operator: Operator,
  operatorPath: string,
  faults: FaultList,
): readonly Condition[] {
  const conditions: Condition[] = [];
  const seen = new Set<string>();
  for (const { name, at, value } of keys) {
    const path = memberPath(operatorPath, name);
    if (!isConditionKey(name)) {
      faults.add(
        path,
        at,
        `${quote(name)} is not a condition key`,
        'write the key with its namespace, as in `acs:SourceIp`',
      );
      continue;
    }
    const folded = foldCase(name);
    if (seen.has(folded)) {
      faults.add(
        path,
        at,
        `${quote(name)} stands twice under ${quote(operatorName)}: case does not count in key names`,
        'keep one of the two, or merge their values',
      );
    }
    seen.add(folded);
    noteKey(folded, path, at, faults);
    const values = parseValues(value, operator, path, faults);
    if (values !== undefined) conditions.push({ operator: operatorName, key: name, values });
  }
  return conditions;
}

function parseValues(
  node: JsonNode,
  operator: Operator,
  path: string,
  faults: FaultList,
): readonly string[] | undefined {
  let values: readonly string[] = [];
  const found = faults.faultsOf(() => {
    const texts = textsOf(node, path, faults, ['string', 'number', 'boolean']);
    for (const { text, at, path: valuePath } of texts) {
      const fault = faultOfOperand(operator, text);
      if (fault !== undefined) faults.add(valuePath, at, fault.problem, fault.fix);
      else if (operator.family === 'String' && hasVariable(text)) noteVariables(valuePath, at, faults);
    }
    values = texts.map((placed) => placed.text);
  });
  return found.length === 0 ? values : undefined;
}

function reportUnknownOperator(member: JsonMember, path: string, faults: FaultList): void {
  const meant = OPERATOR_NAMES.find((name) => foldCase(name) === foldCase(member.name));
  faults.add(
    path,
    member.at,
    `${quote(member.name)} is not a condition operator`,
    meant === undefined
      ? `use one of ${OPERATOR_NAMES.join(', ')}; all but \`Null\` may end in \`IfExists\` and begin with \`ForAnyValue:\` or \`ForAllValues:\``
      : `write \`${meant}\`: case counts in operators`,
  );
}

function noteOperator(
  member: JsonMember,
  operator: Operator,
  effect: Effect | undefined,
  path: string,
  faults: FaultList,
): void {
  const beyondRam = operator.ifExists || operator.quantifier !== undefined || operator.family === 'Null';
  if (beyondRam) {
    faults.note(
      path,
      member.at,
      `${quote(member.name)} is not in RAM's own documentation`,
      'use the plain operators if the policy shall work in RAM as well',
    );
  }
  if (
    operator.quantifier === 'ForAllValues' &&
    effect === 'Allow' &&
    !operator.ifExists &&
    !operator.negated
  ) {
    faults.note(
      path,
      member.at,
      `${quote(member.name)} in an Allow does not hold for a request without the key`,
      `write \`${member.name}IfExists\` if such requests shall be allowed`,
    );
  }
  if (operator.negated && effect === 'Allow' && operator.quantifier !== 'ForAnyValue') {
    faults.note(
      path,
      member.at,
      `${quote(member.name)} in an Allow holds for a request without the key`,
      'add `"Null": { "<key>": "false" }` if such requests shall not be allowed',
    );
  }
}

function noteKey(foldedKey: string, path: string, at: number, faults: FaultList): void {
  if (!foldedKey.startsWith('acs:principaltag/')) return;
  faults.note(
    path,
    at,
    "`acs:PrincipalTag` is not in RAM's own documentation",
    'use another key if the policy shall work in RAM as well',
  );
}

function hasVariable(text: string): boolean {
  const reading = readTemplate(text, false);
  return reading.ok && reading.template.some((part) => part.kind === 'variable');
}
