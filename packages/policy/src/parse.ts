import type { Effect, PatternClause, PolicyDocument, PolicyKind, Statement } from './document.ts';
import { memberPath, type PolicyFault } from './fault.ts';
import { FaultList } from './fault-list.ts';
import { type JsonMember, type JsonNode, readJson, TextPositions } from './json-reader.ts';
import { describe, listOf, membersOf, reportUnknownMembers, textsOf } from './json-values.ts';
import { parseActions } from './parse-action.ts';
import { parseConditions } from './parse-condition.ts';
import { parsePrincipals } from './parse-principal.ts';
import { parseResources } from './parse-resource.ts';

/** Maximum length of an attached policy in characters (RAM's quota). The caller applies it. */
export const POLICY_DOCUMENT_MAX_LENGTH = 6144;
/**
 * Maximum length of a session policy in characters (the `Policy` parameter of AssumeRole). The caller applies
 * it.
 */
export const SESSION_POLICY_MAX_LENGTH = 2048;

export type ParsedPolicy =
  | {
      readonly ok: true;
      readonly document: PolicyDocument;
      /** Notes on uses beyond RAM's own documentation, and on what is easily misread. */
      readonly notes: readonly PolicyFault[];
    }
  | {
      readonly ok: false;
      /**
       * All faults, in the order of the text; if it is not JSON, those up to the point where parsing stopped.
       */
      readonly faults: readonly PolicyFault[];
    };

