import { keyOwner, keyOwnerResource } from '../../access-keys/owner.ts';
import { arn } from '../../context/arn.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, ownOperation } from '../../pipeline/operation.ts';
import {
  revokeSessionsOfAccessKey,
  revokeSessionsOfAccount,
  revokeSessionsOfRole,
  revokeSessionsOfUser,
} from '../../session/session-revocation.ts';
import type { UserReference } from '../../users/user.ts';
import { userResource } from '../../users/user-arn.ts';
import { oneOf, optional } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { userPrincipalName, userReference } from '../ims/user-reference.ts';
import { roleName } from '../ram/role-name.ts';
import { VERSION } from './version.ts';

const input = {
  /** Required: without it, a misspelled parameter name could revoke the sessions of the whole account. */
  Target: oneOf('Role', 'User', 'AccessKey', 'Account'),
  RoleName: optional(roleName),
  /** Target `User`: the user; target `AccessKey`: the owner, by default the caller. */
  UserPrincipalName: optional(userPrincipalName),
  UserAccessKeyId: optional(accessKeyId),
};

/** Operation that revokes sessions, for example after a leak. */
export const revokeSessionsOperations: readonly Operation[] = [
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'RevokeSessions',
    access: 'write',
    security: { effect: 'restricts', why: 'sessions that may be stolen have to end at once' },
    input,
    answer: {},
    async authorize({ Target, ...names }, call) {
      const action = 'claviger:RevokeSessions';
      const { accountId } = call.account;
      switch (Target) {
        case 'Role':
          return [{ action, resource: arn.role(accountId, requireValue('RoleName', names.RoleName)) }];
        case 'User':
          return [{ action, ...(await userResource(call, requiredUser(names, call))) }];
        case 'AccessKey':
          requireValue('UserAccessKeyId', names.UserAccessKeyId);
          return [{ action, ...(await keyOwnerResource(call, userReference(names, call))) }];
        case 'Account':
          return [{ action, resource: arn.account(accountId) }];
      }
    },
    async handle({ Target, ...names }, call) {
      switch (Target) {
        case 'Role':
          await revokeSessionsOfRole(call, requireValue('RoleName', names.RoleName));
          break;
        case 'User':
          await revokeSessionsOfUser(call, requiredUser(names, call));
          break;
        case 'AccessKey': {
          const owner = await keyOwner(call, userReference(names, call));
          await revokeSessionsOfAccessKey(
            call,
            owner,
            requireValue('UserAccessKeyId', names.UserAccessKeyId),
          );
          break;
        }
        case 'Account':
          await revokeSessionsOfAccount(call);
      }
      return {};
    },
  }),
];

function requiredUser(names: { readonly UserPrincipalName: string | undefined }, call: Call): UserReference {
  const reference = userReference(names, call);
  if (reference === undefined) throw new Refusal('Missing', { name: 'UserPrincipalName' });
  return reference;
}

function requireValue(name: string, value: string | undefined): string {
  if (value === undefined) throw new Refusal('Missing', { name });
  return value;
}
