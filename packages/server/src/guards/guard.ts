import { guardArn } from '@claviger/guard/internal';

import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { GuardRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { Secret } from '../wire/secret.ts';
import { sealGuardSecret } from './guard-secret.ts';

/** Properties of a new guard. */
export interface GuardSettings {
  /** 1 to 64 letters, digits, `.`, `_`, `-`; compared exactly, and unique in the account in any case. */
  readonly name: string;
  /** RAM codes of the services that it guards; at least one. */
  readonly services: readonly string[];
  /** Network policy of its credential; `null` if only the account's applies. */
  readonly networkPolicy: string | null;
}

/** A newly registered guard. Its secret is available only here. */
export interface NewGuard {
  readonly row: GuardRow;
  readonly secret: Secret;
}

/**
 * Registers a guard and creates its credential.
 * @throws Refusal EntityAlreadyExists.Guard, LimitExceeded.Guard
 */
export async function createGuard(scope: Scope, settings: GuardSettings): Promise<NewGuard> {
  const { accountId } = scope.account;
  const nameKey = settings.name.toLowerCase();
  const known = await scope.queries
    .selectFrom('guards')
    .select('guard_name_key')
    .where('account_id', '=', accountId)
    .execute();
  if (known.some((row) => row.guard_name_key === nameKey)) {
    throw new Refusal('EntityAlreadyExists.Guard', { name: settings.name });
  }
  if (known.length >= scope.services.limits.guardsPerAccount) {
    throw new Refusal('LimitExceeded.Guard', { limit: scope.services.limits.guardsPerAccount });
  }
  const { identifiers } = scope.services;
  const secret = identifiers.accessKeySecret();
  const accessKeyId = identifiers.guardAccessKeyId();
  const guardId = identifiers.guardId();
  const row: GuardRow = {
    guard_id: guardId,
    account_id: accountId,
    guard_name: settings.name,
    guard_name_key: nameKey,
    services: writeServices(settings.services),
    status: 'Active',
    access_key_id: accessKeyId,
    sealed_secret: await sealGuardSecret(
      scope.services.secrets,
      scope.account,
      { guard_id: guardId, access_key_id: accessKeyId },
      secret,
    ),
    network_policy: settings.networkPolicy,
    created_at: scope.now,
    updated_at: scope.now,
  };
  await scope.queries.insertInto('guards').values(row).execute();
  recordChange(scope, row);
  return { row, secret: new Secret(secret) };
}

/**
 * Enables or disables a guard. Once the operation is answered, a disabled guard receives no more data and its
 * connections end; it uses what it has in memory until that is too old.
 * @throws Refusal EntityNotExist.Guard
 */
export async function setGuardStatus(
  scope: Scope,
  name: string,
  status: GuardRow['status'],
): Promise<GuardRow> {
  return changeGuard(scope, name, { status });
}

/**
 * Sets the services that a guard protects; it receives the data for them, and discards the rest.
 * @throws Refusal EntityNotExist.Guard
 */
export async function setGuardServices(
  scope: Scope,
  name: string,
  services: readonly string[],
): Promise<GuardRow> {
  return changeGuard(scope, name, { services: writeServices(services) });
}

/**
 * Deletes a guard and thereby its credential.
 * @throws Refusal EntityNotExist.Guard
 */
export async function deleteGuard(scope: Scope, name: string): Promise<GuardRow> {
  const row = await requireGuard(scope, name);
  await scope.queries.deleteFrom('guards').where('guard_id', '=', row.guard_id).execute();
  await scope.queries
    .deleteFrom('guard_connections')
    .where('account_id', '=', row.account_id)
    .where('guard_id', '=', row.guard_id)
    .execute();
  recordChange(scope, row);
  return row;
}

/** Returns the guard with that name. @throws Refusal EntityNotExist.Guard */
export async function requireGuard(scope: Scope, name: string): Promise<GuardRow> {
  const row = await scope.queries
    .selectFrom('guards')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('guard_name', '=', name)
    .executeTakeFirst();
  if (row === undefined) throw new Refusal('EntityNotExist.Guard', { name });
  return row;
}

/**
 * Returns the guards of an account, in the order of their names.
 * @param after name key after which the list begins; empty for the first
 * @param limit maximum number of rows; default: all
 */
export async function listGuards(
  queries: Queries,
  accountId: string,
  after = '',
  limit?: number,
): Promise<GuardRow[]> {
  const guards = queries
    .selectFrom('guards')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('guard_name_key', '>', after)
    .orderBy('guard_name_key');
  return (limit === undefined ? guards : guards.limit(limit)).execute();
}

/** Returns the services that a guard is registered for, in lower case. */
export function servicesOf(row: Pick<GuardRow, 'services'>): readonly string[] {
  return JSON.parse(row.services) as string[];
}

function writeServices(services: readonly string[]): string {
  return JSON.stringify([...new Set(services.map((service) => service.toLowerCase()))].sort());
}

async function changeGuard(
  scope: Scope,
  name: string,
  changes: Partial<Pick<GuardRow, 'status' | 'services'>>,
): Promise<GuardRow> {
  const row = { ...(await requireGuard(scope, name)), ...changes, updated_at: scope.now };
  await scope.queries
    .updateTable('guards')
    .set({ ...changes, updated_at: scope.now })
    .where('guard_id', '=', row.guard_id)
    .execute();
  recordChange(scope, row);
  return row;
}

function recordChange(scope: Scope, row: GuardRow): void {
  scope.changed('guard', row.access_key_id);
  scope.touched('ACS::Claviger::Guard', guardArn(row.account_id, row.guard_name));
}
