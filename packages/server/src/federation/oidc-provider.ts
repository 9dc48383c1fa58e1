import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { OidcProviderRow } from '../store/schema.ts';
import { assertNameFree, assertProviderQuota, requireProvider } from './identity-provider.ts';
import { faultOfIssuerUrl } from './issuer-url.ts';
import { providerNameKey } from './provider-name.ts';

/** How old tokens may be, in hours since they were issued: RAM's bounds, and the default. */
export const issuanceLimitHours = { minimum: 1, maximum: 168, byDefault: 12 } as const;

/** What an OIDC provider is made from. */
export interface NewOidcProvider {
  readonly name: string;
  readonly issuerUrl: string;
  readonly description: string;
  readonly clientIds: readonly string[];
  readonly fingerprints: readonly string[];
  readonly issuanceLimitHours: number;
}

/** What an update changes; undefined stays as it is. */
export interface OidcProviderChanges {
  readonly description?: string | undefined;
  readonly clientIds?: readonly string[] | undefined;
  readonly fingerprints?: readonly string[] | undefined;
  readonly issuanceLimitHours?: number | undefined;
}

/** The lists of a provider: to whom its tokens may be issued, and the certificates its issuer may show. */
type ListName = 'clientIds' | 'fingerprints';

const limitOf = {
  clientIds: ['LimitExceeded.OIDCProvider.ClientId', 'clientIdsPerOidcProvider'],
  fingerprints: ['LimitExceeded.OIDCProvider.Fingerprint', 'fingerprintsPerOidcProvider'],
} as const;

/** The client ids of a provider, in the order that they were given. */
export const clientIdsOf = (row: OidcProviderRow): readonly string[] => JSON.parse(row.client_ids);

/** The fingerprints of a provider, in the order that they were given. */
export const fingerprintsOf = (row: OidcProviderRow): readonly string[] => JSON.parse(row.fingerprints);

/**
 * Makes an OIDC provider. An account has one for each issuer.
 * @throws Refusal EntityAlreadyExists.OIDCProvider, LimitExceeded.OIDCProvider…, InvalidParameter.IssuerUrl.Format
 */
export async function createOidcProvider(scope: Scope, provider: NewOidcProvider): Promise<OidcProviderRow> {
  const fault = faultOfIssuerUrl(provider.issuerUrl, scope.services.issuerNetwork);
  if (fault !== undefined) throw new Refusal('InvalidParameter.IssuerUrl', { reason: fault });
  await assertNameFree('oidc', scope, provider.name);
  await assertIssuerFree(scope, provider.issuerUrl);
  await assertProviderQuota('oidc', scope);
  const row: OidcProviderRow = {
    provider_id: scope.services.identifiers.identityProviderId(),
    account_id: scope.account.accountId,
    provider_name: provider.name,
    provider_name_key: providerNameKey(provider.name),
    issuer_url: provider.issuerUrl,
    description: provider.description,
    client_ids: storedList(scope, 'clientIds', provider.clientIds),
    fingerprints: storedList(scope, 'fingerprints', provider.fingerprints),
    issuance_limit_hours: provider.issuanceLimitHours,
    created_at: scope.now,
    updated_at: scope.now,
  };
  await scope.queries.insertInto('oidc_providers').values(row).execute();
  scope.touched('ACS::RAM::OIDCProvider', provider.name);
  return row;
}

/**
 * Changes an OIDC provider. Sessions that are open go on.
 * @throws Refusal EntityNotExist.OIDCProvider, LimitExceeded.OIDCProvider.*
 */
export async function updateOidcProvider(
  scope: Scope,
  name: string,
  changes: OidcProviderChanges,
): Promise<OidcProviderRow> {
  return change(scope, await requireProvider('oidc', scope, name), changes);
}

/**
 * Adds to a list of a provider; what is in it already stays once.
 * @throws Refusal EntityNotExist.OIDCProvider, LimitExceeded.OIDCProvider.*
 */
export async function addToOidcProvider(
  scope: Scope,
  name: string,
  list: ListName,
  value: string,
): Promise<OidcProviderRow> {
  const provider = await requireProvider('oidc', scope, name);
  return change(scope, provider, { [list]: [...listOf(provider, list), value] });
}

/**
 * Takes from a list of a provider; what is not in it is no error, so that a repeated request is answered like the first.
 * @throws Refusal EntityNotExist.OIDCProvider
 */
export async function removeFromOidcProvider(
  scope: Scope,
  name: string,
  list: ListName,
  value: string,
): Promise<OidcProviderRow> {
  const provider = await requireProvider('oidc', scope, name);
  return change(scope, provider, { [list]: listOf(provider, list).filter((member) => member !== value) });
}

async function change(
  scope: Scope,
  provider: OidcProviderRow,
  changes: OidcProviderChanges,
): Promise<OidcProviderRow> {
  const updated: OidcProviderRow = {
    ...provider,
    description: changes.description ?? provider.description,
    client_ids: changes.clientIds ? storedList(scope, 'clientIds', changes.clientIds) : provider.client_ids,
    fingerprints: changes.fingerprints
      ? storedList(scope, 'fingerprints', changes.fingerprints)
      : provider.fingerprints,
    issuance_limit_hours: changes.issuanceLimitHours ?? provider.issuance_limit_hours,
    updated_at: scope.now,
  };
  await scope.queries
    .updateTable('oidc_providers')
    .set(updated)
    .where('provider_id', '=', provider.provider_id)
    .execute();
  scope.touched('ACS::RAM::OIDCProvider', provider.provider_name);
  return updated;
}

function listOf(provider: OidcProviderRow, list: ListName): readonly string[] {
  return list === 'clientIds' ? clientIdsOf(provider) : fingerprintsOf(provider);
}

function storedList(scope: Scope, list: ListName, values: readonly string[]): string {
  const distinct = [...new Set(values)];
  const [code, name] = limitOf[list];
  const limit = scope.services.limits[name];
  if (distinct.length > limit) throw new Refusal(code, { limit });
  return JSON.stringify(distinct);
}

async function assertIssuerFree(scope: Scope, issuerUrl: string): Promise<void> {
  const known = await scope.queries
    .selectFrom('oidc_providers')
    .select('provider_id')
    .where('account_id', '=', scope.account.accountId)
    .where('issuer_url', '=', issuerUrl)
    .executeTakeFirst();
  if (known !== undefined) throw new Refusal('EntityAlreadyExists.OIDCProvider.Issuer', { name: issuerUrl });
}
