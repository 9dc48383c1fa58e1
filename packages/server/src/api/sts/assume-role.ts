import { arn } from '../../context/arn.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import { warnOfPolicy } from '../../policy-documents/policy-text.ts';
import { assumeRole } from '../../tokens/assume-trusting-role.ts';
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

const sourceIdentity = text({ min: 2, max: 64, format: /^[\w+=,.@-]+$/ });

/** Returns the condition values of the call, for the policies of the caller and of the role. */
const conditions = (input: { readonly ExternalId: string | undefined }): ReadonlyMap<string, string> =>
  new Map(input.ExternalId === undefined ? [] : [['sts:externalid', input.ExternalId]]);

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
    authorize(input) {
      const { accountId, roleName } = roleReference(input.RoleArn);
      return [
        { action: 'sts:AssumeRole', resource: arn.role(accountId, roleName), conditions: conditions(input) },
      ];
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
        conditions: conditions(input),
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
