import { arn } from '../context/arn.ts';

import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { ApplicationRow } from '../store/schema.ts';
import { type ApplicationType, applicationScopes, requiredScopes } from './predefined-scope.ts';
import { readRedirectUris } from './redirect-uri.ts';

/** How long tokens may be valid, in seconds. Source: RAM's CreateApplication. */
export const tokenSeconds = {
  access: { minimum: 900, maximum: 10_800, byDefault: 3600 },
  refresh: { minimum: 7200, maximum: 31_536_000 },
} as const;

const DAY_SECONDS = 24 * 60 * 60;

/** What a new application is made from; undefined takes the default of its type. */
export interface NewApplication {
  readonly type: ApplicationType;
  /** Undefined: its id. */
  readonly name: string | undefined;
  readonly displayName: string;
  readonly protocolVersion: '2.0' | '2.1';
  /** Separated by semicolons. */
  readonly redirectUris: string;
  readonly scopes: readonly string[];
  readonly requiredScopes: readonly string[];
  readonly accessTokenSeconds: number;
  readonly refreshTokenSeconds: number | undefined;
  readonly secretRequired: boolean | undefined;
  readonly multiTenant: boolean | undefined;
}

/** What an update changes; undefined stays as it is. Name, type and protocol never change. */
export interface ApplicationChanges {
  readonly displayName: string | undefined;
  /** Separated by semicolons; empty: none. */
  readonly redirectUris: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly requiredScopes: readonly string[] | undefined;
  readonly accessTokenSeconds: number | undefined;
  readonly refreshTokenSeconds: number | undefined;
  readonly secretRequired: boolean | undefined;
  readonly multiTenant: boolean | undefined;
}

/** The resource of an operation on an application: its id, so that nothing has to be looked up before the caller may. */
export const applicationArn = (scope: Scope, appId: string): string =>
  arn.application(scope.account.accountId, appId);

/** The resource of operations on all applications of the account, and of making one. */
export const allApplicationsArn = (scope: Scope): string => arn.application(scope.account.accountId, '*');

/**
 * Makes an application. Web and server applications always have a secret; native ones are installable by others
 * unless told, like server ones, and their refresh tokens last 90 days instead of 30.
 * @throws Refusal EntityAlreadyExists.Application, LimitExceeded.Application, InvalidParameter.PredefinedScopes.Format,
 *   InvalidParameter.RedirectUris.Format, InvalidParameter.RedirectUris.Length
 */
export async function createApplication(scope: Scope, application: NewApplication): Promise<ApplicationRow> {
  const { type } = application;
  const appId = scope.services.identifiers.applicationId();
  const name = application.name ?? appId;
  const scopes = applicationScopes(type, application.scopes, 'PredefinedScopes');
  const redirectUris = readRedirectUris(type, application.redirectUris, 'RedirectUris');
  await assertNameFree(scope, name);
  await assertApplicationQuota(scope);
  const row: ApplicationRow = {
    app_id: appId,
    account_id: scope.account.accountId,
    app_name: name,
    app_name_key: name.toLowerCase(),
    display_name: application.displayName,
    app_type: type,
    protocol_version: application.protocolVersion,
    redirect_uris: JSON.stringify(redirectUris),
    scopes: JSON.stringify(scopes),
    required_scopes: JSON.stringify(requiredScopes(scopes, application.requiredScopes)),
    access_token_seconds: application.accessTokenSeconds,
    refresh_token_seconds: application.refreshTokenSeconds ?? (type === 'NativeApp' ? 90 : 30) * DAY_SECONDS,
    secret_required: secretRequired(type, application.secretRequired ?? false),
    multi_tenant: Number(application.multiTenant ?? type !== 'WebApp'),
    created_at: scope.now,
    updated_at: scope.now,
  };
  await scope.queries.insertInto('applications').values(row).execute();
  scope.touched('ACS::RAM::Application', name);
  return row;
}

/** The account's application with that id. @throws Refusal EntityNotExist.Application */
export async function requireApplication(scope: Scope, appId: string): Promise<ApplicationRow> {
  const row = await scope.queries
    .selectFrom('applications')
    .selectAll()
    .where('app_id', '=', appId)
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirst();
  if (row === undefined) throw new Refusal('EntityNotExist.Application', { name: appId });
  return row;
}

