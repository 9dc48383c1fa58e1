import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { SamlProviderRow } from '../store/schema.ts';
import { assertNameFree, assertProviderQuota, requireProvider } from './identity-provider.ts';
import { providerNameKey } from './provider-name.ts';
import { readSamlMetadata } from './saml-metadata.ts';

/** Algorithm with which the service provider signs its requests to the identity provider. */
export type AuthnSignAlgorithm = SamlProviderRow['authn_sign_algorithm'];

/** Properties of a new SAML provider. */
export interface NewSamlProvider {
  readonly name: string;
  readonly description: string;
  /** Base64 of its metadata. */
  readonly metadata: string;
  readonly authnSignAlgorithm: AuthnSignAlgorithm;
}

/** Changes of a provider; `undefined` leaves a property as it is. */
export interface SamlProviderChanges {
  readonly description: string | undefined;
  readonly metadata: string | undefined;
  readonly authnSignAlgorithm: AuthnSignAlgorithm | undefined;
}

/**
 * Creates a SAML provider.
 * @throws Refusal EntityAlreadyExists.SAMLProvider, LimitExceeded.SAMLProvider, InvalidParameter.*
 */
export async function createSamlProvider(scope: Scope, provider: NewSamlProvider): Promise<SamlProviderRow> {
  assertUsableMetadata('EncodedSAMLMetadataDocument', provider.metadata, scope.now);
  await assertNameFree('saml', scope, provider.name);
  await assertProviderQuota('saml', scope);
  const row: SamlProviderRow = {
    provider_id: scope.services.identifiers.identityProviderId(),
    account_id: scope.account.accountId,
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
 * Updates a SAML provider. Open sessions continue: metadata decides only on new ones.
 * @throws Refusal EntityNotExist.SAMLProvider, InvalidParameter.*
 */
export async function updateSamlProvider(
  scope: Scope,
  name: string,
  changes: SamlProviderChanges,
): Promise<SamlProviderRow> {
  if (changes.metadata !== undefined) {
    assertUsableMetadata('NewEncodedSAMLMetadataDocument', changes.metadata, scope.now);
  }
  const provider = await requireProvider('saml', scope, name);
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

/** Asserts that metadata can be used. @throws Refusal InvalidParameter.<name> with the fault of the metadata */
export function assertUsableMetadata(name: string, metadata: string, now: number): void {
  const read = readSamlMetadata(metadata);
  const fault =
    'fault' in read
      ? read.fault
      : read.signingKeys.every(({ validUntil }) => validUntil < now) &&
        'all of its certificates have expired';
  if (fault) throw new Refusal('InvalidParameter.MetadataDocument', { name, reason: fault });
}
