import { MAX_IP_ENTRIES, MAX_STATEMENTS } from '@claviger/guard/internal';
import { POLICY_DOCUMENT_CHARACTERS } from '../context/limits.ts';
import type { Services } from '../context/services.ts';
import { countVirtualDevices } from '../mfa/virtual-device.ts';
import type { Scope } from '../pipeline/operation.ts';

/** How much there is of what in an account; users in the recycle bin are not among its users. */
export interface AccountUsage {
  readonly users: number;
  readonly groups: number;
  readonly roles: number;
  readonly customPolicies: number;
  readonly mfaDevices: number;
  readonly mfaDevicesInUse: number;
}

/** Counts what the account has. */
export async function readUsage(scope: Scope): Promise<AccountUsage> {
  const { accountId } = scope.account;
  const count = async (table: 'groups' | 'roles' | 'policies' | 'users'): Promise<number> => {
    const rows = scope.queries
      .selectFrom(table)
      .select((counted) => counted.fn.countAll<number>().as('count'))
      .where('account_id', '=', accountId);
    const live = table === 'users' ? rows.where('recycled_at', 'is', null) : rows;
    return Number((await live.executeTakeFirstOrThrow()).count);
  };
  const devices = await countVirtualDevices(scope);
  return {
    mfaDevices: devices.all,
    mfaDevicesInUse: devices.bound,
    users: await count('users'),
    groups: await count('groups'),
    roles: await count('roles'),
    customPolicies: await count('policies'),
  };
}

/**
 * The limits of an account, as counts. What the server does not have has a limit of none: clients that a user has
 * authorised over OAuth.
 */
export function quotasOf({ limits }: Pick<Services, 'limits'>) {
  return {
    ...limits,
    policyCharacters: POLICY_DOCUMENT_CHARACTERS,
    statementsPerNetworkPolicy: MAX_STATEMENTS,
    addressesPerNetworkPolicy: MAX_IP_ENTRIES,
    authorizedClientsPerUser: 0,
  } as const;
}
