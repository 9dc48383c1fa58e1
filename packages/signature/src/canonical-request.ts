import { SignatureError } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { compareBytes, isUnreserved, percentEncode, sortByBytes } from './percent-encoding.ts';

const NAME_THAT_MUST_BE_ENCODED = /[%&=\p{Cc}]/u;
const PERCENT = 0x25;
const ASTERISK = 0x2a;
const PLUS = 0x2b;
const BEYOND_ONE_BYTE = /[\u0100-\uffff]/;

/** Encoding of a query in a canonical request. */
export interface QueryStyle {
  /** Encodes a parameter name. */
  readonly name: (name: string) => string;
  /** Text after a name whose value is empty: `=`, or nothing in ACS4. */
  readonly empty: '=' | '';
}

/** ACS3 as specified: names and values are encoded, and each name is followed by `=`. */
export const ACS3_QUERY: QueryStyle = { name: percentEncode, empty: '=' };
/** ACS3 of the official Node.js client, which does not encode names. */
export const ACS3_QUERY_PLAIN_NAMES: QueryStyle = { name: utf8Bytes, empty: '=' };
/** ACS4, which omits the `=` of an empty value. */
export const ACS4_QUERY: QueryStyle = { name: percentEncode, empty: '' };

/**
 * Whether the two ACS3 encodings differ for this query and the plain one is unambiguous. With `&`, `=` or `%`
 * in a plain name, two different queries would have the same canonical form.
 */
export function hasPlainNames(query: Parameters): boolean {
  let differs = false;
  for (const name of query.keys()) {
    if (isUnreserved(name)) continue;
    if (NAME_THAT_MUST_BE_ENCODED.test(name)) return false;
    differs = true;
  }
  return differs;
}

/** Returns the query's parameters sorted by the bytes of their names, written in the given style. */
export function canonicalQuery(query: Parameters, style: QueryStyle): string {
  let text = '';
  let previous = '';
  for (const [name, value] of query) {
    if (compareBytes(previous, name) > 0) return canonicalQuery(sortedByName(query), style);
    text = appendPair(text, name, value, style);
    previous = name;
  }
  return text;
}

function sortedByName(query: Parameters): Parameters {
  return new Map(sortByBytes([...query.keys()]).map((name) => [name, query.get(name)!]));
}

function appendPair(text: string, name: string, value: string, style: QueryStyle): string {
  const start = text === '' ? '' : `${text}&`;
  return start + style.name(name) + (value === '' ? style.empty : `=${percentEncode(value)}`);
}

/**
 * Returns the canonical path of ACS3: `*` becomes `%2A`, `%7E` becomes `~`, and `+` would become `%20`. A `+`
 * is refused, since a path with a space has the same canonical form.
 *
 * @throws SignatureError `IncompleteSignature` when the path contains `+`
 */
export function acs3Path(path: string): string {
  let isPlain = true;
  // Fast path: nearly every path needs no change.
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === PLUS) {
      throw new SignatureError(
        'IncompleteSignature',
        'The path contains `+`: write `%2B`, or `%20` for a space.',
      );
    }
    if (code === ASTERISK || code === PERCENT) isPlain = false;
  }
  return isPlain ? path : path.replaceAll('*', '%2A').replaceAll('%7E', '~');
}

/**
 * Joins the six parts of a canonical request, one character per byte.
 *
 * @param headerFields each signed header with its line feed, an empty line, and the list of their names
 */
export function canonicalRequest(
  method: string,
  path: string,
  query: string,
  headerFields: string,
  contentHash: string,
): string {
  return `${method}\n${path}\n${query}\n${headerFields}\n${contentHash}`;
}

/**
 * Asserts that each character of a text is one byte.
 *
 * @throws SignatureError `IncompleteSignature` otherwise: truncated to a byte, a character could turn into
 *   another one
 */
export function assertBytes(text: string): void {
  if (BEYOND_ONE_BYTE.test(text)) {
    throw new SignatureError(
      'IncompleteSignature',
      'A header contains a character that is not a single byte.',
    );
  }
}

/** Returns the UTF-8 bytes of a text, one character per byte. */
export function utf8Bytes(text: string): string {
  return isUnreserved(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Decodes UTF-8 bytes, given as one character each, for display. */
export function readableText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
