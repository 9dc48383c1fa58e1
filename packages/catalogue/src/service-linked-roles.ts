import { readDataLines } from './data-file.ts';

/** The role that RAM makes for a service when a user turns on a feature of that service. */
export interface ServiceLinkedRole {
  /** Name of the service: `polardb.aliyuncs.com`. */
  readonly service: string;
  /** Name of the role: `AliyunServiceRoleForPolarDB`. */
  readonly role: string;
  /** Name of its system policy: `AliyunServiceRolePolicyForPolarDB`. */
  readonly policy: string;
}

let rolesByService: ReadonlyMap<string, ServiceLinkedRole> | undefined;

/** Returns all known service-linked roles, by service. */
export function serviceLinkedRoles(): ReadonlyMap<string, ServiceLinkedRole> {
  rolesByService ??= new Map(
    readDataLines('service-linked-roles').map((line) => {
      const role = JSON.parse(line) as ServiceLinkedRole;
      return [role.service, role] as const;
    }),
  );
  return rolesByService;
}

/** Finds the service-linked role of a service, by its exact name; `undefined` if absent. */
export function findServiceLinkedRole(service: string): ServiceLinkedRole | undefined {
  return serviceLinkedRoles().get(service);
}
