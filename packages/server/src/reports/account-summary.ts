import { MAX_IP_ENTRIES, MAX_STATEMENTS } from '@claviger/guard/internal';
import { POLICY_DOCUMENT_CHARACTERS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import type { Services } from '../context/services.ts';
import { readRowCounts } from '../store/row-counts.ts';

/** Number of entities in an account; users in the recycle bin are not counted. */
export interface AccountUsage {
  readonly users: number;
  readonly groups: number;
  readonly roles: number;
  readonly customPolicies: number;
  readonly mfaDevices: number;
  readonly mfaDevicesInUse: number;
}

/** Counts the entities of the account. */
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
 * Returns the limits of an account, as counts. Features that the server lacks, such as OAuth-authorised clients of
 * a user, have the limit 0.
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
