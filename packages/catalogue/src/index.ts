/**
 * Facts about Alibaba Cloud that Claviger needs: system policies and service-linked roles.
 *
 * The facts are data files beside the sources, read at the first look-up; a policy document is parsed when it is asked
 * for. The package decides nothing: which document applies to which principal is up to the caller. It holds no text of
 * Alibaba Cloud's documentation, and says of every policy document where it comes from.
 */

export { nearestNames } from './nearest-names.ts';
export { findServiceLinkedRole, type ServiceLinkedRole, serviceLinkedRoles } from './service-linked-roles.ts';
export {
  type DocumentBasis,
  EMPTY_DOCUMENT,
  findSystemPolicy,
  type SystemPolicy,
  type SystemPolicyType,
  systemPolicyKey,
  systemPolicyKeys,
} from './system-policies.ts';
