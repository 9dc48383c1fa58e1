import { listAccessKeys } from '../../access-keys/access-key.ts';
import { keyOwner, keyOwnerResource } from '../../access-keys/owner.ts';
import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { instant } from '../../wire/instant.ts';
import { optional } from '../../wire/parameter.ts';
import { userPrincipalName, userReference } from '../ims/user-reference.ts';
import { VERSION } from './version.ts';

/** Operation that adds region and address of the last use, which RAM's `GetAccessKeyLastUsed` lacks. */
export const accessKeyUseOperations: readonly Operation[] = [
  // Lists the last use of each key of a user, by default the caller; a key that was never used has empty fields.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ListAccessKeyUses',
    access: 'read',
    input: { UserPrincipalName: optional(userPrincipalName) },
    answer: {
      AccessKeys: [
        {
          AccessKeyId: 'string',
          LastUsedDate: 'string',
          ServiceName: 'string',
          RegionId: 'string',
          SourceAddress: 'string',
        },
      ],
    },
    // Same permission as RAM's operation: a caller could call that one for each key.
    authorize: async (input, call) => [
      { action: 'ram:GetAccessKeyLastUsed', ...(await keyOwnerResource(call, userReference(input, call))) },
    ],
    async handle(input, call) {
      const keys = await listAccessKeys(call, await keyOwner(call, userReference(input, call)));
      const { lastUsed } = call.services;
      return {
        AccessKeys: await Promise.all(
          keys.map(async ({ access_key_id: AccessKeyId }) => {
            const last = await lastUsed.latest(call.queries, AccessKeyId);
            return {
              AccessKeyId,
              LastUsedDate: last === undefined ? '' : instant(last.usedAt),
              ServiceName: last?.serviceName ?? '',
              RegionId: last?.regionId ?? '',
              SourceAddress: last?.sourceIp ?? '',
            };
          }),
        ),
      };
    },
  }),
];
