import { CompiledQuery } from 'kysely';
import type { AuditRecord } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';

/** Resources of one statement on SQLite, which has a limit on parameters. */
const ROWS_PER_STATEMENT = 100;

/** A second write of the same record changes nothing. */
const ON_CONFLICT = 'on conflict do nothing';

const INSERT =
  'insert into audit_event_resources (position, resource_type, resource_name, account_id, event_time)';

const INSERT_ARRAYS = `${INSERT}
  select record.position, touched.resource_type, touched.resource_name, record.account_id, record.event_time
  from unnest($1::text[], $2::text[], $3::text[]) as touched (event_id, resource_type, resource_name)
  join audit_records as record on record.event_id = touched.event_id ${ON_CONFLICT}`;

interface Touched {
  readonly record: AuditRecord;
  readonly resourceType: string;
  readonly resourceName: string;
}

/**
 * Inserts the resources that events touched, by which events are looked up.
 * @param queries of the transaction that has inserted the records
 * @param positions position of each inserted record by event id; on PostgreSQL the database finds them
 */
export async function insertTouchedResources(
  kind: Store['kind'],
  queries: Queries,
  records: readonly AuditRecord[],
  positions: ReadonlyMap<string, number>,
): Promise<void> {
  const touched = records.flatMap(touchedBy);
  if (touched.length === 0) return;
  if (kind === 'postgres') {
    const arrays = [
      touched.map(({ record }) => record.event_id),
      touched.map(({ resourceType }) => resourceType),
      touched.map(({ resourceName }) => resourceName),
    ];
    await queries.executeQuery(CompiledQuery.raw(INSERT_ARRAYS, arrays));
    return;
  }
  const stored = touched.filter(({ record }) => positions.has(record.event_id));
  for (let from = 0; from < stored.length; from += ROWS_PER_STATEMENT) {
    const part = stored.slice(from, from + ROWS_PER_STATEMENT);
    const values = part.flatMap(({ record, resourceType, resourceName }) => [
      positions.get(record.event_id),
      resourceType,
      resourceName,
      record.account_id,
      record.event_time,
    ]);
    const rows = part.map(() => '(?, ?, ?, ?, ?)').join(', ');
    await queries.executeQuery(CompiledQuery.raw(`${INSERT} values ${rows} ${ON_CONFLICT}`, values));
  }
}

/**
 * Removes the resources of audit records, with the records.
 * @param queries of a transaction
 * @param positions of the records
 */
export async function removeTouchedResources(queries: Queries, positions: readonly number[]): Promise<void> {
  if (positions.length === 0) return;
  await queries.deleteFrom('audit_event_resources').where('position', 'in', positions).execute();
}

/** Returns the resources that the event of a record touched, each once. */
function touchedBy(record: AuditRecord): Touched[] {
  // Most events touch none, and parsing costs more than looking.
  if (!record.event.includes('"referencedResources"')) return [];
  const { referencedResources } = JSON.parse(record.event) as {
    readonly referencedResources?: Readonly<Record<string, readonly string[]>> | null;
  };
  return Object.entries(referencedResources ?? {}).flatMap(([resourceType, names]) =>
    [...new Set(names)].map((name) => ({
      record,
      resourceType,
      // PostgreSQL's text cannot store NUL.
      resourceName: name.replaceAll('\0', '\ufffd'),
    })),
  );
}
