import type { Account } from '../context/account.ts';
import { DOMAIN_SUFFIX } from './create-account.ts';

/**
 * Domains that login names of an account may end in, beside its auxiliary domain: the default domain, and the domain of
 * the account id, which goes on naming the account when an alias is set; each with and without the suffix.
 * @see RAM's default domain name: `<AccountAlias>.onaliyun.com`, or `<AccountId>.onaliyun.com`
 */
export function domainsOf({
  accountId,
  defaultDomain,
}: Pick<Account, 'accountId' | 'defaultDomain'>): string[] {
  return [
    defaultDomain,
    defaultDomain.slice(0, -DOMAIN_SUFFIX.length),
    `${accountId}${DOMAIN_SUFFIX}`,
    accountId,
  ];
}

/** Returns whether a domain, in lower case, is one of the account's own (`domainsOf`). */
export function isDomainOf(account: Pick<Account, 'accountId' | 'defaultDomain'>, domain: string): boolean {
  return domainsOf(account).includes(domain);
}

/**
 * Returns the account id in a domain such as `1234567890123456.onaliyun.com`; `''` if it has none. An alias cannot be the
 * id of another account.
 */
export function accountIdOfDomain(fullDomain: string): string {
  return /^(\d{16})\.onaliyun\.com$/.exec(fullDomain)?.[1] ?? '';
}
