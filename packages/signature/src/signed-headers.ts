import { SignatureError } from './errors.ts';
import { findPlace, type HeaderFields, nameAt, placeOf } from './header-fields.ts';

/**
 * Headers that every request must sign: without one of them the signature could be moved to another request.
 */
export const ALWAYS_SIGNED = ['host', 'x-acs-date', 'x-acs-signature-nonce'];
/** Those that a presigned request leaves out, all of them. */
const UNSIGNED_IF_PRESIGNED = ['host', 'x-acs-signature-nonce'];
/** Those that a presigned request must sign as well: its operation is what makes it acceptable. */
const SIGNED_IF_PRESIGNED = ['x-acs-action', 'x-acs-version'];
/** Headers that must be signed if present: they name the operation and the caller. */
export const SIGNED_WHEN_PRESENT = [
  'x-acs-action',
  'x-acs-version',
  'x-acs-security-token',
  'x-acs-accesskey-id',
] as const;
const CONTENT_TYPE = placeOf('content-type');

const MAXIMUM_KEPT_LISTS = 64;
const MAXIMUM_KEPT_LENGTH = 1024;

/** Valid list of signed headers, as a client sent it. */
export interface SignedHeaderList {
  readonly text: string;
  readonly names: readonly string[];
  /** Index of each header that is a known one. */
  readonly places: readonly (number | undefined)[];
  /** For each name: the previous line's end, the name and its colon. */
  readonly openings: readonly string[];
  readonly signsContentType: boolean;
  /** Whether neither host nor nonce is signed, but date and operation are. */
  readonly isPresigned: boolean;
  /** Indexes of the headers that must be signed if present and that this list does not name. */
  readonly unsigned: readonly number[];
}

// A client sends the same list with each request. Lists are untrusted, so only a few short ones are cached.
const keptLists = new Map<string, SignedHeaderList>();
let lastList: SignedHeaderList | undefined;

/**
 * Parses the list of signed headers.
 *
 * @param text lower-case names in byte order, joined with `;`
 * @param contentHashHeader header with the body's digest, which must be signed as well
 * @param acceptsPresigned whether a list of a presigned request is accepted
 * @throws SignatureError `IncompleteSignature` when the list is unsorted, names a header twice, or lacks
 *   one that must be signed
 */
export function readSignedHeaders(
  text: string,
  contentHashHeader: string,
  acceptsPresigned: boolean,
): SignedHeaderList {
  const list = lastList?.text === text ? lastList : findList(text);
  lastList = list;
  if (list.isPresigned && !acceptsPresigned) throw unsigned('host');
  if (!list.names.includes(contentHashHeader)) throw unsigned(contentHashHeader);
  return list;
}

/**
 * Returns the signed header fields as in the canonical request: `name:value` and a line feed for each, an
 * empty line, and the list of their names.
 *
 * @param hasBody whether the signed digest is that of a non-empty body, so that `content-type` matters
 * @throws SignatureError `IncompleteSignature` when a signed header is absent or occurs twice, or a header
 *   that must be signed is not
 */
export function canonicalHeaderFields(
  list: SignedHeaderList,
  headers: HeaderFields,
  hasBody: boolean,
): string {
  for (const place of list.unsigned) {
    if (headers.isAt(place)) throw unsigned(nameAt(place));
  }
  if (hasBody && !list.signsContentType && headers.isAt(CONTENT_TYPE)) throw unsigned('content-type');
  let fields = '';
  for (let at = 0; at < list.names.length; at++) {
    const place = list.places[at];
    const value = place === undefined ? headers.get(list.names[at]!) : headers.at(place);
    if (value === undefined) {
      throw new SignatureError('IncompleteSignature', 'A signed header is absent.');
    }
    // No HTTP parser lets a line feed through, but requests may come from other sources.
    if (value.includes('\n'))
      throw new SignatureError('IncompleteSignature', 'A header contains a line feed.');
    fields += list.openings[at]!;
    fields += value;
  }
  return `${fields}\n\n${list.text}`;
}

function findList(text: string): SignedHeaderList {
  const kept = keptLists.get(text);
  if (kept !== undefined) return kept;
  const list = splitList(text);
  if (text.length <= MAXIMUM_KEPT_LENGTH) {
    if (keptLists.size === MAXIMUM_KEPT_LISTS) keptLists.clear();
    keptLists.set(text, list);
  }
  return list;
}

function splitList(text: string): SignedHeaderList {
  const names = text.split(';');
  for (let at = 1; at < names.length; at++) {
    if (names[at - 1]! >= names[at]!) {
      throw new SignatureError('IncompleteSignature', 'SignedHeaders is unsorted, or names a header twice.');
    }
  }
  const isPresigned =
    !UNSIGNED_IF_PRESIGNED.some((name) => names.includes(name)) &&
    SIGNED_IF_PRESIGNED.every((name) => names.includes(name));
  for (const name of ALWAYS_SIGNED) {
    if (isPresigned && UNSIGNED_IF_PRESIGNED.includes(name)) continue;
    if (!names.includes(name)) throw unsigned(name);
  }
  return {
    text,
    names,
    places: names.map(findPlace),
    openings: names.map((name, at) => (at === 0 ? `${name}:` : `\n${name}:`)),
    isPresigned,
    signsContentType: names.includes('content-type'),
    unsigned: [
      ...SIGNED_WHEN_PRESENT.filter((name) => !names.includes(name)),
      // A nonce that is not signed is none.
      ...(isPresigned ? (['x-acs-signature-nonce'] as const) : []),
    ].map(placeOf),
  };
}

/** Returns the refusal of a request that does not sign a header. */
export function unsigned(name: string): SignatureError {
  return new SignatureError('IncompleteSignature', `The header \`${name}\` must be signed.`);
}