/** The account's applications, oldest first. */
export async function listApplications(scope: Scope): Promise<ApplicationRow[]> {
  return scope.queries
    .selectFrom('applications')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .orderBy('created_at')
    .orderBy('app_id')
    .execute();
}

/**
 * Changes an application. New scopes replace the old ones; a required scope that is no longer among them is required
 * no longer. What was granted to installations stays granted until they are installed again.
 * @throws Refusal EntityNotExist.Application, InvalidParameter.NewPredefinedScopes.Format,
 *   InvalidParameter.NewRedirectUris.Format, InvalidParameter.NewRedirectUris.Length
 */
export async function updateApplication(
  scope: Scope,
  appId: string,
  changes: ApplicationChanges,
): Promise<ApplicationRow> {
  const row = await requireApplication(scope, appId);
  const type = row.app_type;
  const scopes =
    changes.scopes === undefined
      ? namesIn(row.scopes)
      : applicationScopes(type, changes.scopes, 'NewPredefinedScopes');
  const required = requiredScopes(scopes, changes.requiredScopes ?? namesIn(row.required_scopes));
  const redirectUris =
    changes.redirectUris === undefined
      ? namesIn(row.redirect_uris)
      : readRedirectUris(type, changes.redirectUris, 'NewRedirectUris');
  const updated: ApplicationRow = {
    ...row,
    display_name: changes.displayName ?? row.display_name,
    redirect_uris: JSON.stringify(redirectUris),
    scopes: JSON.stringify(scopes),
    required_scopes: JSON.stringify(required),
    access_token_seconds: changes.accessTokenSeconds ?? row.access_token_seconds,
    refresh_token_seconds: changes.refreshTokenSeconds ?? row.refresh_token_seconds,
    secret_required: secretRequired(type, changes.secretRequired ?? row.secret_required === 1),
    multi_tenant: Number(changes.multiTenant ?? row.multi_tenant),
    updated_at: scope.now,
  };
  await scope.queries
    .updateTable('applications')
    .set(updated)
    .where('app_id', '=', appId)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  scope.touched('ACS::RAM::Application', row.app_name);
  return updated;
}

/**
 * Deletes an application with its secrets, and its installations in whatever account: there is nothing left that they
 * could be installations of.
 * @throws Refusal EntityNotExist.Application
 */
export async function deleteApplication(scope: Scope, appId: string): Promise<void> {
  const row = await requireApplication(scope, appId);
  const { accountId } = scope.account;
  await scope.queries
    .deleteFrom('app_secrets')
    .where('app_id', '=', appId)
    .where('account_id', '=', accountId)
    .execute();
  await scope.queries
    .deleteFrom('application_provisions')
    .where('app_id', '=', appId)
    .where('owner_account_id', '=', accountId)
    .execute();
  await scope.queries
    .deleteFrom('applications')
    .where('app_id', '=', appId)
    .where('account_id', '=', accountId)
    .execute();
  scope.touched('ACS::RAM::Application', row.app_name);
}

/** A stored list of names. */
export function namesIn(json: string): readonly string[] {
  return JSON.parse(json) as string[];
}

/** Only a native application can do without a secret: nobody could keep one there. */
function secretRequired(type: ApplicationType, asked: boolean): number {
  return Number(type !== 'NativeApp' || asked);
}

async function assertNameFree(scope: Scope, name: string): Promise<void> {
  const taken = await scope.queries
    .selectFrom('applications')
    .select('app_id')
    .where('account_id', '=', scope.account.accountId)
    .where('app_name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  if (taken !== undefined) throw new Refusal('EntityAlreadyExists.Application', { name });
}

async function assertApplicationQuota(scope: Scope): Promise<void> {
  const { count } = await scope.queries
    .selectFrom('applications')
    .select((counted) => counted.fn.countAll<number>().as('count'))
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= scope.services.limits.applicationsPerAccount) {
    throw new Refusal('LimitExceeded.Application', { limit: scope.services.limits.applicationsPerAccount });
  }
}
