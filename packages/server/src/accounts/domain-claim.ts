import { DAY_MS, RELEASED_DOMAIN_DAYS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { DomainClaimRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/**
 * Domains that belong to one account although no account has them as its default domain: auxiliary domains that were
 * proven, and domains that were given up and may not be taken by another account yet. Login names end in domains: who
 * gets the domain of another account gets what is sent to the users of that account.
 */
type ClaimScope = Pick<Scope, 'queries' | 'account' | 'now'>;

/** When the account has proven that a domain is its own, ms since the epoch; undefined if it has not. */
export async function provenAt(
  { queries, account }: Pick<Scope, 'queries' | 'account'>,
  domain: string,
): Promise<number | undefined> {
  const claim = await findClaim(queries, domain);
  const isOurs = claim?.account_id === account.accountId && claim.released_until === null;
  return isOurs ? (claim.proven_at ?? undefined) : undefined;
}

/** Whether another account has a domain, or has given it up less than `RELEASED_DOMAIN_DAYS` ago. */
export async function isClaimedByAnother(
  { queries, account, now }: ClaimScope,
  domain: string,
): Promise<boolean> {
  const claim = await findClaim(queries, domain);
  if (claim === undefined || claim.account_id === account.accountId) return false;
  return claim.released_until === null || claim.released_until > now;
}

/**
 * Notes that the account has proven a domain.
 * @throws Refusal EntityAlreadyExists.AuxiliaryDomain when another account has it, or has given it up lately
 */
export async function claimProven(scope: ClaimScope, domain: string): Promise<void> {
  if (await isClaimedByAnother(scope, domain)) {
    throw new Refusal('EntityAlreadyExists.AuxiliaryDomain', { name: domain });
  }
  await putClaim(scope, { domain, proven_at: scope.now, released_until: null });
}

/** Keeps a domain that the account has given up from other accounts for `RELEASED_DOMAIN_DAYS`. */
export async function releaseDomain(scope: ClaimScope, domain: string): Promise<void> {
  const until = scope.now + RELEASED_DOMAIN_DAYS * DAY_MS;
  await putClaim(scope, { domain, proven_at: null, released_until: until });
}

/** Forgets that a domain was given up: the account, or after the time another one, has taken it. */
export async function endRelease({ queries }: ClaimScope, domain: string): Promise<void> {
  await queries.deleteFrom('domain_claims').where('domain', '=', domain).execute();
}

async function findClaim(queries: Queries, domain: string): Promise<DomainClaimRow | undefined> {
  return queries.selectFrom('domain_claims').selectAll().where('domain', '=', domain).executeTakeFirst();
}

/** Claims whose time is over go with the next one that is written. */
async function putClaim(
  { queries, account, now }: ClaimScope,
  claim: Omit<DomainClaimRow, 'account_id'>,
): Promise<void> {
  await queries.deleteFrom('domain_claims').where('released_until', '<=', now).execute();
  const row: DomainClaimRow = { ...claim, account_id: account.accountId };
  await queries
    .insertInto('domain_claims')
    .values(row)
    .onConflict((conflict) => conflict.column('domain').doUpdateSet(row))
    .execute();
}
