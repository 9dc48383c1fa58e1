import { type Call, type CallAnswer, type CallKey, structuredParameters } from './call.ts';

/** What a check asks with. */
export interface CheckContext {
  /** Makes calls at the same time. */
  together(calls: readonly Call[]): Promise<readonly CallAnswer[]>;
  readonly key: CallKey;
  readonly accountId: string;
  /** Endpoint of the server, by the host that names it. @returns undefined if this machine does not have the address */
  endpoint(host: '127.0.0.1' | 'localhost' | '[::1]'): string | undefined;
  /** Endpoint of a server whose clock is twenty minutes ahead. */
  readonly skewedEndpoint: string;
  readonly skewedKey: CallKey;
}

/**
 * Result of a check: why it failed, or why it could not be made. `differs`: the client itself behaves in another way,
 * whatever the server does.
 */
export type CheckResult =
  | 'passed'
  | { readonly failed: string }
  | { readonly differs: string }
  | { readonly notHere: string };

/** Property of a client that is tried apart from the operations. */
export interface Check {
  readonly name: string;
  run(context: CheckContext): Promise<void>;
}

/** Differs from what was expected. */
class Difference extends Error {}

/** This version of the client cannot make the call. */
class NotHere extends Error {}

const VERSIONS: Readonly<Record<string, string>> = { Ram: '2015-05-01', Sts: '2015-04-01' };

/** Characters that clients encode in different ways. */
const AWKWARD_TEXT = '王小明 Ünï 🙂 +*~% &=/?#"\'()!;:,[]{}<>|\\^`$@';
const CONCURRENT_CALLS = 32;
const PAGED_USERS = 5;
const LONG_DOCUMENT_LENGTH = 6_000;

/**
 * Codes of a wrong secret: old clients compare the server's string to sign with their own, and find that only the secret
 * can be wrong.
 */
const WRONG_SECRET = ['SignatureDoesNotMatch', 'InvalidAccessKeySecret', 'SDK.InvalidAccessKeySecret'];

export const CHECKS: readonly Check[] = [
  {
    name: 'Unicode and characters that are encoded',
    async run(context) {
      const [DisplayName, Comments] = [AWKWARD_TEXT, AWKWARD_TEXT.repeat(2)];
      await succeed(context, 'Ram', 'CreateUser', { UserName: 'awkward', DisplayName, Comments });
      const { User } = await succeed(context, 'Ram', 'GetUser', { UserName: 'awkward' });
      equal(field(User, 'DisplayName'), DisplayName);
      equal(field(User, 'Comments'), Comments);
    },
  },
  {
    name: 'long values',
    async run(context) {
      const Resource = `acs:oss:*:*:${'a'.repeat(LONG_DOCUMENT_LENGTH)}`;
      const statement = { Effect: 'Allow', Action: 'oss:GetObject', Resource };
      const PolicyDocument = JSON.stringify({ Version: '1', Statement: [statement] });
      await succeed(context, 'Ram', 'CreatePolicy', { PolicyName: 'long', PolicyDocument });
      const answer = await succeed(context, 'Ram', 'GetPolicy', { PolicyName: 'long', PolicyType: 'Custom' });
      const version =
        field(answer, 'DefaultPolicyVersion') ?? field(answer['Policy'], 'DefaultPolicyVersion');
      equal(field(version, 'PolicyDocument'), PolicyDocument);
    },
  },
  {
    name: 'pages of two',
    async run(context) {
      const names = Array.from({ length: PAGED_USERS }, (_, at) => `paged-${at}`);
      for (const GroupName of names) await succeed(context, 'Ram', 'CreateGroup', { GroupName });
      const seen: string[] = [];
      for (let Marker: string | undefined; ; ) {
        const page = await succeed(context, 'Ram', 'ListGroups', {
          MaxItems: '2',
          ...(Marker && { Marker }),
        });
        const groups = listOf(page, 'Groups', 'Group').map((group) => String(field(group, 'GroupName')));
        if (groups.length > 2) throw new Difference(`a page of ${groups.length} groups`);
        seen.push(...groups);
        if (field(page, 'IsTruncated') !== true) break;
        Marker = String(field(page, 'Marker'));
      }
      equal(
        seen
          .filter((name) => name.startsWith('paged-'))
          .toSorted()
          .join(),
        names.join(),
      );
    },
  },
  {
    name: 'errors: code and status',
    async run(context) {
      const { key } = context;
      const wrongSecret = { ...key, accessKeySecret: `${key.accessKeySecret}0` };
      await fail(context, 'Sts', 'GetCallerIdentity', {}, WRONG_SECRET, 400, { key: wrongSecret });
      const unknown = { ...key, accessKeyId: 'LTAI5tUnknownUnknown1234' };
      await fail(context, 'Sts', 'GetCallerIdentity', {}, 'InvalidAccessKeyId.NotFound', 404, {
        key: unknown,
      });
      const RoleArn = `acs:ram::${context.accountId}:role/unknown`;
      const session = { RoleArn, RoleSessionName: 'compat' };
      await fail(context, 'Sts', 'AssumeRole', session, 'EntityNotExist.Role', 404);
      await fail(context, 'Ram', 'GetUser', { UserName: 'unknown' }, 'EntityNotExist.User', 404);
    },
  },
  {
    name: 'security tokens',
    async run(context) {
      const RoleArn = `acs:ram::${context.accountId}:role/compat`;
      const made = await succeed(context, 'Sts', 'AssumeRole', { RoleArn, RoleSessionName: 'compat' });
      const credentials = field(made, 'Credentials');
      const key = {
        accessKeyId: String(field(credentials, 'AccessKeyId')),
        accessKeySecret: String(field(credentials, 'AccessKeySecret')),
        securityToken: String(field(credentials, 'SecurityToken')),
      };
      const identity = await succeed(context, 'Sts', 'GetCallerIdentity', {}, { key });
      equal(field(identity, 'IdentityType'), 'AssumedRoleUser');
      const other = { ...key, securityToken: `${key.securityToken.slice(0, -4)}AAAA` };
      await fail(context, 'Sts', 'GetCallerIdentity', {}, 'InvalidSecurityToken.MismatchWithAccessKey', 400, {
        key: other,
      });
    },
  },
  {
    name: 'clock skew of 20 minutes',
    async run(context) {
      const { skewedEndpoint: endpoint, skewedKey: key } = context;
      await fail(context, 'Sts', 'GetCallerIdentity', {}, 'InvalidTimeStamp.Expired', 400, { endpoint, key });
    },
  },
  {
    name: '`localhost`',
    async run(context) {
      const endpoint = context.endpoint('localhost');
      await succeed(context, 'Sts', 'GetCallerIdentity', {}, endpoint === undefined ? {} : { endpoint });
    },
  },
  {
    name: '`[::1]`',
    async run(context) {
      const endpoint = context.endpoint('[::1]');
      if (endpoint === undefined) throw new NotHere('this machine has no ::1');
      await succeed(context, 'Sts', 'GetCallerIdentity', {}, { endpoint });
    },
  },
  {
    name: `${CONCURRENT_CALLS} calls at a time`,
    async run(context) {
      const call = callOf(context, 'Sts', 'GetCallerIdentity', {});
      const answers = await context.together(Array.from({ length: CONCURRENT_CALLS }, () => call));
      const ids = new Set(answers.map((answer) => field(bodyOf(call, answer), 'RequestId')));
      equal(ids.size, CONCURRENT_CALLS);
    },
  },
];

