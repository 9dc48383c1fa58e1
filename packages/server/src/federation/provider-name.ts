/** What the name of an identity provider looks like: neither end is one of `.-_`. */
export const providerNameFormat = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;

/** The key under which the names of identity providers are compared, as those of users and roles are. */
export const providerNameKey = (name: string): string => name.toLowerCase();

/** An identity provider, by its ARN. */
export interface ProviderReference {
  readonly accountId: string;
  readonly name: string;
}

/**
 * Reads the ARN of an identity provider; its region is nothing or `*`.
 * @param kind of provider
 * @returns undefined for anything else
 */
export function readProviderArn(kind: 'saml' | 'oidc', arn: string): ProviderReference | undefined {
  const [, accountId, type, name] = /^acs:ram:\*?:(\d{16}):(saml|oidc)-provider\/(.+)$/.exec(arn) ?? [];
  if (accountId === undefined || name === undefined || type !== kind) return undefined;
  return providerNameFormat.test(name) ? { accountId, name } : undefined;
}
