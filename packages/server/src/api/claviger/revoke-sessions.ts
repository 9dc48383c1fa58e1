import { keyOwner, keyOwnerResource } from '../../access-keys/owner.ts';
import { arn } from '../../context/arn.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import {
  revokeSessionsOfAccessKey,
  revokeSessionsOfAccount,
  revokeSessionsOfRole,
  revokeSessionsOfUser,
} from '../../session/session-revocation.ts';
import { userResource } from '../../users/user-arn.ts';
import { oneOf, optional } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { userPrincipalName, userReference } from '../ims/user-reference.ts';
import { roleName } from '../ram/role-name.ts';
import { version } from './version.ts';

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
    version,
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
          return [{ action, resource: arn.role(accountId, needed('RoleName', names.RoleName)) }];
        case 'User': {
          needed('UserPrincipalName', names.UserPrincipalName);
          const reference = userReference(names, call);
          if (reference === undefined) throw new Refusal('Missing', { name: 'UserPrincipalName' });
          return [{ action, ...(await userResource(call, reference)) }];
        }
        case 'AccessKey':
          needed('UserAccessKeyId', names.UserAccessKeyId);
          return [{ action, ...(await keyOwnerResource(call, userReference(names, call))) }];
        case 'Account':
          return [{ action, resource: arn.account(accountId) }];
      }
    },
    async handle({ Target, ...names }, call) {
      switch (Target) {
        case 'Role':
          await revokeSessionsOfRole(call, needed('RoleName', names.RoleName));
          break;
        case 'User': {
          const reference = userReference(names, call);
          if (reference === undefined) throw new Refusal('Missing', { name: 'UserPrincipalName' });
          await revokeSessionsOfUser(call, reference);
          break;
        }
        case 'AccessKey': {
          const owner = await keyOwner(call, userReference(names, call));
          await revokeSessionsOfAccessKey(call, owner, needed('UserAccessKeyId', names.UserAccessKeyId));
          break;
        }
        case 'Account':
          await revokeSessionsOfAccount(call);
      }
      return {};
    },
  }),
];

function needed(name: string, value: string | undefined): string {
  if (value === undefined) throw new Refusal('Missing', { name });
  return value;
}
