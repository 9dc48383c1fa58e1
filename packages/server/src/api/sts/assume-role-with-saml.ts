import type { Account } from '../../context/account.ts';
import type { AnonymousRequest, Proof } from '../../context/anonymous-request.ts';
import { identityArn } from '../../context/arn.ts';
import { Refusal } from '../../errors/refusal.ts';
import { findProvider } from '../../federation/identity-provider.ts';
import { providerNameKey, readProviderArn } from '../../federation/provider-name.ts';
import { NO_METADATA, readSamlMetadata, type SamlMetadata } from '../../federation/saml-metadata.ts';
import { consumeAssertion } from '../../federation/used-assertion.ts';
import { type SamlAssertion, verifySamlAssertion } from '../../federation/verify-saml-assertion.ts';
import { type AnonymousOperation, anonymousOperation } from '../../pipeline/operation.ts';
import type { SamlProviderRow } from '../../store/schema.ts';
import { findActiveAccount } from '../../tokens/active-account.ts';
import { assumeFederatedRole } from '../../tokens/assume-federated-role.ts';
import { optional, secret, text } from '../../wire/parameter.ts';
import {
  credentials,
  durationSeconds,
  readRoleArn,
  requiredParameter,
  roleArn,
  roleReference,
  sessionPolicy,
  stsParameter,
} from './session-parameters.ts';

const providerArn = stsParameter(
  text({ max: 256, format: /^acs:ram:\*?:\d{16}:saml-provider\/.+$/ }),
  'InvalidParameter.ProviderArn',
  { name: 'SAMLProviderArn' },
);

interface SamlProof extends Proof {
  readonly provider: SamlProviderRow;
  readonly assertion: SamlAssertion;
}

/** STS operation that opens a role session for the subject of a SAML assertion. */
export const assumeRoleWithSamlOperations: readonly AnonymousOperation[] = [
  anonymousOperation({
    product: 'Sts',
    version: '2015-04-01',
    name: 'AssumeRoleWithSAML',
    access: 'anonymous',
    input: {
      SAMLProviderArn: requiredParameter(providerArn),
      RoleArn: requiredParameter(roleArn),
      SAMLAssertion: secret(requiredParameter(text({ min: 4, max: 100_000 }))),
      Policy: optional(sessionPolicy),
      DurationSeconds: optional(durationSeconds),
    },

    async prove(input, request): Promise<SamlProof> {
      const trusted = await findTrustedProvider(input.SAMLProviderArn, request);
      // An unauthenticated caller does not learn whether the provider exists.
      const metadata = trusted?.metadata ?? NO_METADATA;
      const { assertionThrottle } = request.services;
      const assertion = verifySamlAssertion(input.SAMLAssertion, metadata, request.now, assertionThrottle);
      if (trusted === undefined) throw new Error('an assertion without a signer was accepted');
      const { account, provider } = trusted;
      assertListedRole(assertion, input.RoleArn, provider);
      return { account, provider, assertion };
    },

    async handle(input, { provider, assertion }, request) {
      const present = await findProvider(
        'saml',
        request.queries,
        provider.account_id,
        provider.provider_name,
      );
      if (present?.provider_id !== provider.provider_id || present.metadata !== provider.metadata) {
        throw new Refusal('EntityNotExist.SAMLProvider', { name: input.SAMLProviderArn });
      }
      const { session, principal } = await assumeFederatedRole(request, {
        action: 'sts:AssumeRoleWithSAML',
        provider: {
          kind: 'saml',
          providerId: provider.provider_id,
          arn: identityArn.samlProvider(provider.account_id, provider.provider_name),
        },
        role: roleReference(input.RoleArn),
        sessionName: assertion.sessionName,
        sourceIdentity: assertion.sourceIdentity,
        durationSeconds: input.DurationSeconds,
        endsBy: sessionEndOf(assertion, request.now),
        sessionPolicy: input.Policy,
        conditions: new Map([
          ['saml:recipient', assertion.recipient],
          ['saml:iss', assertion.issuer],
          ['saml:sub', assertion.subject],
          ['saml:sub_type', assertion.subjectType],
        ]),
      });
      await consumeAssertion(request, assertion);
      return {
        actor: principal,
        answer: {
          Credentials: credentials(session),
          AssumedRoleUser: {
            // With `sts` and `assumed-role`, unlike the other operations that open sessions.
            Arn: `acs:sts::${principal.accountId}:assumed-role/${principal.roleName}/${principal.sessionName}`,
            AssumedRoleId: `${session.roleId}:${principal.sessionName}`,
          },
          SAMLAssertionInfo: {
            Issuer: assertion.issuer,
            Recipient: assertion.recipient,
            Subject: assertion.subject,
            SubjectType: assertion.subjectType,
          },
          SourceIdentity: session.sourceIdentity,
        },
      };
    },
  }),
];

/** Finds the provider that an ARN names, with its account and its verification keys; `undefined` if absent. */
async function findTrustedProvider(
  arn: string,
  request: AnonymousRequest,
): Promise<{ account: Account; provider: SamlProviderRow; metadata: SamlMetadata } | undefined> {
  const reference = readProviderArn('saml', arn);
  if (reference === undefined) return undefined;
  const account = await findActiveAccount(request, reference.accountId);
  if (account === undefined) return undefined;
  const { queries } = request.services.store;
  const provider = await findProvider('saml', queries, reference.accountId, reference.name);
  if (provider === undefined) return undefined;
  const metadata = readSamlMetadata(provider.metadata);
  return 'fault' in metadata ? undefined : { account, provider, metadata };
}

/** Asserts that the assertion lists the role together with this provider. */
function assertListedRole(assertion: SamlAssertion, arn: string, provider: SamlProviderRow): void {
  const requested = roleReference(arn);
  const listed = assertion.roles.some((pair) => {
    const role = pair.map(readRoleArn).find((found) => found !== undefined);
    const by = pair.map((part) => readProviderArn('saml', part)).find((found) => found !== undefined);
    return (
      pair.length === 2 &&
      role?.accountId === requested.accountId &&
      role.roleName.toLowerCase() === requested.roleName.toLowerCase() &&
      by?.accountId === provider.account_id &&
      providerNameKey(by.name) === provider.provider_name_key
    );
  });
  if (!listed) {
    throw new Refusal('AuthenticationFail.SAMLAssertion.Invalid', {
      reason: 'its attribute Role does not list the role with the provider',
    });
  }
}

/** Returns the end that the assertion sets; it can shorten a session, not lengthen it. */
function sessionEndOf(assertion: SamlAssertion, now: number): number | undefined {
  const ends = [
    assertion.sessionEndsBy,
    assertion.sessionSeconds === undefined ? undefined : now + assertion.sessionSeconds * 1000,
  ].filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
