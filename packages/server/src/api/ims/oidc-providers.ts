import { arn, identityArn } from '../../context/arn.ts';
import { Refusal } from '../../errors/refusal.ts';
import { deleteProvider, listProviders, requireProvider } from '../../federation/identity-provider.ts';
import {
  addToOidcProvider,
  clientIdsOf,
  createOidcProvider,
  fingerprintsOf,
  ISSUANCE_LIMIT_HOURS,
  removeFromOidcProvider,
  updateOidcProvider,
} from '../../federation/oidc-provider.ts';
import { PROVIDER_NAME_FORMAT } from '../../federation/provider-name.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import type { OidcProviderRow } from '../../store/schema.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { clearable, integer, optional, type Parameter, text, withDefault } from '../../wire/parameter.ts';
import { demandsToCreate } from '../new-entity.ts';
import { printableText } from '../printable-text.ts';

const VERSION = '2019-08-15';

const description = printableText(256);
const providerName = text({ max: 128, format: PROVIDER_NAME_FORMAT });
const clientId = text({ max: 128, format: /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/ });
const fingerprint = text({ max: 128, format: /^[A-Za-z0-9]+$/ });
const issuanceLimit = integer(ISSUANCE_LIMIT_HOURS.minimum, ISSUANCE_LIMIT_HOURS.maximum);

/** Optional list, separated by commas. The provider's rules limit its length. */
function commaSeparated(item: Parameter<string>): Parameter<readonly string[] | undefined> {
  return {
    required: false,
    secret: false,
    schema: { type: 'string' },
    read(name, wire) {
      const whole = wire.get(name);
      if (whole === undefined || whole === '') return undefined;
      if (whole.length > 16_384) throw new Refusal('InvalidParameter.Length', { name });
      return whole.split(',').map((part) => item.read(name, new Map([[name, part.trim()]])));
    },
  };
}

const demand = (action: string, name: string, call: Call) => [
  { action: `ram:${action}`, resource: arn.oidcProvider(call.account.accountId, name) },
];

const wireProvider = (row: OidcProviderRow) => ({
  OIDCProviderName: row.provider_name,
  Arn: identityArn.oidcProvider(row.account_id, row.provider_name),
  IssuerUrl: row.issuer_url,
  Description: row.description,
  ClientIds: clientIdsOf(row).join(','),
  Fingerprints: fingerprintsOf(row).join(','),
  IssuanceLimitTime: row.issuance_limit_hours,
  CreateDate: instant(row.created_at),
  UpdateDate: instant(row.updated_at),
  GmtCreate: String(wholeSeconds(row.created_at)),
  GmtModified: String(wholeSeconds(row.updated_at)),
});

/** Milliseconds cut to whole seconds, as in RAM's answers. */
const wholeSeconds = (milliseconds: number) => Math.floor(milliseconds / 1000) * 1000;

