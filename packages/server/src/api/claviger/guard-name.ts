import { guardArn as arnOfGuard } from '@claviger/guard';
import type { Call } from '../../rpc/operation.ts';
import { text, withDefault } from '../../rpc/parameter.ts';

/** What a guard is called; a part of its resource name. */
export const guardNameText = text({ max: 64, chars: /^[A-Za-z0-9._-]+$/, format: /^[A-Za-z0-9]/ });

/** What a guard calls itself: the name that it is registered under. */
export const guardName = withDefault(guardNameText, 'default');

/** The code of a service, as service maps have it. */
export const serviceName = text({ max: 64, chars: /^[A-Za-z0-9_-]+$/ });

/** A guard, as policies name it. */
export function guardArn(call: Call, name: string): string {
  return arnOfGuard(call.account.accountId, name);
}
