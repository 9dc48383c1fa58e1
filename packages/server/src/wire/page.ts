import { Refusal } from '../errors/refusal.ts';
import { integer, optional, type Parameter, text, withDefault } from './parameter.ts';

/** Most that `MaxItems` may ask for in any list: Terraform's provider sends it to all of them. */
const MOST_ITEMS = 1000;

/** Parameters `Marker` and `MaxItems` of list operations. @param maximum page size; a greater `MaxItems`, up to 1,000, is capped @param byDefault page size if absent */
export function pageParameters(maximum: number, byDefault = maximum): PageParameters {
  const items = integer(1, MOST_ITEMS);
  const capped: Parameter<number> = {
    ...items,
    read: (name, wire) => Math.min(items.read(name, wire), maximum),
  };
  return {
    Marker: optional(text({ max: 1024 })),
    MaxItems: withDefault(capped, byDefault),
  };
}

/** The parameters of a page. */
export type PageParameters = {
  readonly Marker: Parameter<string | undefined>;
  readonly MaxItems: Parameter<number>;
};

/** Returns the key after which a page begins, `''` for the first. @throws Refusal Invalid{Marker} when `page` did not make the marker */
export function afterMarker(marker: string | undefined): string {
  if (marker === undefined) return '';
  const decoded = Buffer.from(marker, 'base64url').toString('utf8');
  if (!decoded.startsWith('m1:') || decoded.includes('\0')) throw new Refusal('Invalid', { name: 'Marker' });
  return decoded.slice(3);
}

/**
 * Returns one page of rows that were read with a limit of `size + 1`.
 * @param rows in order
 * @param size of a page
 * @param keyOf returns the value that rows are ordered by
 */
export function page<R>(
  rows: readonly R[],
  size: number,
  keyOf: (row: R) => string,
): { readonly rows: readonly R[]; readonly IsTruncated: boolean; readonly Marker: string | undefined } {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const more = rows.length > size && last !== undefined;
  return {
    rows: shown,
    IsTruncated: more,
    Marker: more ? markerOf(keyOf(last)) : undefined,
  };
}

/** Returns the marker of a page that begins after a key. */
export const markerOf = (key: string): string => Buffer.from(`m1:${key}`).toString('base64url');
