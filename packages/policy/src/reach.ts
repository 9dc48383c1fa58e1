import type { PatternClause, PolicyDocument, Statement } from './document.ts';
import { foldCase } from './letter-case.ts';
import { readTemplate, type Template } from './template.ts';

/**
 * Verbs with which names of read-only actions begin. Any other action, or one that begins with a wildcard,
 * counts as a change, so that a new action is on the safe side.
 */
const READING_VERBS = ['check', 'decode', 'describe', 'get', 'list', 'lookup', 'simulate', 'validate'];

/**
 * Whether a policy can allow any action of a service. It errs towards `true`: conditions, resources and Deny
 * statements are ignored.
 *
 * @param service code before the colon of an action, such as `orders`
 */
export function canAllowService(document: PolicyDocument, service: string): boolean {
  return document.statements.some((statement) => {
    if (!canAllow(statement)) return false;
    const { negated, patterns } = statement.actions;
    if (negated) return !patterns.some((pattern) => coversService(pattern, service));
    return patterns.some((pattern) => restAfterService(pattern, service).length > 0);
  });
}

/**
 * Whether a policy can allow an action of the given services that does more than read. It errs towards `true`
 * as `canAllowService`; only a statement whose resources all belong to other services is skipped.
 *
 * @param services codes before the colon of an action, such as `ram`; also the services of the resources
 */
export function canAllowChange(document: PolicyDocument, services: readonly string[]): boolean {
  return document.statements.some(
    (statement) =>
      canAllow(statement) &&
      !isOnOtherServices(statement.resources, services) &&
      services.some((service) => allowsChange(statement.actions, service)),
  );
}

function allowsChange({ negated, patterns }: PatternClause, service: string): boolean {
  if (negated) return !patterns.some((pattern) => coversService(pattern, service));
  return patterns.some((pattern) => restAfterService(pattern, service).some((rest) => !onlyReads(rest)));
}

/** INVARIANT: an Allow that cannot be evaluated allows nothing (`CompiledStatement.applies`). */
function canAllow(statement: Statement): boolean {
  return statement.effect === 'Allow' && statement.unreadable === undefined;
}

/**
 * Returns the remainders of a pattern after it has matched `service:`, one per way to match; empty if it
 * cannot.
 */
function restAfterService(pattern: string, service: string): Template[] {
  const template = templateOf(pattern);
  if (template === undefined) return [];
  const ends: Template[] = [];
  consume(template, 0, 0, `${foldCase(service)}:`, ends, new Set());
  return ends;
}

/** Follows each way to match `text` with the parts of a template from an index on, each state once. */
function consume(
  template: Template,
  part: number,
  at: number,
  text: string,
  ends: Template[],
  seen: Set<number>,
): void {
  const place = part * (text.length + 1) + at;
  if (seen.has(place)) return;
  seen.add(place);
  if (at === text.length) {
    ends.push(template.slice(part));
    return;
  }
  const now = template[part];
  switch (now?.kind) {
    case undefined:
      return;
    case 'many':
      for (let next = at; next < text.length; next++) consume(template, part + 1, next, text, ends, seen);
      // It may match beyond the text.
      ends.push(template.slice(part));
      return;
    case 'one':
      consume(template, part + 1, at + 1, text, ends, seen);
      return;
    case 'variable':
      // Actions contain no variables; one that does counts as matching anything.
      ends.push([{ kind: 'many' }]);
      return;
    case 'text': {
      const rest = text.slice(at);
      if (rest.startsWith(now.text)) consume(template, part + 1, at + now.text.length, text, ends, seen);
      else if (now.text.startsWith(rest)) {
        ends.push([{ kind: 'text', text: now.text.slice(rest.length) }, ...template.slice(part + 1)]);
      }
    }
  }
}

function onlyReads(rest: Template): boolean {
  const [first] = rest;
  return first?.kind === 'text' && READING_VERBS.some((verb) => first.text.startsWith(verb));
}

/** Whether a pattern matches every action of a service: `orders:*`, `or*`, `*`. */
function coversService(pattern: string, service: string): boolean {
  const [first, second, ...more] = templateOf(pattern) ?? [];
  if (first?.kind === 'many') return second === undefined;
  return (
    first?.kind === 'text' &&
    second?.kind === 'many' &&
    more.length === 0 &&
    `${foldCase(service)}:`.startsWith(first.text)
  );
}

function isOnOtherServices(resources: PatternClause | undefined, services: readonly string[]): boolean {
  if (resources === undefined || resources.negated) return false;
  return resources.patterns.every((pattern) => {
    const service = /^acs:([A-Za-z0-9-]+):/i.exec(pattern)?.[1];
    return service !== undefined && !services.includes(foldCase(service));
  });
}

/** Returns the template of a folded pattern; `undefined` if it is unreadable. */
function templateOf(pattern: string): Template | undefined {
  const reading = readTemplate(foldCase(pattern), true);
  return reading.ok ? reading.template : undefined;
}
