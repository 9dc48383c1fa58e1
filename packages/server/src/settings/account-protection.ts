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
  /**
   * Ends role sessions when the AccessKey that opened them is disabled, deleted or expires. On by default: otherwise
   * disabling a stolen key would leave what its holder has assumed.
   */
  readonly roleSessionsEndWithKey: boolean;
}

/** New values of some settings. */
export type ChangedAccountProtection = { readonly [K in keyof AccountProtection]: boolean | undefined };

/** Reads the protection of an account. */
export async function readAccountProtection(queries: Queries, accountId: string): Promise<AccountProtection> {
  const row = await queries
    .selectFrom('account_protections')
    .select(['credential_changes_need_mfa', 'presigned_identity_allowed', 'sessions_end_with_key'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return {
    credentialChangesNeedMfa: row !== undefined && Number(row.credential_changes_need_mfa) === 1,
    presignedIdentityAllowed: row === undefined || Number(row.presigned_identity_allowed) === 1,
    roleSessionsEndWithKey: row === undefined || Number(row.sessions_end_with_key) === 1,
  };
}

/** Whether role sessions end with the AccessKey that opened them, now and before. */
export interface KeySessionEnding {
  readonly isOn: boolean;
  /** How often it was turned on: by it, no clock decides what came first. */
  readonly turnedOn: number;
  /** When it was turned off last, ms since the epoch; `undefined` if never. */
  readonly turnedOffAt: number | undefined;
}

/** Reads whether role sessions of an account's keys end with them. */
export async function readKeySessionEnding(queries: Queries, accountId: string): Promise<KeySessionEnding> {
  const row = await queries
    .selectFrom('account_protections')
    .select(['sessions_end_with_key', 'sessions_end_turned_on', 'sessions_end_turned_off_at'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  const turnedOffAt = row?.sessions_end_turned_off_at ?? undefined;
  return {
    isOn: row === undefined || Number(row.sessions_end_with_key) === 1,
    turnedOn: Number(row?.sessions_end_turned_on ?? 0),
    turnedOffAt: turnedOffAt === undefined ? undefined : Number(turnedOffAt),
  };
}

/**
 * Changes the protection of an account; settings that are `undefined` stay. Returns all of them. Sessions that have
 * ended with their key stay ended when the setting is turned off, since when it was turned on and off is stored, too.
 */
export async function setAccountProtection(
  scope: Scope,
  { credentialChangesNeedMfa, presignedIdentityAllowed, roleSessionsEndWithKey }: ChangedAccountProtection,
): Promise<AccountProtection> {
  const { accountId } = scope.account;
  const old = await readAccountProtection(scope.queries, accountId);
  const protection: AccountProtection = {
    credentialChangesNeedMfa: credentialChangesNeedMfa ?? old.credentialChangesNeedMfa,
    presignedIdentityAllowed: presignedIdentityAllowed ?? old.presignedIdentityAllowed,
    roleSessionsEndWithKey: roleSessionsEndWithKey ?? old.roleSessionsEndWithKey,
  };
  const columns = {
    credential_changes_need_mfa: protection.credentialChangesNeedMfa ? 1 : 0,
    presigned_identity_allowed: protection.presignedIdentityAllowed ? 1 : 0,
    sessions_end_with_key: protection.roleSessionsEndWithKey ? 1 : 0,
    updated_at: scope.now,
    ...(old.roleSessionsEndWithKey && !protection.roleSessionsEndWithKey
      ? { sessions_end_turned_off_at: scope.now }
      : {}),
    ...(!old.roleSessionsEndWithKey && protection.roleSessionsEndWithKey
      ? { sessions_end_turned_on: (await readKeySessionEnding(scope.queries, accountId)).turnedOn + 1 }
      : {}),
  };
  await scope.queries
    .insertInto('account_protections')
    .values({ account_id: accountId, ...columns })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(columns))
    .execute();
  // Caches and guards that keep a role session read it again.
  if (protection.roleSessionsEndWithKey !== old.roleSessionsEndWithKey) {
    scope.changed('account', accountId);
  }
  return protection;
}
