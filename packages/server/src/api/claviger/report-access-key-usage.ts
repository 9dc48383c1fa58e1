import { formatIpAddress, parseIpAddress } from '@claviger/policy';
import { rowsOf, writeUses } from '../../access-keys/last-used.ts';
import type { AccessKeyUse } from '../../context/services.ts';
import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { integer, listOf, optional, text } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { shownLine } from '../shown-text.ts';
import { demandOfGuard, guardName, serviceName } from './guard-name.ts';
import { version } from './version.ts';

/** Uses that one report may hold. */
export const usesPerReport = 500;

/** When, where and from where keys were used with the services that a guard protects. */
export const usageReportOperations: readonly Operation[] = [
  ownOperation({
    product: 'Claviger',
    version,
    name: 'ReportAccessKeyUsage',
    access: 'write',
    security: { effect: 'neutral', why: 'notes when keys were used behind a guard' },
    callers: 'guards',
    input: {
      GuardName: guardName,
      Uses: listOf(
        {
          AccessKeyId: accessKeyId,
          ServiceName: serviceName,
          RegionId: optional(shownLine(64)),
          SourceIp: optional(text({ max: 64 })),
          UsedAt: integer(0, 999_999_999_999_999),
        },
        usesPerReport,
      ),
    },
    answer: {},
    authorize: (input, call) => demandOfGuard('ReportAccessKeyUsage', call, input.GuardName),
    /** Of keys of other accounts, and of keys that are gone, nothing is noted, and nothing is said. */
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
        const known = ofKey.get(use.ServiceName);
        if (known === undefined || known.usedAt <= noted.usedAt) ofKey.set(use.ServiceName, noted);
      }
      const rows = rowsOf(new Map([...latest].map(([key, uses]) => [key, [...uses.values()]])));
      if (rows.length > 0) await writeUses(call.services.store.kind, call.queries, rows);
      return {};
    },
  }),
];

/** An address in its one notation; empty for anything that is not an address. */
function addressOf(text: string): string {
  const address = parseIpAddress(text);
  return address === undefined ? '' : formatIpAddress(address);
}
