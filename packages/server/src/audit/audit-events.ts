import { CompiledQuery } from 'kysely';
import type { AuditEventRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';
import { originalNonce } from './audit-event.ts';

/** Columns of `audit_events` with their PostgreSQL types. */
const COLUMNS = {
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

const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof AuditEventRow)[];

/** Rows of one statement on SQLite. More are not faster, and each row count needs a prepared statement. */
const ROWS_PER_STATEMENT = 32;

const INSERT = `insert into audit_events (${COLUMN_NAMES.join(', ')})`;
/** A batch is written again if the answer to its commit was lost. */
const ON_CONFLICT = 'on conflict do nothing';
const UNNESTED = Object.values(COLUMNS)
  .map((type, index) => `$${index + 1}::${type}[]`)
  .join(', ');
const INSERT_ARRAYS = `${INSERT} select * from unnest(${UNNESTED}) ${ON_CONFLICT}`;
const ROW_PLACEHOLDERS = `(${COLUMN_NAMES.map(() => '?').join(', ')})`;

/**
 * Inserts events; existing ones stay as they are. Uses raw SQL, since Kysely would compile a statement for each
 * batch, at twice the cost of writing it.
 *
 * @param queries of a transaction
 */
export async function insertAuditEvents(
  kind: Store['kind'],
  queries: Queries,
  rows: readonly AuditEventRow[],
): Promise<void> {
  if (kind === 'postgres') {
    const arrays = COLUMN_NAMES.map((name) => rows.map((row) => row[name]));
    await queries.executeQuery(CompiledQuery.raw(INSERT_ARRAYS, arrays));
    return;
  }
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    const part = rows.slice(from, from + ROWS_PER_STATEMENT);
    const values: unknown[] = [];
    for (const row of part) for (const name of COLUMN_NAMES) values.push(row[name]);
    const placeholders = new Array(part.length).fill(ROW_PLACEHOLDERS).join(', ');
    await queries.executeQuery(CompiledQuery.raw(`${INSERT} values ${placeholders} ${ON_CONFLICT}`, values));
  }
}

/** A used nonce. */
export interface UsedNonce {
  readonly accessKeyId: string;
  readonly nonce: string;
  /** Arrival time of its request, ms since the epoch. */
  readonly time: number;
}

const NONCES_PER_PAGE = 5000;

/**
 * Yields the nonces of calls since `since`, in pages, oldest first within an account, so that a restarted node
 * refuses replays of requests it served before.
 *
 * A request may be signed up to one window after it arrives, and its nonce counts until one window after that. To
 * find all that still count, read two windows back and let them expire two windows after their `time`.
 *
 * @param since ms since the epoch
 */
export async function* recentNonces(queries: Queries, since: number): AsyncGenerator<UsedNonce[], void> {
  for await (const accountId of accountsWithEvents(queries)) yield* noncesOf(queries, accountId, since);
}

/** Operation by which guards have signatures verified; its parameters name a second key and nonce. */
const VERIFICATION = 'VerifyRequestSignature';

/** Returns the nonce of the request that a guard had verified; empty for events of other calls. */
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
      .limit(NONCES_PER_PAGE)
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
    if (last === undefined || rows.length < NONCES_PER_PAGE) return;
    after = last;
  }
}

/** Yields the accounts with events. Each step is one index look-up; a `distinct` would read every event. */
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

/** Events that retention removed from one account's log. */
export interface RemovedEvents {
  readonly accountId: string;
  readonly count: number;
  /** How many of them were `PurgeAuditEvents`, written by retention itself. */
  readonly purgeEvents: number;
}

/** Name of the events in which retention records what it removed. */
export const PURGE_EVENT_NAME = 'PurgeAuditEvents';

/**
 * Removes events before `before`, oldest first within an account. Removes at most `limit`, so that transactions
 * stay short: call it again in a new transaction while it removes as many.
 *
 * @param queries of a transaction
 * @param before ms since the epoch
 * @returns the removed events of each account
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
    const purgeEvents = oldest.filter(({ event_name: name }) => name === PURGE_EVENT_NAME).length;
    removed.push({ accountId, count: Number(numDeletedRows), purgeEvents });
    room -= oldest.length;
    if (room <= 0) break;
  }
  return removed;
}
