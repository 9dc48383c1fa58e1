import { findServiceLinkedRole, type ServiceLinkedRole } from '@claviger/catalogue';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { createLinkedRole, deleteRoleRow, requireRole } from '../roles/role.ts';
import type { RoleRow } from '../store/schema.ts';
import { policyNameKey } from './policy.ts';

/** Returns the template of a service's role. @throws Refusal EntityNotExist.ServiceLinkedRoleTemplate */
export function requireLinkedRoleTemplate(serviceName: string): ServiceLinkedRole {
  const template = findServiceLinkedRole(serviceName);
  if (template === undefined) {
    throw new Refusal('EntityNotExist.ServiceLinkedRoleTemplate', { name: serviceName });
  }
  return template;
}

/** Returns the description of a service-linked role, in English. */
export const linkedRoleDescription = ({ service }: ServiceLinkedRole): string =>
  `Service-linked role of ${service}.`;

/**
 * Creates the service-linked role of a service with its policy. It is not counted in the quota of roles.
 * @throws Refusal EntityNotExist.ServiceLinkedRoleTemplate, EntityAlreadyExists.Role
 */
export async function createServiceLinkedRole(scope: Scope, serviceName: string): Promise<RoleRow> {
  const template = requireLinkedRoleTemplate(serviceName);
  const role = await createLinkedRole(scope, {
    name: template.role,
    description: linkedRoleDescription(template),
    service: template.service,
  });
  await scope.queries
    .insertInto('policy_attachments')
    .values({
      account_id: role.account_id,
      principal_type: 'role',
      principal_id: role.role_id,
      policy_type: 'System',
      policy_name_key: policyNameKey(template.policy),
      stand_in_name: null,
      attached_at: scope.now,
    })
    .execute();
  scope.touched('ACS::RAM::Policy', template.policy);
  return role;
}

/**
 * Deletes a service-linked role with its attachment. Here no service uses it, so the deletion is complete at once.
 * @returns the id of the deletion task, which has succeeded
 * @throws Refusal EntityNotExist.Role, EntityNotExist.ServiceLinkedRole
 */
export async function deleteServiceLinkedRole(scope: Scope, name: string, taskId: string): Promise<string> {
  const role = await requireRole(scope, name);
  if (role.linked_service === null)
    throw new Refusal('EntityNotExist.ServiceLinkedRole', { name: role.role_name });
  await scope.queries
    .deleteFrom('policy_attachments')
    .where('account_id', '=', role.account_id)
    .where('principal_type', '=', 'role')
    .where('principal_id', '=', role.role_id)
    .execute();
  await deleteRoleRow(scope, role);
  return `task/acs-service-role/${role.linked_service}/${role.role_name}/${taskId}`;
}
