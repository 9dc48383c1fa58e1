import { CompiledQuery } from 'kysely';
import type { AuditEventRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';
import { originalNonce } from './audit-event.ts';

/** The columns, and their types for PostgreSQL's arrays. */
const columns = {
  event_id: 'text',
  account_id: 'text',
  event_time: 'bigint',
  event_name: 'text',
  service_name: 'text',
  event_rw: 'text',
  access_key_id: 'text',
  user_name: 'text',
  source_ip: 'text',
  error_code: 'text',
  signature_nonce: 'text',
  event: 'text',
} as const satisfies Record<keyof AuditEventRow, string>;

const names = Object.keys(columns) as (keyof AuditEventRow)[];

/** Rows of one statement on SQLite: more are no faster, and each number of rows is a statement to keep prepared. */
const rowsPerStatement = 32;

const insert = `insert into audit_events (${names.join(', ')})`;
/** A batch whose commit got lost on the way is written once more. */
const onceOnly = 'on conflict do nothing';
const unnested = Object.values(columns)
  .map((type, index) => `$${index + 1}::${type}[]`)
  .join(', ');
const insertArrays = `${insert} select * from unnest(${unnested}) ${onceOnly}`;
const rowPlaceholders = `(${names.map(() => '?').join(', ')})`;

/**
 * Writes events; those that are there already stay as they are. Kysely would compile a statement of its own for
 * each batch, at twice the cost of writing it.
 *
 * @param queries of a transaction
 */
export async function insertAuditEvents(
  kind: Store['kind'],
  queries: Queries,
  rows: readonly AuditEventRow[],
): Promise<void> {
  if (kind === 'postgres') {
    const arrays = names.map((name) => rows.map((row) => row[name]));
    await queries.executeQuery(CompiledQuery.raw(insertArrays, arrays));
    return;
  }
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const part = rows.slice(from, from + rowsPerStatement);
    const values: unknown[] = [];
    for (const row of part) for (const name of names) values.push(row[name]);
    const placeholders = new Array(part.length).fill(rowPlaceholders).join(', ');
    await queries.executeQuery(CompiledQuery.raw(`${insert} values ${placeholders} ${onceOnly}`, values));
  }
}

/** A nonce that was used. */
export interface UsedNonce {
  readonly accessKeyId: string;
  readonly nonce: string;
  /** When its request arrived; milliseconds since the epoch. */
  readonly time: number;
}

const noncesPerPage = 5000;

/**
 * The nonces of calls since `since`, in pages, each account's oldest first, so that a restarted node refuses
 * replays of what it served before.
 *
 * A request may be signed up to a window after it arrives, and its nonce counts until a window after that: to
 * find all that still count, look two windows back and let them expire two windows after their `time`.
 *
 * @param since milliseconds since the epoch
 */
export async function* recentNonces(queries: Queries, since: number): AsyncGenerator<UsedNonce[], void> {
  for await (const accountId of accountsWithEvents(queries)) yield* noncesOf(queries, accountId, since);
}

/** Operation by which guards have signatures verified: its parameters name a second key and nonce. */
const VERIFICATION = 'VerifyRequestSignature';

/** The nonce of the request whose signature a guard asked about; none when the event is of another call. */
function verifiedForGuard(event: string, time: number): UsedNonce[] {
  if (event === '') return [];
  const { requestParameters } = JSON.parse(event) as { requestParameters?: Record<string, unknown> };
  const { SignerAccessKeyId: accessKeyId, SignedNonce: nonce } = requestParameters ?? {};
  return typeof accessKeyId === 'string' && typeof nonce === 'string' ? [{ accessKeyId, nonce, time }] : [];
}

async function* noncesOf(
  queries: Queries,
  accountId: string,
  since: number,
): AsyncGenerator<UsedNonce[], void> {
  let after = { event_time: since, event_id: '' };
  for (;;) {
    const { event_time: time, event_id: id } = after;
    const rows = await queries
      .selectFrom('audit_events')
      .select((column) => [
        'event_id',
        'event_time',
        'access_key_id',
        'signature_nonce',
        column
          .case()
          .when('event_name', '=', VERIFICATION)
          .then(column.ref('event'))
          .else('')
          .end()
          .as('verification'),
      ])
      .where('account_id', '=', accountId)
      .where('signature_nonce', '!=', '')
      .where((where) =>
        where.or([
          where('event_time', '>', time),
          where.and([where('event_time', '=', time), where('event_id', '>', id)]),
        ]),
      )
      .where('event_time', '>=', time)
      .orderBy('event_time')
      .orderBy('event_id')
      .limit(noncesPerPage)
      .execute();
    if (rows.length > 0) {
      yield rows.flatMap((row) => [
        {
          accessKeyId: row.access_key_id,
          nonce: originalNonce(row.signature_nonce),
          time: row.event_time,
        },
        ...verifiedForGuard(row.verification, row.event_time),
      ]);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < noncesPerPage) return;
    after = last;
  }
}

/** One look into the index for each account: a `distinct` would read every event. */
export async function* accountsWithEvents(queries: Queries): AsyncGenerator<string, void> {
  let comparison: '>=' | '>' = '>=';
  for (let last = ''; ; comparison = '>') {
    const next = await queries
      .selectFrom('audit_events')
      .select('account_id')
      .where('account_id', comparison, last)
      .orderBy('account_id')
      .limit(1)
      .executeTakeFirst();
    if (next === undefined) return;
    last = next.account_id;
    yield last;
  }
}

/** What retention removed from one account's log. */
export interface RemovedEvents {
  readonly accountId: string;
  readonly count: number;
  /** How many of them are named `PurgeAuditEvents`: what retention itself has written. */
  readonly purgeEvents: number;
}

/** The name of the events by which retention says what it removed. */
export const purgeEventName = 'PurgeAuditEvents';

/**
 * Removes events before `before`, each account's oldest first: retention. At most `limit` of them, so that no
 * transaction lasts long; call it again, in another one, while it removes as many.
 *
 * @param queries of a transaction
 * @param before milliseconds since the epoch
 * @returns what was removed from each account's log
 */
export async function purgeAuditEvents(
  queries: Queries,
  before: number,
  limit = 1000,
): Promise<readonly RemovedEvents[]> {
  const removed: RemovedEvents[] = [];
  let room = limit;
  for await (const accountId of accountsWithEvents(queries)) {
    const oldest = await queries
      .selectFrom('audit_events')
      .select(['event_id', 'event_time', 'event_name'])
      .where('account_id', '=', accountId)
      .where('event_time', '<', before)
      .orderBy('event_time')
      .orderBy('event_id')
      .limit(room)
      .execute();
    const last = oldest.at(-1);
    if (last === undefined) continue;
    const { numDeletedRows } = await queries
      .deleteFrom('audit_events')
      .where('account_id', '=', accountId)
      .where(({ eb, or, and }) =>
        or([
          eb('event_time', '<', last.event_time),
          and([eb('event_time', '=', last.event_time), eb('event_id', '<=', last.event_id)]),
        ]),
      )
      .where('event_time', '<=', last.event_time)
      .executeTakeFirstOrThrow();
    const purgeEvents = oldest.filter(({ event_name: name }) => name === purgeEventName).length;
    removed.push({ accountId, count: Number(numDeletedRows), purgeEvents });
    room -= oldest.length;
    if (room <= 0) break;
  }
  return removed;
}
