import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { OidcProviderRow, SamlProviderRow } from '../store/schema.ts';
import { providerNameKey } from './provider-name.ts';

/** By what an identity provider vouches for people. */
export type ProviderKind = 'saml' | 'oidc';

/** The rows of each kind. */
interface ProviderRows {
  readonly saml: SamlProviderRow;
  readonly oidc: OidcProviderRow;
}

const kinds = {
  saml: { table: 'saml_providers', entity: 'SAMLProvider', limit: 'samlProvidersPerAccount' },
  oidc: { table: 'oidc_providers', entity: 'OIDCProvider', limit: 'oidcProvidersPerAccount' },
} as const;

/** The provider of an account with that name, in any case, if there is one. */
export async function findProvider<Kind extends ProviderKind>(
  kind: Kind,
  queries: Scope['queries'],
  accountId: string,
  name: string,
): Promise<ProviderRows[Kind] | undefined> {
  const row = await queries
    .selectFrom(kinds[kind].table)
    .selectAll()
    .where('account_id', '=', accountId)
    .where('provider_name_key', '=', providerNameKey(name))
    .executeTakeFirst();
  return row as ProviderRows[Kind] | undefined;
}

/** The provider with that name. @throws Refusal EntityNotExist.SAMLProvider, EntityNotExist.OIDCProvider */
export async function requireProvider<Kind extends ProviderKind>(
  kind: Kind,
  scope: Scope,
  name: string,
): Promise<ProviderRows[Kind]> {
  const provider = await findProvider(kind, scope.queries, scope.account.accountId, name);
  if (provider === undefined) throw new Refusal(`EntityNotExist.${kinds[kind].entity}`, { name });
  return provider;
}

/**
 * A page of providers in the order of their names.
 * @param after the name key the page begins after
 * @param limit how many rows to read
 */
export async function listProviders<Kind extends ProviderKind>(
  kind: Kind,
  scope: Scope,
  after: string,
  limit: number,
): Promise<ProviderRows[Kind][]> {
  const rows = await scope.queries
    .selectFrom(kinds[kind].table)
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('provider_name_key', '>', after)
    .orderBy('provider_name_key')
    .limit(limit)
    .execute();
  return rows as ProviderRows[Kind][];
}

/** @throws Refusal EntityAlreadyExists.SAMLProvider, EntityAlreadyExists.OIDCProvider */
export async function assertNameFree(kind: ProviderKind, scope: Scope, name: string): Promise<void> {
  if ((await findProvider(kind, scope.queries, scope.account.accountId, name)) !== undefined) {
    throw new Refusal(`EntityAlreadyExists.${kinds[kind].entity}`, { name });
  }
}

/** @throws Refusal LimitExceeded.SAMLProvider, LimitExceeded.OIDCProvider */
export async function assertProviderQuota(kind: ProviderKind, scope: Scope): Promise<void> {
  const { table, entity, limit } = kinds[kind];
  const most = scope.services.limits[limit];
  const { count } = await scope.queries
    .selectFrom(table)
    .select((rows) => rows.fn.countAll<number>().as('count'))
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= most) throw new Refusal(`LimitExceeded.${entity}`, { limit: most });
}

/**
 * Deletes a provider and, with it, every session that it opened: another one of the same name is another one.
 * @throws Refusal EntityNotExist.SAMLProvider, EntityNotExist.OIDCProvider
 */
export async function deleteProvider(kind: ProviderKind, scope: Scope, name: string): Promise<void> {
  const { provider_id, provider_name } = await requireProvider(kind, scope, name);
  const { table, entity } = kinds[kind];
  await scope.queries.deleteFrom(table).where('provider_id', '=', provider_id).execute();
  scope.changed('identity-provider', provider_id);
  scope.touched(`ACS::RAM::${entity}`, provider_name);
}
