import { parseStrictJson } from '@claviger/policy';
import { Refusal } from '../errors/refusal.ts';

/** Decoded parameters of a request, query and form together, by name. */
export type WireParameters = ReadonlyMap<string, string>;

/** Reader and description of one parameter. */
export interface Parameter<T> {
  /** Whether the request must have it. */
  readonly required: boolean;
  /** Whether it is left out of the audit record. */
  readonly secret: boolean;
  /** JSON Schema of the value. */
  readonly schema: Readonly<Record<string, unknown>>;
  /**
   * Reads the value.
   * @param name on the wire
   * @throws Refusal when it is missing or malformed
   */
  read(name: string, wire: WireParameters): T;
  /** Returns whether the request has it; only for lists, which have two encodings. Others are given unless empty. */
  isGiven?(name: string, wire: WireParameters): boolean;
}

/** Parameters of an operation, by name. */
export type ParameterMap = Readonly<Record<string, Parameter<unknown>>>;

/** Values of an operation's parameters, by name. */
export type InputOf<P extends ParameterMap> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

/** Rules of a text parameter; lengths in characters. */
export interface TextRules {
  readonly min?: number;
  readonly max?: number;
  /** Every character must match, else `InvalidParameter.<Name>.InvalidChars`. */
  readonly chars?: RegExp;
  /** The whole text must match, else `InvalidParameter.<Name>.Format`. */
  readonly format?: RegExp;
}

/** Required text; empty counts as missing. */
export function text(rules: TextRules = {}): Parameter<string> {
  const schema: Record<string, unknown> = { type: 'string' };
  if (rules.min !== undefined) schema['minLength'] = rules.min;
  if (rules.max !== undefined) schema['maxLength'] = rules.max;
  const pattern = rules.format ?? rules.chars;
  if (pattern !== undefined) schema['pattern'] = pattern.source;
  return required(schema, (name, value) => {
    // Neither PostgreSQL nor XML can store NUL.
    if (value.includes('\0')) throw new Refusal('InvalidParameter.InvalidChars', { name });
    if (!hasLength(value, rules.min ?? 0, rules.max ?? Number.POSITIVE_INFINITY)) {
      throw new Refusal('InvalidParameter.Length', { name });
    }
    if (rules.chars && !rules.chars.test(value)) throw new Refusal('InvalidParameter.InvalidChars', { name });
    if (rules.format && !rules.format.test(value)) throw new Refusal('InvalidParameter.FormatOf', { name });
    return value;
  });
}

/**
 * Required JSON text of an object, such as a policy document. A byte order mark before it, which editors write into
 * files, is dropped: JSON has none (RFC 8259, section 8.1).
 */
export function jsonDocument(rules: TextRules = {}): Parameter<string> {
  const document = text(rules);
  return {
    ...document,
    schema: { ...document.schema, contentMediaType: 'application/json' },
    read: (name, wire) =>
      document.read(name, new Map([[name, (wire.get(name) ?? '').replace(/^\ufeff/, '')]])),
  };
}

/** Characters beyond U+FFFF. */
const PAIRS = /[\u{10000}-\u{10ffff}]/gu;

/** Whether a text has as many characters. One beyond U+FFFF is two units, so texts far too long are not counted. */
function hasLength(value: string, minimum: number, maximum: number): boolean {
  if (value.length < minimum || value.length > 2 * maximum) return false;
  const characters = value.length - (value.match(PAIRS)?.length ?? 0);
  return characters >= minimum && characters <= maximum;
}

/** Required whole number within bounds, both included. */
export function integer(minimum: number, maximum: number): Parameter<number> {
  return required({ type: 'integer', minimum, maximum }, (name, value) => {
    if (!/^-?\d{1,15}$/.test(value)) throw new Refusal('InvalidParameter.FormatOf', { name });
    const number = Number(value);
    if (number < minimum || number > maximum) {
      throw new Refusal('InvalidParameter.Range', { name, range: `${minimum} to ${maximum}` });
    }
    return number;
  });
}

/** Required `true` or `false`. */
export function flag(): Parameter<boolean> {
  return required({ type: 'boolean' }, (name, value) => {
    const lower = value.toLowerCase();
    if (lower !== 'true' && lower !== 'false') throw new Refusal('InvalidParameter.FormatOf', { name });
    return lower === 'true';
  });
}

/** Required choice of words, case-sensitive. */
export function oneOf<const W extends string>(...words: readonly W[]): Parameter<W> {
  return required({ type: 'string', enum: words }, (name, value) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw new Refusal('InvalidParameter.FormatOf', { name });
    return word;
  });
}

function required<T>(
  schema: Readonly<Record<string, unknown>>,
  parse: (name: string, value: string) => T,
): Parameter<T> {
  return {
    required: true,
    secret: false,
    schema,
    read(name, wire) {
      const value = wire.get(name);
      if (value === undefined || value === '') throw new Refusal('Missing', { name });
      return parse(name, value);
    },
  };
}

/** Optional parameter, `undefined` if absent or empty. */
export function optional<T>(parameter: Parameter<T>): Parameter<T | undefined> {
  return {
    ...parameter,
    required: false,
    read: (name, wire) => (isGiven(parameter, name, wire) ? parameter.read(name, wire) : undefined),
  };
}

/** Optional parameter with a default, if absent or empty. */
export function withDefault<T>(parameter: Parameter<T>, value: T): Parameter<T> {
  return {
    ...parameter,
    required: false,
    schema: { ...parameter.schema, default: value },
    read: (name, wire) => (isGiven(parameter, name, wire) ? parameter.read(name, wire) : value),
  };
}

