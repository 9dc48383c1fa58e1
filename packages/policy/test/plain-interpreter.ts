/**
 * A second interpreter of the policy language, written from the rules of the README for reading, not for
 * speed. It shares nothing with the engine but the types of a parsed document, so that a mistake must be made
 * twice, in different words, to go unseen.
 */
import type { Condition, PolicyDocument, Statement } from '../src/document.ts';

export type Facts = ReadonlyMap<string, string | readonly string[]>;

export interface PlainRequest {
  readonly action: string;
  readonly resource: string;
  readonly facts: Facts;
}

export interface PlainCaller {
  readonly kind: 'RAM' | 'Service' | 'Federated';
  readonly account: string;
  readonly name: string;
}

export type PlainEffect = 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';

export function plainDecide(documents: readonly PolicyDocument[], request: PlainRequest): PlainEffect {
  const statements = documents.flatMap((document) => document.statements);
  return conclude(statements.filter((statement) => applies(statement, request)));
}

export function plainDecideTrust(
  document: PolicyDocument,
  action: string,
  caller: PlainCaller,
  facts: Facts,
): PlainEffect {
  return conclude(
    document.statements.filter(
      (statement) =>
        trusts(statement, caller) && namesAction(statement, action) && conditionsHold(statement, facts),
    ),
  );
}

function conclude(applying: readonly Statement[]): PlainEffect {
  if (applying.some((statement) => statement.effect === 'Deny')) return 'ExplicitDeny';
  return applying.length > 0 ? 'Allow' : 'ImplicitDeny';
}

function applies(statement: Statement, { action, resource, facts }: PlainRequest): boolean {
  return (
    namesAction(statement, action) &&
    namesResource(statement, resource, facts) &&
    conditionsHold(statement, facts)
  );
}

function namesAction({ actions }: Statement, action: string): boolean {
  const named = actions.patterns.some((pattern) =>
    like(tokens(lower(pattern), true, NO_FACTS), lower(action)),
  );
  return named !== actions.negated;
}

// Resources

function namesResource({ resources, effect }: Statement, resource: string, facts: Facts): boolean {
  if (resources === undefined) return true;
  const named = resources.patterns.some((pattern) => matchesArn(pattern, resource, facts));
  if (!resources.negated) return named;
  const allKnown = resources.patterns.every((pattern) => tokens(pattern, true, facts) !== undefined);
  return !named && (allKnown || effect === 'Deny');
}

const REGIONLESS = ['ram', 'sts', 'ims'];

function matchesArn(pattern: string, resource: string, facts: Facts): boolean {
  if (tokens(pattern, true, facts) === undefined) return false;
  const onlyVariable = /^\$\{([^}]*:[^}]*)\}$/.exec(pattern);
  if (onlyVariable) return canonical(single(facts, onlyVariable[1]!)!) === canonical(resource);

  const parts = arnParts(pattern);
  const caseless = isCaseless(resource);
  const fold = (text: string) => (caseless ? lower(text) : text);
  if (parts.length < 5) {
    const [partition, service, region, rest] = parts;
    const isLiteral = (text: string | undefined) => text !== undefined && !/[*?]|\$\{[^*?$]/.test(text);
    const dropRegion =
      rest !== undefined && isLiteral(partition) && isLiteral(region) && REGIONLESS.includes(service!);
    const whole = dropRegion ? `${partition}:${service}::${rest}` : pattern;
    return like(foldTokens(tokens(whole, true, facts), caseless), canonical(resource));
  }
  const actual = arnParts(resource);
  if (actual.length < 5) return false;
  return [0, 1, 2, 3, 4].every((index) => {
    if (index === 2 && REGIONLESS.includes(actual[1]!)) return true;
    const found = foldTokens(tokens(parts[index]!, true, facts), caseless && index === 4);
    return like(found, index === 4 ? fold(actual[4]!) : actual[index]!);
  });
}

/** Up to five parts; colons inside of `${…}` do not count, nor do those after the fourth. */
function arnParts(text: string): string[] {
  const parts = [''];
  for (const piece of text.match(/\$\{[^}]*\}|[\s\S]/g) ?? []) {
    if (piece === ':' && parts.length < 5) parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}

function isCaseless(resource: string): boolean {
  const parts = resource.split(':');
  return (
    parts.length >= 5 &&
    parts[1] === 'ram' &&
    /^(user|group|role|policy|(saml|oidc)-provider)\//.test(parts.slice(4).join(':'))
  );
}

