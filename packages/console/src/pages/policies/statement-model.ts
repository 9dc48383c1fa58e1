/** Condition of a statement: operator, key, values. */
export interface ConditionModel {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** Parts of a statement that the visual builder supports. */
export interface StatementModel {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly ConditionModel[];
}

/** Statement of a document, with the parts that the visual builder supports; undefined if it has others. */
export interface ReadStatement {
  readonly model: StatementModel | undefined;
  /** Original value in the document. */
  readonly source: Readonly<Record<string, unknown>>;
}

const BUILDABLE_ELEMENTS: ReadonlySet<string> = new Set(['Effect', 'Action', 'Resource', 'Condition']);

/**
 * Returns the statements of a policy document.
 * @returns undefined when the builder cannot edit the text
 */
export function readStatements(text: string): readonly ReadStatement[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(document)) return undefined;
  const { Statement: statements } = document;
  if (!Array.isArray(statements) || !statements.every(isObject)) return undefined;
  return statements.map((source) => ({ source, model: modelOf(source) }));
}

/**
 * Returns the document with other statements. Everything else is kept, and unchanged statements keep their notation of
 * single values.
 */
export function writeStatements(text: string, statements: readonly ReadStatement[]): string {
  const document = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify({ ...document, Statement: statements.map(({ source }) => source) }, null, 2);
}

/** Returns an edited statement; unknown and unchanged parts are kept. */
export function changed(statement: ReadStatement, model: StatementModel): ReadStatement {
  const before = statement.model;
  const source: Record<string, unknown> = { ...statement.source };
  if (before?.effect !== model.effect) source['Effect'] = model.effect;
  if (!sameTexts(before?.actions, model.actions)) source['Action'] = [...model.actions];
  if (!sameTexts(before?.resources, model.resources)) source['Resource'] = [...model.resources];
  if (JSON.stringify(before?.conditions) !== JSON.stringify(model.conditions)) {
    if (model.conditions.length === 0) delete source['Condition'];
    else source['Condition'] = conditionsAsWritten(model.conditions);
  }
  return { source, model };
}

/** Initial statement of a new policy. */
export function newStatement(): ReadStatement {
  const model: StatementModel = { effect: 'Allow', actions: [], resources: ['*'], conditions: [] };
  return { model, source: { Effect: 'Allow', Action: [], Resource: ['*'] } };
}

function modelOf(source: Readonly<Record<string, unknown>>): StatementModel | undefined {
  if (!Object.keys(source).every((name) => BUILDABLE_ELEMENTS.has(name))) return undefined;
  const { Effect: effect, Action, Resource, Condition } = source;
  const actions = texts(Action);
  const resources = texts(Resource);
  const conditions = Condition === undefined ? [] : conditionsOf(Condition);
  if ((effect !== 'Allow' && effect !== 'Deny') || !actions || !resources || !conditions) return undefined;
  return { effect, actions, resources, conditions };
}

function conditionsOf(condition: unknown): ConditionModel[] | undefined {
  if (!isObject(condition)) return undefined;
  const found: ConditionModel[] = [];
  for (const [operator, keys] of Object.entries(condition)) {
    if (!isObject(keys)) return undefined;
    for (const [key, value] of Object.entries(keys)) {
      const values = texts(value);
      if (values === undefined) return undefined;
      found.push({ operator, key, values });
    }
  }
  return found;
}

function conditionsAsWritten(
  conditions: readonly ConditionModel[],
): Record<string, Record<string, readonly string[]>> {
  const written: Record<string, Record<string, readonly string[]>> = {};
  for (const { operator, key, values } of conditions) {
    const ofOperator = written[operator] ?? {};
    written[operator] = ofOperator;
    // Rows with the same operator and key are merged into one condition.
    ofOperator[key] = [...new Set([...(ofOperator[key] ?? []), ...values])];
  }
  return written;
}

function texts(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

function sameTexts(one: readonly string[] | undefined, other: readonly string[]): boolean {
  return one?.length === other.length && other.every((text, at) => one[at] === text);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