const DOCUMENT_FIELDS = ['Version', 'Statement'];
const STATEMENT_FIELDS: Readonly<Record<PolicyKind, readonly string[]>> = {
  identity: ['Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
  session: ['Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
  trust: ['Effect', 'Action', 'NotAction', 'Principal', 'Condition'],
};

/**
 * Parses a policy text. A text with anything unknown in it is refused, so that no policy is ever applied in
 * part.
 *
 * @example
 * const parsed = parsePolicy(text, 'identity');
 * if (!parsed.ok) for (const { path, line, problem, fix } of parsed.faults) report(path, line, problem, fix);
 */
export function parsePolicy(text: string, kind: PolicyKind): ParsedPolicy {
  const reading = readPolicy(text, kind);
  return reading.faults.length === 0
    ? { ok: true, document: reading.document, notes: reading.notes }
    : { ok: false, faults: inOrderOfText(reading.faults) };
}

/**
 * Parses a stored policy text that was accepted earlier; never fails. In a statement that is no longer
 * readable, a Deny denies (everything that its readable parts cover) and an Allow allows nothing; the
 * statement carries its faults. A text that is not a policy denies everything.
 */
export function readStoredPolicy(text: string, kind: PolicyKind): PolicyDocument {
  return readPolicy(text, kind).document;
}

interface PolicyReading {
  readonly document: PolicyDocument;
  readonly faults: readonly PolicyFault[];
  readonly notes: readonly PolicyFault[];
}

const EVERYTHING: PatternClause = { negated: false, patterns: ['*'] };

function readPolicy(text: string, kind: PolicyKind): PolicyReading {
  const positions = new TextPositions(text);
  const json = readJson(text, positions);
  const list = new FaultList(positions);
  list.faults.push(...json.faults);
  let statements: readonly Statement[] | undefined;
  if (json.ok) {
    const ofDocument = list.faultsOf(() => {
      statements = readDocument(json.root, kind, list);
    });
    const ofStatements = new Set(statements?.flatMap((statement) => statement.unreadable ?? []));
    // A fault outside of the statements, or a repeated name, makes all of them unreliable.
    const outside = [...json.faults, ...ofDocument.filter((fault) => !ofStatements.has(fault))];
    if (outside.length > 0) statements = statements?.map((statement) => withFaults(statement, outside));
  }
  statements ??= [
    { effect: 'Deny', actions: EVERYTHING, resources: EVERYTHING, conditions: [], unreadable: list.faults },
  ];
  return {
    document: freeze({ version: '1', kind, statements }),
    faults: list.faults,
    notes: list.notes,
  };
}

function withFaults(statement: Statement, faults: readonly PolicyFault[]): Statement {
  return { ...statement, unreadable: [...(statement.unreadable ?? []), ...faults] };
}

function readDocument(root: JsonNode, kind: PolicyKind, list: FaultList): readonly Statement[] | undefined {
  const members = membersOf(root, '$', list);
  if (members === undefined) return undefined;
  reportUnknownMembers(members, DOCUMENT_FIELDS, '$', list);

  const version = members.find((member) => member.name === 'Version')?.value;
  if (version === undefined) {
    list.add('$', root.at, 'the policy has no `Version`', 'add `"Version": "1"`');
  } else if (version.kind !== 'string' || version.text !== '1') {
    list.add(
      '$.Version',
      version.at,
      version.kind === 'number'
        ? `\`Version\` is ${describe(version)}, and must be a string`
        : `${describe(version)} is not a version of the policy language`,
      'write `"1"`',
    );
  }

  const statement = members.find((member) => member.name === 'Statement')?.value;
  if (statement === undefined) {
    list.add('$', root.at, 'the policy has no `Statement`', 'add `"Statement": [ … ]`');
    return undefined;
  }
  if (statement.kind !== 'array') {
    list.add(
      '$.Statement',
      statement.at,
      `${describe(statement)} stands where an array of statements must stand`,
      'write the statements in brackets, even if there is only one',
    );
    return undefined;
  }
  if (statement.items.length === 0) {
    list.add('$.Statement', statement.at, 'the policy has no statement', 'write at least one statement');
  }
  return statement.items.map((item, index) => readStatement(item, `$.Statement[${index}]`, kind, list));
}

/** Parses a statement. Unreadable parts are taken in the widest sense: see `readStoredPolicy`. */
function readStatement(node: JsonNode, path: string, kind: PolicyKind, list: FaultList): Statement {
  let statement: Statement = { effect: 'Deny', actions: EVERYTHING, conditions: [] };
  const faults = list.faultsOf(() => {
    const members = membersOf(node, path, list);
    if (members === undefined) return;
    reportUnknownMembers(members, STATEMENT_FIELDS[kind], path, list);
    const find = (name: string) => members.find((member) => member.name === name);
    const effect = readEffect(find('Effect'), node, path, list);
    const actions = readPatterns(members, 'Action', node, path, list, parseActions);
    const resources =
      kind === 'trust'
        ? undefined
        : (readPatterns(members, 'Resource', node, path, list, parseResources) ?? EVERYTHING);
    const principals = kind === 'trust' ? parsePrincipals(find('Principal'), node, path, list) : undefined;
    const condition = find('Condition');
    statement = {
      effect: effect ?? 'Deny',
      actions: actions ?? EVERYTHING,
      ...(resources && { resources }),
      ...(principals && { principals }),
      conditions: condition ? parseConditions(condition.value, `${path}.Condition`, effect, list) : [],
    };
    noteNegatedResources(members, path, list);
  });
  return faults.length === 0 ? statement : withFaults(statement, faults);
}

function readEffect(
  member: JsonMember | undefined,
  statement: JsonNode,
  path: string,
  list: FaultList,
): Effect | undefined {
  const fix = 'write `Allow` or `Deny`';
  if (member === undefined) {
    list.add(path, statement.at, 'the statement has no `Effect`', fix);
    return undefined;
  }
  const { value } = member;
  if (value.kind === 'string' && (value.text === 'Allow' || value.text === 'Deny')) return value.text;
  list.add(`${path}.Effect`, value.at, `${describe(value)} is not an effect`, fix);
  return undefined;
}

/** Parses `Action` or `NotAction`, `Resource` or `NotResource`: exactly one of the two is required. */
function readPatterns(
  members: readonly JsonMember[],
  name: 'Action' | 'Resource',
  statement: JsonNode,
  path: string,
  list: FaultList,
  parse: typeof parseActions,
): PatternClause | undefined {
  const names = [name, `Not${name}`];
  const given = members.filter((member) => names.includes(member.name));
  const [first, second] = given;
  if (first === undefined) {
    list.add(path, statement.at, `the statement has no \`${name}\``, `add ${listOf(names)}`);
    return undefined;
  }
  if (second !== undefined) {
    if (second.name !== first.name) {
      list.add(
        memberPath(path, second.name),
        second.at,
        `the statement has ${names.map((each) => `\`${each}\``).join(' and ')}`,
        'keep one of the two, and write another statement for the other',
      );
    }
    return undefined;
  }
  const fieldPath = memberPath(path, first.name);
  let patterns: readonly string[] = [];
  const faults = list.faultsOf(() => {
    const texts = textsOf(first.value, fieldPath, list);
    parse(texts, list);
    patterns = texts.map((placed) => placed.text);
  });
  return faults.length === 0 ? { negated: first.name !== name, patterns } : undefined;
}

function noteNegatedResources(members: readonly JsonMember[], path: string, list: FaultList): void {
  const member = members.find((each) => each.name === 'NotResource');
  if (member === undefined) return;
  list.note(
    `${path}.NotResource`,
    member.at,
    "`NotResource` is not in RAM's own documentation",
    'write `Resource` if the policy shall work in RAM as well',
  );
}

function inOrderOfText(faults: readonly PolicyFault[]): readonly PolicyFault[] {
  return [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Freezes a document recursively. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) freeze(each);
  }
  return value;
}
