import { assumedRolePrincipal, type PermissionPolicy, type Principal } from '@claviger/guard';
import type { Demand } from '@claviger/guard/internal';
import { formatIpAddress, parseIpAddress, parseStrictJson, readInstant } from '@claviger/policy';
import { rootPrincipal, userPrincipal } from '../../accounts/principal.ts';
import { arn } from '../../context/arn.ts';
import { POLICY_DOCUMENT_CHARACTERS } from '../../context/limits.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, ownOperation } from '../../pipeline/operation.ts';
import { readPermissions } from '../../policies/permissions.ts';
import { readUserPolicies } from '../../policies/user-policies.ts';
import type { SimulatedRequest, SimulatedStatement } from '../../policy-analysis/simulation.ts';
import { assertWellFormedPolicy } from '../../policy-documents/policy-text.ts';
import { findRole, requireRole } from '../../roles/role.ts';
import type { CallChannel } from '../../settings/implied-policies.ts';
import { readTagValues } from '../../tags/tag-values.ts';
import { requireUser } from '../../users/user.ts';
import { jsonDocument, oneOf, optional, type Parameter, text } from '../../wire/parameter.ts';
import { userNameOf } from '../ims/user-reference.ts';
import { laneOf } from '../lane-of.ts';
import { readRoleArn } from '../sts/session-parameters.ts';
import {
  demandsToReadRolePolicies,
  demandsToReadTags,
  demandsToReadTrust,
  demandsToReadUserPolicies,
} from './simulation-demands.ts';
import { VERSION } from './version.ts';

/** Condition keys and values as a JSON object: strings, numbers, booleans, and lists of strings. */
const conditions: Parameter<ReadonlyMap<string, string | readonly string[]>> = {
  required: false,
  secret: false,
  schema: { type: 'string', description: 'JSON object: condition keys and their values' },
  read(name, wire) {
    const given = wire.get(name);
    if (given === undefined || given === '') return new Map();
    const malformed = new Refusal('InvalidParameter.FormatOf', { name });
    const reading = given.length > 16_384 ? undefined : parseStrictJson(given);
    const parsed = reading?.ok ? reading.value : undefined;
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) throw malformed;
    const values = new Map(
      Object.entries(parsed).map(([key, value]) => {
        const parsed = conditionValue(value);
        if (parsed === undefined) throw malformed;
        return [key.toLowerCase(), parsed];
      }),
    );
    // Keys are case-insensitive, so two spellings are one key with two values.
    if (values.size !== Object.keys(parsed).length) throw malformed;
    return values;
  },
};

function conditionValue(value: unknown): string | readonly string[] | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  return undefined;
}

const input = {
  PrincipalType: optional(oneOf('ram-user', 'role', 'root')),
  PrincipalName: optional(text({ max: 128 })),
  SimulatedAction: text({ max: 256, format: /^[\w-]+:[\w-]+$/ }),
  SimulatedResource: text({ max: 1024 }),
  Conditions: conditions,
  PolicyDocument: optional(jsonDocument({ max: POLICY_DOCUMENT_CHARACTERS })),
} as const;

