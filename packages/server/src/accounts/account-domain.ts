import type { Account } from '../context/account.ts';
import { DOMAIN_SUFFIX } from './create-account.ts';

/**
 * Returns the domains that login names of an account may end in, besides its auxiliary domain: its default domain, and
 * the domain of its id, which keeps naming the account when an alias is set; each with and without the suffix. Only for
 * login names: without the suffix an alias can spell a domain of another owner.
 * @see RAM's default domain name: `<AccountAlias>.onaliyun.com`, or `<AccountId>.onaliyun.com`
 */
export function loginDomainsOf({
  accountId,
  defaultDomain,
}: Pick<Account, 'accountId' | 'defaultDomain'>): readonly string[] {
  const assigned = [defaultDomain, `${accountId}${DOMAIN_SUFFIX}`];
  return assigned.flatMap((domain) => [domain, domain.slice(0, -DOMAIN_SUFFIX.length)]);
}

/** Returns the domain of a login name in lower case, with the suffix that login names may omit. */
export function withDomainSuffix(domain: string): string {
  return domain.endsWith(DOMAIN_SUFFIX) ? domain : `${domain}${DOMAIN_SUFFIX}`;
}

/**
 * Returns the account id in a domain such as `1234567890123456.onaliyun.com`; `''` if it has none. An alias cannot be
 * the id of another account.
 */
export function accountIdOfDomain(fullDomain: string): string {
  return /^(\d{16})\.onaliyun\.com$/.exec(fullDomain)?.[1] ?? '';
}
