import { DAY_MS } from '../context/limits.ts';
import type { ChangeTopic } from '../store/schema.ts';
import type { Change, Queries, Store } from '../store/store.ts';

/**
 * Revisions read again below the last one seen. A revision is assigned when a change is written and visible when it
 * is committed, so a lower one may become visible later. Sending a change twice does no harm.
 */
const REVISION_MARGIN = 1000;

/**
 * Age up to which the change log can be read, ms. It is kept for a day; one hour allows for clock differences between
 * nodes.
 */
const READABLE_AGE_MS = DAY_MS - 60 * 60 * 1000;

/** Number of changes from which sending everything is as quick. */
const MAXIMUM_CHANGES = 20_000;

/**
 * Position in a stream of changes, from which any node can continue: a revision of the change log and its time of
 * writing. The time tells the revision from the same number in a database restored from a backup. The last one read is
 * kept for all streams of a node.
 */
export class Cursor {
  readonly #store: Pick<Store, 'queries'>;
  #latest: { readonly revision: number; readonly text: Promise<string> } | undefined;

  constructor(store: Pick<Store, 'queries'>) {
    this.#store = store;
  }

  /** @param revision up to which everything was sent; the result is empty if no node can continue from there */
  at(revision: number): Promise<string> {
    if (this.#latest?.revision === revision) return this.#latest.text;
    const latest = { revision, text: textOf(this.#store.queries, revision) };
    this.#latest = latest;
    latest.text.catch(() => {
      if (this.#latest === latest) this.#latest = undefined;
    });
    return latest.text;
  }
}

async function textOf(queries: Queries, revision: number): Promise<string> {
  const changedAt = await writtenAt(queries, revision);
  return changedAt === undefined ? '' : `${revision}.${changedAt}`;
}

/**
 * Returns the changes of an account since a cursor.
 * @param now milliseconds since the epoch
 * @returns `undefined` if they are not known, and everything has to be sent
 */
export async function changesSince(
  queries: Queries,
  accountId: string,
  cursor: string,
  now: number,
): Promise<Change[] | undefined> {
  const [, revision, changedAt] = (/^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? []).map(Number);
  if (revision === undefined || changedAt === undefined || now - changedAt > READABLE_AGE_MS)
    return undefined;
  if ((await writtenAt(queries, revision)) !== changedAt) return undefined;
  const rows = await queries
    .selectFrom('changes')
    .select(['topic', 'subject'])
    .distinct()
    .where('account_id', '=', accountId)
    .where('revision', '>', revision - REVISION_MARGIN)
    .limit(MAXIMUM_CHANGES + 1)
    .execute();
  if (rows.length > MAXIMUM_CHANGES) return undefined;
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
