/** Fault or note in a policy text, with its position. */
export interface PolicyFault {
  /** JSON path: `$.Statement[0].Effect`. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** One sentence in lower case, the user's own input in backticks. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

const LONGEST_QUOTE = 80;

/** Quotes user input: in backticks, shortened, control characters escaped. */
export function quote(input: string): string {
  const shortened = input.length > LONGEST_QUOTE ? `${input.slice(0, LONGEST_QUOTE)}…` : input;
  return `\`${JSON.stringify(shortened).slice(1, -1).replaceAll('\\"', '"')}\``;
}

/** Appends a member to a path: `$.Condition` and `acs:SourceIp` give `$.Condition["acs:SourceIp"]`. */
export function memberPath(path: string, name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? `${path}.${name}`
    : `${path}[${JSON.stringify(name.slice(0, LONGEST_QUOTE))}]`;
}