/** Makes a check. */
export async function runCheck(check: Check, context: CheckContext): Promise<CheckResult> {
  try {
    await check.run(context);
    return 'passed';
  } catch (error) {
    if (error instanceof NotHere) return { notHere: error.message };
    if (error instanceof Difference) return { failed: error.message };
    throw error;
  }
}

function callOf(
  { key, endpoint }: CheckContext,
  product: string,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Call {
  return {
    product,
    version: VERSIONS[product] ?? '',
    action,
    parameters,
    structured: structuredParameters(parameters),
    key,
    endpoint: endpoint('127.0.0.1') ?? '',
    protocol: 'http',
  };
}

async function succeed(
  context: CheckContext,
  product: string,
  action: string,
  parameters: Readonly<Record<string, string>>,
  more: Partial<Call> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const call = { ...callOf(context, product, action, parameters), ...more };
  const [answer] = await context.together([call]);
  const body = bodyOf(call, answer);
  // Old Java has fields in other letter case.
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name[0]?.toUpperCase() + name.slice(1), value]),
  );
}

async function fail(
  context: CheckContext,
  product: string,
  action: string,
  parameters: Readonly<Record<string, string>>,
  codes: string | readonly string[],
  status: number,
  more: Partial<Call> = {},
): Promise<void> {
  const call = { ...callOf(context, product, action, parameters), ...more };
  const [answer] = await context.together([call]);
  if (answer === undefined || !('error' in answer)) {
    bodyOf(call, answer);
    throw new Difference(`${action} was answered; expected ${codes}`);
  }
  const { error } = answer;
  if (![codes].flat().includes(error.code) || (error.status ?? status) !== status)
    throw new Difference(
      `${action}: ${error.type} ${error.code} ${error.status}; expected ${codes} ${status}: ${error.message}`,
    );
}

function bodyOf({ action }: Call, answer: CallAnswer | undefined): Readonly<Record<string, unknown>> {
  if (answer === undefined) throw new Difference(`${action}: no answer`);
  if ('absent' in answer)
    throw new NotHere(`the client has no ${answer.absent === 'operation' ? action : answer.absent}`);
  if ('error' in answer)
    throw new Difference(
      `${action}: ${answer.error.type} ${answer.error.code}: ${answer.error.message.slice(0, 300)}`,
    );
  return answer.body;
}

/** Field by its wire name, in any letter case. */
function field(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object') return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** List of an answer, with or without the object around it. */
function listOf(answer: unknown, outer: string, inner: string): readonly unknown[] {
  const found = field(answer, outer);
  const list = Array.isArray(found) ? found : field(found, inner);
  return Array.isArray(list) ? list : [];
}

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected)
    throw new Difference(
      `${JSON.stringify(actual)?.slice(0, 200)} instead of ${JSON.stringify(expected).slice(0, 200)}`,
    );
}
