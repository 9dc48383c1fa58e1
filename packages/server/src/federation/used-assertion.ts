import { createHash } from 'node:crypto';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { SamlSubject } from './verify-saml-assertion.ts';

/**
 * How much longer a used assertion is remembered than it is valid: nodes have clocks of their own, and clocks are set
 * back. Where they differ by more, no signed request is accepted either.
 */
const clocksApartMs = 3_600_000;

/**
 * Notes that an assertion has opened a session: whoever gets hold of it later opens none. It is remembered until it
 * is no longer valid by any clock, on every node, and also when its provider is deleted and made again.
 * @throws Refusal AuthenticationFail.SAMLAssertion.Invalid when it was used before
 */
export async function useAssertion(
  scope: Scope,
  assertion: Pick<SamlSubject, 'id' | 'issuer' | 'validUntil'>,
): Promise<void> {
  const { accountId } = scope.account;
  await scope.queries
    .deleteFrom('used_saml_assertions')
    .where('account_id', '=', accountId)
    .where('expires_at', '<=', scope.now)
    .execute();
  const [inserted] = await scope.queries
    .insertInto('used_saml_assertions')
    .values({
      account_id: accountId,
      assertion_hash: createHash('sha256')
        .update(JSON.stringify([assertion.issuer, assertion.id]))
        .digest('hex'),
      expires_at: assertion.validUntil + clocksApartMs,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'assertion_hash']).doNothing())
    .execute();
  if (Number(inserted?.numInsertedOrUpdatedRows ?? 0) === 0) {
    throw new Refusal('AuthenticationFail.SAMLAssertion.Invalid', { reason: 'it was used before' });
  }
}
