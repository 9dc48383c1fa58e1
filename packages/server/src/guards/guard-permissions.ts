import { compilePermissions } from '@claviger/guard';
import { guardArn } from '@claviger/guard/internal';
import type { CompiledPolicies } from '@claviger/policy';

/** Actions of guards, by exact name: see `exact-name-actions` of the policy language. */
const GUARD_ACTIONS = [
  'claviger:ReplicateCredentials',
  'claviger:ReportAccessKeyUsage',
  'claviger:VerifyRequestSignature',
] as const;

/** Returns the permissions of a registered guard: its own actions on its own ARN. */
export function guardPermissions(accountId: string, guardName: string): CompiledPolicies {
  const statement = {
    Effect: 'Allow',
    Action: GUARD_ACTIONS,
    Resource: guardArn(accountId, guardName),
  };
  const text = JSON.stringify({ Version: '1', Statement: [statement] });
  return compilePermissions([{ name: 'RegisteredGuard', type: 'System', version: 'v1', text }]);
}
