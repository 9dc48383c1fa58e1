import { containAccessKey, findOwnedKey, type OwnedKey, requireOwnedKey } from '../../access-keys/contain.ts';
import { type KeyActivity, readKeyActivity } from '../../audit/key-activity.ts';
import { arn } from '../../context/arn.ts';
import { type Call, type Operation, ownOperation, ownPreparedOperation } from '../../pipeline/operation.ts';
import { principalName } from '../../users/user.ts';
import { allUsersArn } from '../../users/user-arn.ts';
import { instant } from '../../wire/instant.ts';
import { integer, withDefault } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { VERSION } from './version.ts';

const HOUR_MS = 3_600_000;

const input = {
  UserAccessKeyId: accessKeyId,
  /** How far back the report goes, hours. */
  Hours: withDefault(integer(1, 2160), 24),
};

const activity = {
  Since: 'string',
  Events: 'number',
  Partial: 'boolean',
  Calls: [
    {
      ServiceName: 'string',
      EventName: 'string',
      EventRW: 'Read|Write',
      Count: 'number',
      Refused: 'number',
      LastDate: 'string',
    },
  ],
  Addresses: [{ Address: 'string', Count: 'number', LastDate: 'string' }],
  Changes: [
    {
      EventId: 'string',
      EventName: 'string',
      EventTime: 'string',
      ResourceType: 'string',
      ResourceName: 'string',
    },
  ],
  Services: [{ ServiceName: 'string', SourceAddress: 'string', LastUsedDate: 'string' }],
} as const;

const answer = {
  AccessKeyId: 'string',
  OwnerType: 'RootAccount|RamUser',
  UserPrincipalName: 'string',
  Status: 'Active|Inactive',
  Activity: activity,
} as const;

/**
 * Demands an action on the owner of a key, which is found by the key's id. A key that does not exist is as one of any
 * user, so that a caller without permission for all users does not learn which ids exist.
 */
async function demandOnOwner(action: string, id: string, call: Call) {
  const { accountId } = call.account;
  const found = await findOwnedKey(call.queries, accountId, id);
  const shown = allUsersArn(call);
  const resource = found === undefined ? shown : arn.user(accountId, found.ownerName);
  return [{ action, resource, shown }];
}

/** Operations that answer a leak: what a key did, and putting it out of use. */
export const containAccessKeyOperations: readonly Operation[] = [
  // Returns what a key did lately: calls, addresses, and what its changes touched.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'GetAccessKeyActivity',
    access: 'read',
    input,
    answer,
    authorize: ({ UserAccessKeyId }, call) =>
      demandOnOwner('claviger:GetAccessKeyActivity', UserAccessKeyId, call),
    async handle({ UserAccessKeyId, Hours }, call) {
      const key = await requireOwnedKey(call, UserAccessKeyId);
      return { ...keyAnswer(key, call), Activity: await activityOf(key, Hours, call) };
    },
  }),

  // Disables a key that may have leaked, ends its role sessions, and returns what it did lately.
  ownPreparedOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ContainAccessKey',
    access: 'write',
    security: { effect: 'restricts', why: 'a key that may have leaked has to be out of use at once' },
    input,
    answer,
    authorize: ({ UserAccessKeyId }, call) =>
      demandOnOwner('claviger:ContainAccessKey', UserAccessKeyId, call),
    // Read before the transaction, in which no long read may run; the call itself is not in it.
    prepare: async ({ UserAccessKeyId, Hours }, call) =>
      activityOf(await requireOwnedKey(call, UserAccessKeyId), Hours, call),
    async handle({ UserAccessKeyId }, call, prepared) {
      return { ...keyAnswer(await containAccessKey(call, UserAccessKeyId), call), Activity: prepared };
    },
  }),
];

function keyAnswer({ row, ownerName }: OwnedKey, call: Call) {
  const isRoot = row.owner_type === 'root';
  return {
    AccessKeyId: row.access_key_id,
    OwnerType: isRoot ? ('RootAccount' as const) : ('RamUser' as const),
    UserPrincipalName: isRoot ? '' : principalName(ownerName, call.account.defaultDomain),
    Status: row.status,
  };
}

async function activityOf({ row }: OwnedKey, hours: number, call: Call) {
  const since = call.now - hours * HOUR_MS;
  const { services, account } = call;
  await services.lastUsed.flush();
  const uses = await call.queries
    .selectFrom('access_key_uses')
    .select(['service_name', 'source_ip', 'used_at'])
    .where('access_key_id', '=', row.access_key_id)
    .where('used_at', '>=', since)
    .orderBy('used_at', 'desc')
    .execute();
  const period = { accountId: account.accountId, accessKeyId: row.access_key_id, since };
  return {
    Since: instant(since),
    ...activityAnswer(await readKeyActivity(services.store.longQueries, period)),
    Services: uses.map((use) => ({
      ServiceName: use.service_name,
      SourceAddress: use.source_ip,
      LastUsedDate: instant(Number(use.used_at)),
    })),
  };
}

function activityAnswer({ events, isPartial, calls, addresses, changes }: KeyActivity) {
  return {
    Events: events,
    Partial: isPartial,
    Calls: calls.map((called) => ({
      ServiceName: called.serviceName,
      EventName: called.eventName,
      EventRW: called.isWrite ? ('Write' as const) : ('Read' as const),
      Count: called.count,
      Refused: called.refused,
      LastDate: instant(called.lastAt),
    })),
    Addresses: addresses.map(({ sourceIp, count, lastAt }) => ({
      Address: sourceIp,
      Count: count,
      LastDate: instant(lastAt),
    })),
    Changes: changes.map((change) => ({
      EventId: change.eventId,
      EventName: change.eventName,
      EventTime: instant(change.eventTime),
      ResourceType: change.resourceType,
      ResourceName: change.resourceName,
    })),
  };
}
