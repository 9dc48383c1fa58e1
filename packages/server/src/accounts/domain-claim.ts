import { DAY_MS, RELEASED_DOMAIN_DAYS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { DomainClaimRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/**
 * Context of domain claims. A claim reserves a domain for one account while no account has it as its default
 * domain: a proven auxiliary domain, or a released domain that other accounts may not take yet. Login names end in
 * domains, so an account that gets another account's domain also gets what is sent to that account's users.
 */
type ClaimScope = Pick<Scope, 'queries' | 'account' | 'now'>;

/** Returns when the account has proven a domain, ms since the epoch; `undefined` if it has not. */
export async function readProvenAt(
  { queries, account }: Pick<Scope, 'queries' | 'account'>,
  domain: string,
): Promise<number | undefined> {
  const claim = await findClaim(queries, domain);
  const isOurs = claim?.account_id === account.accountId && claim.released_until === null;
  return isOurs ? (claim.proven_at ?? undefined) : undefined;
}

/** Returns whether another account has a domain, or released it less than `RELEASED_DOMAIN_DAYS` ago. */
export async function isClaimedByAnother(
  { queries, account, now }: ClaimScope,
  domain: string,
): Promise<boolean> {
  const claim = await findClaim(queries, domain);
  if (claim === undefined || claim.account_id === account.accountId) return false;
  return claim.released_until === null || claim.released_until > now;
}

/**
 * Records that the account has proven a domain.
 * @throws Refusal EntityAlreadyExists.AuxiliaryDomain if another account has the domain or released it recently
 */
export async function claimProvenDomain(scope: ClaimScope, domain: string): Promise<void> {
  if (await isClaimedByAnother(scope, domain)) {
    throw new Refusal('EntityAlreadyExists.AuxiliaryDomain', { name: domain });
  }
  await putClaim(scope, { domain, proven_at: scope.now, released_until: null });
}

/** Releases a domain of the account; other accounts cannot take it for `RELEASED_DOMAIN_DAYS`. */
export async function releaseDomain(scope: ClaimScope, domain: string): Promise<void> {
  const until = scope.now + RELEASED_DOMAIN_DAYS * DAY_MS;
  await putClaim(scope, { domain, proven_at: null, released_until: until });
}

/** Deletes the claim of a released domain that the account, or later another one, has taken. */
export async function endRelease({ queries }: ClaimScope, domain: string): Promise<void> {
  await queries.deleteFrom('domain_claims').where('domain', '=', domain).execute();
}

async function findClaim(queries: Queries, domain: string): Promise<DomainClaimRow | undefined> {
  return queries.selectFrom('domain_claims').selectAll().where('domain', '=', domain).executeTakeFirst();
}

/** Claims given up that a new claim deletes: more than one, so that they become fewer. */
const RELEASED_PER_CLAIM = 20;

/** Stores a claim, and deletes expired ones. */
async function putClaim(
  { queries, account, now }: ClaimScope,
  claim: Omit<DomainClaimRow, 'account_id'>,
): Promise<void> {
  const released = await queries
    .selectFrom('domain_claims')
    .select('domain')
    .where('released_until', '<=', now)
    .limit(RELEASED_PER_CLAIM)
    .execute();
  const domains = released.map(({ domain }) => domain);
  if (domains.length > 0) await queries.deleteFrom('domain_claims').where('domain', 'in', domains).execute();
  const row: DomainClaimRow = { ...claim, account_id: account.accountId };
  await queries
    .insertInto('domain_claims')
    .values(row)
    .onConflict((conflict) => conflict.column('domain').doUpdateSet(row))
    .execute();
}
