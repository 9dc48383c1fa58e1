import type { Scope } from '../context/scope.ts';
import type { Queries } from '../store/store.ts';

/** An account's policy for the console passwords of its users, with IMS's names. */
export interface PasswordPolicy {
  /** Characters, 8 to 32. */
  readonly MinimumPasswordLength: number;
  readonly RequireLowercaseCharacters: boolean;
  readonly RequireUppercaseCharacters: boolean;
  readonly RequireNumbers: boolean;
  readonly RequireSymbols: boolean;
  /** Number of different characters, 0 to 8. */
  readonly MinimumPasswordDifferentCharacter: number;
  readonly PasswordNotContainUserName: boolean;
  /** Number of latest passwords, including the present one, that cannot be chosen again, 0 to 24. */
  readonly PasswordReusePrevention: number;
  /** Days, 0 to 1095; 0: never. */
  readonly MaxPasswordAge: number;
  /** True: a user with an expired password cannot sign in. False: the user must change it at sign-in. */
  readonly HardExpire: boolean;
  /**
   * Consecutive wrong passwords before sign-in is locked for an hour, 0 to 32; 0: unlimited. (RAM's own spelling.)
   */
  readonly MaxLoginAttemps: number;
  /** Days within which an initial password must be used, 0 to 90; 0: unlimited. */
  readonly InitialPasswordAge: number;
  /** Whether well-known passwords are refused. */
  readonly InterceptRiskPasswordOnApi: boolean;
}

/**
 * RAM's defaults, except for two: sign-in is locked after five wrong passwords, and well-known passwords are
 * refused. Accounts older than these defaults have RAM's own stored (migration 0011).
 */
export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = {
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

/** Changes of a policy; `undefined` leaves a rule as it is. */
export type PasswordPolicyChanges = {
  readonly [K in keyof PasswordPolicy]?: PasswordPolicy[K] | undefined;
};

/** Maximum of `PasswordReusePrevention`. */
export const REMEMBERED_PASSWORDS = 24;

/** Reads the policy of an account: its changes over the defaults. */
export async function readPasswordPolicy(queries: Queries, accountId: string): Promise<PasswordPolicy> {
  const row = await queries
    .selectFrom('password_policies')
    .select('policy')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  const own = row === undefined ? {} : (JSON.parse(row.policy) as Partial<PasswordPolicy>);
  return { ...DEFAULT_PASSWORD_POLICY, ...own };
}

/** Updates the given rules. They hold for passwords that are set from now on. */
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
        ([name, value]) => value !== DEFAULT_PASSWORD_POLICY[name as keyof PasswordPolicy],
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
