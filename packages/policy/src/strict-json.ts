import { readJson, TextPositions } from './json-reader.ts';

/** Parsed value, or the fault of the text. */
export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/**
 * Parses JSON (RFC 8259) like `JSON.parse`, but refuses an object with a repeated name: parsers disagree
 * about which value counts, so a program could check another one than is used. Nesting beyond 32 levels is
 * refused. Takes time and memory linear in the length of the text, and never throws.
 *
 * @see RFC 7519 section 4, RFC 7515 section 4, RFC 7517 section 4: names have to be unique
 */
export function parseStrictJson(text: string): StrictJson {
  const reading = readJson(text, new TextPositions(text));
  const [fault] = reading.faults;
  if (fault !== undefined) return { ok: false, problem: fault.problem };
  return reading.ok ? { ok: true, value: JSON.parse(text) } : { ok: false, problem: 'the text is not JSON' };
}
