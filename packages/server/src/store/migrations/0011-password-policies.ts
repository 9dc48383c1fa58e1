import type { Migration } from '../migrate.ts';

/** Earlier defaults, for accounts that had not set these fields: the defaults for new accounts are stricter now. */
const EARLIER_DEFAULTS = { MaxLoginAttemps: 0, InterceptRiskPasswordOnApi: false };

/** Existing accounts keep their password policy. */
export const passwordPolicies: Migration = {
  name: '0011-password-policies',
  async up(database) {
    const accounts = await database
      .selectFrom('accounts')
      .leftJoin('password_policies', 'password_policies.account_id', 'accounts.account_id')
      .select(['accounts.account_id', 'accounts.created_at', 'password_policies.policy'])
      .execute();
    for (const { account_id, created_at, policy: own } of accounts) {
      const policy = JSON.stringify({ ...EARLIER_DEFAULTS, ...JSON.parse(String(own ?? '{}')) });
      await database
        .insertInto('password_policies')
        .values({ account_id, policy, updated_at: created_at })
        .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ policy }))
        .execute();
    }
  },
};
