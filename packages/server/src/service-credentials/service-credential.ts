import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { placeOfServiceCredential } from '../secrets/sealed-columns.ts';
import type { ServiceCredentialRow, UserRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { Secret } from '../wire/secret.ts';

/** A new service credential. Its secret is available only here. */
export interface NewServiceCredential {
  readonly row: ServiceCredentialRow;
  readonly secret: Secret;
}

/** Properties of a new service credential. */
export interface ServiceCredentialRequest {
  readonly name: string;
  /** A host name, in lower case. */
  readonly serviceName: string;
  /** Lifetime; `undefined` for unlimited. */
  readonly ageDays: number | undefined;
}

/** Filter and page of a list of service credentials. */
export interface ServiceCredentialSelection {
  /** Default: all users. */
  readonly userId: string | undefined;
  /** Default: all services. */
  readonly serviceName: string | undefined;
  /** Position after which the page begins; `undefined` for the first page. */
  readonly after: ServiceCredentialPosition | undefined;
  /** Maximum number of rows. */
  readonly limit: number;
}

/** Position of a service credential in a list. */
export interface ServiceCredentialPosition {
  readonly createdAt: number;
  readonly id: string;
}

/** A service credential and the name of its user. */
export interface ListedServiceCredential {
  readonly row: ServiceCredentialRow;
  readonly userName: string;
}

/**
 * Creates a credential of a user for a service, at most two for each service. Its secret is in the result and,
 * sealed, in the database.
 * @throws Refusal LimitExceeded.User.ServiceCredential
 */
export async function createServiceCredential(
  scope: Scope,
  user: UserRow,
  request: ServiceCredentialRequest,
): Promise<NewServiceCredential> {
  const { identifiers, secrets } = scope.services;
  const { accountId, wrappedDataKey } = scope.account;
  await assertCredentialQuota(scope, user, request.serviceName);
  const id = identifiers.serviceCredentialId();
  const secret = identifiers.serviceCredentialSecret();
  const row: ServiceCredentialRow = {
    service_credential_id: id,
    account_id: accountId,
    user_id: user.user_id,
    credential_name: request.name,
    service_name: request.serviceName,
    sealed_secret: await secrets.seal(
      accountId,
      wrappedDataKey,
      secret,
      placeOfServiceCredential({ service_credential_id: id, user_id: user.user_id }),
    ),
    status: 'Active',
    expires_at: request.ageDays === undefined ? null : scope.now + request.ageDays * DAY_MS,
    created_at: scope.now,
    updated_at: scope.now,
  };
  await scope.queries.insertInto('service_credentials').values(row).execute();
  scope.touched('ACS::RAM::User', user.user_name);
  return { row, secret: new Secret(secret) };
}

/** Returns a user's credential. @throws Refusal EntityNotExist.User.ServiceCredential */
export async function requireServiceCredential(
  scope: Scope,
  user: UserRow,
  id: string,
): Promise<ServiceCredentialRow> {
  const row = await scope.queries
    .selectFrom('service_credentials')
    .selectAll()
    .where('service_credential_id', '=', id)
    .where('user_id', '=', user.user_id)
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirst();
  if (row === undefined) throw new Refusal('EntityNotExist.User.ServiceCredential', { name: id });
  return row;
}

/** Returns a page of credentials, oldest first, without those of users in the recycle bin. */
export async function listServiceCredentials(
  scope: Scope,
  { userId, serviceName, after, limit }: ServiceCredentialSelection,
): Promise<ListedServiceCredential[]> {
  let query = scope.queries
    .selectFrom('service_credentials as credential')
    .innerJoin('users', 'users.user_id', 'credential.user_id')
    .selectAll('credential')
    .select('users.user_name')
    .where('credential.account_id', '=', scope.account.accountId)
    .where('users.account_id', '=', scope.account.accountId)
    .where('users.recycled_at', 'is', null);
  if (userId !== undefined) query = query.where('credential.user_id', '=', userId);
  if (serviceName !== undefined) query = query.where('credential.service_name', '=', serviceName);
  if (after !== undefined) {
    query = query.where(({ eb, and, or }) =>
      or([
        eb('credential.created_at', '>', after.createdAt),
        and([
          eb('credential.created_at', '=', after.createdAt),
          eb('credential.service_credential_id', '>', after.id),
        ]),
      ]),
    );
  }
  const rows = await query
    .orderBy('credential.created_at')
    .orderBy('credential.service_credential_id')
    .limit(limit)
    .execute();
  return rows.map(({ user_name: userName, ...row }) => ({ row, userName }));
}

/**
 * Renames, enables or disables a credential; `undefined` leaves a property as it is.
 * @throws Refusal EntityNotExist.User.ServiceCredential
 */
export async function updateServiceCredential(
  scope: Scope,
  user: UserRow,
  id: string,
  changes: { readonly name: string | undefined; readonly status: 'Active' | 'Inactive' | undefined },
): Promise<void> {
  const row = await requireServiceCredential(scope, user, id);
  await scope.queries
    .updateTable('service_credentials')
    .set({
      credential_name: changes.name ?? row.credential_name,
      status: changes.status ?? row.status,
      updated_at: scope.now,
    })
    .where('service_credential_id', '=', id)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  scope.touched('ACS::RAM::User', user.user_name);
}

/** Deletes a credential. @throws Refusal EntityNotExist.User.ServiceCredential */
export async function deleteServiceCredential(scope: Scope, user: UserRow, id: string): Promise<void> {
  await requireServiceCredential(scope, user, id);
  await scope.queries
    .deleteFrom('service_credentials')
    .where('service_credential_id', '=', id)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  scope.touched('ACS::RAM::User', user.user_name);
}

/** Deletes all credentials of a user that is deleted for good. */
export async function purgeServiceCredentials(
  queries: Queries,
  accountId: string,
  userId: string,
): Promise<void> {
  await queries
    .deleteFrom('service_credentials')
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .execute();
}

async function assertCredentialQuota(scope: Scope, user: UserRow, serviceName: string): Promise<void> {
  const { count } = await scope.queries
    .selectFrom('service_credentials')
    .select((counted) => counted.fn.countAll<number>().as('count'))
    .where('user_id', '=', user.user_id)
    .where('account_id', '=', scope.account.accountId)
    .where('service_name', '=', serviceName)
    .executeTakeFirstOrThrow();
  const limit = scope.services.limits.serviceCredentialsPerUserAndService;
  if (Number(count) >= limit) throw new Refusal('LimitExceeded.User.ServiceCredential', { limit });
}
