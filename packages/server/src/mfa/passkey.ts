import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { PasskeyRow, UserRow } from '../store/schema.ts';

/** Returns the passkeys of a user, oldest first. */
export async function listPasskeys(
  scope: Pick<Scope, 'queries' | 'account'>,
  userId: string,
): Promise<PasskeyRow[]> {
  return scope.queries
    .selectFrom('passkeys')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('passkey_id')
    .execute();
}

/** Renames a passkey. @throws Refusal EntityNotExist.User.Passkey if the user does not have it */
export async function renamePasskey(
  scope: Scope,
  user: UserRow,
  passkeyId: string,
  passkeyName: string,
): Promise<void> {
  await requirePasskey(scope, user, passkeyId);
  await scope.queries
    .updateTable('passkeys')
    .set({ passkey_name: passkeyName })
    .where('passkey_id', '=', passkeyId)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  scope.touched('ACS::RAM::User', user.user_name);
}

/** Deletes a passkey. @throws Refusal EntityNotExist.User.Passkey if the user does not have it */
export async function deletePasskey(scope: Scope, user: UserRow, passkeyId: string): Promise<void> {
  await requirePasskey(scope, user, passkeyId);
  await scope.queries
    .deleteFrom('passkeys')
    .where('passkey_id', '=', passkeyId)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
}

async function requirePasskey(scope: Scope, user: UserRow, passkeyId: string): Promise<void> {
  const row = await scope.queries
    .selectFrom('passkeys')
    .select('passkey_id')
    .where('passkey_id', '=', passkeyId)
    .where('user_id', '=', user.user_id)
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirst();
  if (row === undefined) throw new Refusal('EntityNotExist.User.Passkey', { name: passkeyId });
}

/**
 * Stores a newly registered passkey.
 * @throws Refusal EntityAlreadyExists.User.Passkey if the credential is registered already, by any user
 */
export async function addPasskey(
  scope: Scope,
  user: UserRow,
  passkeyName: string,
  credential: Pick<PasskeyRow, 'credential_id' | 'public_key' | 'sign_count' | 'transports'>,
): Promise<PasskeyRow> {
  const known = await scope.queries
    .selectFrom('passkeys')
    .select('passkey_id')
    .where('credential_id', '=', credential.credential_id)
    .executeTakeFirst();
  if (known !== undefined) throw new Refusal('EntityAlreadyExists.User.Passkey', { name: passkeyName });
  const row: PasskeyRow = {
    passkey_id: scope.services.identifiers.passkeyId(),
    account_id: scope.account.accountId,
    user_id: user.user_id,
    passkey_name: passkeyName,
    ...credential,
    created_at: scope.now,
    last_used_at: null,
  };
  await scope.queries.insertInto('passkeys').values(row).execute();
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
  return row;
}
