import { ApiError } from '../api/api-error.ts';
import { call } from '../api/call.ts';
import type { AnswerOf } from '../api/operations.ts';

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

/** Answers that are read for the first AccessKeys. */
const MAX_ANSWERS = 5;

/** Results of each kind. */
const MAX_RESULTS = 5;

/**
 * Finds users, AccessKeys, roles and policies by a part of their names or ids; keys also in the recycle bin. What the caller
 * may not list is left out.
 * @param isRoot whether the caller is the account root
 */
export async function findEntities(
  text: string,
  isRoot: boolean,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const found = await Promise.all([
    findUsers(text, signal),
    findKeys(text, signal, isRoot),
    findRoles(text, signal),
    findPolicies(text, signal),
  ]);
  return found.flat();
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

const findKeys = (text: string, signal: AbortSignal, isRoot: boolean) =>
  orNone(async () => {
    const keys: NonNullable<AnswerOf<'Claviger', 'SearchAccessKeys'>['AccessKeys']>[number][] = [];
    let Marker: string | undefined;
    // An answer ends early when the server had to examine many keys that do not match.
    for (let answers = 0; answers < MAX_ANSWERS && keys.length === 0; answers++) {
      const answer: AnswerOf<'Claviger', 'SearchAccessKeys'> = await call(
        'Claviger',
        'SearchAccessKeys',
        { Search: text, Status: 'All', MaxItems: MAX_RESULTS, ...(Marker && { Marker }) },
        signal,
      );
      keys.push(...(answer.AccessKeys ?? []));
      Marker = answer.Marker;
      if (!Marker) break;
    }
    return keys.map((key): Found => {
      const search = `/all-access-keys?status=All&q=${encodeURIComponent(key.AccessKeyId ?? '')}`;
      // Only the root reaches its own keys.
      const canContain = isRoot || key.OwnerType !== 'RootAccount';
      return {
        kind: 'keys',
        path: search,
        name: key.AccessKeyId ?? '',
        owner: key.UserPrincipalName || 'root',
        isRecycled: Boolean(key.RecycleDate),
        ...(canContain && { containPath: `${search}&contain=${encodeURIComponent(key.AccessKeyId ?? '')}` }),
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
