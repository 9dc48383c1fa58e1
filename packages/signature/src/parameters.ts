import { isUtf8 } from 'node:buffer';
import { SignatureError } from './errors.ts';
import { percentDecode } from './percent-encoding.ts';

/** Decoded parameters by name. Each name occurs once: a repeated one is refused by the decoder. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Maximum number of parameters of one request, query and form together. RAM's largest operation has fewer
 * than 100. They are counted while they are decoded, before names are sorted or looked up.
 */
export const MAX_PARAMETERS = 1000;

const NONE: Parameters = new Map();
const AMPERSAND = 0x26;

/**
 * Decodes a query string (without `?`) or the text of a form body. A `+` is a space in both, as official Go
 * clients write it; a literal plus is `%2B`. A parameter without `=` has the empty value; empty pairs are
 * ignored. Signatures are verified over the result of this function, so code that acts on a request must
 * decode with it too, or use `parameters` of the parsed signature.
 *
 * @param encoded `name=value` pairs joined with `&`
 * @throws SignatureError `InvalidParameter.Format` when percent-encoding or UTF-8 is malformed or a name is
 *   empty; `InvalidParameter.Duplicate` when a name occurs twice; `InvalidParameter.TooMany` beyond {@link
 *   MAX_PARAMETERS}
 */
export function decodeParameters(encoded: string): Parameters {
  if (encoded === '') return NONE;
  const parameters = new Map<string, string>();
  let equals = -1;
  for (let start = 0, end: number; start <= encoded.length; start = end + 1) {
    end = encoded.indexOf('&', start);
    if (end < 0) end = encoded.length;
    if (end === start) continue;
    // Searched again only once it was passed, so that a form without `=` is not scanned twice.
    if (equals < start) equals = endIfAbsent(encoded.indexOf('=', start), encoded);
    const name = decodeComponent(encoded.slice(start, Math.min(equals, end)));
    if (name === '') throw new SignatureError('InvalidParameter.Format', 'A parameter has no name.');
    if (parameters.has(name)) throw duplicate(name, 'occurs twice');
    if (parameters.size === MAX_PARAMETERS) throw tooMany();
    parameters.set(name, equals < end ? decodeComponent(encoded.slice(equals + 1, end)) : '');
  }
  return parameters;
}

/**
 * Decodes a body of type `application/x-www-form-urlencoded`.
 *
 * @param body the body's bytes
 * @throws SignatureError as {@link decodeParameters}
 */
export function decodeForm(body: Uint8Array): Parameters {
  if (body.length === 0) return NONE;
  const form = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  assertFewSeparators(form);
  if (!isUtf8(form)) throw new SignatureError('InvalidParameter.Format', 'The form is not UTF-8.');
  return decodeParameters(form.toString('utf8'));
}

/**
 * Asserts that a form has at most {@link MAX_PARAMETERS} separators, before decoding it.
 *
 * @throws SignatureError `InvalidParameter.TooMany`
 */
function assertFewSeparators(form: Buffer): void {
  let separators = 0;
  for (let at = form.indexOf(AMPERSAND); at >= 0; at = form.indexOf(AMPERSAND, at + 1)) {
    if (++separators > MAX_PARAMETERS) throw tooMany();
  }
}

/**
 * Merges the parameters of query and form.
 *
 * @throws SignatureError `InvalidParameter.Duplicate` when a name occurs in both, since either could be the
 *   one that is used; `InvalidParameter.TooMany` beyond {@link MAX_PARAMETERS} in total
 */
export function mergeParameters(query: Parameters, form: Parameters): Parameters {
  if (form.size === 0) return query;
  if (query.size === 0) return form;
  if (query.size + form.size > MAX_PARAMETERS) throw tooMany();
  const all = new Map(query);
  for (const [name, value] of form) {
    if (all.has(name)) throw duplicate(name, 'occurs in both query and form');
    all.set(name, value);
  }
  return all;
}

function endIfAbsent(index: number, text: string): number {
  return index < 0 ? text.length : index;
}

function decodeComponent(text: string): string {
  try {
    return percentDecode(text.includes('+') ? text.replaceAll('+', ' ') : text);
  } catch {
    throw new SignatureError('InvalidParameter.Format', 'A parameter is not percent-encoded UTF-8.');
  }
}

function duplicate(name: string, where: string): SignatureError {
  return new SignatureError('InvalidParameter.Duplicate', `\`${name.slice(0, 128)}\` ${where}.`);
}

function tooMany(): SignatureError {
  return new SignatureError('InvalidParameter.TooMany', `At most ${MAX_PARAMETERS} are allowed.`);
}
