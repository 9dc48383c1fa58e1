import type { Queries } from '../store/store.ts';

/** Deletes the MFA device, the passkeys and the contacts of a user that is deleted for good. */
export async function purgeSecondFactors(queries: Queries, accountId: string, userId: string): Promise<void> {
  for (const table of ['passkeys', 'verification_contacts', 'mfa_tickets'] as const) {
    await queries
      .deleteFrom(table)
      .where('user_id', '=', userId)
      .where('account_id', '=', accountId)
      .execute();
  }
  await queries
    .deleteFrom('mfa_devices')
    .where('owner_type', '=', 'user')
    .where('owner_id', '=', userId)
    .where('account_id', '=', accountId)
    .execute();
}
