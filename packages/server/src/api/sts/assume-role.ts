import { arn } from '../../context/arn.ts';
import { SOURCE_IDENTITY } from '../../context/source-identity.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { warnOfPolicy } from '../../policy-documents/policy-text.ts';
import { assumeRole, sourceIdentityAfter } from '../../tokens/assume-trusting-role.ts';
import { optional, text } from '../../wire/parameter.ts';
import {
  credentials,
  durationSeconds,
  roleArn,
  roleReference,
  sessionName,
  sessionPolicy,
  stsParameter,
} from './session-parameters.ts';

const externalId = stsParameter(
  text({ min: 2, max: 1224, format: /^[\w+=,.@:/-]+$/ }),
  'InvalidParameter.ExternalId',
);

const sourceIdentity = text({
  min: SOURCE_IDENTITY.minimum,
  max: SOURCE_IDENTITY.maximum,
  format: SOURCE_IDENTITY.format,
});

/** Returns the condition values of the call, for the policies of the caller and of the role. */
async function conditionsOf(
  input: { readonly ExternalId: string | undefined; readonly SourceIdentity: string | undefined },
  call: Call,
): Promise<ReadonlyMap<string, string>> {
  const sourceIdentity = await sourceIdentityAfter(call, input.SourceIdentity);
  return new Map([
    ...(input.ExternalId === undefined ? [] : ([['sts:externalid', input.ExternalId]] as const)),
    ...(sourceIdentity === undefined ? [] : ([['sts:sourceidentity', sourceIdentity]] as const)),
  ]);
}

/** STS operations that issue session credentials to a signed caller. */
export const assumeRoleOperations: readonly Operation[] = [
  // Opens a role session. A write, although no row changes: each session must have its audit record.
  operation({
    product: 'Sts',
    version: '2015-04-01',
    name: 'AssumeRole',
    access: 'write',
    security: { effect: 'session' },
    input: {
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      DurationSeconds: optional(durationSeconds),
      Policy: optional(sessionPolicy),
      ExternalId: optional(externalId),
      SourceIdentity: optional(sourceIdentity),
    },
    async authorize(input, call) {
      const { accountId, roleName } = roleReference(input.RoleArn);
      const conditions = await conditionsOf(input, call);
      return [{ action: 'sts:AssumeRole', resource: arn.role(accountId, roleName), conditions }];
    },
    async handle(input, call) {
      if (input.Policy !== undefined) warnOfPolicy(call, input.Policy, 'session');
      const session = await assumeRole(call, {
        role: roleReference(input.RoleArn),
        roleArn: input.RoleArn,
        sessionName: input.RoleSessionName,
        durationSeconds: input.DurationSeconds,
        sessionPolicy: input.Policy,
        sourceIdentity: input.SourceIdentity,
        conditions: await conditionsOf(input, call),
      });
      return {
        Credentials: credentials(session),
        AssumedRoleUser: {
          Arn: `${session.roleArn}/${input.RoleSessionName}`,
          AssumedRoleId: `${session.roleId}:${input.RoleSessionName}`,
        },
        SourceIdentity: session.sourceIdentity,
      };
    },
  }),
];
