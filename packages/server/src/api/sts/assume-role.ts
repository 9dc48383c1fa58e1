import { arn } from '../../accounts/arn.ts';
import type { RefusalCode } from '../../errors/catalogue.ts';
import { Refusal } from '../../errors/refusal.ts';
import { limits } from '../../limits.ts';
import { instant } from '../../rpc/instant.ts';
import { type Operation, operation } from '../../rpc/operation.ts';
import { integer, optional, type Parameter, text } from '../../rpc/parameter.ts';
import { Secret } from '../../rpc/secret.ts';
import { assumeRole, type RoleReference, sessionBounds } from '../../tokens/assume-role.ts';

/** The region is nothing or `*`. */
const roleArn = stsParameter(
  text({ max: 256, format: /^acs:ram:\*?:\d{16}:role\/[A-Za-z0-9.-]{1,64}$/ }),
  'InvalidParameter.RoleArn',
);

const sessionName = stsParameter(
  text({ min: 2, max: 64, format: /^[\w.@-]+$/ }),
  'InvalidParameter.RoleSessionName',
);

const durationSeconds = stsParameter(
  integer(sessionBounds.minimumSeconds, sessionBounds.maximumSeconds),
  'InvalidParameter.DurationSeconds',
  { minimum: sessionBounds.minimumSeconds, maximum: sessionBounds.maximumSeconds },
);

const sessionPolicy = stsParameter(
  text({ max: limits.sessionPolicyCharacters }),
  'InvalidParameter.PolicySize',
  { limit: limits.sessionPolicyCharacters },
);

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
        Credentials: {
          AccessKeyId: session.accessKeyId,
          AccessKeySecret: new Secret(session.secret),
          SecurityToken: new Secret(session.securityToken),
          Expiration: instant(session.expiresAt),
        },
        AssumedRoleUser: {
          Arn: `${session.roleArn}/${input.RoleSessionName}`,
          AssumedRoleId: `${session.roleId}:${input.RoleSessionName}`,
        },
        SourceIdentity: session.sourceIdentity,
      };
    },
  }),
];

function roleReference(roleArn: string): RoleReference {
  const [, , , accountId = '', relativeId = ''] = roleArn.split(':');
  return { accountId, roleName: relativeId.slice('role/'.length) };
}

/** A parameter that STS refuses with one code of its own, whatever is wrong with it. */
function stsParameter<T>(
  parameter: Parameter<T>,
  entry: RefusalCode,
  values: Readonly<Record<string, number>> = {},
): Parameter<T> {
  return {
    ...parameter,
    read(name, wire) {
      try {
        return parameter.read(name, wire);
      } catch (error) {
        const isWrong = error instanceof Refusal && error.code.startsWith('InvalidParameter.');
        throw isWrong ? new Refusal(entry, values) : error;
      }
    },
  };
}
