/** One thing that is wrong in a service map, and where. */
export interface ServiceMapFault {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;
  /** One sentence, the author's own input in backticks, with what to do about it. */
  readonly message: string;
}

/** A service map that cannot be used, with everything that is wrong with it. */
export class ServiceMapError extends Error {
  override readonly name = 'ServiceMapError';
  /** In the order in which they stand in the file; at least one. */
  readonly faults: readonly ServiceMapFault[];

  /** @param file how the file is called in the message */
  constructor(file: string, faults: readonly ServiceMapFault[]) {
    const inOrder = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
    super(inOrder.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
    this.faults = inOrder;
  }
}

const LONGEST_QUOTE = 80;

/** What the author wrote: in backticks, on one line, shortened. */
export function quote(input: string): string {
  const shortened = input.length > LONGEST_QUOTE ? `${input.slice(0, LONGEST_QUOTE)}…` : input;
  return `\`${JSON.stringify(shortened).slice(1, -1).replaceAll('\\"', '"')}\``;
}
