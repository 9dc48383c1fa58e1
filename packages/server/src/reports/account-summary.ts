import { MAX_IP_ENTRIES, MAX_STATEMENTS } from '@claviger/guard/internal';
import { POLICY_DOCUMENT_CHARACTERS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import type { Services } from '../context/services.ts';
import { readRowCounts } from '../store/row-counts.ts';

/** How much there is of what in an account; users in the recycle bin are not among its users. */
export interface AccountUsage {
  readonly users: number;
  readonly groups: number;
  readonly roles: number;
  readonly customPolicies: number;
  readonly mfaDevices: number;
  readonly mfaDevicesInUse: number;
}

/** Returns how much the account has. */
export async function readUsage(scope: Scope): Promise<AccountUsage> {
  const counts = await readRowCounts(scope.queries, scope.account.accountId, [
    'users',
    'groups',
    'roles',
    'policies',
    'mfa-devices',
    'bound-mfa-devices',
  ]);
  return {
    mfaDevices: counts.get('mfa-devices') ?? 0,
    mfaDevicesInUse: counts.get('bound-mfa-devices') ?? 0,
    users: counts.get('users') ?? 0,
    groups: counts.get('groups') ?? 0,
    roles: counts.get('roles') ?? 0,
    customPolicies: counts.get('policies') ?? 0,
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
