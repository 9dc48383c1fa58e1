import type { Call } from '../../rpc/operation.ts';
import { text, withDefault } from '../../rpc/parameter.ts';

/** What a guard calls itself; a part of the resource that its policy must allow. */
export const guardName = withDefault(
  text({ max: 64, chars: /^[A-Za-z0-9._-]+$/, format: /^[A-Za-z0-9]/ }),
  'default',
);

/** A guard, as policies name it. */
export function guardArn(call: Call, name: string): string {
  return `acs:claviger:*:${call.account.accountId}:guard/${name}`;
}
