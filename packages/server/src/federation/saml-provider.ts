import { Refusal } from '../errors/refusal.ts';
import { limits } from '../limits.ts';
import type { Scope } from '../rpc/operation.ts';
import type { SamlProviderRow } from '../store/schema.ts';
import { providerNameKey } from './provider-name.ts';
import { readSamlMetadata } from './saml-metadata.ts';

/** With what the service provider signs what it asks of the identity provider. */
export type AuthnSignAlgorithm = SamlProviderRow['authn_sign_algorithm'];

/** What a SAML provider is made from. */
export interface NewSamlProvider {
  readonly name: string;
  readonly description: string;
  /** Base64 of its metadata. */
  readonly metadata: string;
  readonly authnSignAlgorithm: AuthnSignAlgorithm;
}

/** What an update changes; undefined stays as it is. */
export interface SamlProviderChanges {
  readonly description: string | undefined;
  readonly metadata: string | undefined;
  readonly authnSignAlgorithm: AuthnSignAlgorithm | undefined;
}

/** The SAML provider of an account with that name, in any case, if there is one. */
export async function findSamlProvider(
  queries: Scope['queries'],
  accountId: string,
  name: string,
): Promise<SamlProviderRow | undefined> {
  return queries
    .selectFrom('saml_providers')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('provider_name_key', '=', providerNameKey(name))
    .executeTakeFirst();
}

/** The SAML provider with that name. @throws Refusal EntityNotExist.SAMLProvider */
export async function requireSamlProvider(scope: Scope, name: string): Promise<SamlProviderRow> {
  const provider = await findSamlProvider(scope.queries, scope.account.accountId, name);
  if (provider === undefined) throw new Refusal('EntityNotExist.SAMLProvider', { name });
  return provider;
}

/**
 * Makes a SAML provider.
 * @throws Refusal EntityAlreadyExists.SAMLProvider, LimitExceeded.SAMLProvider, InvalidParameter.*
 */
export async function createSamlProvider(scope: Scope, provider: NewSamlProvider): Promise<SamlProviderRow> {
  const { accountId } = scope.account;
  refuseUnusableMetadata('EncodedSAMLMetadataDocument', provider.metadata, scope.now);
  if ((await findSamlProvider(scope.queries, accountId, provider.name)) !== undefined) {
    throw new Refusal('EntityAlreadyExists.SAMLProvider', { name: provider.name });
  }
  const { count } = await scope.queries
    .selectFrom('saml_providers')
    .select((rows) => rows.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= limits.samlProvidersPerAccount) {
    throw new Refusal('LimitExceeded.SAMLProvider', { limit: limits.samlProvidersPerAccount });
  }
  const row: SamlProviderRow = {
    provider_id: scope.services.identifiers.identityProviderId(),
    account_id: accountId,
    provider_name: provider.name,
    provider_name_key: providerNameKey(provider.name),
    description: provider.description,
    metadata: provider.metadata,
    authn_sign_algorithm: provider.authnSignAlgorithm,
    created_at: scope.now,
    updated_at: scope.now,
  };
  await scope.queries.insertInto('saml_providers').values(row).execute();
  scope.touched('ACS::RAM::SAMLProvider', provider.name);
  return row;
}

/**
 * Changes a SAML provider. Sessions that are open go on: metadata says who may begin one.
 * @throws Refusal EntityNotExist.SAMLProvider, InvalidParameter.*
 */
export async function updateSamlProvider(
  scope: Scope,
  name: string,
  changes: SamlProviderChanges,
): Promise<SamlProviderRow> {
  if (changes.metadata !== undefined) {
    refuseUnusableMetadata('NewEncodedSAMLMetadataDocument', changes.metadata, scope.now);
  }
  const provider = await requireSamlProvider(scope, name);
  const updated: SamlProviderRow = {
    ...provider,
    description: changes.description ?? provider.description,
    metadata: changes.metadata ?? provider.metadata,
    authn_sign_algorithm: changes.authnSignAlgorithm ?? provider.authn_sign_algorithm,
    updated_at: scope.now,
  };
  await scope.queries
    .updateTable('saml_providers')
    .set(updated)
    .where('provider_id', '=', provider.provider_id)
    .execute();
  scope.touched('ACS::RAM::SAMLProvider', provider.provider_name);
  return updated;
}

/**
 * Deletes a SAML provider and, with it, every session that it opened: another one of the same name is another one.
 * @throws Refusal EntityNotExist.SAMLProvider
 */
export async function deleteSamlProvider(scope: Scope, name: string): Promise<void> {
  const { provider_id, provider_name } = await requireSamlProvider(scope, name);
  await scope.queries.deleteFrom('saml_providers').where('provider_id', '=', provider_id).execute();
  scope.changed('identity-provider', provider_id);
  scope.touched('ACS::RAM::SAMLProvider', provider_name);
}

/**
 * A page of SAML providers in the order of their names.
 * @param after the name key the page begins after
 * @param limit how many rows to read
 */
export async function listSamlProviders(
  scope: Scope,
  after: string,
  limit: number,
): Promise<SamlProviderRow[]> {
  return scope.queries
    .selectFrom('saml_providers')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('provider_name_key', '>', after)
    .orderBy('provider_name_key')
    .limit(limit)
    .execute();
}

/** @throws Refusal InvalidParameter.<name>, which says what is wrong with the metadata */
export function refuseUnusableMetadata(name: string, metadata: string, now: number): void {
  const read = readSamlMetadata(metadata);
  const fault =
    'fault' in read
      ? read.fault
      : read.signingKeys.every(({ validUntil }) => validUntil < now) &&
        'all of its certificates have expired';
  if (fault) throw new Refusal('InvalidParameter.MetadataDocument', { name, reason: fault });
}
