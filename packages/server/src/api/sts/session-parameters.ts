import { SESSION_POLICY_CHARACTERS } from '../../context/limits.ts';
import { Refusal } from '../../errors/refusal.ts';
import type { RefusalCode } from '../../errors/refusal-table.ts';
import { faultsOfPolicy } from '../../policy-documents/policy-text.ts';
import { type RoleReference, STS_SESSION_BOUNDS } from '../../tokens/assume-trusting-role.ts';
import type { OpenedStsSession } from '../../tokens/open-sts-session.ts';
import { instant } from '../../wire/instant.ts';
import { integer, jsonDocument, type Parameter, text } from '../../wire/parameter.ts';
import { Secret } from '../../wire/secret.ts';

/** Format of a role's ARN; its region is empty or `*`. */
const ROLE_ARN_FORMAT = /^acs:ram:\*?:\d{16}:role\/[A-Za-z0-9.-]{1,64}$/;

export const roleArn = stsParameter(text({ max: 256, format: ROLE_ARN_FORMAT }), 'InvalidParameter.RoleArn');

export const sessionName = stsParameter(
  text({ min: 2, max: 64, format: /^[\w.@-]+$/ }),
  'InvalidParameter.RoleSessionName',
);

export const durationSeconds = stsParameter(
  integer(STS_SESSION_BOUNDS.minimumSeconds, STS_SESSION_BOUNDS.maximumSeconds),
  'InvalidParameter.DurationSeconds',
  { minimum: STS_SESSION_BOUNDS.minimumSeconds, maximum: STS_SESSION_BOUNDS.maximumSeconds },
);

const sizedPolicy = stsParameter(
  jsonDocument({ max: SESSION_POLICY_CHARACTERS }),
  'InvalidParameter.PolicySize',
  {
    limit: SESSION_POLICY_CHARACTERS,
  },
);

/**
 * Session policy. Its syntax is checked before the signature, assertion or token of the caller.
 */
export const sessionPolicy: Parameter<string> = {
  ...sizedPolicy,
  read(name, wire) {
    const document = sizedPolicy.read(name, wire);
    const fault = faultsOfPolicy(document, 'session');
    if (fault !== undefined) throw new Refusal('InvalidParameter.PolicyGrammar', { fault });
    return document;
  },
};

/** Parses a role's ARN; `undefined` for other text. */
export function readRoleArn(arn: string): RoleReference | undefined {
  if (!ROLE_ARN_FORMAT.test(arn)) return undefined;
  const [, , , accountId = '', relativeId = ''] = arn.split(':');
  return { accountId, roleName: relativeId.slice('role/'.length) };
}

/** Returns the role of a validated `RoleArn` parameter. */
export function roleReference(arn: string): RoleReference {
  const role = readRoleArn(arn);
  if (role === undefined) throw new Refusal('InvalidParameter.RoleArn');
  return role;
}

/** Returns the `Credentials` of an answer. */
export function credentials(session: OpenedStsSession) {
  return {
    AccessKeyId: session.accessKeyId,
    AccessKeySecret: new Secret(session.secret),
    SecurityToken: new Secret(session.securityToken),
    Expiration: instant(session.expiresAt),
  };
}

/** Parameter for which STS has one refusal code, whatever the fault. */
export function stsParameter<T>(
  parameter: Parameter<T>,
  entry: RefusalCode,
  values: Readonly<Record<string, string | number>> = {},
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

/** Required parameter whose absence has its own refusal code in the federated operations. */
export function requiredParameter<T>(parameter: Parameter<T>): Parameter<T> {
  return {
    ...parameter,
    read(name, wire) {
      if ((wire.get(name) ?? '') === '') throw new Refusal('MissingParameter.Of', { name });
      return parameter.read(name, wire);
    },
  };
}
