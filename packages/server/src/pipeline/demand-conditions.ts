import { tagValues } from '@claviger/guard';
import type { Demand } from '@claviger/guard/internal';
import { usesConditionKey } from '@claviger/policy';
import { findGroup } from '../groups/group.ts';
import { policyNameKey } from '../policies/policy.ts';
import { findRole } from '../roles/role.ts';
import { conditionOnItself, isUserOrDevice } from '../settings/own-resource.ts';
import type { TagRow } from '../store/schema.ts';
import { readTagValues, tagConditions } from '../tags/tag-values.ts';
import { nameKey } from '../users/user.ts';
import type { InputOf, ParameterMap } from '../wire/parameter.ts';
import type { Call, Operation, StreamOperation } from './operation.ts';

/** ARN of a resource that can have tags. */
const TAGGED_RESOURCE = /^acs:ram:\*:(\d{16}):(user|group|role|policy)\/([^*/]+)$/;

/** Actions on users in the recycle bin. */
const RECYCLED_USER_ACTION = /^ram:[a-z]*user[a-z]*recyclebin$/i;

type NamedEntity = readonly [type: TagRow['resource_type'], id: string];

/**
 * Returns what a call demands with the condition values that do not depend on the operation: `acs:RequestTag/…` from
 * the `Tag` parameters of a write, `acs:ResourceTag/…` from the stored tags of each resource, `ram:ActsOnItself` for
 * users and MFA devices. Stored tags are read only for callers whose policies refer to them. Tags of another
 * account's resources are never read.
 *
 * @param demands about stored names (`withStoredNames`)
 */
export async function withConditions(
  operation: Operation | StreamOperation,
  input: InputOf<ParameterMap>,
  call: Call,
  demands: readonly Demand[],
): Promise<readonly Demand[]> {
  const ofRequest = operation.access === 'write' ? requestTagConditions(input) : [];
  const asksForResource = asksForResourceTags(call);
  const isUser = call.principal.type === 'ram-user';
  if (ofRequest.length === 0 && !asksForResource && !isUser) return demands;
  const whole: Demand[] = [];
  for (const demand of demands) {
    const conditions = new Map<string, string | readonly string[]>([
      ...(demand.conditions ?? []),
      ...ofRequest,
      ...(asksForResource ? await resourceTagConditions(call, demand) : []),
      ...selfConditions(call, demand),
    ]);
    whole.push(conditions.size === 0 ? demand : { ...demand, conditions });
  }
  return whole;
}

function selfConditions({ principal }: Call, { resource }: Demand): readonly (readonly [string, string])[] {
  if (principal.type !== 'ram-user' || !isUserOrDevice(resource)) return [];
  return [conditionOnItself(principal, resource)];
}

function requestTagConditions(input: InputOf<ParameterMap>): ReturnType<typeof tagConditions> {
  const given: unknown = input['Tag'];
  if (!Array.isArray(given)) return [];
  const tags = (given as readonly { readonly Key: string; readonly Value: string }[]).map(
    ({ Key, Value }) => [Key, Value] as const,
  );
  return tagConditions('acs:requesttag/', tagValues(tags));
}

function asksForResourceTags({ identity }: Call): boolean {
  const { permissions, sessionPolicy } = identity.credential;
  if (permissions === 'everything') return false;
  return [permissions, sessionPolicy].some(
    (policies) => policies !== undefined && usesConditionKey(policies, 'acs:resourcetag/'),
  );
}

async function resourceTagConditions(
  call: Call,
  { action, resource }: Demand,
): Promise<ReturnType<typeof tagConditions>> {
  const [, accountId, type = '', name = ''] = TAGGED_RESOURCE.exec(resource) ?? [];
  if (accountId !== call.account.accountId) return [];
  const entities = await entitiesNamed(call, type as TagRow['resource_type'], name, action);
  const conditions: (readonly [string, readonly string[]])[] = [];
  for (const [ofType, id] of entities) {
    const tags = await readTagValues(call.queries, accountId, ofType, id);
    conditions.push(...tagConditions('acs:resourcetag/', tags));
  }
  return conditions;
}

/** Returns the entities that a name means; several recycled users may have had the same name. */
async function entitiesNamed(
  { queries, account: { accountId } }: Call,
  type: TagRow['resource_type'],
  name: string,
  action: string,
): Promise<readonly NamedEntity[]> {
  switch (type) {
    case 'policy':
      return [['policy', policyNameKey(name)]];
    case 'role': {
      const role = await findRole(queries, accountId, name);
      return role === undefined ? [] : [['role', role.role_id]];
    }
    case 'group': {
      const group = await findGroup(queries, accountId, name);
      return group === undefined ? [] : [['group', group.group_id]];
    }
    case 'user': {
      const users = await queries
        .selectFrom('users')
        .select(['user_id', 'recycled_at'])
        .where('account_id', '=', accountId)
        .where('user_name_key', '=', nameKey(name))
        .execute();
      const inBin = RECYCLED_USER_ACTION.test(action);
      const meant = users.filter(({ recycled_at }) => (recycled_at !== null) === inBin);
      return (meant.length === 0 ? users : meant).map(({ user_id }) => ['user', user_id]);
    }
  }
}
