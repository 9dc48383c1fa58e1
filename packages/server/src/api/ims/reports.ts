import { arn } from '../../context/arn.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { generateCredentialReport, readCredentialReport } from '../../reports/credential-report.ts';
import {
  type GovernanceReport,
  generateGovernanceReport,
  governanceColumns,
  governanceItems,
  readGovernanceReport,
} from '../../reports/governance-report.ts';
import { readSecurityPractice } from '../../reports/security-practice.ts';
import { instant } from '../../wire/instant.ts';
import { integer, oneOf, optional, text, withDefault } from '../../wire/parameter.ts';

const version = '2019-08-15';

const demand = (action: string, call: Call) => [
  { action: `ram:${action}`, resource: arn.account(call.account.accountId) },
];

/** Reports on the identities of the account, made from what there is. */
export const reportOperations: readonly Operation[] = [
  // `STARTED` when a report was made by this call, which is then ready; `COMPLETE` when the last one still stands.
  operation({
    product: 'Ims',
    version,
    name: 'GenerateCredentialReport',
    access: 'write',
    security: { effect: 'neutral', why: 'writes a report about what is there' },
    input: {},
    authorize: (_, call) => demand('GenerateCredentialReport', call),
    async handle(_, call) {
      return { State: (await generateCredentialReport(call)) ? 'STARTED' : 'COMPLETE' };
    },
  }),

  operation({
    product: 'Ims',
    version,
    name: 'GetCredentialReport',
    access: 'read',
    input: {
      NextToken: optional(text({ format: /^\d{1,7}$/ })),
      MaxItems: withDefault(integer(1, 3501), 3501),
    },
    authorize: (_, call) => demand('GetCredentialReport', call),
    async handle(input, call) {
      const part = await readCredentialReport(call, Number(input.NextToken ?? 0), input.MaxItems);
      if (part === undefined) throw new Refusal('EntityNotExist.CredentialReport');
      return {
        Content: Buffer.from(part.csv).toString('base64'),
        GeneratedTime: instant(part.generatedAt),
        IsTruncated: String(part.next !== undefined),
        NextToken: part.next === undefined ? undefined : String(part.next),
      };
    },
  }),

  operation({
    product: 'Ims',
    version,
    name: 'GetAccountSecurityPracticeReport',
    access: 'read',
    input: {},
    authorize: (_, call) => demand('GetAccountSecurityPracticeReport', call),
    async handle(_, call) {
      const practice = await readSecurityPractice(call);
      return {
        AccountSecurityPracticeInfo: {
          Score: practice.score,
          AccountSecurityPracticeUserInfo: {
            BindMfa: practice.rootHasMfa,
            RootWithAccessKey: practice.rootKeys,
            SubUser: practice.users,
            SubUserBindMfa: practice.usersWithMfa,
            SubUserPwdLevel: practice.passwordLevel,
            OldAkNum: practice.oldKeys,
            SubUserWithOldAccessKey: practice.usersWithOldKeys,
            UnusedAkNum: practice.unusedKeys,
            SubUserWithUnusedAccessKey: practice.usersWithUnusedKeys,
          },
        },
      };
    },
  }),

  operation({
    product: 'Ims',
    version,
    name: 'GenerateGovernanceReport',
    access: 'write',
    security: { effect: 'neutral', why: 'writes a report about what is there' },
    input: {},
    authorize: (_, call) => demand('GenerateGovernanceReport', call),
    async handle(_, call) {
      await generateGovernanceReport(call);
      return { State: 'Started' };
    },
  }),

  operation({
    product: 'Ims',
    version,
    name: 'GetGovernanceReportStatus',
    access: 'read',
    input: {},
    authorize: (_, call) => demand('GetGovernanceReportStatus', call),
    async handle(_, call) {
      await requireGovernanceReport(call);
      return {
        WholeReportStatus: 'Finished',
        GovernanceItemsStatus: {
          GovernanceItemStatus: governanceItems.map((GovernanceItem) => ({
            GovernanceItem,
            Status: 'Finished',
          })),
        },
      };
    },
  }),

  operation({
    product: 'Ims',
    version,
    name: 'ListRecentGovernanceMetrics',
    access: 'read',
    input: {},
    authorize: (_, call) => demand('ListRecentGovernanceMetrics', call),
    async handle(_, call) {
      const { generatedAt, findings } = await requireGovernanceReport(call);
      return {
        GenerateTime: instant(generatedAt),
        GovernanceMetrics: {
          GovernanceMetric: governanceItems.map((GovernanceItem) => ({
            GovernanceItem,
            MetricType: 'Number',
            MetricValue: findings[GovernanceItem]?.length ?? 0,
          })),
        },
      };
    },
  }),

  operation({
    product: 'Ims',
    version,
    name: 'GetGovernanceItemReport',
    access: 'read',
    input: {
      GovernanceItemType: oneOf(...governanceItems),
      Marker: optional(text({ format: /^\d{1,7}$/ })),
      MaxItems: withDefault(integer(1, 1000), 1000),
    },
    authorize: (_, call) => demand('GetGovernanceItemReport', call),
    async handle(input, call) {
      const { generatedAt, findings } = await requireGovernanceReport(call);
      const all = findings[input.GovernanceItemType] ?? [];
      const from = Number(input.Marker ?? 0);
      const end = from + input.MaxItems;
      const columns = governanceColumns(input.GovernanceItemType);
      return {
        GenerateTime: instant(generatedAt),
        MetricType: 'Number',
        MetricValue: all.length,
        ColumnsSchema: {
          ColumnSchema: columns.map((ColumnName) => ({ ColumnName, ColumnType: 'String' })),
        },
        ColumnsValue: {
          ColumnRow: all.slice(from, end).map(({ identity, accessKeyId }) => ({
            ColumnValue: accessKeyId === undefined ? [identity] : [identity, accessKeyId],
          })),
        },
        IsTruncated: end < all.length,
        Marker: end < all.length ? String(end) : undefined,
      };
    },
  }),
];

async function requireGovernanceReport(call: Call): Promise<GovernanceReport> {
  const report = await readGovernanceReport(call);
  if (report === undefined) throw new Refusal('EntityNotExist.GovernanceReport');
  return report;
}
