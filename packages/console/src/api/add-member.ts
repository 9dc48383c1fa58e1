import { ApiError } from './api-error.ts';
import { call } from './call.ts';

/** Adds a user to a group; a user who is in it already stays. */
export async function addMember(GroupName: string, UserPrincipalName: string): Promise<void> {
  try {
    await call('Ims', 'AddUserToGroup', { GroupName, UserPrincipalName });
  } catch (reason) {
    if (!(reason instanceof ApiError && reason.code === 'EntityAlreadyExists.User.Group')) throw reason;
  }
}
