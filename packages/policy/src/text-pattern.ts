import { type ConditionContext, onlyValueOf } from './conditions-in-request.ts';
import { foldCase } from './letter-case.ts';
import type { Template } from './template.ts';
import { MANY, matchCodes, ONE, type WildcardCodes } from './wildcard.ts';

type Shape = 'anything' | 'literal' | 'prefix' | 'wildcards' | 'variables';

const NO_CODES: WildcardCodes = [];

/** A template made ready for matching. Most are a literal or a prefix, and are compared as such. */
export class TextPattern {
  /** What every match begins with: the text before the first wildcard or variable. */
  readonly literalPrefix: string;
  /** True when nothing but `literalPrefix` matches. */
  readonly isLiteral: boolean;
  readonly #shape: Shape;
  readonly #codes: WildcardCodes;
  readonly #template: Template;
  readonly #foldsCase: boolean;

  /** With `foldsCase`, texts must be given already folded; the pattern folds itself and its variables. */
  constructor(template: Template, foldsCase = false) {
    this.#foldsCase = foldsCase;
    this.#template = template.map((part) =>
      foldsCase && part.kind === 'text' ? { kind: 'text', text: foldCase(part.text) } : part,
    );
    let prefix = '';
    let prefixParts = 0;
    for (const part of this.#template) {
      if (part.kind !== 'text') break;
      prefix += part.text;
      prefixParts++;
    }
    this.literalPrefix = inOnePiece(prefix);
    const rest = this.#template.slice(prefixParts);
    this.isLiteral = rest.length === 0;
    const endsInMany = rest.length === 1 && rest[0]!.kind === 'many';
    if (this.isLiteral) this.#shape = 'literal';
    else if (endsInMany) this.#shape = prefix === '' ? 'anything' : 'prefix';
    else if (rest.some((part) => part.kind === 'variable')) this.#shape = 'variables';
    else this.#shape = 'wildcards';
    this.#codes = this.#shape === 'wildcards' ? codesOf(this.#template) : NO_CODES;
  }

  /** True when everything that begins with `literalPrefix`, which is not empty, matches. */
  get isPrefix(): boolean {
    return this.#shape === 'prefix';
  }

  /** Whether the whole text matches. A variable that the request does not have makes it match nothing. */
  matches(text: string, conditions: ConditionContext): boolean {
    switch (this.#shape) {
      case 'anything':
        return true;
      case 'literal':
        return text === this.literalPrefix;
      case 'prefix':
        return text.startsWith(this.literalPrefix);
      case 'wildcards':
        return matchCodes(this.#codes, text);
      case 'variables': {
        const resolved = resolveVariables(this.#template, conditions, this.#foldsCase);
        return resolved !== undefined && matchCodes(codesOf(resolved), text);
      }
    }
  }

  /** False when a variable of the pattern has no single value in this request. */
  isResolved(conditions: ConditionContext): boolean {
    return this.#shape !== 'variables' || resolveVariables(this.#template, conditions, false) !== undefined;
  }
}

/**
 * Puts the request's values in place of the variables, as text: a `*` that comes from a request stays a `*`
 * and never becomes a wildcard. Returns undefined when a variable has no single value.
 */
function resolveVariables(
  template: Template,
  conditions: ConditionContext,
  foldsCase: boolean,
): Template | undefined {
  const resolved: Template[number][] = [];
  for (const part of template) {
    if (part.kind !== 'variable') {
      resolved.push(part);
      continue;
    }
    const value = onlyValueOf(conditions, foldCase(part.key));
    if (value === undefined) return undefined;
    resolved.push({ kind: 'text', text: foldsCase ? foldCase(value) : value });
  }
  return resolved;
}

/**
 * The same text, stored as one run of characters. Text that was cut out of a policy keeps pointing into it, and
 * text that was put together keeps its pieces: either costs every comparison another look into memory.
 */
function inOnePiece(text: string): string {
  return text.split('').join('');
}

function codesOf(template: Template): WildcardCodes {
  const codes: number[] = [];
  for (const part of template) {
    if (part.kind === 'many') codes.push(MANY);
    else if (part.kind === 'one') codes.push(ONE);
    else if (part.kind === 'text') {
      for (let at = 0; at < part.text.length; at++) codes.push(part.text.charCodeAt(at));
    }
  }
  return codes;
}