/** Operation that simulates the decision on one request, with its explanation. */
export const simulateOperations: readonly Operation[] = [
  // Simulates the decision on a principal's request, with the engine that decides live requests.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'Simulate',
    access: 'read',
    input,
    answer: {
      Effect: 'Allow|ExplicitDeny|ImplicitDeny',
      Statements: [
        {
          PolicyName: 'string',
          PolicyType: 'string',
          'VersionId?': 'string',
          Index: 'number',
          Effect: 'Allow|Deny',
          Matched: 'boolean',
          Decisive: 'boolean',
          Reasons: ['string'],
          Line: 'number',
          EndLine: 'number',
        },
      ],
      StatementsLeftOut: 'number',
      Documents: [
        { PolicyName: 'string', PolicyType: 'string', 'VersionId?': 'string', PolicyDocument: 'string' },
      ],
    },
    async authorize(given, call) {
      const { PrincipalType: type, PrincipalName: name, SimulatedAction, SimulatedResource } = given;
      const resource = resourceOf(type, name, call);
      return [
        // A policy document in the request reveals nothing to the caller.
        ...(resource === undefined ? [] : [{ action: 'claviger:Simulate', resource }]),
        ...(given.PolicyDocument === undefined ? await demandsToReadPolicies(type, name, call) : []),
        ...(resource === undefined || type === 'root'
          ? []
          : demandsToReadTags(resource, given.PolicyDocument, SimulatedAction)),
        ...demandsToReadTrust(call, SimulatedAction, SimulatedResource),
      ];
    },
    async handle(given, call) {
      const facts = factsOf(given.Conditions, call);
      const subject = await subjectOf(
        given.PrincipalType,
        given.PrincipalName,
        given.PolicyDocument,
        channelOf(facts),
        call,
      );
      const simulation = await call.services.policyAnalysis.simulation(laneOf(call), {
        accountId: call.account.accountId,
        ...subject,
        action: given.SimulatedAction,
        resource: given.SimulatedResource,
        trust: await trustOf(given.SimulatedAction, given.SimulatedResource, call),
        ...facts,
      });
      return {
        Effect: simulation.effect,
        Statements: simulation.statements.map(wireStatement),
        StatementsLeftOut: simulation.leftOut,
        Documents: simulation.documents.map((document) => ({
          PolicyName: document.name,
          PolicyType: document.type,
          VersionId: document.version,
          PolicyDocument: document.text,
        })),
      };
    },
  }),
];

function wireStatement(statement: SimulatedStatement) {
  const { policy } = statement;
  return {
    PolicyName: policy.name,
    PolicyType: policy.type,
    VersionId: policy.version,
    Index: statement.statement,
    Effect: statement.effect,
    Matched: statement.applies,
    Decisive: statement.decisive,
    Reasons: [statement.reason],
    Line: statement.line,
    EndLine: statement.endLine,
  };
}

type PrincipalType = 'ram-user' | 'role' | 'root';

/** Returns the ARN of the simulated principal; `undefined` for a document without one. @throws Refusal Missing */
function resourceOf(
  type: PrincipalType | undefined,
  name: string | undefined,
  call: Call,
): string | undefined {
  const { accountId } = call.account;
  switch (type) {
    case undefined:
      return undefined;
    case 'root':
      return arn.user(accountId, 'root');
    case 'ram-user':
      return arn.user(accountId, userNameFrom(name, call));
    case 'role':
      return arn.role(accountId, requireValue(name));
  }
}

/** Returns the permissions for reading the policies of the simulated principal, which the answer shows. */
async function demandsToReadPolicies(
  type: PrincipalType | undefined,
  name: string | undefined,
  call: Call,
): Promise<readonly Demand[]> {
  switch (type) {
    case undefined:
    case 'root':
      return [];
    case 'ram-user':
      return demandsToReadUserPolicies(call, userNameFrom(name, call));
    case 'role':
      return demandsToReadRolePolicies(call, requireValue(name));
  }
}

