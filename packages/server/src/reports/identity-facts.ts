import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';

/** What is known of one AccessKey. */
export interface KeyFacts {
  readonly accessKeyId: string;
  readonly active: boolean;
  readonly createdAt: number;
  /** Milliseconds since the epoch; undefined when it was never used. */
  readonly usedAt: number | undefined;
}

/** What is known of the credentials of the account root or of a RAM user. */
export interface IdentityFacts {
  /** The user name; `<root>` for the root. */
  readonly name: string;
  readonly isRoot: boolean;
  readonly createdAt: number;
  readonly lastLoginAt: number | undefined;
  /** Undefined without a console password. */
  readonly password: { readonly active: boolean; readonly setAt: number } | undefined;
  readonly hasMfa: boolean;
  /** Oldest first, without those in the recycle bin. */
  readonly keys: readonly KeyFacts[];
  /** Whether a policy that gives everything is attached to the user itself. */
  readonly isAdministrator: boolean;
}

/** A key is old, and a key or user unused, after as many days: the vendor's compliance rules say 90. */
export const staleDays = 90;

/** Whether a key was made so long ago that it should have been rotated. */
export const isOld = (key: KeyFacts, now: number): boolean => key.createdAt < now - staleDays * DAY_MS;

/** Whether nobody has used a key for so long that it should go. */
export const isUnused = (key: KeyFacts, now: number): boolean =>
  (key.usedAt ?? key.createdAt) < now - staleDays * DAY_MS;

/** The account root first, then its users by name. */
export async function readIdentityFacts(scope: Scope): Promise<IdentityFacts[]> {
  const { queries } = scope;
  const { accountId } = scope.account;
  const users = await queries
    .selectFrom('users')
    .leftJoin('login_profiles', 'login_profiles.user_id', 'users.user_id')
    .select([
      'users.user_id',
      'users.user_name',
      'users.created_at',
      'users.last_login_at',
      'login_profiles.status as password_status',
      'login_profiles.password_hash',
      'login_profiles.password_set_at',
    ])
    .where('users.account_id', '=', accountId)
    .where('users.recycled_at', 'is', null)
    .orderBy('users.user_name_key')
    .execute();
  const root = await queries
    .selectFrom('accounts')
    .leftJoin('root_sign_ins', 'root_sign_ins.account_id', 'accounts.account_id')
    .select([
      'accounts.created_at',
      'accounts.root_password_hash',
      'root_sign_ins.password_set_at',
      'root_sign_ins.last_login_at',
    ])
    .where('accounts.account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  const keys = await readKeys(scope);
  const devices = await queries
    .selectFrom('mfa_devices')
    .select(['owner_type', 'owner_id'])
    .where('account_id', '=', accountId)
    .where('owner_id', 'is not', null)
    .execute();
  const withMfa = new Set(devices.map((device) => `${device.owner_type} ${device.owner_id}`));
  const administrators = new Set(
    (
      await queries
        .selectFrom('policy_attachments')
        .select('principal_id')
        .where('account_id', '=', accountId)
        .where('principal_type', '=', 'user')
        .where('policy_type', '=', 'System')
        .where('policy_name_key', '=', 'administratoraccess')
        .execute()
    ).map((attachment) => attachment.principal_id),
  );
  return [
    {
      name: '<root>',
      isRoot: true,
      createdAt: root.created_at,
      lastLoginAt: root.last_login_at ?? undefined,
      password:
        root.root_password_hash === null
          ? undefined
          : // The one-time password came with the account.
            { active: true, setAt: root.password_set_at || root.created_at },
      hasMfa: withMfa.has(`root ${accountId}`),
      keys: keys.get(`root ${accountId}`) ?? [],
      isAdministrator: true,
    },
    ...users.map((user) => ({
      name: user.user_name,
      isRoot: false,
      createdAt: user.created_at,
      lastLoginAt: user.last_login_at ?? undefined,
      password:
        user.password_hash === null || user.password_set_at === null
          ? undefined
          : { active: user.password_status === 'Active', setAt: user.password_set_at },
      hasMfa: withMfa.has(`user ${user.user_id}`),
      keys: keys.get(`user ${user.user_id}`) ?? [],
      isAdministrator: administrators.has(user.user_id),
    })),
  ];
}

async function readKeys(scope: Scope): Promise<Map<string, KeyFacts[]>> {
  const rows = await scope.queries
    .selectFrom('access_keys')
    .leftJoin('access_key_uses', 'access_key_uses.access_key_id', 'access_keys.access_key_id')
    .select(({ fn }) => [
      'access_keys.access_key_id',
      'access_keys.owner_type',
      'access_keys.owner_id',
      'access_keys.status',
      'access_keys.created_at',
      fn.max('access_key_uses.used_at').as('used_at'),
    ])
    .where('access_keys.account_id', '=', scope.account.accountId)
    .where('access_keys.recycled_at', 'is', null)
    .groupBy([
      'access_keys.access_key_id',
      'access_keys.owner_type',
      'access_keys.owner_id',
      'access_keys.status',
      'access_keys.created_at',
    ])
    .orderBy('access_keys.created_at')
    .orderBy('access_keys.access_key_id')
    .execute();
  const byOwner = new Map<string, KeyFacts[]>();
  for (const row of rows) {
    const owner = `${row.owner_type} ${row.owner_id}`;
    const keys = byOwner.get(owner) ?? [];
    byOwner.set(owner, keys);
    keys.push({
      accessKeyId: row.access_key_id,
      active: row.status === 'Active',
      createdAt: row.created_at,
      usedAt: latest(
        row.used_at === null ? undefined : Number(row.used_at),
        scope.services.lastUsed.noted(row.access_key_id)?.usedAt,
      ),
    });
  }
  return byOwner;
}

/** The later of two instants, either of which may be missing. */
function latest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one;
}
