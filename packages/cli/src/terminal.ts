import type { Readable, Writable } from 'node:stream';
import { CommanderError } from 'commander';

/** Where a command writes. Colours go to a terminal only, and not when `NO_COLOR` is set. */
export interface Terminal {
  readonly out: Writable & { readonly isTTY?: boolean };
  readonly err: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard input; that of the process when absent. */
  readonly input?: Readable & { readonly isTTY?: boolean };
}

/** What a command reads from. */
export function inputOf(terminal: Terminal): Readable & { readonly isTTY?: boolean } {
  return terminal.input ?? process.stdin;
}

/** The code of an error that ends a command which has said already what there is to say. */
export const TOLD = 'claviger.told';

/** Ends a command that has said what there is to say. @param exitCode of the process */
export function ended(exitCode: number): CommanderError {
  return new CommanderError(exitCode, TOLD, '');
}

/** Prints one line of what was asked for. */
export function print(terminal: Terminal, line: string): void {
  terminal.out.write(`${line}\n`);
}

/** Prints one line that is about the work, not its result. */
export function tell(terminal: Terminal, line: string): void {
  terminal.err.write(`${line}\n`);
}

/** In bold, where that can be shown. */
export const bold = (terminal: Terminal, text: string) => coloured(terminal.out, terminal, '1', text);

/** As something that went well, where that can be shown. */
export const good = (terminal: Terminal, text: string) => coloured(terminal.out, terminal, '32', text);

/** As something that went wrong, where that can be shown. */
export const bad = (terminal: Terminal, text: string) => coloured(terminal.out, terminal, '31', text);

/** As a warning, where that can be shown. */
export const warning = (terminal: Terminal, text: string) => coloured(terminal.err, terminal, '33', text);

function coloured(
  stream: { readonly isTTY?: boolean },
  terminal: Terminal,
  code: string,
  text: string,
): string {
  const plain = stream.isTTY !== true || terminal.environment['NO_COLOR'] !== undefined;
  return plain ? text : `\u001b[${code}m${text}\u001b[0m`;
}

/** Rows under headings, in columns as wide as they need. */
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