/** Optional parameter, `undefined` if absent; an empty value is kept, and clears what is stored. */
export function clearable(parameter: Parameter<string>): Parameter<string | undefined> {
  return {
    ...parameter,
    required: false,
    read: (name, wire) => {
      const value = wire.get(name);
      return value === undefined || value === '' ? value : parameter.read(name, wire);
    },
  };
}

/** Parameter that is left out of the audit record. */
export function secret<T>(parameter: Parameter<T>): Parameter<T> {
  return { ...parameter, secret: true };
}

/** Required list of texts: `Name.1=a&Name.2=b`, or one parameter with a JSON array. */
export function list<T>(item: Parameter<T>, maximum: number): Parameter<readonly T[]> {
  return {
    required: true,
    secret: item.secret,
    schema: { type: 'array', items: item.schema, maxItems: maximum },
    isGiven: isListGiven,
    read(name, wire) {
      const rows = wireList(name, wire, maximum);
      if (rows.length === 0) throw new Refusal('Missing', { name });
      return rows.map((row, index) =>
        item.read(`${name}.${index + 1}`, new Map([[`${name}.${index + 1}`, row.get('') ?? '']])),
      );
    },
  };
}

/** Required list of objects: `Tag.1.Key=a&Tag.1.Value=b`, or one parameter with a JSON array of objects. */
export function listOf<P extends ParameterMap>(fields: P, maximum: number): Parameter<readonly InputOf<P>[]> {
  const properties = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.schema]));
  return {
    required: true,
    secret: Object.values(fields).some((field) => field.secret),
    schema: { type: 'array', items: { type: 'object', properties }, maxItems: maximum },
    isGiven: isListGiven,
    read(name, wire) {
      const rows = wireList(name, wire, maximum);
      if (rows.length === 0) throw new Refusal('Missing', { name });
      return rows.map((row, index) => {
        const known = new Map([...row].map(([key, value]) => [`${name}.${index + 1}.${key}`, value]));
        return Object.fromEntries(
          Object.entries(fields).map(([key, field]) => [
            key,
            field.read(`${name}.${index + 1}.${key}`, known),
          ]),
        ) as InputOf<P>;
      });
    },
  };
}

function isGiven(parameter: Parameter<unknown>, name: string, wire: WireParameters): boolean {
  return parameter.isGiven?.(name, wire) ?? (wire.get(name) ?? '') !== '';
}

/** An empty list counts as absent: official clients write it as `[]`. */
function isListGiven(name: string, wire: WireParameters): boolean {
  const whole = wholeList(name, wire);
  return (whole !== '' && whole !== '[]') || hasParts(name, wire);
}

/** Returns the JSON of a list, empty if absent: older Go clients write a list that is left out as `null`. */
function wholeList(name: string, wire: WireParameters): string {
  const whole = wire.get(name) ?? '';
  return whole === 'null' ? '' : whole;
}

function hasParts(name: string, wire: WireParameters): boolean {
  for (const key of wire.keys()) if (key.startsWith(`${name}.`)) return true;
  return false;
}

/** Reads the items of a list, in order; the text of a plain item is under the empty key. */
function wireList(name: string, wire: WireParameters, maximum: number): ReadonlyMap<string, string>[] {
  const whole = wholeList(name, wire);
  // Two encodings of one list would be ambiguous.
  if (whole !== '' && hasParts(name, wire)) throw new Refusal('Invalid', { name });
  const rows = whole === '' ? repeatedRows(name, wire) : jsonRows(name, whole);
  if (rows.length > maximum) throw new Refusal('InvalidParameter.Length', { name });
  return rows;
}

function repeatedRows(name: string, wire: WireParameters): ReadonlyMap<string, string>[] {
  const rows = new Map<number, Map<string, string>>();
  for (const [key, value] of wire) {
    if (!key.startsWith(`${name}.`)) continue;
    // Without leading zeros: `Name.1` and `Name.01` would be two texts for one item.
    const [, index, field = ''] = /^([1-9]\d{0,3})(?:\.(.+))?$/.exec(key.slice(name.length + 1)) ?? [];
    if (index === undefined) throw new Refusal('Invalid', { name: key });
    const row = rows.get(Number(index)) ?? new Map<string, string>();
    rows.set(Number(index), row.set(field, value));
  }
  return [...rows].sort(([a], [b]) => a - b).map(([, row]) => row);
}

function jsonRows(name: string, whole: string): ReadonlyMap<string, string>[] {
  const reading = parseStrictJson(whole);
  if (!reading.ok || !Array.isArray(reading.value)) throw new Refusal('InvalidParameter.FormatOf', { name });
  return reading.value.map((item: unknown) => {
    if (item !== null && typeof item === 'object') {
      const given = Object.entries(item).filter(([, value]) => value !== null);
      return new Map(given.map(([key, value]) => [key, scalar(name, value)]));
    }
    return new Map([['', scalar(name, item)]]);
  });
}

function scalar(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Refusal('InvalidParameter.FormatOf', { name });
}

/** Reads the input of an operation. @throws Refusal that names the missing or malformed parameter */
export function readInput(declared: ParameterMap, parameters: WireParameters): InputOf<ParameterMap> {
  const input: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(declared)) input[name] = parameter.read(name, parameters);
  return input;
}
