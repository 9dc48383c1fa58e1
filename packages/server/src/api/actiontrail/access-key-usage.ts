import { lookupEvents, usedAddresses, usedResources } from '../../audit/lookup.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import type { AccessKeyRow } from '../../store/schema.ts';
import { integer, optional, text, withDefault } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { printableLine } from '../printable-text.ts';
import { positionOf, tokenOf } from './event-token.ts';

const VERSION = '2020-07-06';

/** Source of all these events: API calls. Data-plane events have another one. */
const SOURCE = 'ManagementEvent';

const SERVICE_NAMES: Readonly<
  Record<string, { readonly ServiceNameEn: string; readonly ServiceNameCn: string }>
> = {
  Ims: { ServiceNameEn: 'Identity Management Service', ServiceNameCn: '身份管理' },
  Ram: { ServiceNameEn: 'Resource Access Management', ServiceNameCn: '访问控制' },
  Sts: { ServiceNameEn: 'Security Token Service', ServiceNameCn: '安全令牌' },
  Actiontrail: { ServiceNameEn: 'ActionTrail', ServiceNameCn: '操作审计' },
};

const key = { AccessKey: accessKeyId };

const keyAndService = {
  ...key,
  ServiceName: printableLine(64),
  PageSize: withDefault(integer(0, 100), 20),
  NextToken: optional(text({ max: 64 })),
};

const demand = (action: string, call: Call) => [
  { action: `actiontrail:${action}`, resource: `acs:actiontrail:*:${call.account.accountId}:*` },
];

/** ActionTrail operations on the use of an AccessKey. */
export const accessKeyUsageOperations: readonly Operation[] = [
  operation({
    product: 'Actiontrail',
    version: VERSION,
    name: 'GetAccessKeyLastUsedInfo',
    access: 'read',
    input: key,
    authorize: (_, call) => demand('GetAccessKeyLastUsedInfo', call),
    async handle(input, call) {
      const row = await requireKey(call, input.AccessKey);
      const last = await call.services.lastUsed.latest(call.queries, row.access_key_id);
      return {
        AccessKeyId: row.access_key_id,
        AccountId: call.account.accountId,
        AccountType: row.owner_type === 'root' ? 'root-account' : 'ram-user',
        OwnerId: row.owner_id,
        UserName: await ownerName(call, row),
        ...(last && {
          ...serviceNames(last.serviceName),
          Source: SOURCE,
          UsedTimestamp: last.usedAt,
          Detail: '',
        }),
      };
    },
  }),

  operation({
    product: 'Actiontrail',
    version: VERSION,
    name: 'GetAccessKeyLastUsedProducts',
    access: 'read',
    input: key,
    authorize: (_, call) => demand('GetAccessKeyLastUsedProducts', call),
    async handle(input, call) {
      const row = await requireKey(call, input.AccessKey);
      await call.services.lastUsed.flush();
      const uses = await call.queries
        .selectFrom('access_key_uses')
        .select(['service_name', 'used_at'])
        .where('access_key_id', '=', row.access_key_id)
        .orderBy('used_at', 'desc')
        .orderBy('service_name')
        .execute();
      return {
        Products: uses.map((use) => ({
          ...serviceNames(use.service_name),
          Source: SOURCE,
          UsedTimestamp: use.used_at,
          Detail: '',
        })),
      };
    },
  }),

  operation({
    product: 'Actiontrail',
    version: VERSION,
    name: 'GetAccessKeyLastUsedEvents',
    access: 'read',
    input: { ...keyAndService, NextToken: optional(text({ max: 512 })) },
    authorize: (_, call) => demand('GetAccessKeyLastUsedEvents', call),
    async handle(input, call) {
      const row = await requireKey(call, input.AccessKey);
      const { rows, next } = await lookupEvents(
        call.services.store.longQueries,
        {
          accountId: call.account.accountId,
          from: 0,
          to: call.now,
          equal: { access_key_id: row.access_key_id, service_name: input.ServiceName },
          provenOnly: true,
        },
        'newest first',
        positionOf(input.NextToken),
        input.PageSize,
      );
      return {
        Events: rows.map((event) => ({
          EventName: event.event_name,
          Source: SOURCE,
          UsedTimestamp: event.event_time,
          Detail: event.event_id,
        })),
        NextToken: tokenOf(next),
      };
    },
  }),

  operation({
    product: 'Actiontrail',
    version: VERSION,
    name: 'GetAccessKeyLastUsedIps',
    access: 'read',
    input: keyAndService,
    authorize: (_, call) => demand('GetAccessKeyLastUsedIps', call),
    async handle(input, call) {
      const row = await requireKey(call, input.AccessKey);
      const offset = offsetOf(input.NextToken);
      const found = await usedAddresses(
        call.services.store.longQueries,
        keyUse(call, row, input),
        offset,
        input.PageSize + 1,
      );
      return {
        Ips: found.slice(0, input.PageSize).map(({ sourceIp, usedAt }) => ({
          Ip: sourceIp,
          Source: SOURCE,
          UsedTimestamp: usedAt,
          Detail: '',
        })),
        NextToken: nextToken(offset, input.PageSize, offset + found.length),
      };
    },
  }),

  operation({
    product: 'Actiontrail',
    version: VERSION,
    name: 'GetAccessKeyLastUsedResources',
    access: 'read',
    input: keyAndService,
    authorize: (_, call) => demand('GetAccessKeyLastUsedResources', call),
    async handle(input, call) {
      const row = await requireKey(call, input.AccessKey);
      const offset = offsetOf(input.NextToken);
      const found = await usedResources(
        call.services.store.longQueries,
        keyUse(call, row, input),
        offset,
        input.PageSize + 1,
      );
      return {
        Resources: found.slice(0, input.PageSize).map(({ resourceType, resourceName, usedAt }) => ({
          ResourceType: resourceType,
          ResourceName: resourceName,
          Source: SOURCE,
          UsedTimestamp: usedAt,
          Detail: '',
        })),
        NextToken: nextToken(offset, input.PageSize, offset + found.length),
      };
    },
  }),
];