function canonical(resource: string): string {
  const parts = resource.split(':');
  if (parts.length >= 5 && REGIONLESS.includes(parts[1]!)) parts[2] = '';
  return isCaseless(resource) ? lower(parts.join(':')) : parts.join(':');
}

// Text

type Token = { readonly char: string } | 'many' | 'one';

const NO_FACTS: Facts = new Map();

function lower(text: string): string {
  return [...text].map((char) => (char >= 'A' && char <= 'Z' ? char.toLowerCase() : char)).join('');
}

function single(facts: Facts, key: string): string | undefined {
  const found = facts.get(lower(key));
  if (typeof found === 'string') return found;
  return found?.length === 1 ? found[0] : undefined;
}

/** Undefined when a variable has no single value. */
function tokens(pattern: string, wildcards: boolean, facts: Facts): Token[] | undefined {
  const result: Token[] = [];
  for (const [piece] of pattern.matchAll(/\$\{[^}]*\}|[\s\S]/g)) {
    const name = piece.length > 1 ? piece.slice(2, -1) : undefined;
    if (name === undefined) {
      if (wildcards && piece === '*') result.push('many');
      else if (wildcards && piece === '?') result.push('one');
      else result.push({ char: piece });
      continue;
    }
    const text = ['*', '?', '$'].includes(name) ? name : single(facts, name);
    if (text === undefined) return undefined;
    for (const char of text.split('')) result.push({ char });
  }
  return result;
}

function foldTokens(list: Token[] | undefined, fold: boolean): Token[] | undefined {
  return list?.map((token) => (typeof token === 'object' && fold ? { char: lower(token.char) } : token));
}

/** Follows all ways through the pattern at once. */
function like(pattern: readonly Token[] | undefined, text: string): boolean {
  if (pattern === undefined) return false;
  const withSkippedStars = (places: Set<number>): Set<number> => {
    for (const place of places) if (pattern[place] === 'many') places.add(place + 1);
    return places;
  };
  let places = withSkippedStars(new Set([0]));
  for (const char of text.split('')) {
    const next = new Set<number>();
    for (const place of places) {
      const token = pattern[place];
      if (token === 'many') next.add(place);
      else if (token === 'one' || (typeof token === 'object' && token.char === char)) next.add(place + 1);
    }
    places = withSkippedStars(next);
  }
  return places.has(pattern.length);
}

// Conditions

function conditionsHold(statement: Statement, facts: Facts): boolean {
  if (statement.unreadable !== undefined && statement.effect === 'Allow') return false;
  return statement.conditions.every((condition) => holds(condition, statement.effect, facts));
}

function holds(condition: Condition, effect: string, facts: Facts): boolean {
  const shape = /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/.exec(condition.operator)!;
  const [, quantifier, name, ifExists] = shape;
  const found = facts.get(lower(condition.key));
  const values = found === undefined ? [] : typeof found === 'string' ? [found] : found;
  if (name === 'Null') {
    return condition.values.some((value) => (lower(value) === 'true') === (values.length === 0));
  }
  const isNegative = name!.includes('Not');
  const positiveName = name!.replace('Not', '').replace('IncludeBorder', '');
  const isPrincipal = lower(condition.key) === 'acs:principalarn' && positiveName.startsWith('String');
  const matches = (value: string) =>
    (isPrincipal ? alsoAsRole(value) : [value]).some((name) =>
      condition.values.some((operand) => compare(positiveName, name, operand, facts)),
    );
  if (values.length === 0) {
    if (ifExists) return true;
    if (quantifier === 'ForAnyValue') return false;
    if (quantifier === 'ForAllValues') return isNegative || effect === 'Deny';
    return isNegative;
  }
  if (quantifier === 'ForAnyValue') return values.some((value) => matches(value) !== isNegative);
  if (quantifier === 'ForAllValues') return values.every((value) => matches(value) !== isNegative);
  return values.some(matches) !== isNegative;
}

/** A session of a role is compared as the role too, whose name may be in lower case. */
function alsoAsRole(arn: string): string[] {
  const session = /^(?<before>.*?):assumed-role\/(?<role>[^/]*)\//s.exec(arn);
  const { before, role } = session?.groups ?? {};
  const named = `${before}:role/${role}`;
  return session === null ? [arn] : [arn, named, lower(named)];
}

