import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { domainSuffix } from './create-account.ts';
import { endRelease, isClaimedByAnother, releaseDomain } from './domain-claim.ts';

/** Account ids, and so the default domains that accounts have by themselves. */
const accountIdForm = /^1\d{15}$/;

/** The account's alias: its default domain without the suffix; the account id when none was set. */
export function aliasOf(scope: Scope): string {
  return scope.account.defaultDomain.slice(0, -domainSuffix.length);
}

/**
 * Gives the account a default domain, the part of its users' login names after the `@`. The login names with the
 * last domain mean nobody from then on.
 * @param domain `<alias>.onaliyun.com`; upper and lower case are alike
 * @returns the domain as it is stored, in lower case
 * @throws Refusal EntityAlreadyExists.AccountAlias when another account has it or has given it up in the last 30 days,
 *   or has proven the domain that the alias spells, or it is an account id but not ours
 */
export async function setDefaultDomain(scope: Scope, domain: string): Promise<string> {
  const { accountId } = scope.account;
  const stored = domain.toLowerCase();
  const alias = stored.slice(0, -domainSuffix.length);
  const other = await scope.queries
    .selectFrom('accounts')
    .select('account_id')
    .where('default_domain', '=', stored)
    .where('account_id', '!=', accountId)
    .executeTakeFirst();
  // The id of an account stays its own while it has another alias: it comes back to it when that is cleared.
  const foreignId = accountIdForm.test(alias) && alias !== accountId;
  // Login names may leave the suffix out, so an alias with dots can be spelled like a domain that others have proven.
  const isClaimed = (await isClaimedByAnother(scope, stored)) || (await isClaimedByAnother(scope, alias));
  if (other !== undefined || foreignId || isClaimed)
    throw new Refusal('EntityAlreadyExists.AccountAlias', { name: alias });
  const { default_domain: givenUp } = await scope.queries
    .selectFrom('accounts')
    .select('default_domain')
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  await endRelease(scope, stored);
  // The domain of the account id is its own for ever.
  if (givenUp !== stored && givenUp !== `${accountId}${domainSuffix}`) await releaseDomain(scope, givenUp);
  await scope.queries
    .updateTable('accounts')
    .set({ default_domain: stored })
    .where('account_id', '=', accountId)
    .execute();
  scope.changed('account', accountId);
  scope.touched('ACS::RAM::AccountAlias', alias);
  return stored;
}

/** Gives the account an alias. @throws Refusal EntityAlreadyExists.AccountAlias */
export async function setAlias(scope: Scope, alias: string): Promise<void> {
  await setDefaultDomain(scope, `${alias}${domainSuffix}`);
}

/** Takes the alias away: the default domain is that of the account id again. */
export async function clearAlias(scope: Scope): Promise<void> {
  await setAlias(scope, scope.account.accountId);
}
