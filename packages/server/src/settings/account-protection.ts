import type { Scope } from '../context/scope.ts';
import type { Queries } from '../store/store.ts';

/** Protection of an account beyond RAM's settings. */
export interface AccountProtection {
  /**
   * Refuses credential changes signed with an AccessKey, unless its session was opened after a second factor. Off by
   * default, since Terraform signs with keys.
   */
  readonly credentialChangesNeedMfa: boolean;
  /**
   * Accepts a presigned `GetCallerIdentity`, by which Kubernetes clusters verify logins. On by default, since it reveals
   * only who signed.
   */
  readonly presignedIdentityAllowed: boolean;
}

/** New values of some settings. */
export type ChangedAccountProtection = { readonly [K in keyof AccountProtection]: boolean | undefined };

/** Reads the protection of an account. */
export async function readAccountProtection(queries: Queries, accountId: string): Promise<AccountProtection> {
  const row = await queries
    .selectFrom('account_protections')
    .select(['credential_changes_need_mfa', 'presigned_identity_allowed'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return {
    credentialChangesNeedMfa: row !== undefined && Number(row.credential_changes_need_mfa) === 1,
    presignedIdentityAllowed: row === undefined || Number(row.presigned_identity_allowed) === 1,
  };
}

/** Changes the protection of an account; settings that are `undefined` stay. Returns all of them. */
export async function setAccountProtection(
  scope: Scope,
  { credentialChangesNeedMfa, presignedIdentityAllowed }: ChangedAccountProtection,
): Promise<AccountProtection> {
  const old = await readAccountProtection(scope.queries, scope.account.accountId);
  const protection: AccountProtection = {
    credentialChangesNeedMfa: credentialChangesNeedMfa ?? old.credentialChangesNeedMfa,
    presignedIdentityAllowed: presignedIdentityAllowed ?? old.presignedIdentityAllowed,
  };
  const columns = {
    credential_changes_need_mfa: protection.credentialChangesNeedMfa ? 1 : 0,
    presigned_identity_allowed: protection.presignedIdentityAllowed ? 1 : 0,
    updated_at: scope.now,
  };
  await scope.queries
    .insertInto('account_protections')
    .values({ account_id: scope.account.accountId, ...columns })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(columns))
    .execute();
  return protection;
}
