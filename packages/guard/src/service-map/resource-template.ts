import { type RequestValues, sourceName, type ValueSource, valueFrom } from './value-source.ts';

type Piece = { readonly text: string } | { readonly from: ValueSource };

/** Resource of a request, or the missing value. */
export type Resource =
  | { readonly ok: true; readonly arn: string }
  /** The request lacks the value, or it is empty. */
  | { readonly ok: false; readonly missing: string };

/**
 * Resource of a route: an ARN with placeholders for the caller's account and values of the request.
 *
 * Two requests have the same ARN only if they have the same values: separators of an ARN, wildcards of
 * policies and the percent sign are percent-encoded in a value. So an order called `*` is `order/%2A`, and
 * one called `1/items/2` is `order/1%2Fitems%2F2`: neither is ever another's resource.
 */
export class ResourceTemplate {
  /** Full ARN, with `{account}` and the request's values in braces. */
  readonly text: string;
  readonly #head: string;
  readonly #pieces: readonly Piece[];

  /** @param head `acs:orders:cn-hangzhou:` @param pieces of the relative id */
  constructor(head: string, pieces: readonly Piece[]) {
    this.#head = head;
    this.#pieces = pieces;
    const relative = pieces.map((piece) => ('text' in piece ? piece.text : `{${sourceName(piece.from)}}`));
    this.text = `${head}{account}:${relative.join('')}`;
  }

  /**
   * Returns the resource of a request. @param accountId of the caller: resources of other accounts cannot be
   * named
   */
  fill(accountId: string, values: RequestValues): Resource {
    let arn = `${this.#head}${accountId}:`;
    for (const piece of this.#pieces) {
      if ('text' in piece) {
        arn += piece.text;
        continue;
      }
      const value = valueFrom(piece.from, values);
      if (value === undefined || value === '') return { ok: false, missing: piece.from.name };
      arn += piece.from.in === 'path' && piece.from.isRest ? escapeRest(value) : escapeValue(value);
    }
    return { ok: true, arn };
  }
}

/** 1 for each ASCII character that is escaped in a value. */
const IS_ESCAPED = new Uint8Array(128);
for (const character of '%*?/:') IS_ESCAPED[character.charCodeAt(0)] = 1;
IS_ESCAPED.fill(1, 0, 0x20);
IS_ESCAPED[0x7f] = 1;

/** Escapes a value for an ARN. */
export function escapeValue(value: string): string {
  for (let at = 0; at < value.length; at++) {
    // A code beyond the table yields undefined.
    if (IS_ESCAPED[value.charCodeAt(at)] === 1) return escapeFrom(value, at);
  }
  return value;
}

function escapeFrom(value: string, first: number): string {
  let escaped = value.slice(0, first);
  for (let at = first; at < value.length; at++) {
    const code = value.charCodeAt(at);
    escaped +=
      IS_ESCAPED[code] === 1 ? `%${code.toString(16).toUpperCase().padStart(2, '0')}` : value.charAt(at);
  }
  return escaped;
}

/** Escapes the rest of a path but its slashes, none of which comes from inside a segment. */
function escapeRest(value: string): string {
  return value.includes('/') ? value.split('/').map(escapeValue).join('/') : escapeValue(value);
}
