import type { Demand } from '@claviger/guard/internal';
import { Refusal } from '../../errors/refusal.ts';
import type { Call } from '../../pipeline/operation.ts';
import { optional, text } from '../../wire/parameter.ts';

/** Name of a guard; part of its ARN. */
export const guardNameText = text({ max: 64, chars: /^[A-Za-z0-9._-]+$/, format: /^[A-Za-z0-9]/ });

/** Registered name that a guard sends; its credential must match. */
export const guardName = optional(guardNameText);

/** Code of a service, as in service maps. */
export const serviceName = text({ max: 64, chars: /^[A-Za-z0-9_-]+$/ });

/**
 * Returns the permission that a guard needs for its own operations.
 * @param name from the request; `undefined`: the calling guard's own
 * @throws Refusal NoPermission.NotGuard, NoPermission.OtherGuard
 */
export function demandOfGuard(action: string, call: Call, name: string | undefined): readonly Demand[] {
  const { principal } = call;
  if (principal.type !== 'guard') throw new Refusal('NoPermission.NotGuard', { action });
  if (name !== undefined && name !== principal.guardName) {
    throw new Refusal('NoPermission.OtherGuard', { name: principal.guardName });
  }
  return [{ action: `claviger:${action}`, resource: principal.arn }];
}
