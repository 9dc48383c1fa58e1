import { type FilterColumn, lookupEvents } from '../../audit/lookup.ts';
import { eventOf } from '../../audit/stored-event.ts';
import { DAY_MS } from '../../context/limits.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import { instant, readInstant } from '../../wire/instant.ts';
import { integer, listOf, oneOf, optional, text, withDefault } from '../../wire/parameter.ts';
import { positionOf, tokenOf } from './event-token.ts';

/** ActionTrail's look-up attributes, and the column of each. */
const COLUMNS: ReadonlyMap<string, FilterColumn> = new Map([
  ['EventId', 'event_id'],
  ['EventName', 'event_name'],
  ['ServiceName', 'service_name'],
  ['EventRW', 'event_rw'],
  ['EventAccessKeyId', 'access_key_id'],
  ['User', 'user_name'],
  ['SourceIpAddress', 'source_ip'],
  ['ErrorCode', 'error_code'],
  ['ResourceName', 'resource_name'],
  ['ResourceType', 'resource_type'],
]);

const time = text({ format: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ });

const attribute = { Key: text({ max: 64 }), Value: text({ max: 256 }) };

/** Operation that searches the audit events. */
export const lookupEventsOperations: readonly Operation[] = [
  operation({
    product: 'Actiontrail',
    version: '2020-07-06',
    name: 'LookupEvents',
    access: 'read',
    input: {
      LookupAttribute: optional(listOf(attribute, 2)),
      StartTime: optional(time),
      EndTime: optional(time),
      Direction: withDefault(oneOf('BACKWARD', 'FORWARD'), 'BACKWARD'),
      MaxResults: withDefault(integer(0, 50), 20),
      NextToken: optional(text({ max: 512 })),
    },
    authorize: (_, call) => [
      { action: 'actiontrail:LookupEvents', resource: `acs:actiontrail:*:${call.account.accountId}:*` },
    ],
    async handle(input, call) {
      const to = instantOf('EndTime', input.EndTime) ?? call.now;
      const from = instantOf('StartTime', input.StartTime) ?? to - 7 * DAY_MS;
      if (from > to) throw new Refusal('Invalid', { name: 'StartTime' });
      const equal: Partial<Record<FilterColumn, string>> = {};
      for (const { Key, Value } of input.LookupAttribute ?? []) {
        const column = COLUMNS.get(Key);
        if (column === undefined) throw new Refusal('Invalid', { name: 'LookupAttribute' });
        equal[column] = Value;
      }
      const { rows, next } = await lookupEvents(
        call.services.store.longQueries,
        // Times are whole seconds; the range includes its last second.
        { accountId: call.account.accountId, from, to: to + 999, equal },
        input.Direction === 'BACKWARD' ? 'newest first' : 'oldest first',
        positionOf(input.NextToken),
        input.MaxResults,
      );
      return {
        StartTime: instant(from),
        EndTime: instant(to),
        Events: rows.map(eventOf),
        NextToken: tokenOf(next),
      };
    },
  }),
];

function instantOf(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const parsed = readInstant(given);
  if (parsed === undefined) throw new Refusal('Invalid', { name });
  return parsed;
}