async function subjectOf(
  type: PrincipalType | undefined,
  name: string | undefined,
  document: string | undefined,
  channel: CallChannel,
  call: Call,
): Promise<Pick<SimulatedRequest, 'principal' | 'policies'>> {
  if (document !== undefined) assertWellFormedPolicy(document, 'identity');
  const tried: PermissionPolicy[] | undefined =
    document === undefined
      ? undefined
      : [{ name: 'PolicyDocument', type: 'Custom', version: '', text: document }];
  const { accountId } = call.account;
  const of = (principal: Principal, policies: SimulatedRequest['policies']) => ({
    principal,
    policies: tried ?? policies,
  });
  switch (type) {
    case undefined:
      if (tried === undefined) throw new Refusal('Missing', { name: 'PrincipalType' });
      return of(call.principal, tried);
    case 'root':
      return of(rootPrincipal(accountId), 'everything');
    case 'ram-user': {
      const user = await requireUser(call, { by: 'name', userName: userNameFrom(name, call) });
      const tags = await readTagValues(call.queries, accountId, 'user', user.user_id);
      return of(
        userPrincipal(accountId, user, tags),
        await readUserPolicies(call.queries, accountId, user, channel),
      );
    }
    case 'role': {
      const role = await requireRole(call, requireValue(name));
      const tags = await readTagValues(call.queries, accountId, 'role', role.role_id);
      const principal = assumedRolePrincipal(accountId, role.role_id, role.role_name, 'simulation', tags);
      return of(
        principal,
        await readPermissions(call.queries, accountId, { type: 'role', id: role.role_id }),
      );
    }
  }
}

/** Returns the trust policy for a simulated AssumeRole. @throws Refusal for a role of another account */
async function trustOf(action: string, resource: string, call: Call): Promise<SimulatedRequest['trust']> {
  if (action.toLowerCase() !== 'sts:assumerole') return undefined;
  const reference = readRoleArn(resource);
  if (reference === undefined) return undefined;
  const { accountId } = call.account;
  if (reference.accountId !== accountId) {
    const reason = 'The trust policy of a role of another account cannot be simulated.';
    throw new Refusal('InvalidParameter', { reason });
  }
  const role = await findRole(call.queries, accountId, reference.roleName);
  if (role === undefined) throw new Refusal('EntityNotExist.Role', { name: reference.roleName });
  return role;
}

/** Returns the built-in condition values: the given ones, with those of the calling request as defaults. */
function factsOf(
  given: ReadonlyMap<string, string | readonly string[]>,
  call: Call,
): Pick<SimulatedRequest, 'now' | 'sourceAddress' | 'vpcId' | 'secure' | 'mfaPresent' | 'conditions'> {
  const single = (key: string): string | undefined => {
    const value = given.get(key);
    if (value !== undefined && typeof value !== 'string') throw invalidCondition(key);
    return value;
  };
  const flagOf = (key: string): boolean | undefined => {
    const value = single(key);
    if (value !== undefined && value !== 'true' && value !== 'false') throw invalidCondition(key);
    return value === undefined ? undefined : value === 'true';
  };
  const time = single('acs:currenttime');
  const now = time === undefined ? call.now : readInstant(time);
  if (now === undefined) throw invalidCondition('acs:CurrentTime');
  const address = single('acs:sourceip');
  const parsed = address === undefined ? undefined : parseIpAddress(address);
  if (address !== undefined && parsed === undefined) throw invalidCondition('acs:SourceIp');
  // The network is known only for the caller's own address.
  const ownVpc = address === undefined ? call.identity.vpcId : undefined;
  return {
    now,
    sourceAddress: parsed === undefined ? call.identity.sourceAddress : formatIpAddress(parsed),
    vpcId: single('acs:sourcevpc') ?? ownVpc,
    secure: flagOf('acs:securetransport') ?? call.identity.secure,
    mfaPresent: flagOf('acs:mfapresent'),
    conditions: given,
  };
}

/** Calls signed with a key have no `acs:MFAPresent`, console sessions always have it. */
const channelOf = ({ mfaPresent }: Pick<SimulatedRequest, 'mfaPresent'>): CallChannel =>
  mfaPresent === undefined ? 'access-key' : 'console-session';

const invalidCondition = (key: string) =>
  new Refusal('InvalidParameter', { reason: `The value of ${key} in Conditions is of the wrong form.` });

/** Returns the user name; the parameter may include the domain. */
function userNameFrom(name: string | undefined, call: Call): string {
  const given = requireValue(name);
  return given.includes('@') ? userNameOf(given, call) : given;
}

function requireValue(name: string | undefined): string {
  if (name === undefined) throw new Refusal('Missing', { name: 'PrincipalName' });
  return name;
}