/** IMS operations on OIDC providers, their client ids and fingerprints. */
export const oidcProviderOperations: readonly Operation[] = [
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'CreateOIDCProvider',
    access: 'write',
    security: { effect: 'credential' },
    input: {
      OIDCProviderName: providerName,
      IssuerUrl: text(),
      Description: withDefault(description, ''),
      ClientIds: commaSeparated(clientId),
      Fingerprints: commaSeparated(fingerprint),
      IssuanceLimitTime: withDefault(issuanceLimit, ISSUANCE_LIMIT_HOURS.byDefault),
    },
    authorize: (input, { account: { accountId } }) =>
      demandsToCreate(
        'ram:CreateOIDCProvider',
        arn.oidcProvider(accountId, '*'),
        arn.oidcProvider(accountId, input.OIDCProviderName),
      ),
    async handle(input, call) {
      const row = await createOidcProvider(call, {
        name: input.OIDCProviderName,
        issuerUrl: input.IssuerUrl,
        description: input.Description,
        clientIds: input.ClientIds ?? [],
        fingerprints: input.Fingerprints ?? [],
        issuanceLimitHours: input.IssuanceLimitTime,
      });
      return { OIDCProvider: wireProvider(row) };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetOIDCProvider',
    access: 'read',
    input: { OIDCProviderName: providerName },
    authorize: (input, call) => demand('GetOIDCProvider', input.OIDCProviderName, call),
    async handle(input, call) {
      return { OIDCProvider: wireProvider(await requireProvider('oidc', call, input.OIDCProviderName)) };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'UpdateOIDCProvider',
    access: 'write',
    security: { effect: 'credential' },
    input: {
      OIDCProviderName: providerName,
      NewDescription: clearable(description),
      ClientIds: commaSeparated(clientId),
      IssuanceLimitTime: optional(issuanceLimit),
    },
    authorize: (input, call) => demand('UpdateOIDCProvider', input.OIDCProviderName, call),
    async handle(input, call) {
      const row = await updateOidcProvider(call, input.OIDCProviderName, {
        description: input.NewDescription,
        clientIds: input.ClientIds,
        issuanceLimitHours: input.IssuanceLimitTime,
      });
      return { OIDCProvider: wireProvider(row) };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeleteOIDCProvider',
    access: 'write',
    security: { effect: 'destroys' },
    input: { OIDCProviderName: providerName },
    authorize: (input, call) => demand('DeleteOIDCProvider', input.OIDCProviderName, call),
    async handle(input, call) {
      await deleteProvider('oidc', call, input.OIDCProviderName);
      return {};
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListOIDCProviders',
    access: 'read',
    input: pageParameters(100),
    authorize: (_, call) => demand('ListOIDCProviders', '*', call),
    async handle(input, call) {
      const rows = await listProviders('oidc', call, afterMarker(input.Marker), input.MaxItems + 1);
      const { rows: some, IsTruncated, Marker } = page(rows, input.MaxItems, (row) => row.provider_name_key);
      return { OIDCProviders: { OIDCProvider: some.map(wireProvider) }, IsTruncated, Marker };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'AddClientIdToOIDCProvider',
    access: 'write',
    security: { effect: 'credential' },
    input: { OIDCProviderName: providerName, ClientId: clientId },
    authorize: (input, call) => demand('AddClientIdToOIDCProvider', input.OIDCProviderName, call),
    async handle(input, call) {
      const row = await addToOidcProvider(call, input.OIDCProviderName, 'clientIds', input.ClientId);
      return { OIDCProvider: wireProvider(row) };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'RemoveClientIdFromOIDCProvider',
    access: 'write',
    security: { effect: 'restricts', why: 'fewer tokens are accepted' },
    input: { OIDCProviderName: providerName, ClientId: clientId },
    authorize: (input, call) => demand('RemoveClientIdFromOIDCProvider', input.OIDCProviderName, call),
    async handle(input, call) {
      const row = await removeFromOidcProvider(call, input.OIDCProviderName, 'clientIds', input.ClientId);
      return { OIDCProvider: wireProvider(row) };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'AddFingerprintToOIDCProvider',
    access: 'write',
    security: { effect: 'credential' },
    input: { OIDCProviderName: providerName, Fingerprint: fingerprint },
    authorize: (input, call) => demand('AddFingerprintToOIDCProvider', input.OIDCProviderName, call),
    async handle(input, call) {
      const row = await addToOidcProvider(call, input.OIDCProviderName, 'fingerprints', input.Fingerprint);
      return { OIDCProvider: wireProvider(row) };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'RemoveFingerprintFromOIDCProvider',
    access: 'write',
    security: { effect: 'loosens' },
    input: { OIDCProviderName: providerName, Fingerprint: fingerprint },
    authorize: (input, call) => demand('RemoveFingerprintFromOIDCProvider', input.OIDCProviderName, call),
    async handle(input, call) {
      const row = await removeFromOidcProvider(
        call,
        input.OIDCProviderName,
        'fingerprints',
        input.Fingerprint,
      );
      return { OIDCProvider: wireProvider(row) };
    },
  }),
];
