import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { PolicyFault } from '../../api/claviger-operations.ts';

/**
 * Converts faults to diagnostics of the editor. Lines and columns of the server count from 1.
 * @param messageOf translates a fault
 */
export function toDiagnostics(
  text: Text,
  faults: readonly PolicyFault[],
  messageOf: (fault: PolicyFault) => string,
): Diagnostic[] {
  const offsetOf = (line: number, column: number): number => {
    const found = text.line(Math.min(Math.max(line, 1), text.lines));
    return Math.min(found.from + Math.max(column - 1, 0), found.to);
  };
  return faults.map((fault) => {
    const { Line, Column, EndLine, EndColumn, Severity } = fault;
    const from = offsetOf(Line, Column);
    const to = offsetOf(EndLine ?? Line, EndColumn ?? Column + 1);
    return { from, to: Math.max(from, to), message: messageOf(fault), severity: Severity };
  });
}
