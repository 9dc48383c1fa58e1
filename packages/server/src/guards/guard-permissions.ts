import { compilePermissions } from '@claviger/guard';
import { guardArn } from '@claviger/guard/internal';
import type { CompiledPolicies } from '@claviger/policy';

/** What guards do, each by its exact name: see `exact-name-actions` of the policy language. */
const GUARD_ACTIONS = [
  'claviger:ReplicateCredentials',
  'claviger:ReportAccessKeyUsage',
  'claviger:VerifyRequestSignature',
] as const;

/** What a registered guard may do: its own work, under its own name, and nothing else. */
export function guardPermissions(accountId: string, guardName: string): CompiledPolicies {
  const statement = {
    Effect: 'Allow',
    Action: GUARD_ACTIONS,
    Resource: guardArn(accountId, guardName),
  };
  const text = JSON.stringify({ Version: '1', Statement: [statement] });
  return compilePermissions([{ name: 'RegisteredGuard', type: 'System', version: 'v1', text }]);
}
