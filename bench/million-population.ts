import { randomBytes } from 'node:crypto';
import { placeOfAccessKey, type Services } from '@claviger/server';
import { keyId, keysAUser, populationSecret, userId } from './population.ts';
import { progress } from './ratio.ts';

/** Users that one transaction writes. */
const PORTION = 500;

/** The group that every user is in, and the custom policy that is attached to every user. */
export const GROUP_NAME = 'everyone';
export const POLICY_NAME = 'orders';

/** Users with the rare tag: as many in either account, so that both sides return as long a page. */
const WITH_RARE_TAG = 200;

/**
 * Fills an account: users with two keys each, all of them in one group, with one custom policy and one tag; on SQLite and
 * on PostgreSQL. The group and the policy are there already. Written by SQL in portions, since the API would take hours.
 * @param createdAt milliseconds since the epoch
 */
export async function fillAccount(
  services: Services,
  accountId: string,
  users: number,
  createdAt: number,
): Promise<void> {
  const { store } = services;
  const { group_id: groupId } = await store.queries
    .selectFrom('groups')
    .select('group_id')
    .where('account_id', '=', accountId)
    .where('group_name', '=', GROUP_NAME)
    .executeTakeFirstOrThrow();
  for (let from = 0; from < users; from += PORTION) {
    if (from % 10_000 === 0) progress(`million: writing user ${from} of ${users}`);
    const numbers = Array.from({ length: Math.min(PORTION, users - from) }, (_, at) => from + at);
    const keys = await sealedKeys(services, accountId, numbers, createdAt);
    const ofAccount = { account_id: accountId };
    await store.write(async ({ queries }) => {
      await queries
        .insertInto('users')
        .values(numbers.map((user) => userRow(accountId, user, createdAt)))
        .execute();
      await queries.insertInto('access_keys').values(keys).execute();
      await queries
        .insertInto('group_members')
        .values(
          numbers.map((user) => ({
            ...ofAccount,
            group_id: groupId,
            user_id: userId(user),
            joined_at: createdAt,
          })),
        )
        .execute();
      await queries
        .insertInto('policy_attachments')
        .values(
          numbers.map((user) => ({
            ...ofAccount,
            principal_type: 'user' as const,
            principal_id: userId(user),
            policy_type: 'Custom' as const,
            policy_name_key: POLICY_NAME,
            attached_at: createdAt,
          })),
        )
        .execute();
      const tag = (user: number, tag_key: string, tag_value: string) => ({
        ...ofAccount,
        resource_type: 'user' as const,
        resource_id: userId(user),
        tag_key,
        tag_value,
      });
      await queries
        .insertInto('tags')
        .values(
          numbers.flatMap((user) => [
            tag(user, 'team', `team-${user % 4}`),
            ...(user % Math.max(1, Math.floor(users / WITH_RARE_TAG)) === 0
              ? [tag(user, 'rare', 'yes')]
              : []),
          ]),
        )
        .execute();
    });
  }
}

function userRow(accountId: string, user: number, createdAt: number) {
  return {
    user_id: userId(user),
    account_id: accountId,
    user_name: userName(user),
    user_name_key: userName(user),
    display_name: '',
    comments: '',
    email: '',
    mobile_phone: '',
    provision_type: 'Manual' as const,
    created_at: createdAt,
    updated_at: createdAt,
    last_login_at: null,
    recycled_at: null,
    purge_at: null,
  };
}

async function sealedKeys(
  { secrets, accounts }: Services,
  accountId: string,
  users: readonly number[],
  createdAt: number,
) {
  const account = await accounts.get(accountId);
  if (account === undefined) throw new Error('no account');
  return Promise.all(
    users
      .flatMap((user) => Array.from({ length: keysAUser }, (_, at) => [user, user * keysAUser + at] as const))
      .map(async ([user, key]) => {
        const owner = { owner_type: 'user' as const, owner_id: userId(user) };
        const place = placeOfAccessKey({ access_key_id: keyId(key), ...owner });
        return {
          access_key_id: keyId(key),
          account_id: accountId,
          ...owner,
          sealed_secret: await secrets.seal(accountId, account.wrappedDataKey, populationSecret, place),
          status: 'Active' as const,
          created_at: createdAt,
          updated_at: createdAt,
          expires_at: null,
          note: '',
          network_policy: null,
          recycled_at: null,
          purge_at: null,
        };
      }),
  );
}

/** Name of a user of the population, in the order of the numbers. */
export const userName = (user: number) => `user-${String(user).padStart(7, '0')}`;

/** A name that no user has. */
export const freshName = () => `new-${randomBytes(8).toString('hex')}`;
