import { DAY_MS } from '../context/limits.ts';
import type { ChangeTopic } from '../store/schema.ts';
import type { Change, Queries, Store } from '../store/store.ts';

/**
 * Revisions are given when a change is written and seen when it commits, so one below the last that was seen may come
 * late. So many below it are read again: what is said twice does no harm.
 */
const margin = 1000;

/** Notes of changes are kept for a day; an hour is left for the clocks of nodes to differ. */
const readable = DAY_MS - 60 * 60 * 1000;

/** With more it is as quick to begin anew. */
const mostChanges = 20_000;

/**
 * Where a stream of changes stands, so that any node can go on from there: a revision of the change log, and when it
 * was written. The second tells a revision from the same number in a database that was restored from a backup.
 */
export class Cursor {
  readonly #store: Store;
  #revision = -1;
  #text = '';

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param revision up to which everything was sent; empty when nobody can go on from there */
  async at(revision: number): Promise<string> {
    if (revision !== this.#revision) {
      const changedAt = await writtenAt(this.#store.queries, revision);
      this.#text = changedAt === undefined ? '' : `${revision}.${changedAt}`;
      this.#revision = revision;
    }
    return this.#text;
  }
}

/**
 * What changed in an account since a cursor.
 * @param now milliseconds since the epoch
 * @returns undefined when that cannot be told, and everything has to be sent
 */
export async function changesSince(
  queries: Queries,
  accountId: string,
  cursor: string,
  now: number,
): Promise<Change[] | undefined> {
  const [, revision, changedAt] = (/^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? []).map(Number);
  if (revision === undefined || changedAt === undefined || now - changedAt > readable) return undefined;
  if ((await writtenAt(queries, revision)) !== changedAt) return undefined;
  const rows = await queries
    .selectFrom('changes')
    .select(['topic', 'subject'])
    .distinct()
    .where('account_id', '=', accountId)
    .where('revision', '>', revision - margin)
    .limit(mostChanges + 1)
    .execute();
  if (rows.length > mostChanges) return undefined;
  return rows.map(({ topic, subject }) => ({ accountId, topic: topic as ChangeTopic, subject }));
}

async function writtenAt(queries: Queries, revision: number): Promise<number | undefined> {
  const row = await queries
    .selectFrom('changes')
    .select('changed_at')
    .where('revision', '=', revision)
    .executeTakeFirst();
  return row?.changed_at;
}
