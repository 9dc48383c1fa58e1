import { SignatureError } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { compareBytes, isUnreserved, percentEncode, sortByBytes } from './percent-encoding.ts';

const NAME_THAT_MUST_BE_ENCODED = /[%&=\p{Cc}]/u;
const PERCENT = 0x25;
const ASTERISK = 0x2a;
const PLUS = 0x2b;
const BEYOND_ONE_BYTE = /[\u0100-\uffff]/;

/** How a query is written into a canonical request. */
export interface QueryStyle {
  /** The name as it is written. */
  readonly name: (name: string) => string;
  /** What follows a name whose value is empty: `=`, or nothing in ACS4. */
  readonly empty: '=' | '';
}

/** ACS3 by the book: names and values are encoded, and each name has its `=`. */
export const ACS3_QUERY: QueryStyle = { name: percentEncode, empty: '=' };
/** ACS3 of the official Node.js client, which leaves names as they are. */
export const ACS3_QUERY_PLAIN_NAMES: QueryStyle = { name: utf8Bytes, empty: '=' };
/** ACS4 leaves the `=` away when the value is empty. */
export const ACS4_QUERY: QueryStyle = { name: percentEncode, empty: '' };

/**
 * Whether the two ways to write names in ACS3 differ for this query, and the plain one is beyond doubt: with a
 * `&`, `=` or `%` in a plain name, two different queries would have one canonical form.
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

/** The query's parameters sorted by the bytes of their names, written in a style. */
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
 * The path in ACS3: `*` is written `%2A`, `%7E` is written `~`, and `+` is written `%20`. The last is refused
 * here, since a path with a space has that canonical form too.
 *
 * @throws SignatureError `IncompleteSignature` when a `+` stands in the path
 */
export function acs3Path(path: string): string {
  let isPlain = true;
  // One look at each character: nearly every path is written as it is.
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === PLUS) {
      throw new SignatureError(
        'IncompleteSignature',
        'The path has a `+`: write `%2B`, or `%20` for a space.',
      );
    }
    if (code === ASTERISK || code === PERCENT) isPlain = false;
  }
  return isPlain ? path : path.replaceAll('*', '%2A').replaceAll('%7E', '~');
}

/**
 * Joins the six parts of a canonical request. The text has one character for each byte, or else has no digest.
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
 * @throws SignatureError `IncompleteSignature` when a character is no byte: cut to one, it could stand for another
 *   text
 */
export function assertBytes(text: string): void {
  if (BEYOND_ONE_BYTE.test(text)) {
    throw new SignatureError('IncompleteSignature', 'A header has a character that is no byte.');
  }
}

/** The UTF-8 bytes of a text, each as one character. */
export function utf8Bytes(text: string): string {
  return isUnreserved(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The text whose UTF-8 bytes these are, for people to read. */
export function readableText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
