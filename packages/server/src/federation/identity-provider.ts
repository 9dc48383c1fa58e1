import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { OidcProviderRow, SamlProviderRow } from '../store/schema.ts';
import { providerNameKey } from './provider-name.ts';

/** Protocol of an identity provider. */
export type ProviderKind = 'saml' | 'oidc';

/** Row type of each kind. */
interface ProviderRows {
  readonly saml: SamlProviderRow;
  readonly oidc: OidcProviderRow;
}

const KINDS = {
  saml: { table: 'saml_providers', entity: 'SAMLProvider', limit: 'samlProvidersPerAccount' },
  oidc: { table: 'oidc_providers', entity: 'OIDCProvider', limit: 'oidcProvidersPerAccount' },
} as const;

/** Finds the provider of an account by its name, in any case; `undefined` if absent. */
export async function findProvider<Kind extends ProviderKind>(
  kind: Kind,
  queries: Scope['queries'],
  accountId: string,
  name: string,
): Promise<ProviderRows[Kind] | undefined> {
  const row = await queries
    .selectFrom(KINDS[kind].table)
    .selectAll()
    .where('account_id', '=', accountId)
    .where('provider_name_key', '=', providerNameKey(name))
    .executeTakeFirst();
  return row as ProviderRows[Kind] | undefined;
}

/** Returns the provider with that name. @throws Refusal EntityNotExist.SAMLProvider, EntityNotExist.OIDCProvider */
export async function requireProvider<Kind extends ProviderKind>(
  kind: Kind,
  scope: Scope,
  name: string,
): Promise<ProviderRows[Kind]> {
  const provider = await findProvider(kind, scope.queries, scope.account.accountId, name);
  if (provider === undefined) throw new Refusal(`EntityNotExist.${KINDS[kind].entity}`, { name });
  return provider;
}

/**
 * Returns a page of providers in the order of their names.
 * @param after the name key after which the page begins
 * @param limit maximum number of rows
 */
export async function listProviders<Kind extends ProviderKind>(
  kind: Kind,
  scope: Scope,
  after: string,
  limit: number,
): Promise<ProviderRows[Kind][]> {
  const rows = await scope.queries
    .selectFrom(KINDS[kind].table)
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('provider_name_key', '>', after)
    .orderBy('provider_name_key')
    .limit(limit)
    .execute();
  return rows as ProviderRows[Kind][];
}

/**
 * Asserts that no provider has that name. @throws Refusal EntityAlreadyExists.SAMLProvider,
 * EntityAlreadyExists.OIDCProvider
 */
export async function assertNameFree(kind: ProviderKind, scope: Scope, name: string): Promise<void> {
  if ((await findProvider(kind, scope.queries, scope.account.accountId, name)) !== undefined) {
    throw new Refusal(`EntityAlreadyExists.${KINDS[kind].entity}`, { name });
  }
}

/**
 * Asserts that the account may have one more provider. @throws Refusal LimitExceeded.SAMLProvider,
 * LimitExceeded.OIDCProvider
 */
export async function assertProviderQuota(kind: ProviderKind, scope: Scope): Promise<void> {
  const { table, entity, limit } = KINDS[kind];
  const maximum = scope.services.limits[limit];
  const { count } = await scope.queries
    .selectFrom(table)
    .select((rows) => rows.fn.countAll<number>().as('count'))
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= maximum) throw new Refusal(`LimitExceeded.${entity}`, { limit: maximum });
}

/**
 * Deletes a provider and thereby ends every session that it opened; a new provider of the same name does not revive
 * them.
 * @throws Refusal EntityNotExist.SAMLProvider, EntityNotExist.OIDCProvider
 */
export async function deleteProvider(kind: ProviderKind, scope: Scope, name: string): Promise<void> {
  const { provider_id, provider_name } = await requireProvider(kind, scope, name);
  const { table, entity } = KINDS[kind];
  await scope.queries.deleteFrom(table).where('provider_id', '=', provider_id).execute();
  scope.changed('identity-provider', provider_id);
  scope.touched(`ACS::RAM::${entity}`, provider_name);
}
