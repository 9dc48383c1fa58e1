import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { OidcProviderRow } from '../store/schema.ts';
import { assertNameFree, assertProviderQuota, requireProvider } from './identity-provider.ts';
import { findIssuerUrlFault } from './issuer-url.ts';
import { providerNameKey } from './provider-name.ts';

/** Maximum age of tokens since their issuance, in hours: RAM's bounds and default. */
export const ISSUANCE_LIMIT_HOURS = { minimum: 1, maximum: 168, byDefault: 12 } as const;

/** Properties of a new OIDC provider. */
export interface NewOidcProvider {
  readonly name: string;
  readonly issuerUrl: string;
  readonly description: string;
  readonly clientIds: readonly string[];
  readonly fingerprints: readonly string[];
  readonly issuanceLimitHours: number;
}

/** Changes of a provider; `undefined` leaves a property as it is. */
export interface OidcProviderChanges {
  readonly description?: string | undefined;
  readonly clientIds?: readonly string[] | undefined;
  readonly fingerprints?: readonly string[] | undefined;
  readonly issuanceLimitHours?: number | undefined;
}

/** Lists of a provider: the audiences of its tokens, and the certificates of its issuer. */
type ListName = 'clientIds' | 'fingerprints';

const LIST_LIMITS = {
  clientIds: ['LimitExceeded.OIDCProvider.ClientId', 'clientIdsPerOidcProvider'],
  fingerprints: ['LimitExceeded.OIDCProvider.Fingerprint', 'fingerprintsPerOidcProvider'],
} as const;

/** Returns the client ids of a provider, in the order they were added. */
export const clientIdsOf = (row: OidcProviderRow): readonly string[] => JSON.parse(row.client_ids);

/** Returns the fingerprints of a provider, in the order they were added. */
export const fingerprintsOf = (row: OidcProviderRow): readonly string[] => JSON.parse(row.fingerprints);

/**
 * Creates an OIDC provider. An account has at most one for each issuer.
 * @throws Refusal EntityAlreadyExists.OIDCProvider, LimitExceeded.OIDCProvider…, InvalidParameter.IssuerUrl.Format
 */
export async function createOidcProvider(scope: Scope, provider: NewOidcProvider): Promise<OidcProviderRow> {
  const fault = findIssuerUrlFault(provider.issuerUrl, scope.services.issuerNetwork);
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
 * Updates an OIDC provider. Open sessions continue.
 * @throws Refusal EntityNotExist.OIDCProvider, LimitExceeded.OIDCProvider.*
 */
export async function updateOidcProvider(
  scope: Scope,
  name: string,
  changes: OidcProviderChanges,
): Promise<OidcProviderRow> {
  return updateRow(scope, await requireProvider('oidc', scope, name), changes);
}

/**
 * Adds a value to a list of a provider; an existing value is kept once.
 * @throws Refusal EntityNotExist.OIDCProvider, LimitExceeded.OIDCProvider.*
 */
export async function addToOidcProvider(
  scope: Scope,
  name: string,
  list: ListName,
  value: string,
): Promise<OidcProviderRow> {
  const provider = await requireProvider('oidc', scope, name);
  return updateRow(scope, provider, { [list]: [...listOf(provider, list), value] });
}

/**
 * Removes a value from a list of a provider. An absent value is not an error, so that a repeated request gets the
 * same answer.
 * @throws Refusal EntityNotExist.OIDCProvider
 */
export async function removeFromOidcProvider(
  scope: Scope,
  name: string,
  list: ListName,
  value: string,
): Promise<OidcProviderRow> {
  const provider = await requireProvider('oidc', scope, name);
  return updateRow(scope, provider, { [list]: listOf(provider, list).filter((member) => member !== value) });
}

async function updateRow(
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
  const [code, name] = LIST_LIMITS[list];
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
