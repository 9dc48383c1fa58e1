import { CompiledQuery } from 'kysely';
import type { AuditRecord } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';
import { originalNonce } from './audit-event.ts';
import { recordHash } from './record-hash.ts';
import { contentBytes } from './stored-event.ts';
import { insertTouchedResources } from './touched-resources.ts';

/** Columns of a new record with their PostgreSQL types. */
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
  api_version: 'text',
  user_agent: 'text',
  identity_type: 'text',
  principal_id: 'text',
  is_secure: 'bigint',
  event: 'text',
} as const satisfies Record<keyof AuditRecord, string>;

const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof AuditRecord)[];

/** Rows of one statement on SQLite. More are not faster, and each row count needs a prepared statement. */
const ROWS_PER_STATEMENT = 32;

const INSERT = `insert into audit_records (${COLUMN_NAMES.join(', ')})`;
/** A batch is written again if the answer to its commit was lost: only new records are returned. */
const ON_CONFLICT = 'on conflict (event_id) do nothing returning position, event_id';
const INSERT_UNCHAINED = 'insert into audit_unchained (position, account_id, event_time, hash, bytes)';
const UNNESTED = Object.values(COLUMNS)
  .map((type, index) => `$${index + 1}::${type}[]`)
  .join(', ');
const INSERT_ARRAYS = `with inserted as (
  ${INSERT} select * from unnest(${UNNESTED}) ${ON_CONFLICT}
) ${INSERT_UNCHAINED}
  select inserted.position, given.account_id, given.event_time, given.hash, given.bytes from inserted
  join unnest($1::text[], $2::text[], $3::bigint[], $${COLUMN_NAMES.length + 1}::text[], $${COLUMN_NAMES.length + 2}::bigint[])
    as given (event_id, account_id, event_time, hash, bytes)
    on given.event_id = inserted.event_id`;
const ROW_PLACEHOLDERS = `(${COLUMN_NAMES.map(() => '?').join(', ')})`;

/**
 * Inserts records, which the chain takes up later (`audit_unchained`); existing ones stay as they are. Uses raw SQL,
 * since Kysely would compile a statement for each batch, at twice the cost of writing it.
 *
 * @param queries of a transaction
 */
export async function insertAuditEvents(
  kind: Store['kind'],
  queries: Queries,
  rows: readonly AuditRecord[],
): Promise<void> {
  if (kind === 'postgres') {
    const arrays: unknown[] = COLUMN_NAMES.map((name) => rows.map((row) => row[name]));
    await queries.executeQuery(
      CompiledQuery.raw(INSERT_ARRAYS, [...arrays, rows.map(recordHash), rows.map(contentBytes)]),
    );
    await insertTouchedResources(kind, queries, rows, new Map());
    return;
  }
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    const part = rows.slice(from, from + ROWS_PER_STATEMENT);
    const values: unknown[] = [];
    for (const row of part) for (const name of COLUMN_NAMES) values.push(row[name]);
    const statement = `${INSERT} values ${listOf(ROW_PLACEHOLDERS, part.length)} ${ON_CONFLICT}`;
    const inserted = await queries.executeQuery<InsertedRecord>(CompiledQuery.raw(statement, values));
    const records = new Map(part.map((row) => [row.event_id, row] as const));
    const unchained: unknown[] = [];
    for (const { position, event_id: id } of inserted.rows) {
      const record = records.get(id)!;
      unchained.push(
        position,
        record.account_id,
        record.event_time,
        recordHash(record),
        contentBytes(record),
      );
    }
    if (unchained.length === 0) continue;
    const positions = new Map(inserted.rows.map((row) => [row.event_id, row.position] as const));
    await insertTouchedResources(kind, queries, part, positions);
    await queries.executeQuery(
      CompiledQuery.raw(
        `${INSERT_UNCHAINED} values ${listOf('(?, ?, ?, ?, ?)', inserted.rows.length)}`,
        unchained,
      ),
    );
  }
}

interface InsertedRecord {
  readonly position: number;
  readonly event_id: string;
}

function listOf(placeholders: string, count: number): string {
  return new Array(count).fill(placeholders).join(', ');
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
  let after = { event_time: since, position: 0 };
  for (;;) {
    const { event_time: time, position } = after;
    const rows = await queries
      .selectFrom('audit_records')
      .select((column) => [
        'position',
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
          where.and([where('event_time', '=', time), where('position', '>', position)]),
        ]),
      )
      .where('event_time', '>=', time)
      .orderBy('event_time')
      .orderBy('position')
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
      .selectFrom('audit_records')
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
