import type { Readable, Writable } from 'node:stream';
import { CommanderError } from 'commander';

/** Streams and environment of a command. Colours are used on a terminal only, and not when `NO_COLOR` is set. */
export interface Terminal {
  readonly out: Writable & { readonly isTTY?: boolean };
  readonly err: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard input; that of the process when absent. */
  readonly input?: Readable & { readonly isTTY?: boolean };
}

/** Returns the standard input of a command. */
export function inputOf(terminal: Terminal): Readable & { readonly isTTY?: boolean } {
  return terminal.input ?? process.stdin;
}

/** Code of an error whose message has been printed already. */
export const ALREADY_REPORTED = 'claviger.reported';

/** Returns an error that ends a command without a further message. @param exitCode of the process */
export function exitWith(exitCode: number): CommanderError {
  return new CommanderError(exitCode, ALREADY_REPORTED, '');
}

/** Prints a line of the result to standard output. */
export function print(terminal: Terminal, line: string): void {
  terminal.out.write(`${line}\n`);
}

/** Prints a line of status, a warning or an error to standard error. */
export function printStatus(terminal: Terminal, line: string): void {
  terminal.err.write(`${line}\n`);
}

/** Formats text for standard output in bold. */
export const bold = (terminal: Terminal, text: string) => coloured(terminal.out, terminal, '1', text);

/** Formats text for standard output in green. */
export const green = (terminal: Terminal, text: string) => coloured(terminal.out, terminal, '32', text);

/** Formats text for standard output in red. */
export const red = (terminal: Terminal, text: string) => coloured(terminal.out, terminal, '31', text);

/** Formats a warning for standard error in yellow. */
export const warningStyle = (terminal: Terminal, text: string) =>
  coloured(terminal.err, terminal, '33', text);

function coloured(
  stream: { readonly isTTY?: boolean },
  terminal: Terminal,
  code: string,
  text: string,
): string {
  const plain = stream.isTTY !== true || terminal.environment['NO_COLOR'] !== undefined;
  return plain ? text : `\u001b[${code}m${text}\u001b[0m`;
}

/** Formats rows below headings, in aligned columns. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(headings), ...rows.map(line)].join('\n');
}
