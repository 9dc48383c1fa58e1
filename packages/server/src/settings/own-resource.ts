import type { UserPrincipal } from '@claviger/guard';
import type { Demand } from '@claviger/guard/internal';
import { arn } from '../context/arn.ts';
import type { CallerScope } from '../context/scope.ts';
import { deviceArn } from '../mfa/serial-number.ts';

/** The condition key that says whether a user acts on itself: on its own resource, or a device of its own name. */
const key = 'ram:ActsOnItself';

/**
 * A statement that allows users something on themselves. It is the same text for every user, so that users with the
 * same policies go on sharing one compiled set.
 */
export function allowOnItself(name: string, actions: readonly string[]): { name: string; text: string } {
  const statement = {
    Effect: 'Allow',
    Action: actions,
    Resource: '*',
    Condition: { Bool: { [key]: 'true' } },
  };
  return { name, text: JSON.stringify({ Version: '1', Statement: [statement] }) };
}

/** Whether a resource is a user or an MFA device, which the caller can be or own. */
export const isUserOrDevice = (resource: string): boolean =>
  /^acs:ram:\*?:\d{16}:(?:user|mfa)\//.test(resource);

/** Whether it is the principal itself that an action is on, as a condition. @param resource a user, or an MFA device */
export function conditionOnItself(principal: UserPrincipal, resource: string): readonly [string, string] {
  const { accountId, userName } = principal;
  const isItself =
    resource.toLowerCase() === arn.user(accountId, userName).toLowerCase() ||
    resource === deviceArn(accountId, userName);
  return [key.toLowerCase(), String(isItself)];
}

/**
 * A demand that says whether it is the caller itself that it acts on.
 * @param resource a user, or an MFA device
 */
export function demandOnResource(scope: CallerScope, action: string, resource: string): Demand {
  const { principal } = scope;
  if (principal.type !== 'ram-user') return { action, resource };
  return { action, resource, conditions: new Map([conditionOnItself(principal, resource)]) };
}
