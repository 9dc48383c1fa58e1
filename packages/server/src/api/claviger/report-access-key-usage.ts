import { formatIpAddress, parseIpAddress } from '@claviger/policy';
import { rowsOf, writeUses } from '../../access-keys/last-used.ts';
import type { AccessKeyUse } from '../../context/services.ts';
import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { integer, listOf, optional, text } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { printableLine } from '../printable-text.ts';
import { demandOfGuard, guardName, serviceName } from './guard-name.ts';
import { VERSION } from './version.ts';

/** Maximum number of uses in one report. */
export const MAX_USES_PER_REPORT = 500;

/** Operation by which a guard reports the time, service and address of key uses. */
export const usageReportOperations: readonly Operation[] = [
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ReportAccessKeyUsage',
    access: 'write',
    security: { effect: 'neutral', why: 'records the uses of keys behind a guard' },
    callers: 'guards',
    input: {
      GuardName: guardName,
      Uses: listOf(
        {
          AccessKeyId: accessKeyId,
          ServiceName: serviceName,
          RegionId: optional(printableLine(64)),
          SourceIp: optional(text({ max: 64 })),
          UsedAt: integer(0, 999_999_999_999_999),
        },
        MAX_USES_PER_REPORT,
      ),
    },
    answer: {},
    authorize: (input, call) => demandOfGuard('ReportAccessKeyUsage', call, input.GuardName),
    /** Uses of unknown keys, and of keys of other accounts, are ignored without an error. */
    async handle(input, call) {
      const keys = [...new Set(input.Uses.map((use) => use.AccessKeyId))];
      const own = await call.queries
        .selectFrom('access_keys')
        .select('access_key_id')
        .where('access_key_id', 'in', keys)
        .where('account_id', '=', call.account.accountId)
        .execute();
      const isOwn = new Set(own.map((row) => row.access_key_id));
      const latest = new Map<string, Map<string, AccessKeyUse>>();
      for (const use of input.Uses) {
        if (!isOwn.has(use.AccessKeyId)) continue;
        const noted: AccessKeyUse = {
          // The clock of a guard may be ahead; no use is in the future.
          usedAt: Math.min(use.UsedAt, call.now),
          serviceName: use.ServiceName,
          regionId: use.RegionId ?? '',
          sourceIp: addressOf(use.SourceIp ?? ''),
        };
        const ofKey = latest.get(use.AccessKeyId) ?? new Map<string, AccessKeyUse>();
        latest.set(use.AccessKeyId, ofKey);
        const previous = ofKey.get(use.ServiceName);
        if (previous === undefined || previous.usedAt <= noted.usedAt) ofKey.set(use.ServiceName, noted);
      }
      const rows = rowsOf(new Map([...latest].map(([key, uses]) => [key, [...uses.values()]])));
      if (rows.length > 0) await writeUses(call.services.store.kind, call.queries, rows);
      return {};
    },
  }),
];

/** Returns the canonical form of an address; empty if it is not an address. */
function addressOf(text: string): string {
  const address = parseIpAddress(text);
  return address === undefined ? '' : formatIpAddress(address);
}
