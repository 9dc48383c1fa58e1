import type { Scope } from '../context/scope.ts';
import type { Queries } from '../store/store.ts';

/** Protection of an account beyond RAM's settings; off by default, since Terraform signs with keys. */
export interface AccountProtection {
  /** Refuses credential changes signed with an AccessKey, unless its session was opened after a second factor. */
  readonly credentialChangesNeedMfa: boolean;
}

/** Reads the protection of an account. */
export async function readAccountProtection(queries: Queries, accountId: string): Promise<AccountProtection> {
  const row = await queries
    .selectFrom('account_protections')
    .select('credential_changes_need_mfa')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return { credentialChangesNeedMfa: row !== undefined && Number(row.credential_changes_need_mfa) === 1 };
}

/** Sets the protection of an account. */
export async function setAccountProtection(scope: Scope, protection: AccountProtection): Promise<void> {
  const columns = {
    credential_changes_need_mfa: protection.credentialChangesNeedMfa ? 1 : 0,
    updated_at: scope.now,
  };
  await scope.queries
    .insertInto('account_protections')
    .values({ account_id: scope.account.accountId, ...columns })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(columns))
    .execute();
}
