import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { DOMAIN_SUFFIX } from './create-account.ts';
import { endRelease, isClaimedByAnother, releaseDomain } from './domain-claim.ts';

/** Account ids: the default domain of an account without alias is made of its id. */
const ACCOUNT_ID = /^1\d{15}$/;

/** Returns the account's alias: its default domain without the suffix; the account id if no alias was set. */
export function aliasOf(scope: Scope): string {
  return scope.account.defaultDomain.slice(0, -DOMAIN_SUFFIX.length);
}

/**
 * Sets the default domain of the account, the part of its users' login names after the `@`. Login names with a
 * previous alias are unknown from then on; those with the account id stay known.
 * @param domain `<alias>.onaliyun.com`, in any case
 * @returns the domain as stored, in lower case
 * @throws Refusal EntityAlreadyExists.AccountAlias if another account has the domain, has released it in the last
 *   30 days or has proven the domain that the alias spells, or if the alias is the id of another account
 */
export async function setDefaultDomain(scope: Scope, domain: string): Promise<string> {
  const { accountId } = scope.account;
  const stored = domain.toLowerCase();
  const alias = stored.slice(0, -DOMAIN_SUFFIX.length);
  const other = await scope.queries
    .selectFrom('accounts')
    .select('account_id')
    .where('default_domain', '=', stored)
    .where('account_id', '!=', accountId)
    .executeTakeFirst();
  // An account id stays reserved while its account has another alias: clearing the alias makes it the domain again.
  const isForeignId = ACCOUNT_ID.test(alias) && alias !== accountId;
  // Login names may omit the suffix, so an alias with dots can spell a domain that another account has proven.
  const isClaimed = (await isClaimedByAnother(scope, stored)) || (await isClaimedByAnother(scope, alias));
  if (other !== undefined || isForeignId || isClaimed)
    throw new Refusal('EntityAlreadyExists.AccountAlias', { name: alias });
  const { default_domain: previous } = await scope.queries
    .selectFrom('accounts')
    .select('default_domain')
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  await endRelease(scope, stored);
  // The domain of the account id is reserved for ever and needs no claim.
  if (previous !== stored && previous !== `${accountId}${DOMAIN_SUFFIX}`)
    await releaseDomain(scope, previous);
  await scope.queries
    .updateTable('accounts')
    .set({ default_domain: stored })
    .where('account_id', '=', accountId)
    .execute();
  scope.changed('account', accountId);
  scope.touched('ACS::RAM::AccountAlias', alias);
  return stored;
}

/** Sets the alias of the account. @throws Refusal EntityAlreadyExists.AccountAlias */
export async function setAlias(scope: Scope, alias: string): Promise<void> {
  await setDefaultDomain(scope, `${alias}${DOMAIN_SUFFIX}`);
}

/** Removes the alias: the default domain is that of the account id again. */
export async function clearAlias(scope: Scope): Promise<void> {
  await setAlias(scope, scope.account.accountId);
}
