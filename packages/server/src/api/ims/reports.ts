import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, operation, preparedOperation } from '../../pipeline/operation.ts';
import {
  hasRecentCredentialReport,
  makeCredentialReport,
  readCredentialReport,
} from '../../reports/credential-report.ts';
import {
  type GovernanceReport,
  governanceColumns,
  governanceItems,
  makeGovernanceReport,
  readGovernanceFindings,
  readGovernanceReport,
} from '../../reports/governance-report.ts';
import type { ReportSource } from '../../reports/identity-facts.ts';
import { makeSecurityPractice } from '../../reports/security-practice.ts';
import { instant } from '../../wire/instant.ts';
import { integer, oneOf, optional, text, withDefault } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';

const VERSION = '2019-08-15';

const demand = (action: string, call: Call) => demandOnAccount(`ram:${action}`, call);

/** IMS operations on reports about the identities of the account. */
export const reportOperations: readonly Operation[] = [
  // Starts a report. `STARTED`: this call started one, which is complete at once unless the account is large;
  // `INPROGRESS`: one is being made; `COMPLETE`: the last one is still current.
  preparedOperation({
    product: 'Ims',
    version: VERSION,
    name: 'GenerateCredentialReport',
    access: 'write',
    security: { effect: 'neutral', why: 'writes a report about existing identities' },
    input: {},
    authorize: (_, call) => demand('GenerateCredentialReport', call),
    async prepare(_, call) {
      const { reportJobs } = call.services;
      const { accountId } = call.account;
      if (reportJobs.isRunning(accountId, 'credential')) return 'INPROGRESS';
      if (await hasRecentCredentialReport(call)) return 'COMPLETE';
      const source = sourceOf(call);
      await reportJobs.start(accountId, 'credential', (done) => makeCredentialReport(source, done));
      return 'STARTED';
    },
    async handle(_, __, State) {
      return { State };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
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
    version: VERSION,
    name: 'GetAccountSecurityPracticeReport',
    access: 'read',
    input: {},
    authorize: (_, call) => demand('GetAccountSecurityPracticeReport', call),
    async handle(_, call) {
      const source = sourceOf(call);
      const practice = await call.services.reportJobs.share(call.account.accountId, 'practice', (done) =>
        makeSecurityPractice(source, done),
      );
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

  preparedOperation({
    product: 'Ims',
    version: VERSION,
    name: 'GenerateGovernanceReport',
    access: 'write',
    security: { effect: 'neutral', why: 'writes a report about existing identities' },
    input: {},
    authorize: (_, call) => demand('GenerateGovernanceReport', call),
    async prepare(_, call) {
      const source = sourceOf(call);
      await call.services.reportJobs.start(call.account.accountId, 'governance', (done) =>
        makeGovernanceReport(source, done),
      );
    },
    async handle() {
      return { State: 'Started' };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetGovernanceReportStatus',
    access: 'read',
    input: {},
    authorize: (_, call) => demand('GetGovernanceReportStatus', call),
    async handle(_, call) {
      const isRunning = call.services.reportJobs.isRunning(call.account.accountId, 'governance');
      if (!isRunning) await requireGovernanceReport(call);
      const Status = isRunning ? 'Running' : 'Finished';
      return {
        WholeReportStatus: Status,
        GovernanceItemsStatus: {
          GovernanceItemStatus: governanceItems.map((GovernanceItem) => ({ GovernanceItem, Status })),
        },
      };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListRecentGovernanceMetrics',
    access: 'read',
    input: {},
    authorize: (_, call) => demand('ListRecentGovernanceMetrics', call),
    async handle(_, call) {
      const { generatedAt, counts } = await requireGovernanceReport(call);
      return {
        GenerateTime: instant(generatedAt),
        GovernanceMetrics: {
          GovernanceMetric: governanceItems.map((GovernanceItem) => ({
            GovernanceItem,
            MetricType: 'Number',
            MetricValue: counts[GovernanceItem] ?? 0,
          })),
        },
      };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetGovernanceItemReport',
    access: 'read',
    input: {
      GovernanceItemType: oneOf(...governanceItems),
      Marker: optional(text({ format: /^\d{1,7}$/ })),
      MaxItems: withDefault(integer(1, 1000), 1000),
    },
    authorize: (_, call) => demand('GetGovernanceItemReport', call),
    async handle(input, call) {
      const report = await requireGovernanceReport(call);
      const item = input.GovernanceItemType;
      const all = report.counts[item] ?? 0;
      const from = Number(input.Marker ?? 0);
      const end = from + input.MaxItems;
      const findings = await readGovernanceFindings(call, report, item, from, input.MaxItems);
      const columns = governanceColumns(item);
      return {
        GenerateTime: instant(report.generatedAt),
        MetricType: 'Number',
        MetricValue: all,
        ColumnsSchema: {
          ColumnSchema: columns.map((ColumnName) => ({ ColumnName, ColumnType: 'String' })),
        },
        ColumnsValue: {
          ColumnRow: findings.map(({ identity, accessKeyId }) => ({
            ColumnValue: accessKeyId === undefined ? [identity] : [identity, accessKeyId],
          })),
        },
        IsTruncated: end < all,
        Marker: end < all ? String(end) : undefined,
      };
    },
  }),
];

const sourceOf = ({ account, now, services }: Call): ReportSource => ({ account, now, services });

async function requireGovernanceReport(call: Call): Promise<GovernanceReport> {
  const report = await readGovernanceReport(call);
  if (report === undefined) throw new Refusal('EntityNotExist.GovernanceReport');
  return report;
}
