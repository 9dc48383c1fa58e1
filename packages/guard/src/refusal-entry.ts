/** Row of a table of refusals. `{placeholders}` of its texts stand for values of the request. */
export interface RefusalEntry {
  /** HTTP status. */
  readonly status: number;
  readonly message: string;
  /** Code on the wire, if it is not the row's name: it has placeholders, or several rows share it. */
  readonly code?: string;
}

/** Refusal as it is answered. */
export interface RefusalTexts {
  readonly code: string;
  readonly httpStatus: number;
  readonly message: string;
}

/**
 * Fills the placeholders of a row.
 * @param name of the row
 * @param values by placeholder: user input, never a secret
 */
export function refusalTexts(
  name: string,
  { status, message, code = name }: RefusalEntry,
  values: Readonly<Record<string, string | number>> = {},
): RefusalTexts {
  return { code: fill(code, values), httpStatus: status, message: fill(message, values) };
}

function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
