import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { AGE_DAYS, USE_DAYS } from '../../reports/key-histogram.ts';
import { makeSecurityPractice } from '../../reports/security-practice.ts';
import { instant } from '../../wire/instant.ts';
import { demandOnAccount } from '../demand-on-account.ts';
import { VERSION } from './version.ts';

/** Age up to which the numbers of an account with over 1,000 users are answered again, ms: they take a scan. */
const KEPT_MS = 5 * 60_000;

/** Operation with the numbers of the console's overview. */
export const accountOverviewOperations: readonly Operation[] = [
  // Returns security score, numbers of users and keys, and when they were computed. It writes nothing. With over 1,000
  // users the numbers may be five minutes old.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'GetAccountOverview',
    access: 'read',
    input: {},
    answer: {
      ComputedDate: 'string',
      Score: 'number',
      RootHasMFA: 'boolean',
      RootAccessKeys: 'number',
      Users: 'number',
      UsersWithMFA: 'number',
      /** Users with an active console password. */
      ConsoleUsers: 'number',
      ConsoleUsersWithoutMFA: 'number',
      PasswordLevel: 'low|mid|high',
      OldAccessKeys: 'number',
      UsersWithOldAccessKeys: 'number',
      UnusedAccessKeys: 'number',
      UsersWithUnusedAccessKeys: 'number',
      /** Each range without those before; 0 days stand for no upper bound. */
      AccessKeysByAge: [{ BelowDays: 'number', AccessKeys: 'number' }],
      AccessKeysByLastUse: [{ BelowDays: 'number', AccessKeys: 'number' }],
      NeverUsedAccessKeys: 'number',
    },
    // Same permission as RAM's report, which has most of these numbers.
    authorize: (_, call) => demandOnAccount('ram:GetAccountSecurityPracticeReport', call),
    async handle(_, { account, now, services }) {
      const practice = await services.reportJobs.share(
        account.accountId,
        'practice',
        (done) => makeSecurityPractice({ account, now, services }, done),
        KEPT_MS,
      );
      const { byAge, byUse, neverUsed } = practice.keyNumbers;
      return {
        ComputedDate: instant(practice.computedAt),
        Score: practice.score,
        RootHasMFA: practice.rootHasMfa,
        RootAccessKeys: practice.rootKeys,
        Users: practice.users,
        UsersWithMFA: practice.usersWithMfa,
        ConsoleUsers: practice.consoleUsers,
        ConsoleUsersWithoutMFA: practice.consoleUsersWithoutMfa,
        PasswordLevel: practice.passwordLevel,
        OldAccessKeys: practice.oldKeys,
        UsersWithOldAccessKeys: practice.usersWithOldKeys,
        UnusedAccessKeys: practice.unusedKeys,
        UsersWithUnusedAccessKeys: practice.usersWithUnusedKeys,
        AccessKeysByAge: ranges(byAge, AGE_DAYS),
        AccessKeysByLastUse: ranges(byUse, USE_DAYS),
        NeverUsedAccessKeys: neverUsed,
      };
    },
  }),
];

const ranges = (numbers: readonly number[], bounds: readonly number[]) =>
  numbers.map((AccessKeys, index) => ({ BelowDays: bounds[index] ?? 0, AccessKeys }));
