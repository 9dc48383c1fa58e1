import { readJson, TextPositions } from './json-reader.ts';

/** What was read, or what is wrong with the text. */
export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/**
 * Parses JSON (RFC 8259) like `JSON.parse`, but refuses an object that has a name twice: readers disagree about which of
 * the two values counts, so that what one program checks another one does not use. Nesting beyond 32 levels is refused.
 * Reads in time and memory linear in the length of the text, and never throws.
 * @see RFC 7519 section 4, RFC 7515 section 4, RFC 7517 section 4: names have to be unique
 */
export function parseStrictJson(text: string): StrictJson {
  const reading = readJson(text, new TextPositions(text));
  const [fault] = reading.faults;
  if (fault !== undefined) return { ok: false, problem: fault.problem };
  return reading.ok ? { ok: true, value: JSON.parse(text) } : { ok: false, problem: 'it is no JSON' };
}
