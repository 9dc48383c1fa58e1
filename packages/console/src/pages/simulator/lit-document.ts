import { laidOut } from '../../components/policy-editor/laid-out.ts';
import type { LitLines } from '../../components/policy-editor/policy-document.tsx';

/** A statement that is to be lit up; its lines are those of the text as it is stored. */
export interface LitStatement {
  readonly index: number;
  readonly effect: 'Allow' | 'Deny';
  readonly line: number;
  readonly endLine: number;
}

/** A document as it is shown, and its lines that are lit up. */
export interface LitDocument {
  readonly text: string;
  readonly lit: readonly LitLines[];
}

/** Lays a document out where it was stored in one line, and finds its statements again. */
export function litDocument(stored: string, statements: readonly LitStatement[]): LitDocument {
  const text = laidOut(stored);
  const isMoved = text !== stored;
  return {
    text,
    lit: statements.map(({ index, effect, line, endLine }) => ({
      as: effect === 'Allow' ? 'allow' : 'deny',
      ...(isMoved ? linesOfStatement(stored, index) : { from: line, to: endLine }),
    })),
  };
}

/** The lines of a statement in the document as `laidOut` writes it. */
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
