import { utf8Bytes } from '../canonical-request.ts';
import { percentDecode, percentEncode } from '../percent-encoding.ts';

/** Decoded parameter. */
export type Pair = readonly [name: string, value: string];

/** Incorrect way to write parameters. */
export interface QueryMistake {
  readonly what: string;
  /** Writes parameters, one character per byte. @param pairs in the order sent */
  readonly write: (pairs: readonly Pair[]) => string;
}

/** Writes `a=1&b=2`, sorted by name. */
export function plainQuery(pairs: readonly Pair[], encode: (text: string) => string, empty = '='): string {
  return joined(sorted(pairs), encode, empty);
}

/** Known mistakes with parameters, whatever the scheme. */
export const QUERY_MISTAKES: readonly QueryMistake[] = [
  { what: 'leaves the query out of what it signs', write: () => '' },
  {
    what: 'signs the query in the order sent, not sorted by name',
    write: (pairs) => joined(pairs, percentEncode),
  },
  {
    what: 'sorts the query without regard to letter case',
    write: (pairs) =>
      joined(
        pairs.toSorted(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
        percentEncode,
      ),
  },
  { what: 'signs the query unencoded', write: (pairs) => plainQuery(pairs, utf8Bytes) },
  {
    what: 'encodes the query twice',
    write: (pairs) => plainQuery(pairs, (text) => percentEncode(percentEncode(text))),
  },
  {
    what: 'writes a space in the query as `+`, not `%20`',
    write: (pairs) => plainQuery(pairs, (text) => percentEncode(text).replaceAll('%20', '+')),
  },
  {
    what: "leaves !'()* in the query unencoded, as encodeURIComponent does",
    write: (pairs) => plainQuery(pairs, encodeURIComponent),
  },
  {
    what: 'writes the query as a form: a space as `+`, and `~` as `%7E`',
    write: (pairs) => new URLSearchParams(Object.fromEntries(sorted(pairs))).toString(),
  },
  {
    what: 'writes the escapes of the query in lower case',
    write: (pairs) =>
      plainQuery(pairs, (text) => percentEncode(text).replace(/%../g, (code) => code.toLowerCase())),
  },
  {
    what: 'sends a `+` in the query unencoded, so that it arrives as a space',
    write: (pairs) => plainQuery(pairs, (text) => percentEncode(text).replaceAll('%20', '%2B')),
  },
  {
    what: 'sends the query encoded twice, and signs it encoded once',
    write: (pairs) => plainQuery(pairs, (text) => percentEncode(decodedOnceMore(text))),
  },
  {
    what: 'leaves out the `=` of an empty value',
    write: (pairs) => plainQuery(pairs, percentEncode, ''),
  },
  {
    what: 'writes `=` after the name of an empty value',
    write: (pairs) => plainQuery(pairs, percentEncode),
  },
];

/** Decodes a text that is still encoded; returns any other unchanged. */
export function decodedOnceMore(text: string): string {
  try {
    return percentDecode(text);
  } catch {
    return text;
  }
}

function sorted(pairs: readonly Pair[]): Pair[] {
  return pairs.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function joined(pairs: readonly Pair[], encode: (text: string) => string, empty = '='): string {
  return pairs.map(([name, value]) => encode(name) + (value === '' ? empty : `=${encode(value)}`)).join('&');
}
