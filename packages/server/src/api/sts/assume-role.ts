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

/** What a caller's and a role's policies may ask of the call. */
const conditions = (input: { readonly ExternalId: string | undefined }): ReadonlyMap<string, string> =>
  new Map(input.ExternalId === undefined ? [] : [['sts:externalid', input.ExternalId]]);

/** The operations that make sessions. */
export const assumeRoleOperations: readonly Operation[] = [
  // Opens a session of a role. A write, though no row is: no session is opened that is not in the audit record.
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
