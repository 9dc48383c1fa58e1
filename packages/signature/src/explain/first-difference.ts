import type { SignatureScheme } from '../parsed-signature.ts';

/** Where two signed texts begin to differ. Counted in bytes of UTF-8, since bytes are what is signed. */
export interface FirstDifference {
  /** How many bytes are the same before it. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in bytes. */
  readonly column: number;
  /** What stands there in a request: `` the header `host` ``. */
  readonly part: string;
  /** The line of the one, and of the other; empty where a text has ended. */
  readonly here: string;
  readonly there: string;
  /** How many characters of the two lines are the same. */
  readonly sameCharacters: number;
}

/**
 * The first byte in which two signed texts differ, and what it belongs to.
 *
 * @param scheme whose canonical request or string to sign the texts are
 * @param here the text that follows from a request
 * @param there the text that somebody else signed
 * @returns undefined when they are the same
 */
export function firstDifference(
  scheme: SignatureScheme,
  here: string,
  there: string,
): FirstDifference | undefined {
  if (here === there) return undefined;
  let at = 0;
  while (at < here.length && here[at] === there[at]) at++;
  // Half of a surrogate pair is no character.
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

/** The first and the last lines of a canonical request, and of what ROA 1.0 signs; header fields stand between. */
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
    ? `the header \`${mine}\`, which is not there`
    : `the header \`${theirs}\` beside \`${mine}\``;
}

function partOfRpc(here: string, there: string, at: number): string {
  const ampersands = here.slice(0, at).split('&').length - 1;
  if (ampersands === 0) return 'the method';
  if (ampersands === 1) return 'the path';
  const [mine, theirs] = [here, there].map((text) => parameterAt(text, at));
  return mine === theirs ? `the parameter \`${mine}\`` : `the parameter \`${theirs}\` beside \`${mine}\``;
}

/** The name of the parameter that stands at a place of a string to sign of RPC 1.0. */
function parameterAt(text: string, at: number): string {
  const parameters = text.indexOf('&', text.indexOf('&') + 1) + 1;
  const start = text.lastIndexOf('%26', at - 1);
  return text.slice(start < parameters ? parameters : start + 3).split(/%3D|%26/)[0]!;
}
