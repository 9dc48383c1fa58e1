import type { Writable } from 'node:stream';

/** Where a command writes. Colours go to a terminal only, and not when `NO_COLOR` is set. */
export interface Terminal {
  readonly out: Writable & { readonly isTTY?: boolean };
  readonly err: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
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
