import type { Account } from '../context/account.ts';
import { placeOfGuard } from '../secrets/sealed-columns.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { GuardRow } from '../store/schema.ts';

/** Seals the secret of a guard's credential for storage. */
export function sealGuardSecret(
  secrets: SecretBox,
  { accountId, wrappedDataKey }: Account,
  row: Pick<GuardRow, 'guard_id' | 'access_key_id'>,
  secret: string,
): Promise<string> {
  return secrets.seal(accountId, wrappedDataKey, secret, placeOfGuard(row));
}

/**
 * Opens the secret of a guard's credential.
 * @throws SecretUnreadable if it was changed, or belongs to another guard or account
 */
export function openGuardSecret(
  secrets: SecretBox,
  { accountId, wrappedDataKey }: Account,
  row: Pick<GuardRow, 'guard_id' | 'access_key_id' | 'sealed_secret'>,
): Promise<string> {
  return secrets.open(accountId, wrappedDataKey, row.sealed_secret, placeOfGuard(row));
}
