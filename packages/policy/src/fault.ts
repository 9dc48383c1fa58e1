/** One thing that is wrong in a policy text, or worth knowing about it, and where. */
export interface PolicyFault {
  /** The place as a path: `$.Statement[0].Effect`. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;
  /** One sentence in lower case, the user's own input in backticks. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

const LONGEST_QUOTE = 80;

/** Quotes what the user wrote: in backticks, shortened, control characters escaped. */
export function quote(input: string): string {
  const shortened = input.length > LONGEST_QUOTE ? `${input.slice(0, LONGEST_QUOTE)}…` : input;
  return `\`${JSON.stringify(shortened).slice(1, -1).replaceAll('\\"', '"')}\``;
}

/** Adds a member to a path: `$.Condition` and `acs:SourceIp` make `$.Condition["acs:SourceIp"]`. */
export function memberPath(path: string, name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? `${path}.${name}`
    : `${path}[${JSON.stringify(name.slice(0, LONGEST_QUOTE))}]`;
}
