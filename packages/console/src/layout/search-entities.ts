import { ApiError } from '../api/api-error.ts';
import { call } from '../api/call.ts';

/** Kind of a result. */
export type FoundKind = 'users' | 'keys' | 'roles' | 'policies';

/** Result of a search. */
export interface Found {
  readonly kind: FoundKind | 'pages';
  readonly path: string;
  readonly name: string;
  /** Owner of an AccessKey. */
  readonly owner?: string | undefined;
  readonly isRecycled?: boolean;
  /** Where a key is put out of use. */
  readonly containPath?: string;
}

/** Results of each kind. */
const MAX_RESULTS = 5;

/**
 * Finds users, AccessKeys, roles and policies by a part of their names or ids; keys also in the recycle bin. What the caller
 * may not list is left out.
 */
export async function findEntities(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const finders = [findUsers, findKeys, findRoles, findPolicies];
  return (await Promise.all(finders.map((find) => find(text, signal)))).flat();
}

const findUsers = (text: string, signal: AbortSignal) =>
  orNone(async () => {
    const { Users = [] } = await call(
      'Claviger',
      'SearchUsers',
      { Search: text, MaxItems: MAX_RESULTS },
      signal,
    );
    return Users.map(
      ({ UserId, UserPrincipalName }): Found => ({
        kind: 'users',
        path: `/users/${UserId}`,
        name: UserPrincipalName ?? '',
      }),
    );
  });

const findKeys = (text: string, signal: AbortSignal) =>
  orNone(async () => {
    const { AccessKeys = [] } = await call(
      'Claviger',
      'SearchAccessKeys',
      { Search: text, Status: 'All', MaxItems: MAX_RESULTS },
      signal,
    );
    return AccessKeys.map((key): Found => {
      const search = `/all-access-keys?status=All&q=${encodeURIComponent(key.AccessKeyId ?? '')}`;
      return {
        kind: 'keys',
        path: search,
        name: key.AccessKeyId ?? '',
        owner: key.UserPrincipalName || 'root',
        isRecycled: Boolean(key.RecycleDate),
        containPath: `${search}&contain=${encodeURIComponent(key.AccessKeyId ?? '')}`,
      };
    });
  });

const findRoles = (text: string, signal: AbortSignal) =>
  orNone(async () => {
    const { Roles = [] } = await call(
      'Claviger',
      'SearchRoles',
      { Search: text, MaxItems: MAX_RESULTS },
      signal,
    );
    return Roles.map(
      ({ RoleName = '' }): Found => ({
        kind: 'roles',
        path: `/roles/${encodeURIComponent(RoleName)}`,
        name: RoleName,
      }),
    );
  });

const findPolicies = (text: string, signal: AbortSignal) =>
  orNone(async () => {
    const { Policies = [] } = await call(
      'Claviger',
      'SearchPolicies',
      { Search: text, MaxItems: MAX_RESULTS },
      signal,
    );
    return Policies.map(
      ({ PolicyType, PolicyName = '' }): Found => ({
        kind: 'policies',
        path: `/policies/${PolicyType}/${encodeURIComponent(PolicyName)}`,
        name: PolicyName,
      }),
    );
  });

/** Returns no results where the server refuses: nothing of that name, or no permission to list them. */
async function orNone(find: () => Promise<readonly Found[]>): Promise<readonly Found[]> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}
