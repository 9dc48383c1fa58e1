import { changeKey, requireAccessKey } from '../../access-keys/access-key.ts';
import { readAccountNetworkPolicy } from '../../access-keys/network-policy.ts';
import { keyOwner, keyOwnerResource } from '../../access-keys/owner.ts';
import {
  type FoundKey,
  type KeyPosition,
  type KeyUse,
  keyCounts,
  lastUses,
  searchKeys,
} from '../../access-keys/search-keys.ts';
import { DAY_MS } from '../../context/limits.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, ownOperation } from '../../pipeline/operation.ts';
import { principalName } from '../../users/user.ts';
import { instant } from '../../wire/instant.ts';
import { clearable, flag, integer, oneOf, optional, text, withDefault } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { demandOnAccount } from '../demand-on-account.ts';
import { userPrincipalName, userReference } from '../ims/user-reference.ts';
import { printableLine } from '../printable-text.ts';
import { VERSION } from './version.ts';

const days = optional(integer(0, 3650));

const IN_FORCE = '"Status":"Active"';

/** Operations on all AccessKeys of an account, for the console's page of them. */
export const searchAccessKeysOperations: readonly Operation[] = [
  // Lists the keys of all owners that fulfil every condition, newest first.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SearchAccessKeys',
    access: 'read',
    note: 'Shows the keys of all owners, as the credential report does: a Deny of `ram:ListAccessKeys` on one user does not hide the keys of that user. A page may hold fewer keys than `MaxItems`, or none, when many do not fulfil the conditions: go on with `Marker` until `IsTruncated` is false.',
    input: {
      /** Part of the id, of the owner's name or of the note. */
      Search: optional(printableLine(128)),
      Status: optional(oneOf('Active', 'Inactive', 'Recycled', 'All')),
      OlderThanDays: days,
      UnusedDays: days,
      ExpiresWithinDays: days,
      Unrestricted: withDefault(flag(), false),
      MaxItems: withDefault(integer(1, 100), 20),
      Marker: optional(text({ max: 128 })),
    },
    answer: {
      AccessKeys: [
        {
          AccessKeyId: 'string',
          OwnerType: 'RootAccount|RamUser',
          UserId: 'string',
          UserPrincipalName: 'string',
          OwnerAccessKeys: 'number',
          Note: 'string',
          Status: 'Active|Inactive',
          CreateDate: 'string',
          ExpireDate: 'string',
          RecycleDate: 'string',
          NetworkRestriction: 'AccessKey|Account|None',
          LastUsedDate: 'string',
          ServiceName: 'string',
          SourceAddress: 'string',
        },
      ],
      IsTruncated: 'boolean',
      'Marker?': 'string',
    },
    authorize: (_, call) => demandOnAccount('claviger:SearchAccessKeys', call),
    async handle(input, call) {
      const ago = (count: number | undefined) =>
        count === undefined ? undefined : call.now - count * DAY_MS;
      const { longQueries } = call.services.store;
      // A use that is still in memory counts.
      if (input.UnusedDays !== undefined) await call.services.lastUsed.flush();
      const { keys, next } = await searchKeys(
        longQueries,
        {
          accountId: call.account.accountId,
          text: input.Search,
          status: input.Status,
          createdBefore: ago(input.OlderThanDays),
          unusedSince: ago(input.UnusedDays),
          expiresBefore:
            input.ExpiresWithinDays === undefined ? undefined : call.now + input.ExpiresWithinDays * DAY_MS,
          isUnrestricted: input.Unrestricted || undefined,
        },
        positionOf(input.Marker),
        input.MaxItems,
        call.now,
      );
      const uses = await lastUses(
        call.queries,
        keys.map((key) => key.access_key_id),
      );
      const owners = [...new Set(keys.map((key) => key.owner_id))];
      const counts = await keyCounts(call.queries, call.account.accountId, owners);
      const isAccountRestricted = (await readAccountNetworkPolicy(call)).includes(IN_FORCE);
      return {
        AccessKeys: keys.map((key) => ({
          ...keyAnswer(key, call),
          OwnerAccessKeys: counts.get(key.owner_id) ?? 0,
          NetworkRestriction: restrictionOf(key, isAccountRestricted),
          ...useAnswer(key, uses.get(key.access_key_id), call),
        })),
        IsTruncated: next !== undefined,
        ...(next && { Marker: markerOf(next) }),
      };
    },
  }),

  // Sets what a key of a user, by default the caller, is for.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SetAccessKeyNote',
    access: 'write',
    security: { effect: 'neutral', why: 'a note decides nothing' },
    input: {
      UserPrincipalName: optional(userPrincipalName),
      UserAccessKeyId: accessKeyId,
      /** Empty or absent: none. */
      Note: clearable(printableLine(128)),
    },
    answer: {},
    authorize: async (input, call) => [
      {
        action: 'claviger:SetAccessKeyNote',
        ...(await keyOwnerResource(call, userReference(input, call))),
      },
    ],
    async handle(input, call) {
      const owner = await keyOwner(call, userReference(input, call));
      await requireAccessKey(call, owner, input.UserAccessKeyId);
      await changeKey(call, input.UserAccessKeyId, { note: input.Note ?? '' });
      return {};
    },
  }),
];

function keyAnswer(key: FoundKey, call: Call) {
  const optionalInstant = (time: number | null) => (time === null ? '' : instant(Number(time)));
  const isRoot = key.owner_type === 'root';
  return {
    AccessKeyId: key.access_key_id,
    OwnerType: isRoot ? ('RootAccount' as const) : ('RamUser' as const),
    UserId: isRoot ? '' : key.owner_id,
    UserPrincipalName: key.user_name === null ? '' : principalName(key.user_name, call.account.defaultDomain),
    Note: key.note,
    Status: key.status,
    CreateDate: instant(Number(key.created_at)),
    ExpireDate: optionalInstant(key.expires_at),
    RecycleDate: optionalInstant(key.recycled_at),
  };
}

function restrictionOf(key: FoundKey, isAccountRestricted: boolean): 'AccessKey' | 'Account' | 'None' {
  if (key.network_policy?.includes(IN_FORCE)) return 'AccessKey';
  return isAccountRestricted ? 'Account' : 'None';
}

/** The last use; one that is in memory may be later than the stored one. */
function useAnswer({ access_key_id: id }: FoundKey, stored: KeyUse | undefined, call: Call) {
  const noted = call.services.lastUsed.noted(id);
  const last = noted === undefined || (stored && stored.usedAt >= noted.usedAt) ? stored : noted;
  return {
    LastUsedDate: last === undefined ? '' : instant(last.usedAt),
    ServiceName: last?.serviceName ?? '',
    SourceAddress: last?.sourceIp ?? '',
  };
}

const markerOf = ({ createdAt, accessKeyId: id }: KeyPosition): string =>
  Buffer.from(`k1:${createdAt}:${id}`).toString('base64url');

/** Returns the position of a marker. @throws Refusal InvalidParameter for a malformed one */
function positionOf(marker: string | undefined): KeyPosition | undefined {
  if (marker === undefined) return undefined;
  const [, createdAt, id] =
    /^k1:(\d{1,15}):([A-Za-z0-9.]{1,128})$/.exec(Buffer.from(marker, 'base64url').toString()) ?? [];
  if (createdAt === undefined || id === undefined) throw new Refusal('Invalid', { name: 'Marker' });
  return { createdAt: Number(createdAt), accessKeyId: id };
}