function compare(name: string, value: string, operand: string, facts: Facts): boolean {
  switch (name) {
    case 'StringEquals':
      return like(tokens(operand, false, facts), value);
    case 'StringEqualsIgnoreCase':
      return like(foldTokens(tokens(operand, false, facts), true), lower(value));
    case 'StringLike':
      return like(tokens(operand, true, facts), value);
    case 'Bool':
      return ['true', 'false'].includes(lower(value)) && lower(value) === lower(operand);
    case 'IpAddress':
      return inBlock(value, operand);
  }
  const [, family, relation] = /^(Numeric|Date)(.*)$/.exec(name)!;
  const read = family === 'Numeric' ? decimal : instant;
  const [left, right] = [read(value), read(operand)];
  if (left === undefined || right === undefined) return false;
  if (relation === 'Equals') return left === right;
  if (relation!.startsWith('LessThan'))
    return left < right || (relation!.endsWith('Equals') && left === right);
  return left > right || (relation!.endsWith('Equals') && left === right);
}

const DECIMAL_PLACES = 40;

/** In units of 10^-40. */
function decimal(text: string): bigint | undefined {
  const found = /^([+-]?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
  if (found === null) return undefined;
  const [, sign, whole, fraction = ''] = found;
  const magnitude = BigInt(whole! + fraction.padEnd(DECIMAL_PLACES, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

function instant(text: string): bigint | undefined {
  const shape =
    /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(?:Z|([+-])(\d\d):(\d\d)))?$/;
  const found = shape.exec(text);
  if (found === null) return undefined;
  const part = (index: number) => Number(found[index] ?? '0');
  const date = new Date(0);
  date.setUTCFullYear(part(1), part(2) - 1, part(3));
  date.setUTCHours(part(4), part(5), part(6), Number((found[7] ?? '').padEnd(3, '0')));
  const rolledOver =
    date.getUTCMonth() !== part(2) - 1 ||
    date.getUTCDate() !== part(3) ||
    date.getUTCHours() !== part(4) ||
    date.getUTCMinutes() !== part(5) ||
    date.getUTCSeconds() !== part(6);
  if (rolledOver || part(9) > 23 || part(10) > 59) return undefined;
  const offset = (part(9) * 60 + part(10)) * 60_000 * (found[8] === '-' ? -1 : 1);
  return BigInt(date.getTime() - offset);
}

// Addresses, as bits

function inBlock(value: string, block: string): boolean {
  const [first, length] = block.split('/');
  const address = bits(value);
  const base = bits(first!);
  if (address === undefined || base === undefined || address.length !== base.length) return false;
  const written = length === undefined ? undefined : Number(length);
  const mapped = base.length === 32 && first!.includes(':') ? 96 : 0;
  const prefix = written === undefined ? base.length : written - mapped;
  return address.slice(0, prefix) === base.slice(0, prefix);
}

/** Whether a policy may hold this address or block. */
export function isPlainBlock(text: string): boolean {
  const [first, length] = text.split('/');
  const base = bits(first!);
  const mapped = base?.length === 32 && first!.includes(':') ? 96 : 0;
  const prefix = length === undefined ? 0 : Number(length) - mapped;
  return base !== undefined && prefix >= 0 && prefix <= base.length;
}

function bits(text: string): string | undefined {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (four !== null) {
    const parts = four.slice(1);
    const isPlain = parts.every((part) => Number(part) <= 255 && String(Number(part)) === part);
    return isPlain ? parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('') : undefined;
  }
  let six = text;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail !== null) {
    const low = bits(tail[2]!);
    if (low === undefined) return undefined;
    const group = (from: number) => Number.parseInt(low.slice(from, from + 16), 2).toString(16);
    six = `${tail[1]}${group(0)}:${group(16)}`;
  }
  const halves = six.split('::');
  if (halves.length > 2 || !six.includes(':')) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...left, ...new Array<string>(missing).fill('0'), ...right];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const all = groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
  return all.startsWith('0'.repeat(80) + '1'.repeat(16)) ? all.slice(96) : all;
}

// Trust

function trusts({ principals }: Statement, caller: PlainCaller): boolean {
  if (principals === undefined) return true;
  switch (caller.kind) {
    case 'RAM':
      return principals.ram.some((entity) => {
        const [, , , account, ...rest] = entity.split(':');
        const name = rest.join(':');
        return account === caller.account && (name === 'root' || lower(name) === lower(caller.name));
      });
    case 'Service':
      return principals.service.some((service) => lower(service) === lower(caller.name));
    case 'Federated':
      return principals.federated.some((provider) => {
        const [, , , account, ...rest] = provider.split(':');
        return account === caller.account && lower(rest.join(':')) === lower(caller.name);
      });
  }
}
