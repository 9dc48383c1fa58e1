import type { Scope } from '../context/scope.ts';
import type { Queries } from '../store/store.ts';

/** What an account asks of the console passwords of its users, by the names of IMS. */
export interface PasswordPolicy {
  /** Characters, 8 to 32. */
  readonly MinimumPasswordLength: number;
  readonly RequireLowercaseCharacters: boolean;
  readonly RequireUppercaseCharacters: boolean;
  readonly RequireNumbers: boolean;
  readonly RequireSymbols: boolean;
  /** How many characters differ from each other, 0 to 8. */
  readonly MinimumPasswordDifferentCharacter: number;
  readonly PasswordNotContainUserName: boolean;
  /** How many of the latest passwords, the present one included, are not taken again, 0 to 24. */
  readonly PasswordReusePrevention: number;
  /** Days, 0 to 1095; 0: never. */
  readonly MaxPasswordAge: number;
  /** True: who has an expired password cannot sign in. False: the password has to be changed then. */
  readonly HardExpire: boolean;
  /** Wrong passwords in a row before sign-in is locked for an hour, 0 to 32; 0: any number. (RAM's own spelling.) */
  readonly MaxLoginAttemps: number;
  /** Days within which a password that sign-in was enabled with has to be used, 0 to 90; 0: any time. */
  readonly InitialPasswordAge: number;
  /** Whether well-known passwords are refused. */
  readonly InterceptRiskPasswordOnApi: boolean;
}

/**
 * RAM's defaults, but for the last two: guessing is stopped after five, and well-known passwords are refused. Accounts
 * that are older than this have RAM's own written down (migration 0011).
 */
export const defaultPasswordPolicy: PasswordPolicy = {
  MinimumPasswordLength: 8,
  RequireLowercaseCharacters: false,
  RequireUppercaseCharacters: false,
  RequireNumbers: false,
  RequireSymbols: false,
  MinimumPasswordDifferentCharacter: 0,
  PasswordNotContainUserName: false,
  PasswordReusePrevention: 0,
  MaxPasswordAge: 0,
  HardExpire: false,
  MaxLoginAttemps: 5,
  InitialPasswordAge: 14,
  InterceptRiskPasswordOnApi: true,
};

/** What an update changes; undefined stays as it is. */
export type PasswordPolicyChanges = {
  readonly [K in keyof PasswordPolicy]?: PasswordPolicy[K] | undefined;
};

/** The most passwords that a policy can ask to be remembered. */
export const rememberedPasswords = 24;

/** The policy of an account: what was set, over the defaults. */
export async function readPasswordPolicy(queries: Queries, accountId: string): Promise<PasswordPolicy> {
  const row = await queries
    .selectFrom('password_policies')
    .select('policy')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  const own = row === undefined ? {} : (JSON.parse(row.policy) as Partial<PasswordPolicy>);
  return { ...defaultPasswordPolicy, ...own };
}

/** Changes what is given and leaves the rest. It holds for passwords that are set from now on. */
export async function updatePasswordPolicy(
  scope: Scope,
  changes: PasswordPolicyChanges,
): Promise<PasswordPolicy> {
  const { accountId } = scope.account;
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const updated: PasswordPolicy = { ...(await readPasswordPolicy(scope.queries, accountId)), ...given };
  const policy = JSON.stringify(
    Object.fromEntries(
      Object.entries(updated).filter(
        ([name, value]) => value !== defaultPasswordPolicy[name as keyof PasswordPolicy],
      ),
    ),
  );
  await scope.queries
    .insertInto('password_policies')
    .values({ account_id: accountId, policy, updated_at: scope.now })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ policy, updated_at: scope.now }))
    .execute();
  scope.changed('account', accountId);
  return updated;
}
