import { implementedOperations } from '../src/claviger.ts';
import type { AnyOperation, Operation } from '../src/pipeline/operation.ts';
import { PREPARED_CLAVIGER } from './prepared-claviger.ts';
import { PREPARED_IMS } from './prepared-ims.ts';
import { PREPARED_RAM } from './prepared-ram.ts';
import type { Prepare } from './prepared-request.ts';
import type { SampleEntities } from './sample-entities.ts';

const sts: Readonly<Record<string, Prepare>> = {
  AssumeRole: async (entities, name) => ({
    parameters: {
      RoleArn: `acs:ram::${entities.account.accountId}:role/${await entities.role(name)}`,
      RoleSessionName: 'visit',
    },
    on: [entities.arn(`role/${name}`)],
  }),
  GetCallerIdentity: async () => ({ parameters: {}, on: [] }),
};

/** Prepares a request about the uses of a key: the permission to read the audit log covers all of it. */
const onUsedKey =
  (more: Readonly<Record<string, string>> = {}): Prepare =>
  async (entities, name) => {
    const { key } = await entities.server.newUser(entities.account, name);
    await entities.server.clients(key).callRpc('2015-04-01', 'GetCallerIdentity');
    return { parameters: { AccessKey: key.accessKeyId, ...more }, on: [onTrail(entities)] };
  };

const onTrail = (entities: SampleEntities): string => `acs:actiontrail:*:${entities.account.accountId}:*`;

const actiontrail: Readonly<Record<string, Prepare>> = {
  GetAccessKeyLastUsedInfo: onUsedKey(),
  GetAccessKeyLastUsedProducts: onUsedKey(),
  GetAccessKeyLastUsedEvents: onUsedKey({ ServiceName: 'Sts' }),
  GetAccessKeyLastUsedIps: onUsedKey({ ServiceName: 'Sts' }),
  GetAccessKeyLastUsedResources: onUsedKey({ ServiceName: 'Sts' }),
  DescribeTrails: async (entities) => ({
    parameters: { NameList: 'claviger-audit' },
    on: [`acs:actiontrail:*:${entities.account.accountId}:trail/*`],
  }),
  LookupEvents: async (entities) => ({
    parameters: { 'LookupAttribute.1.Key': 'EventName', 'LookupAttribute.1.Value': 'CreateRole' },
    on: [onTrail(entities)],
  }),
  'LookupEvents of a key': async (entities, name) => {
    const { parameters, on } = await onUsedKey()(entities, name);
    return {
      parameters: {
        'LookupAttribute.1.Key': 'EventAccessKeyId',
        'LookupAttribute.1.Value': parameters['AccessKey'] ?? '',
      },
      on,
      // No event of the other account has that key.
      elsewhere: { code: 'OK' },
    };
  },
};

const ofProduct = {
  Ims: PREPARED_IMS,
  Ram: PREPARED_RAM,
  Sts: sts,
  Actiontrail: actiontrail,
  Claviger: PREPARED_CLAVIGER,
} as const;

/** Operations that change what all others depend on, login names and password rules: they are called last. */
export const GLOBAL_EFFECT_OPERATIONS: readonly string[] = [
  'SetDefaultDomain',
  'SetAccountAlias',
  'ClearAccountAlias',
  'SetPasswordPolicy',
];

/** One request of one operation. */
export interface RequestCase {
  /** `Ims CreateUser`; for a further request of the same operation followed by how it differs. */
  readonly title: string;
  readonly operation: Operation;
  /** Name of the entities created for it. */
  readonly name: string;
  readonly prepare: Prepare;
}

/** Every operation of the registry. */
export const EVERY_OPERATION: readonly AnyOperation[] = [...implementedOperations().all()];

/**
 * Returns whether an operation is called with a user's signature and answers at once. Others have tests of their own:
 * those of a console session or a guard, those that begin a session, and streams.
 */
const isSigned = (operation: AnyOperation): operation is Operation =>
  (operation.access === 'read' || operation.access === 'write') &&
  operation.sessionOnly === undefined &&
  operation.callers === undefined;

/** Operations that need no signature because their input proves the caller. */
export const UNSIGNED_OPERATIONS = EVERY_OPERATION.filter(({ access }) => access === 'anonymous');

/** Returns a request for each signed operation of the registry, several for some. */
export function requestCases(): readonly RequestCase[] {
  const names = new Set<string>();
  /** Operations of two versions of a product have one name. */
  const unique = (name: string, version: string) => {
    const free = names.has(name) ? `${name}-${version}` : name;
    names.add(free);
    return free;
  };
  return EVERY_OPERATION.filter(isSigned).flatMap((operation) => {
    const { product, name } = operation;
    const prepared = Object.entries(ofProduct[product]).filter(
      ([title]) => title === name || title.startsWith(`${name} `),
    );
    if (prepared.length === 0) throw new Error(`${product} ${name} has no prepared request: give it one`);
    return prepared.map(([title, prepare], at) => ({
      title: `${product} ${title}`,
      operation,
      name: unique(`${product}-${name}${at === 0 ? '' : at}`.toLowerCase(), operation.version),
      prepare,
    }));
  });
}
