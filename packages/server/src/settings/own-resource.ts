import type { UserPrincipal } from '@claviger/guard';
import type { Demand } from '@claviger/guard/internal';
import { arn } from '../context/arn.ts';
import type { CallerScope } from '../context/scope.ts';
import { deviceArn } from '../mfa/serial-number.ts';

/** Condition key: whether a user acts on its own user resource, or on a device of its own name. */
const CONDITION_KEY = 'ram:ActsOnItself';

/**
 * Returns a policy that allows users actions on themselves. Its text is the same for all users, so that users with
 * the same policies share one compiled set.
 */
export function allowOnItself(name: string, actions: readonly string[]): { name: string; text: string } {
  const statement = {
    Effect: 'Allow',
    Action: actions,
    Resource: '*',
    Condition: { Bool: { [CONDITION_KEY]: 'true' } },
  };
  return { name, text: JSON.stringify({ Version: '1', Statement: [statement] }) };
}

/** Returns whether a resource is a user or an MFA device, and so may be the caller's own. */
export const isUserOrDevice = (resource: string): boolean =>
  /^acs:ram:\*?:\d{16}:(?:user|mfa)\//.test(resource);

/** Returns the condition that says whether a principal acts on itself. @param resource a user or an MFA device */
export function conditionOnItself(principal: UserPrincipal, resource: string): readonly [string, string] {
  const { accountId, userName } = principal;
  const isItself =
    resource.toLowerCase() === arn.user(accountId, userName).toLowerCase() ||
    resource === deviceArn(accountId, userName);
  return [CONDITION_KEY.toLowerCase(), String(isItself)];
}

/**
 * Returns a demand with the condition that says whether the caller acts on itself.
 * @param resource a user or an MFA device
 */
export function demandOnResource(scope: CallerScope, action: string, resource: string): Demand {
  const { principal } = scope;
  if (principal.type !== 'ram-user') return { action, resource };
  return { action, resource, conditions: new Map([conditionOnItself(principal, resource)]) };
}
