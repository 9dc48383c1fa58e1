import { sql } from 'kysely';
import type { AccessKeyRow, UserRow } from '../store/schema.ts';
import { contains } from '../store/searched-rows.ts';
import type { Queries } from '../store/store.ts';

/** Conditions on the keys of an account; those that are `undefined` are none. */
export interface KeySearch {
  readonly accountId: string;
  /** Part of the id, of the owner's name or of the note, in any case of ASCII letters. */
  readonly text: string | undefined;
  /** `Recycled`: in the recycle bin. `undefined`: not in the recycle bin; `All`: all. */
  readonly status: 'Active' | 'Inactive' | 'Recycled' | 'All' | undefined;
  /** Created before, ms since the epoch. */
  readonly createdBefore: number | undefined;
  /** Created and last used before, or never used, ms since the epoch. */
  readonly unusedSince: number | undefined;
  /** Expires between now and then, ms since the epoch. */
  readonly expiresBefore: number | undefined;
  /** Only keys without a network restriction of their own that is in force. */
  readonly isUnrestricted: boolean | undefined;
}

/** Key with the name of its owner, which is `null` for the root. */
export type FoundKey = Pick<
  AccessKeyRow,
  | 'access_key_id'
  | 'owner_type'
  | 'owner_id'
  | 'note'
  | 'status'
  | 'created_at'
  | 'expires_at'
  | 'network_policy'
  | 'recycled_at'
> & { readonly user_name: UserRow['user_name'] | null };

/** Position in the keys of an account, newest first. */
export interface KeyPosition {
  readonly createdAt: number;
  readonly accessKeyId: string;
}

/** Page of keys. */
export interface KeyPage {
  readonly keys: readonly FoundKey[];
  /** Where to go on; `undefined` if there are no more. */
  readonly next: KeyPosition | undefined;
}

/** Keys examined by one query: some milliseconds. */
const KEYS_PER_STEP = 1_000;

/** Keys examined for one page. A page that ends here may hold fewer keys than asked for, or none. */
const KEYS_PER_PAGE = 20_000;

/** A whole id: looked up, since it would be found in the last step of a search. */
const WHOLE_ID = /^LTAI[A-Za-z0-9]{12,26}$/;

/** Part of a policy in force, in the form in which policies are stored. */
const IN_FORCE = '%"Status":"Active"%';

/**
 * Returns a page of the keys of an account that fulfil a search, newest first. The work of one call is bounded: when many
 * keys do not fulfil it, a page ends early, with the position to go on from.
 *
 * @param queries for long reads
 * @param after `undefined` for the first page
 * @param limit maximum number of keys
 * @param now ms since the epoch
 */
export async function searchKeys(
  queries: Queries,
  search: KeySearch,
  after: KeyPosition | undefined,
  limit: number,
  now: number,
): Promise<KeyPage> {
  if (search.text !== undefined && WHOLE_ID.test(search.text)) {
    const places = queries
      .selectFrom('access_keys')
      .select(['created_at', 'access_key_id'])
      .where('access_key_id', '=', search.text)
      .where(sql`account_id || ''`, '=', search.accountId);
    const keys = await keysAt(queries, places, search, now).execute();
    if (keys.length > 0) return { keys, next: undefined };
  }
  const keys: FoundKey[] = [];
  let position = after;
  for (let examined = KEYS_PER_STEP; ; examined += KEYS_PER_STEP) {
    const places = placesAfter(queries, search.accountId, position);
    const end = positionOf(
      await places
        .offset(KEYS_PER_STEP - 1)
        .limit(1)
        .executeTakeFirst(),
    );
    const found = keysAt(queries, places.limit(KEYS_PER_STEP), search, now);
    keys.push(...(await found.limit(limit + 1 - keys.length).execute()));
    if (keys.length > limit) {
      keys.pop();
      return { keys, next: positionOf(keys.at(-1)) };
    }
    if (end === undefined || examined >= KEYS_PER_PAGE) return { keys, next: end };
    position = end;
  }
}

const positionOf = (row: Pick<AccessKeyRow, 'created_at' | 'access_key_id'> | undefined) =>
  row && { createdAt: Number(row.created_at), accessKeyId: row.access_key_id };

