import type { Demand } from '@claviger/guard/internal';
import { Refusal } from '../../errors/refusal.ts';
import type { Call } from '../../pipeline/operation.ts';
import { optional, text } from '../../wire/parameter.ts';

/** What a guard is called; a part of its resource name. */
export const guardNameText = text({ max: 64, chars: /^[A-Za-z0-9._-]+$/, format: /^[A-Za-z0-9]/ });

/** The name that a guard says it is registered under; its credential says it too. */
export const guardName = optional(guardNameText);

/** The code of a service, as service maps have it. */
export const serviceName = text({ max: 64, chars: /^[A-Za-z0-9_-]+$/ });

/**
 * What a guard needs for its own work.
 * @param name that it gives; undefined: its own
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
