import { formatDocument } from '../../components/policy-editor/format-document.ts';
import type { HighlightedLines } from '../../components/policy-editor/policy-document.tsx';

/** Statement to highlight, with its lines in the stored text. */
export interface HighlightedStatement {
  readonly index: number;
  readonly effect: 'Allow' | 'Deny';
  readonly line: number;
  readonly endLine: number;
}

/** Formatted document with its highlighted lines. */
export interface HighlightedDocument {
  readonly text: string;
  readonly highlighted: readonly HighlightedLines[];
}

/** Formats a document that is stored on one line, and locates its statements. */
export function highlightDocument(
  stored: string,
  statements: readonly HighlightedStatement[],
): HighlightedDocument {
  const text = formatDocument(stored);
  const isMoved = text !== stored;
  return {
    text,
    highlighted: statements.map(({ index, effect, line, endLine }) => ({
      as: effect === 'Allow' ? 'allow' : 'deny',
      ...(isMoved ? linesOfStatement(stored, index) : { from: line, to: endLine }),
    })),
  };
}

/** Returns the lines of a statement in the output of `formatDocument`. */
function linesOfStatement(stored: string, index: number): { readonly from: number; readonly to: number } {
  const document = JSON.parse(stored) as Readonly<Record<string, unknown>>;
  let line = 2;
  for (const [name, value] of Object.entries(document)) {
    if (name === 'Statement' && Array.isArray(value)) {
      line += 1;
      for (const earlier of value.slice(0, index)) line += linesOf(earlier);
      return { from: line, to: line + linesOf(value[index]) - 1 };
    }
    line += linesOf(value);
  }
  return { from: 1, to: 1 };
}

const linesOf = (value: unknown): number => JSON.stringify(value, null, 2).split('\n').length;
