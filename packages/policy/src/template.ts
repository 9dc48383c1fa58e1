import { quote } from './fault.ts';

/** Part of a pattern or condition value. */
type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'many' }
  | { readonly kind: 'one' }
  | { readonly kind: 'variable'; readonly key: string };

export type Template = readonly TemplatePart[];

export type TemplateReading =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly problem: string; readonly fix: string };

const ESCAPES = new Set(['*', '?', '$']);

/**
 * Splits a string of a policy into text, wildcards (if `wildcards` is true; otherwise `*` and `?` are text)
 * and policy variables, written `${namespace:key}`. `${*}`, `${?}` and `${$}` are the characters themselves.
 * A variable keeps its namespace and is looked up under exactly that key.
 */
export function readTemplate(source: string, wildcards: boolean): TemplateReading {
  const parts: TemplatePart[] = [];
  let text = '';
  const endText = () => {
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
  };
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (wildcards && (character === '*' || character === '?')) {
      endText();
      const kind = character === '*' ? 'many' : 'one';
      if (kind === 'one' || parts.at(-1)?.kind !== 'many') parts.push({ kind });
    } else if (character === '$' && source[at + 1] === '{') {
      const end = source.indexOf('}', at);
      if (end < 0) {
        return {
          ok: false,
          problem: `the policy variable in ${quote(source)} does not end`,
          fix: 'close it with `}`, or write `${$}{` for the characters themselves',
        };
      }
      const name = source.slice(at + 2, end);
      if (ESCAPES.has(name)) {
        text += name;
      } else if (isConditionKey(name)) {
        endText();
        parts.push({ kind: 'variable', key: name });
      } else {
        return {
          ok: false,
          problem: `${quote(`\${${name}}`)} is not a policy variable`,
          fix: 'write a condition key with its namespace, as in `${acs:PrincipalARN}`',
        };
      }
      at = end;
    } else {
      text += character;
    }
  }
  endText();
  return { ok: true, template: parts };
}

/** Whether a text is a valid condition key: a namespace, a colon, a name; no spaces at the ends. */
export function isConditionKey(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_.-]*:[^\s${},"'*?](?:[^${},"'*?]*[^\s${},"'*?])?$/u.test(name);
}

/**
 * Splits a template at the colons of its text, into at most `limit` pieces; the last keeps the other colons.
 */
export function splitAtColons(template: Template, limit: number): readonly Template[] {
  const pieces: TemplatePart[][] = [[]];
  for (const part of template) {
    if (part.kind !== 'text') {
      pieces.at(-1)!.push(part);
      continue;
    }
    let rest = part.text;
    for (let colon = rest.indexOf(':'); colon >= 0 && pieces.length < limit; colon = rest.indexOf(':')) {
      if (colon > 0) pieces.at(-1)!.push({ kind: 'text', text: rest.slice(0, colon) });
      pieces.push([]);
      rest = rest.slice(colon + 1);
    }
    if (rest !== '') pieces.at(-1)!.push({ kind: 'text', text: rest });
  }
  return pieces;
}

/** Returns the text of a template without wildcards and variables; `undefined` for any other. */
export function literalText(template: Template): string | undefined {
  let text = '';
  for (const part of template) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return text;
}