/** Selects the keys of an account after a position, newest first, from their index alone. */
function placesAfter(queries: Queries, accountId: string, after: KeyPosition | undefined) {
  let places = queries
    .selectFrom('access_keys')
    .select(['created_at', 'access_key_id'])
    .where('account_id', '=', accountId)
    .orderBy('created_at', 'desc')
    .orderBy('access_key_id', 'desc');
  if (after !== undefined) {
    places = places.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'access_key_id'), '<', tuple(after.createdAt, after.accessKeyId)),
    );
  }
  return places;
}

/** Selects those of some keys that fulfil a search. */
function keysAt(
  queries: Queries,
  places: Pick<ReturnType<typeof placesAfter>, 'as'>,
  { text, status, createdBefore, unusedSince, expiresBefore, isUnrestricted }: KeySearch,
  now: number,
) {
  let keys = queries
    .selectFrom(places.as('place'))
    .innerJoin('access_keys as key', 'key.access_key_id', 'place.access_key_id')
    .leftJoin('users', 'users.user_id', 'key.owner_id')
    .select([
      'key.access_key_id',
      'key.owner_type',
      'key.owner_id',
      'users.user_name',
      'key.note',
      'key.status',
      'key.created_at',
      'key.expires_at',
      'key.network_policy',
      'key.recycled_at',
    ])
    // Those whose time in the recycle bin is over are gone, also before they are purged.
    .where(({ or, eb }) => or([eb('key.purge_at', 'is', null), eb('key.purge_at', '>', now)]))
    .orderBy('place.created_at', 'desc')
    .orderBy('place.access_key_id', 'desc');
  if (text !== undefined) {
    const isOfRoot = 'root'.includes(text.toLowerCase());
    keys = keys.where(({ or, eb }) =>
      or([
        contains('key.access_key_id', text),
        contains('key.note', text),
        contains('users.user_name_key', text),
        ...(isOfRoot ? [eb('key.owner_type', '=', 'root')] : []),
      ]),
    );
  }
  if (status === undefined) keys = keys.where('key.recycled_at', 'is', null);
  else if (status === 'Recycled') keys = keys.where('key.recycled_at', 'is not', null);
  else if (status !== 'All')
    keys = keys.where('key.recycled_at', 'is', null).where('key.status', '=', status);
  if (createdBefore !== undefined) keys = keys.where('key.created_at', '<', createdBefore);
  if (unusedSince !== undefined) {
    keys = keys
      .where('key.created_at', '<', unusedSince)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('access_key_uses as use')
              .select('use.access_key_id')
              .whereRef('use.access_key_id', '=', 'key.access_key_id')
              .where('use.used_at', '>=', unusedSince),
          ),
        ),
      );
  }
  if (expiresBefore !== undefined) {
    keys = keys.where('key.expires_at', '>', now).where('key.expires_at', '<=', expiresBefore);
  }
  if (isUnrestricted === true) {
    keys = keys.where(({ or, eb }) =>
      or([eb('key.network_policy', 'is', null), eb('key.network_policy', 'not like', IN_FORCE)]),
    );
  }
  return keys;
}

/** Last use of a key. */
export interface KeyUse {
  readonly usedAt: number;
  readonly serviceName: string;
  readonly sourceIp: string;
}

/** Returns the stored last use of each key that was used, by its id. */
export async function lastUses(
  queries: Queries,
  accessKeyIds: readonly string[],
): Promise<ReadonlyMap<string, KeyUse>> {
  const last = new Map<string, KeyUse>();
  if (accessKeyIds.length === 0) return last;
  const uses = await queries
    .selectFrom('access_key_uses')
    .select(['access_key_id', 'used_at', 'service_name', 'source_ip'])
    .where('access_key_id', 'in', accessKeyIds)
    .orderBy('used_at')
    .execute();
  for (const use of uses) {
    last.set(use.access_key_id, {
      usedAt: Number(use.used_at),
      serviceName: use.service_name,
      sourceIp: use.source_ip,
    });
  }
  return last;
}

/** Returns the number of keys outside of the recycle bin of each owner, by the owner's id. */
export async function keyCounts(
  queries: Queries,
  accountId: string,
  ownerIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ownerIds.length === 0) return new Map();
  const rows = await queries
    .selectFrom('access_keys')
    .select(({ fn }) => ['owner_id', fn.countAll<number>().as('keys')])
    .where('owner_id', 'in', ownerIds)
    .where('account_id', '=', accountId)
    .where('recycled_at', 'is', null)
    .groupBy('owner_id')
    .execute();
  return new Map(rows.map(({ owner_id, keys }) => [owner_id, Number(keys)]));
}
