/** Names of identity providers: they neither begin nor end with one of `.-_`. */
export const PROVIDER_NAME_FORMAT = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;

/** Returns the key under which names of identity providers are compared, as those of users and roles are. */
export const providerNameKey = (name: string): string => name.toLowerCase();

/** An identity provider, as named by its ARN. */
export interface ProviderReference {
  readonly accountId: string;
  readonly name: string;
}

/**
 * Parses the ARN of an identity provider; its region is empty or `*`.
 * @param kind of provider
 * @returns undefined for any other text
 */
export function readProviderArn(kind: 'saml' | 'oidc', arn: string): ProviderReference | undefined {
  const [, accountId, type, name] = /^acs:ram:\*?:(\d{16}):(saml|oidc)-provider\/(.+)$/.exec(arn) ?? [];
  if (accountId === undefined || name === undefined || type !== kind) return undefined;
  return PROVIDER_NAME_FORMAT.test(name) ? { accountId, name } : undefined;
}
