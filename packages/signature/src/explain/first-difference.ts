import type { SignatureScheme } from '../parsed-signature.ts';

/** First difference of two signed texts, counted in bytes of UTF-8, since bytes are signed. */
export interface FirstDifference {
  /** Number of equal bytes before it. */
  readonly offset: number;
  /** Starting from 1. */
  readonly line: number;
  /** Starting from 1, in bytes. */
  readonly column: number;
  /** Part of the request at that position: `` the header `host` ``. */
  readonly part: string;
  /** The differing line of each text; empty where a text has ended. */
  readonly here: string;
  readonly there: string;
  /** Number of equal characters at the start of the two lines. */
  readonly sameCharacters: number;
}

/**
 * Returns the first byte in which two signed texts differ, and the part it belongs to.
 *
 * @param scheme scheme of the two texts
 * @param here text computed from the request
 * @param there text that the other side signed
 * @returns undefined when they are equal
 */
export function firstDifference(
  scheme: SignatureScheme,
  here: string,
  there: string,
): FirstDifference | undefined {
  if (here === there) return undefined;
  let at = 0;
  while (at < here.length && here[at] === there[at]) at++;
  // Half of a surrogate pair is not a character.
  if (isLowSurrogate(here.charCodeAt(at)) || isLowSurrogate(there.charCodeAt(at))) at = Math.max(0, at - 1);
  const same = here.slice(0, at);
  const start = same.lastIndexOf('\n') + 1;
  const line = same.split('\n').length;
  const lines = { here: lineAt(here, start), there: lineAt(there, start) };
  return {
    offset: Buffer.byteLength(same),
    line,
    column: Buffer.byteLength(same.slice(start)) + 1,
    part: scheme === 'RPC-HMAC-SHA1' ? partOfRpc(here, there, at) : partOfLines(scheme, here, line, lines),
    ...lines,
    sameCharacters: at - start,
  };
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? text.length : end);
}

/**
 * Names of the first and last lines of a canonical request, and of a ROA 1.0 string to sign; header fields
 * are between.
 */
const FIRST_LINES = {
  acs: ['the method', 'the path', 'the query'],
  roa: [
    'the method',
    'the header `accept`',
    'the header `content-md5`',
    'the header `content-type`',
    'the date',
  ],
};
const LAST_LINES = {
  acs: ['the digest of the body', 'the list of signed headers', 'the line before the list of signed headers'],
  roa: ['path and query'],
};

/** ACS3 and ACS4 have a second text, whose first line is not a method. */
const A_STRING_TO_SIGN = /^ACS\d-/;

function partOfLines(
  scheme: SignatureScheme,
  text: string,
  line: number,
  { here, there }: { readonly here: string; readonly there: string },
): string {
  if (A_STRING_TO_SIGN.test(text)) return line === 1 ? 'the algorithm' : 'the hash of the canonical request';
  const kind = scheme === 'ROA-HMAC-SHA1' ? 'roa' : 'acs';
  const known = FIRST_LINES[kind][line - 1] ?? LAST_LINES[kind][text.split('\n').length - line];
  if (known !== undefined) return known;
  const [mine, theirs] = [here, there].map((field) => field.split(':')[0]!);
  if (mine === theirs) return `the header \`${mine}\``;
  return theirs === ''
    ? `the header \`${mine}\`, which is missing there`
    : `the header \`${theirs}\` beside \`${mine}\``;
}

function partOfRpc(here: string, there: string, at: number): string {
  const ampersands = here.slice(0, at).split('&').length - 1;
  if (ampersands === 0) return 'the method';
  if (ampersands === 1) return 'the path';
  const [mine, theirs] = [here, there].map((text) => parameterAt(text, at));
  return mine === theirs ? `the parameter \`${mine}\`` : `the parameter \`${theirs}\` beside \`${mine}\``;
}

/** Returns the name of the parameter at an offset of an RPC 1.0 string to sign. */
function parameterAt(text: string, at: number): string {
  const parameters = text.indexOf('&', text.indexOf('&') + 1) + 1;
  const start = text.lastIndexOf('%26', at - 1);
  return text.slice(start < parameters ? parameters : start + 3).split(/%3D|%26/)[0]!;
}