/** Finds the account's key, also in the recycle bin. @throws Refusal EntityNotExist.User.AccessKey */
async function requireKey(call: Call, id: string): Promise<AccessKeyRow> {
  const row = await call.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('access_key_id', '=', id)
    .where('account_id', '=', call.account.accountId)
    .executeTakeFirst();
  if (row === undefined) throw new Refusal('EntityNotExist.User.AccessKey', { name: id });
  return row;
}

async function ownerName(call: Call, row: AccessKeyRow): Promise<string> {
  if (row.owner_type === 'root') return 'root';
  const user = await call.queries
    .selectFrom('users')
    .select('user_name')
    .where('user_id', '=', row.owner_id)
    .where('account_id', '=', call.account.accountId)
    .executeTakeFirst();
  return user?.user_name ?? '';
}

function serviceNames(serviceName: string) {
  return {
    ServiceName: serviceName,
    ...(SERVICE_NAMES[serviceName] ?? { ServiceNameEn: serviceName, ServiceNameCn: serviceName }),
  };
}

function keyUse(call: Call, row: AccessKeyRow, input: { readonly ServiceName: string }) {
  return {
    accountId: call.account.accountId,
    accessKeyId: row.access_key_id,
    serviceName: input.ServiceName,
  };
}

/** Decodes a page token: the number of rows on earlier pages, bounded. */
function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  if (!/^\d{1,5}$/.test(token)) throw new Refusal('Invalid', { name: 'NextToken' });
  return Number(token);
}

function nextToken(offset: number, size: number, found: number): string | undefined {
  return size > 0 && found > offset + size ? String(offset + size) : undefined;
}
