import type { Operation } from '../rpc/operation.ts';
import { accessKeyOperations as imsAccessKeys } from './ims/access-keys.ts';
import { accessKeyOperations as ramAccessKeys } from './ram/access-keys.ts';

/** Every operation that is built, family by family. */
export const operations: readonly Operation[] = [...imsAccessKeys, ...ramAccessKeys];
