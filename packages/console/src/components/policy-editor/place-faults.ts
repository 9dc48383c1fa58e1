import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { PolicyFault } from '../../api/claviger-operations.ts';

/**
 * Where in a text the faults are; lines and columns of the server count from 1.
 * @param wordsOf a fault in the reader's language
 */
export function placeFaults(
  text: Text,
  faults: readonly PolicyFault[],
  wordsOf: (fault: PolicyFault) => string,
): Diagnostic[] {
  const offsetOf = (line: number, column: number): number => {
    const found = text.line(Math.min(Math.max(line, 1), text.lines));
    return Math.min(found.from + Math.max(column - 1, 0), found.to);
  };
  return faults.map((fault) => {
    const { Line, Column, EndLine, EndColumn, Severity } = fault;
    const from = offsetOf(Line, Column);
    const to = offsetOf(EndLine ?? Line, EndColumn ?? Column + 1);
    return { from, to: Math.max(from, to), message: wordsOf(fault), severity: Severity };
  });
}
