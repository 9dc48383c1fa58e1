import type { Operation } from '../rpc/operation.ts';
import { accessKeyOperations as imsAccessKeys } from './ims/access-keys.ts';
import { accessKeyOperations as ramAccessKeys } from './ram/access-keys.ts';
import { policyOperations } from './ram/policies.ts';
import { policyAttachmentOperations } from './ram/policy-attachments.ts';
import { roleOperations } from './ram/roles.ts';
import { assumeRoleOperations } from './sts/assume-role.ts';
import { callerIdentityOperations } from './sts/caller-identity.ts';

/** Every operation that is built, family by family. */
export const operations: readonly Operation[] = [
  ...imsAccessKeys,
  ...ramAccessKeys,
  ...policyOperations,
  ...policyAttachmentOperations,
  ...roleOperations,
  ...assumeRoleOperations,
  ...callerIdentityOperations,
];
