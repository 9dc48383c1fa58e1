import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Account } from '../context/account.ts';
import { DAY_MS } from '../context/limits.ts';
import type { Services } from '../context/services.ts';

/** Users that are read at a time: few enough for one turn of the event loop. */
const PORTION = 100;

/** Days after which a key is old, and a key or user unused; 90 in RAM's compliance rules. */
const STALE_DAYS = 90;

/** Facts about an AccessKey. */
export interface KeyFacts {
  readonly accessKeyId: string;
  readonly active: boolean;
  readonly createdAt: number;
  /** ms since the epoch; `undefined` if it was never used. */
  readonly usedAt: number | undefined;
}

/** Facts about the credentials of the account root or a RAM user. */
export interface IdentityFacts {
  /** The user name; `<root>` for the root. */
  readonly name: string;
  readonly isRoot: boolean;
  readonly createdAt: number;
  readonly lastLoginAt: number | undefined;
  /** `undefined` without a console password. */
  readonly password: { readonly active: boolean; readonly setAt: number } | undefined;
  readonly hasMfa: boolean;
  /** Oldest first, without those in the recycle bin. */
  readonly keys: readonly KeyFacts[];
  /** Whether AdministratorAccess is attached to the user itself. */
  readonly isAdministrator: boolean;
}

/** Source of a report: an account in the database. */
export interface ReportSource {
  readonly account: Account;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly services: Services;
}

/** Returns whether an identity can sign in to the console with a password. */
export const canSignIn = ({ password }: IdentityFacts): boolean => password?.active === true;

/** Returns whether a key is so old that it should have been rotated. */
export const isOld = (key: KeyFacts, now: number): boolean => key.createdAt < now - STALE_DAYS * DAY_MS;

/** Returns whether a key was unused for so long that it should be deleted. */
export const isUnused = (key: KeyFacts, now: number): boolean =>
  (key.usedAt ?? key.createdAt) < now - STALE_DAYS * DAY_MS;

/**
 * Reads the account root, then its users by name, in batches; other requests are served between batches. Users that
 * are created meanwhile may be missing.
 */
export async function* identityFacts(source: ReportSource): AsyncGenerator<readonly IdentityFacts[]> {
  yield [await rootFacts(source)];
  let after = '';
  for (;;) {
    const users = await readUsers(source, after);
    if (users.length > 0) yield await factsOf(source, users);
    if (users.length < PORTION) return;
    after = users.at(-1)!.user_name_key;
    // SQLite answers at once, so that nothing else would have its turn.
    await nextTurn();
  }
}

type User = Awaited<ReturnType<typeof readUsers>>[number];

function readUsers({ services, account }: ReportSource, after: string) {
  return services.store.queries
    .selectFrom('users')
    .leftJoin('login_profiles', 'login_profiles.user_id', 'users.user_id')
    .select([
      'users.user_id',
      'users.user_name',
      'users.user_name_key',
      'users.created_at',
      'users.last_login_at',
      'login_profiles.status as password_status',
      'login_profiles.password_hash',
      'login_profiles.password_set_at',
    ])
    .where('users.account_id', '=', account.accountId)
    .where('users.recycled_at', 'is', null)
    .where('users.user_name_key', '>', after)
    .orderBy('users.user_name_key')
    .limit(PORTION)
    .execute();
}

async function rootFacts(source: ReportSource): Promise<IdentityFacts> {
  const { accountId } = source.account;
  const root = await source.services.store.queries
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
  return {
    name: '<root>',
    isRoot: true,
    createdAt: root.created_at,
    lastLoginAt: root.last_login_at ?? undefined,
    password:
      root.root_password_hash === null
        ? undefined
        : // The one-time password came with the account.
          { active: true, setAt: root.password_set_at || root.created_at },
    hasMfa: (await ownersWithMfa(source, 'root', [accountId])).has(accountId),
    keys: (await readKeys(source, 'root', [accountId])).get(accountId) ?? [],
    isAdministrator: true,
  };
}

async function factsOf(source: ReportSource, users: readonly User[]): Promise<IdentityFacts[]> {
  const ids = users.map((user) => user.user_id);
  const withMfa = await ownersWithMfa(source, 'user', ids);
  const keys = await readKeys(source, 'user', ids);
  const administrators = await readAdministrators(source, ids);
  return users.map((user) => ({
    name: user.user_name,
    isRoot: false,
    createdAt: user.created_at,
    lastLoginAt: user.last_login_at ?? undefined,
    password:
      user.password_hash === null || user.password_set_at === null
        ? undefined
        : { active: user.password_status === 'Active', setAt: user.password_set_at },
    hasMfa: withMfa.has(user.user_id),
    keys: keys.get(user.user_id) ?? [],
    isAdministrator: administrators.has(user.user_id),
  }));
}

async function ownersWithMfa(
  { services, account }: ReportSource,
  type: 'root' | 'user',
  ids: readonly string[],
): Promise<ReadonlySet<string | null>> {
  const devices = await services.store.queries
    .selectFrom('mfa_devices')
    .select(['owner_id', 'account_id'])
    .where('owner_id', 'in', ids)
    .where('owner_type', '=', type)
    .execute();
  // Not a condition of the query, for which SQLite would read all devices of the account.
  const ofAccount = devices.filter((device) => device.account_id === account.accountId);
  return new Set(ofAccount.map((device) => device.owner_id));
}

async function readAdministrators(
  { services, account }: ReportSource,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const attachments = await services.store.queries
    .selectFrom('policy_attachments')
    .select('principal_id')
    .where('principal_id', 'in', ids)
    .where('principal_type', '=', 'user')
    .where('account_id', '=', account.accountId)
    .where('policy_type', '=', 'System')
    .where('policy_name_key', '=', 'administratoraccess')
    .execute();
  return new Set(attachments.map((attachment) => attachment.principal_id));
}

async function readKeys(
  { services, account }: ReportSource,
  type: 'root' | 'user',
  ids: readonly string[],
): Promise<ReadonlyMap<string, KeyFacts[]>> {
  const rows = await services.store.queries
    .selectFrom('access_keys')
    .select(['access_key_id', 'owner_id', 'status', 'created_at'])
    .where('owner_id', 'in', ids)
    .where('owner_type', '=', type)
    .where('account_id', '=', account.accountId)
    .where('recycled_at', 'is', null)
    .orderBy('created_at')
    .orderBy('access_key_id')
    .execute();
  const uses = await readUses(
    services,
    rows.map((row) => row.access_key_id),
  );
  const byOwner = new Map<string, KeyFacts[]>();
  for (const row of rows) {
    const keys = byOwner.get(row.owner_id) ?? [];
    byOwner.set(row.owner_id, keys);
    keys.push({
      accessKeyId: row.access_key_id,
      active: row.status === 'Active',
      createdAt: row.created_at,
      usedAt: latest(uses.get(row.access_key_id), services.lastUsed.noted(row.access_key_id)?.usedAt),
    });
  }
  return byOwner;
}

async function readUses(
  services: Services,
  accessKeyIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (accessKeyIds.length === 0) return new Map();
  const rows = await services.store.queries
    .selectFrom('access_key_uses')
    .select(({ fn }) => ['access_key_id', fn.max('used_at').as('used_at')])
    .where('access_key_id', 'in', accessKeyIds)
    .groupBy('access_key_id')
    .execute();
  return new Map(rows.map((row) => [row.access_key_id, Number(row.used_at)]));
}

/** Returns the later of two instants, either of which may be absent. */
function latest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one;
}
