import type { Demand } from '@claviger/guard/internal';

/**
 * Returns the demands of creating an entity, for RAM's two readings: the permission on all entities of the type, as
 * RAM's documents name it for users, groups and identity providers, and on the name of the new one, so that a Deny on
 * a name holds before an entity has it. Refusals show the former.
 *
 * Roles and policies need the permission on their own ARN alone, as RAM documents it.
 *
 * @param all ARN of every entity of the type: `…:user/*`
 * @param created ARN of the new entity
 */
export function demandsToCreate(action: string, all: string, created: string): readonly Demand[] {
  return [
    { action, resource: all },
    { action, resource: created, shown: all },
  ];
}
