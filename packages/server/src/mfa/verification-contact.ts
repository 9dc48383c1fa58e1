import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { UserRow, VerificationContactRow } from '../store/schema.ts';

/** Type of a verification contact: mobile phone or mailbox. */
export type VerifyType = VerificationContactRow['verify_type'];

/** Returns the verification contacts of a user. */
export async function listVerificationContacts(
  scope: Scope,
  userId: string,
): Promise<VerificationContactRow[]> {
  return scope.queries
    .selectFrom('verification_contacts')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('user_id', '=', userId)
    .execute();
}

/**
 * Sets the contact of a type. It is `pending` until the user has confirmed it; setting the same one again changes
 * nothing.
 */
export async function setVerificationContact(
  scope: Scope,
  user: UserRow,
  verifyType: VerifyType,
  contact: string,
): Promise<void> {
  const contacts = await listVerificationContacts(scope, user.user_id);
  const isKnown = contacts.some((known) => known.verify_type === verifyType && known.contact === contact);
  if (isKnown) return;
  const written = { contact, status: 'pending', updated_at: scope.now } as const;
  await scope.queries
    .insertInto('verification_contacts')
    .values({
      user_id: user.user_id,
      verify_type: verifyType,
      account_id: scope.account.accountId,
      ...written,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'verify_type']).doUpdateSet(written))
    .execute();
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
}

/**
 * Removes a verification contact.
 * @throws Refusal EntityNotExist.User.Verification if it is not the user's
 */
export async function unbindVerificationContact(
  scope: Scope,
  user: UserRow,
  verifyType: VerifyType,
  contact: string,
): Promise<void> {
  const contacts = await listVerificationContacts(scope, user.user_id);
  if (!contacts.some((known) => known.verify_type === verifyType && known.contact === contact)) {
    throw new Refusal('EntityNotExist.User.Verification', { name: contact });
  }
  await scope.queries
    .deleteFrom('verification_contacts')
    .where('user_id', '=', user.user_id)
    .where('verify_type', '=', verifyType)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
}
