/** Fault in a service map, with its position. */
export interface ServiceMapFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** One sentence, user input in backticks, with what to do about it. */
  readonly message: string;
}

/** Invalid service map, with all faults. */
export class ServiceMapError extends Error {
  override readonly name = 'ServiceMapError';
  /** In the order of the file; at least one. */
  readonly faults: readonly ServiceMapFault[];

  /** @param file name of the file in the message */
  constructor(file: string, faults: readonly ServiceMapFault[]) {
    const inOrder = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
    super(inOrder.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
    this.faults = inOrder;
  }
}

const LONGEST_QUOTE = 80;

/** Quotes user input: in backticks, on one line, shortened. */
export function quote(input: string): string {
  const shortened = input.length > LONGEST_QUOTE ? `${input.slice(0, LONGEST_QUOTE)}…` : input;
  return `\`${JSON.stringify(shortened).slice(1, -1).replaceAll('\\"', '"')}\``;
}
