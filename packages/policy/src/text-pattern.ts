import { type ConditionContext, onlyValueOf } from './conditions-in-request.ts';
import { foldCase } from './letter-case.ts';
import type { Template } from './template.ts';
import { MANY, matchCodes, ONE, type WildcardCodes } from './wildcard.ts';

type Shape = 'anything' | 'literal' | 'prefix' | 'wildcards' | 'variables';

const NO_CODES: WildcardCodes = [];

/** Compiled template. Most are a literal or a prefix, and are compared as such. */
export class TextPattern {
  /** Text before the first wildcard or variable, with which every match begins. */
  readonly literalPrefix: string;
  /** Whether only `literalPrefix` itself matches. */
  readonly isLiteral: boolean;
  readonly #shape: Shape;
  readonly #codes: WildcardCodes;
  readonly #template: Template;
  readonly #foldsCase: boolean;

  /** @param foldsCase whether texts will be given folded; the pattern folds itself and its variables */
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

  /** Whether every text with the non-empty `literalPrefix` matches. */
  get isPrefix(): boolean {
    return this.#shape === 'prefix';
  }

  /** Whether the whole text matches. A variable that the request does not have matches nothing. */
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

  /** `false` if a variable of the pattern has no single value in this request. */
  isResolved(conditions: ConditionContext): boolean {
    return this.#shape !== 'variables' || resolveVariables(this.#template, conditions, false) !== undefined;
  }
}

/**
 * Replaces the variables by the request's values, as text: a `*` from a request never becomes a wildcard.
 * Returns `undefined` if a variable has no single value.
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
 * Returns the same text as one flat string. A slice keeps referring to its policy, and a concatenation keeps
 * its pieces: both cost each comparison another memory access.
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
