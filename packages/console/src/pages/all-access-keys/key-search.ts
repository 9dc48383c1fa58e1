import { call } from '../../api/call.ts';
import type { AnswerOf, ParametersOf } from '../../api/operations.ts';

/** Key of a search, with its owner and last use. */
export type FoundKey = NonNullable<AnswerOf<'Claviger', 'SearchAccessKeys'>['AccessKeys']>[number];

/** Parameters that select keys. */
export type KeySelection = Omit<ParametersOf<'Claviger', 'SearchAccessKeys'>, 'MaxItems' | 'Marker'>;

/** Keys on a page. */
const PAGE_SIZE = 20;
/** Keys that one call may return. */
const MAX_ITEMS = 100;

/** Filters of the page, by their name in its address, and their parameters. */
export const FILTERS = {
  unused: { UnusedDays: 90 },
  old: { OlderThanDays: 90 },
  unrestricted: { Unrestricted: true },
  expiring: { ExpiresWithinDays: 30 },
} as const satisfies Readonly<Record<string, KeySelection>>;

/** Name of a filter. */
export type FilterName = keyof typeof FILTERS;

/** Statuses to choose; the empty one is every key outside of the recycle bin. */
export const STATUSES = ['', 'Active', 'Inactive', 'Recycled', 'All'] as const;

const isFilter = (name: string): name is FilterName => Object.hasOwn(FILTERS, name);

/** Reads the chosen filters from the address of the page. */
export const filtersOf = (address: URLSearchParams): FilterName[] =>
  (address.get('only') ?? '').split(',').filter(isFilter);

/** Reads what the address of the page selects. */
export function selectionOf(address: URLSearchParams): KeySelection {
  const text = (address.get('q') ?? '').trim();
  const status = STATUSES.find((one) => one !== '' && one === address.get('status'));
  return Object.assign(
    {},
    ...filtersOf(address).map((name) => FILTERS[name]),
    text === '' ? {} : { Search: text },
    status === undefined ? {} : { Status: status },
  );
}

/** Page of keys, and the position of the next one. */
export interface KeyPage {
  readonly keys: readonly FoundKey[];
  readonly next: string | undefined;
}

/** Reads a page of keys; one answer may hold fewer, when the server had to examine many. */
export async function readKeyPage(
  selection: KeySelection,
  after: string,
  signal: AbortSignal,
): Promise<KeyPage> {
  const keys: FoundKey[] = [];
  let next: string | undefined = after;
  do {
    const answer: AnswerOf<'Claviger', 'SearchAccessKeys'> = await call(
      'Claviger',
      'SearchAccessKeys',
      { ...selection, MaxItems: PAGE_SIZE - keys.length, ...(next && { Marker: next }) },
      signal,
    );
    keys.push(...(answer.AccessKeys ?? []));
    next = answer.Marker;
  } while (next && keys.length < PAGE_SIZE);
  return { keys, next: next || undefined };
}

/**
 * Reads all keys that are selected.
 * @param read called with the number of keys read so far
 */
export async function readAllKeys(
  selection: KeySelection,
  read: (count: number) => void,
  signal: AbortSignal,
): Promise<readonly FoundKey[]> {
  const keys: FoundKey[] = [];
  let next: string | undefined;
  do {
    const answer: AnswerOf<'Claviger', 'SearchAccessKeys'> = await call(
      'Claviger',
      'SearchAccessKeys',
      { ...selection, MaxItems: MAX_ITEMS, ...(next && { Marker: next }) },
      signal,
    );
    keys.push(...(answer.AccessKeys ?? []));
    read(keys.length);
    next = answer.Marker;
  } while (next);
  return keys;
}
