import { createHash } from 'node:crypto';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { SamlSubject } from './verify-saml-assertion.ts';

/**
 * How much longer than it is valid a used assertion is remembered: the clocks of nodes differ and can be set back.
 * If they differ by more, signed requests are refused as well.
 */
const MAX_CLOCK_DIFFERENCE_MS = 3_600_000;

/** Expired uses that a new use removes: more than one, so that they become fewer. */
const EXPIRED_PER_USE = 20;

/**
 * Marks an assertion as used: it cannot open another session. It is remembered until it is invalid by every node's
 * clock, and also after its provider was deleted and created again.
 * @throws Refusal AuthenticationFail.SAMLAssertion.Invalid if it was used before
 */
export async function consumeAssertion(
  scope: Scope,
  assertion: Pick<SamlSubject, 'id' | 'issuer' | 'validUntil'>,
): Promise<void> {
  const { accountId } = scope.account;
  await forgetExpired(scope, accountId);
  const [inserted] = await scope.queries
    .insertInto('used_saml_assertions')
    .values({
      account_id: accountId,
      assertion_hash: createHash('sha256')
        .update(JSON.stringify([assertion.issuer, assertion.id]))
        .digest('hex'),
      expires_at: assertion.validUntil + MAX_CLOCK_DIFFERENCE_MS,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'assertion_hash']).doNothing())
    .execute();
  if (Number(inserted?.numInsertedOrUpdatedRows ?? 0) === 0) {
    throw new Refusal('AuthenticationFail.SAMLAssertion.Invalid', { reason: 'it was used before' });
  }
}

async function forgetExpired({ queries, now }: Scope, accountId: string): Promise<void> {
  const expired = await queries
    .selectFrom('used_saml_assertions')
    .select('assertion_hash')
    .where('account_id', '=', accountId)
    .where('expires_at', '<=', now)
    .limit(EXPIRED_PER_USE)
    .execute();
  if (expired.length === 0) return;
  const hashes = expired.map((use) => use.assertion_hash);
  await queries
    .deleteFrom('used_saml_assertions')
    .where('account_id', '=', accountId)
    .where('assertion_hash', 'in', hashes)
    .execute();
}
