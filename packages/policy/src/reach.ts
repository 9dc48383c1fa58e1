import type { PatternClause, PolicyDocument, Statement } from './document.ts';
import { foldCase } from './letter-case.ts';
import { readTemplate, type Template } from './template.ts';

/**
 * Verbs with which the names of actions begin that only read. Whatever begins otherwise, or with a wildcard, counts as
 * changing: an action that is added later is then on the safe side.
 */
const READING_VERBS = ['check', 'decode', 'describe', 'get', 'list', 'lookup', 'simulate', 'validate'];

/**
 * Whether a policy can allow any action of a service to whoever holds it. It errs to the side of `true`: conditions,
 * resources and Deny statements are not looked at.
 * @param service the code before the colon of an action, such as `orders`
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
 * Whether a policy can allow an action of one of some services that does more than read. It errs to the side of `true`
 * as `canAllowService` does; only a statement whose resources are all of other services is passed over.
 * @param services codes before the colon of an action, such as `ram`; also the services of the resources they are on
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

/** What is left of a pattern once it has matched `service:`, in each way in which it can; empty: it cannot. */
function restAfterService(pattern: string, service: string): Template[] {
  const template = templateOf(pattern);
  if (template === undefined) return [];
  const ends: Template[] = [];
  consume(template, 0, 0, `${foldCase(service)}:`, ends, new Set());
  return ends;
}

/** Follows each way of matching `text` with the parts of a template from a place on, each place once. */
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
      // It may go on beyond the text.
      ends.push(template.slice(part));
      return;
    case 'one':
      consume(template, part + 1, at + 1, text, ends, seen);
      return;
    case 'variable':
      // Actions hold no variables; one that does is taken to match anything.
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

/** Undefined when it cannot be read; folded to lower case. */
function templateOf(pattern: string): Template | undefined {
  const reading = readTemplate(foldCase(pattern), true);
  return reading.ok ? reading.template : undefined;
}
