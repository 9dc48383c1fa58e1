import type { Account } from '../accounts/account.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { GuardRow } from '../store/schema.ts';

/** What a guard's secret is bound to: no other sealed text of the account opens as one. */
const contextOf = (accessKeyId: string) => `guard:${accessKeyId}`;

/** The secret of a guard's credential, to be stored. */
export function sealedGuardSecret(
  secrets: SecretBox,
  { accountId, wrappedDataKey }: Account,
  accessKeyId: string,
  secret: string,
): Promise<string> {
  return secrets.seal(accountId, wrappedDataKey, secret, contextOf(accessKeyId));
}

/** @throws SecretUnreadable when it was changed, or is of another guard or account */
export function openGuardSecret(
  secrets: SecretBox,
  { accountId, wrappedDataKey }: Account,
  row: Pick<GuardRow, 'access_key_id' | 'sealed_secret'>,
): Promise<string> {
  return secrets.open(accountId, wrappedDataKey, row.sealed_secret, contextOf(row.access_key_id));
}
