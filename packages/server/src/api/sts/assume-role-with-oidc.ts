import type { Account } from '../../context/account.ts';
import type { AnonymousRequest, Proof, ProvenAnonymousRequest } from '../../context/anonymous-request.ts';
import { identityArn } from '../../context/arn.ts';
import { findProvider } from '../../federation/identity-provider.ts';
import { clientIdsOf, fingerprintsOf } from '../../federation/oidc-provider.ts';
import { readProviderArn } from '../../federation/provider-name.ts';
import {
  assertJsonWebToken,
  notIssuedByProvider,
  type OidcToken,
  verifyOidcToken,
} from '../../federation/verify-oidc-token.ts';
import { type AnonymousOperation, anonymousOperation } from '../../pipeline/operation.ts';
import type { OidcProviderRow } from '../../store/schema.ts';
import { findActiveAccount } from '../../tokens/active-account.ts';
import { assumeFederatedRole } from '../../tokens/assume-federated-role.ts';
import { instant } from '../../wire/instant.ts';
import { optional, secret, text } from '../../wire/parameter.ts';
import {
  credentials,
  durationSeconds,
  requiredParameter,
  roleArn,
  roleReference,
  sessionName,
  sessionPolicy,
  stsParameter,
} from './session-parameters.ts';

const providerArn = stsParameter(
  text({ max: 256, format: /^acs:ram:\*?:\d{16}:oidc-provider\/.+$/ }),
  'InvalidParameter.ProviderArn',
  { name: 'OIDCProviderArn' },
);

interface OidcProof extends Proof {
  readonly provider: OidcProviderRow;
  readonly token: OidcToken;
}

/** STS operation that opens a role session for the subject of an OIDC token. */
export const assumeRoleWithOidcOperations: readonly AnonymousOperation[] = [
  anonymousOperation({
    product: 'Sts',
    version: '2015-04-01',
    name: 'AssumeRoleWithOIDC',
    access: 'anonymous',
    input: {
      OIDCProviderArn: requiredParameter(providerArn),
      RoleArn: requiredParameter(roleArn),
      OIDCToken: secret(requiredParameter(text({ min: 4, max: 20_000 }))),
      RoleSessionName: requiredParameter(sessionName),
      Policy: optional(sessionPolicy),
      DurationSeconds: optional(durationSeconds),
    },

    async prove(input, request): Promise<OidcProof> {
      assertJsonWebToken(input.OIDCToken);
      const trusted = await findTrustedProvider(input.OIDCProviderArn, request);
      if (trusted === undefined) throw notIssuedByProvider();
      const { account, provider } = trusted;
      const expected = {
        issuerUrl: provider.issuer_url,
        fingerprints: fingerprintsOf(provider),
        clientIds: clientIdsOf(provider),
        issuanceLimitHours: provider.issuance_limit_hours,
      };
      const { issuerKeys } = request.services;
      const token = await verifyOidcToken(input.OIDCToken, expected, issuerKeys, request.now);
      return { account, provider, token };
    },

    async handle(input, { provider, token }, request) {
      await assertProviderUnchanged(provider, request);
      const { session, principal } = await assumeFederatedRole(request, {
        action: 'sts:AssumeRoleWithOIDC',
        provider: {
          kind: 'oidc',
          providerId: provider.provider_id,
          arn: identityArn.oidcProvider(provider.account_id, provider.provider_name),
        },
        role: roleReference(input.RoleArn),
        sessionName: input.RoleSessionName,
        sourceIdentity: undefined,
        durationSeconds: input.DurationSeconds,
        endsBy: undefined,
        sessionPolicy: input.Policy,
        conditions: new Map<string, string | readonly string[]>([
          ['oidc:iss', token.issuer],
          ['oidc:aud', token.clientIds],
          ['oidc:sub', token.subject],
        ]),
      });
      return {
        actor: principal,
        answer: {
          Credentials: credentials(session),
          AssumedRoleUser: {
            Arn: `${session.roleArn}/${principal.sessionName}`,
            AssumedRoleId: `${session.roleId}:${principal.sessionName}`,
          },
          OIDCTokenInfo: {
            Issuer: token.issuer,
            Subject: token.subject,
            ClientIds: token.clientIds.join(','),
            IssuanceTime: instant(token.issuedAt),
            ExpirationTime: instant(token.expiresAt),
            VerificationInfo: 'Success',
          },
        },
      };
    },
  }),
];

/** Finds the provider that an ARN names, with its account; `undefined` if absent. */
async function findTrustedProvider(
  arn: string,
  request: AnonymousRequest,
): Promise<{ account: Account; provider: OidcProviderRow } | undefined> {
  const reference = readProviderArn('oidc', arn);
  if (reference === undefined) return undefined;
  const account = await findActiveAccount(request, reference.accountId);
  if (account === undefined) return undefined;
  const { queries } = request.services.store;
  const provider = await findProvider('oidc', queries, reference.accountId, reference.name);
  return provider && { account, provider };
}

/** Asserts that the provider is the one that verified the token, which happens before the transaction and can wait. */
async function assertProviderUnchanged(
  provider: OidcProviderRow,
  { queries }: Pick<ProvenAnonymousRequest, 'queries'>,
): Promise<void> {
  const present = await findProvider('oidc', queries, provider.account_id, provider.provider_name);
  const stands =
    present?.provider_id === provider.provider_id &&
    present.client_ids === provider.client_ids &&
    present.fingerprints === provider.fingerprints &&
    present.issuance_limit_hours === provider.issuance_limit_hours;
  if (!stands) throw notIssuedByProvider();
}
