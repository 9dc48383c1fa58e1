import { arn } from '../context/arn.ts';

import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { ApplicationRow } from '../store/schema.ts';
import { type ApplicationType, applicationScopes, requiredScopes } from './predefined-scope.ts';
import { readRedirectUris } from './redirect-uri.ts';

/** Validity of tokens, in seconds. Source: RAM's CreateApplication. */
export const TOKEN_SECONDS = {
  access: { minimum: 900, maximum: 10_800, byDefault: 3600 },
  refresh: { minimum: 7200, maximum: 31_536_000 },
} as const;

const DAY_SECONDS = 24 * 60 * 60;

/** Properties of a new application; `undefined` takes the default of its type. */
export interface NewApplication {
  readonly type: ApplicationType;
  /** Default: the application id. */
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

/** Changes of an application; `undefined` leaves a property as it is. Name, type and protocol cannot change. */
export interface ApplicationChanges {
  readonly displayName: string | undefined;
  /** Separated by semicolons; an empty string removes all. */
  readonly redirectUris: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly requiredScopes: readonly string[] | undefined;
  readonly accessTokenSeconds: number | undefined;
  readonly refreshTokenSeconds: number | undefined;
  readonly secretRequired: boolean | undefined;
  readonly multiTenant: boolean | undefined;
}

/** Returns the resource of an operation on an application. It has the id, so that authorization needs no look-up. */
export const applicationArn = (scope: Scope, appId: string): string =>
  arn.application(scope.account.accountId, appId);

/** Returns the resource of operations on all applications of the account, and of creating one. */
export const allApplicationsArn = (scope: Scope): string => arn.application(scope.account.accountId, '*');

/**
 * Creates an application. Web and server applications always require a secret. By default, native and server
 * applications can be installed by other accounts, and refresh tokens last 90 days (native) or 30 days.
 * @throws Refusal EntityAlreadyExists.Application, LimitExceeded.Application,
 *   InvalidParameter.PredefinedScopes.Format, InvalidParameter.RedirectUris.Format,
 *   InvalidParameter.RedirectUris.Length
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
    secret_required: Number(isSecretRequired(type, application.secretRequired ?? false)),
    multi_tenant: Number(application.multiTenant ?? type !== 'WebApp'),
    created_at: scope.now,
    updated_at: scope.now,
  };
  await scope.queries.insertInto('applications').values(row).execute();
  scope.touched('ACS::RAM::Application', name);
  return row;
}

/** Returns the account's application with that id. @throws Refusal EntityNotExist.Application */
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

/** Returns the account's applications, oldest first. */
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
 * Updates an application. New scopes replace the old ones; a required scope that is no longer among them is
 * dropped. Scopes granted to installations stay granted until the application is installed again.
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
      ? parseNames(row.scopes)
      : applicationScopes(type, changes.scopes, 'NewPredefinedScopes');
  const required = requiredScopes(scopes, changes.requiredScopes ?? parseNames(row.required_scopes));
  const redirectUris =
    changes.redirectUris === undefined
      ? parseNames(row.redirect_uris)
      : readRedirectUris(type, changes.redirectUris, 'NewRedirectUris');
  const updated: ApplicationRow = {
    ...row,
    display_name: changes.displayName ?? row.display_name,
    redirect_uris: JSON.stringify(redirectUris),
    scopes: JSON.stringify(scopes),
    required_scopes: JSON.stringify(required),
    access_token_seconds: changes.accessTokenSeconds ?? row.access_token_seconds,
    refresh_token_seconds: changes.refreshTokenSeconds ?? row.refresh_token_seconds,
    secret_required: Number(isSecretRequired(type, changes.secretRequired ?? row.secret_required === 1)),
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
 * Deletes an application with its secrets and its installations in all accounts.
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

/** Parses a stored list of names. */
export function parseNames(json: string): readonly string[] {
  return JSON.parse(json) as string[];
}

/**
 * Returns whether a secret is required. Only a native application can go without one: it could not keep a secret
 * confidential.
 */
function isSecretRequired(type: ApplicationType, requested: boolean): boolean {
  return type !== 'NativeApp' || requested;
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
