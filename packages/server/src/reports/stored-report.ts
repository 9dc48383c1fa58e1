import type { Scope } from '../context/scope.ts';
import type { ReportRow } from '../store/schema.ts';

/** The last report of a kind, when there is one. */
export async function readReport(scope: Scope, kind: ReportRow['kind']): Promise<ReportRow | undefined> {
  return scope.queries
    .selectFrom('reports')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('kind', '=', kind)
    .executeTakeFirst();
}

/** Keeps a report in place of the last one of its kind. */
export async function writeReport(scope: Scope, kind: ReportRow['kind'], content: unknown): Promise<void> {
  const columns = { generated_at: scope.now, content: JSON.stringify(content) };
  await scope.queries
    .insertInto('reports')
    .values({ account_id: scope.account.accountId, kind, ...columns })
    .onConflict((conflict) => conflict.columns(['account_id', 'kind']).doUpdateSet(columns))
    .execute();
}
