import { arn, identityArn } from '../../context/arn.ts';
import { SAML_METADATA_CHARACTERS } from '../../context/limits.ts';
import { deleteProvider, listProviders, requireProvider } from '../../federation/identity-provider.ts';
import { PROVIDER_NAME_FORMAT } from '../../federation/provider-name.ts';
import { createSamlProvider, updateSamlProvider } from '../../federation/saml-provider.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import type { SamlProviderRow } from '../../store/schema.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { clearable, oneOf, optional, text, withDefault } from '../../wire/parameter.ts';
import { demandsToCreate } from '../new-entity.ts';
import { printableText } from '../printable-text.ts';

const VERSION = '2019-08-15';

const description = printableText(256);
const providerName = text({ max: 128, format: PROVIDER_NAME_FORMAT });
const metadata = text({ max: SAML_METADATA_CHARACTERS });
const authnSignAlgorithm = oneOf('rsa-sha1', 'rsa-sha256');

const demand = (action: string, name: string, call: Call) => [
  { action: `ram:${action}`, resource: arn.samlProvider(call.account.accountId, name) },
];

/** Converts a provider of a list, without its signature algorithm. */
const wireListedProvider = (row: SamlProviderRow) => ({
  SAMLProviderName: row.provider_name,
  Arn: identityArn.samlProvider(row.account_id, row.provider_name),
  Description: row.description,
  CreateDate: instant(row.created_at),
  UpdateDate: instant(row.updated_at),
});

const wireProvider = (row: SamlProviderRow) => ({
  ...wireListedProvider(row),
  AuthnSignAlgo: row.authn_sign_algorithm,
});

/** IMS operations on SAML providers. */
export const samlProviderOperations: readonly Operation[] = [
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'CreateSAMLProvider',
    access: 'write',
    security: { effect: 'credential' },
    input: {
      SAMLProviderName: providerName,
      Description: withDefault(description, ''),
      EncodedSAMLMetadataDocument: metadata,
      AuthnSignAlgo: withDefault(authnSignAlgorithm, 'rsa-sha1'),
    },
    authorize: (input, { account: { accountId } }) =>
      demandsToCreate(
        'ram:CreateSAMLProvider',
        arn.samlProvider(accountId, '*'),
        arn.samlProvider(accountId, input.SAMLProviderName),
      ),
    async handle(input, call) {
      const row = await createSamlProvider(call, {
        name: input.SAMLProviderName,
        description: input.Description,
        metadata: input.EncodedSAMLMetadataDocument,
        authnSignAlgorithm: input.AuthnSignAlgo,
      });
      return { SAMLProvider: wireProvider(row) };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetSAMLProvider',
    access: 'read',
    input: { SAMLProviderName: providerName },
    authorize: (input, call) => demand('GetSAMLProvider', input.SAMLProviderName, call),
    async handle(input, call) {
      const row = await requireProvider('saml', call, input.SAMLProviderName);
      return { SAMLProvider: { ...wireProvider(row), EncodedSAMLMetadataDocument: row.metadata } };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'UpdateSAMLProvider',
    access: 'write',
    security: { effect: 'credential' },
    input: {
      SAMLProviderName: providerName,
      NewDescription: clearable(description),
      NewEncodedSAMLMetadataDocument: optional(metadata),
      AuthnSignAlgo: optional(authnSignAlgorithm),
    },
    authorize: (input, call) => demand('UpdateSAMLProvider', input.SAMLProviderName, call),
    async handle(input, call) {
      const row = await updateSamlProvider(call, input.SAMLProviderName, {
        description: input.NewDescription,
        metadata: input.NewEncodedSAMLMetadataDocument,
        authnSignAlgorithm: input.AuthnSignAlgo,
      });
      return { SAMLProvider: wireProvider(row) };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeleteSAMLProvider',
    access: 'write',
    security: { effect: 'destroys' },
    input: { SAMLProviderName: providerName },
    authorize: (input, call) => demand('DeleteSAMLProvider', input.SAMLProviderName, call),
    async handle(input, call) {
      await deleteProvider('saml', call, input.SAMLProviderName);
      return {};
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListSAMLProviders',
    access: 'read',
    input: pageParameters(100),
    authorize: (_, call) => demand('ListSAMLProviders', '*', call),
    async handle(input, call) {
      const rows = await listProviders('saml', call, afterMarker(input.Marker), input.MaxItems + 1);
      const { rows: some, IsTruncated, Marker } = page(rows, input.MaxItems, (row) => row.provider_name_key);
      return { SAMLProviders: { SAMLProvider: some.map(wireListedProvider) }, IsTruncated, Marker };
    },
  }),
];
