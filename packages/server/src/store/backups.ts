import type { BackupRow } from './schema.ts';
import type { Queries } from './store.ts';

/** Notes of backups that are kept. */
const KEPT_NOTES = 100;

/** Notes a complete backup, and forgets the oldest notes. */
export async function noteBackup(queries: Queries, backup: BackupRow): Promise<void> {
  await queries.insertInto('backups').values(backup).execute();
  const oldest = await queries
    .selectFrom('backups')
    .select('completed_at')
    .orderBy('completed_at', 'desc')
    .offset(KEPT_NOTES)
    .limit(1)
    .executeTakeFirst();
  if (oldest !== undefined) {
    await queries.deleteFrom('backups').where('completed_at', '<=', oldest.completed_at).execute();
  }
}

/** Returns the newest complete backup; `undefined` if none was made. */
export function lastBackup(queries: Queries): Promise<BackupRow | undefined> {
  return queries
    .selectFrom('backups')
    .selectAll()
    .orderBy('completed_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/**
 * Returns a function that tells the end of the newest backup, as it was at the call before: a scrape of the metrics
 * does not wait for the database, which may be away.
 */
export function watchLastBackup(queries: Queries): () => number | undefined {
  let at: number | undefined;
  const look = () => {
    lastBackup(queries).then(
      (backup) => {
        at = backup?.completed_at;
      },
      // The outage is reported by the requests that it fails.
      () => {},
    );
  };
  look();
  return () => {
    look();
    return at;
  };
}
