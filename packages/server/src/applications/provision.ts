import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { ApplicationProvisionRow, ApplicationRow } from '../store/schema.ts';
import { parseNames } from './application.ts';
import { requiredScopes } from './predefined-scope.ts';

/**
 * Owner of an installed application: this account (`inner`), or another account of this installation (`external`).
 */
export type ApplicationSource = 'inner' | 'external';

/** An application installed in the account. */
export interface InstalledApplication {
  readonly provision: ApplicationProvisionRow;
  readonly application: ApplicationRow;
}

/** Returns the principal name of an installed application: `name@app.<owner account id>.onaliyun.com`. */
export function appPrincipalName({ app_name, account_id }: ApplicationRow): string {
  return `${app_name}@app.${account_id}.onaliyun.com`;
}

/**
 * Installs an application in the account. Of the account's own applications only a ServerApp can be installed; of
 * another account's, every multi-tenant one. Installing again replaces the granted scopes.
 * @param scopeNames scopes to grant, out of the application's; its required scopes are always granted. Default:
 *   only those
 * @param source required source; default: any
 * @throws Refusal EntityNotExist.Application, also if other accounts may not install it, so that its existence is
 *   not disclosed; InvalidParameter, InvalidParameter.Scopes.Format, LimitExceeded.Application.Provision
 */
export async function provisionApplication(
  scope: Scope,
  appId: string,
  scopeNames: readonly string[] | undefined,
  source?: ApplicationSource,
): Promise<InstalledApplication> {
  const application = await requireInstallable(scope, appId, source);
  const granted = grantedScopes(application, scopeNames ?? []);
  const present = await findInstalled(scope, appId);
  if (present === undefined) await assertInstallationQuota(scope);
  const provision: ApplicationProvisionRow = {
    account_id: scope.account.accountId,
    app_id: appId,
    owner_account_id: application.account_id,
    scopes: JSON.stringify(granted),
    created_at: present?.provision.created_at ?? scope.now,
    updated_at: scope.now,
  };
  if (present === undefined) {
    await scope.queries.insertInto('application_provisions').values(provision).execute();
  } else {
    await scope.queries
      .updateTable('application_provisions')
      .set(provision)
      .where('account_id', '=', scope.account.accountId)
      .where('app_id', '=', appId)
      .execute();
  }
  scope.touched('ACS::RAM::Application', application.app_name);
  return { provision, application };
}

/**
 * Uninstalls an application.
 * @param source required source; default: any
 * @throws Refusal EntityNotExist.Application.Provision
 */
export async function deprovisionApplication(
  scope: Scope,
  appId: string,
  source?: ApplicationSource,
): Promise<void> {
  const { application } = await requireInstalled(scope, appId, source);
  await scope.queries
    .deleteFrom('application_provisions')
    .where('account_id', '=', scope.account.accountId)
    .where('app_id', '=', appId)
    .execute();
  scope.touched('ACS::RAM::Application', application.app_name);
}

/**
 * Returns an installed application.
 * @param source required source; default: any
 * @throws Refusal EntityNotExist.Application.Provision
 */
export async function requireInstalled(
  scope: Scope,
  appId: string,
  source?: ApplicationSource,
): Promise<InstalledApplication> {
  const installed = await findInstalled(scope, appId);
  if (installed === undefined || !hasSource(scope, installed.application, source)) {
    throw new Refusal('EntityNotExist.Application.Provision', { name: appId });
  }
  return installed;
}

/** Returns the account's installed applications, in the order of installation. @param source default: any */
export async function listInstalled(
  scope: Scope,
  source: ApplicationSource | undefined,
): Promise<InstalledApplication[]> {
  const { accountId } = scope.account;
  let provisions = scope.queries
    .selectFrom('application_provisions')
    .selectAll()
    .where('account_id', '=', accountId);
  if (source !== undefined) {
    provisions = provisions.where('owner_account_id', source === 'inner' ? '=' : '!=', accountId);
  }
  const rows = await provisions.orderBy('created_at').orderBy('app_id').execute();
  if (rows.length === 0) return [];
  const applications = await scope.queries
    .selectFrom('applications')
    .selectAll()
    .where(
      'app_id',
      'in',
      rows.map((row) => row.app_id),
    )
    .execute();
  const byId = new Map(applications.map((application) => [application.app_id, application]));
  return rows.flatMap((provision) => {
    const application = byId.get(provision.app_id);
    return application === undefined ? [] : [{ provision, application }];
  });
}

async function findInstalled(scope: Scope, appId: string): Promise<InstalledApplication | undefined> {
  const provision = await scope.queries
    .selectFrom('application_provisions')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('app_id', '=', appId)
    .executeTakeFirst();
  if (provision === undefined) return undefined;
  const application = await findAnywhere(scope, appId);
  return application && { provision, application };
}

/** Finds an application of any account: the only query that looks beyond the scope's account. */
async function findAnywhere(scope: Scope, appId: string): Promise<ApplicationRow | undefined> {
  return scope.queries.selectFrom('applications').selectAll().where('app_id', '=', appId).executeTakeFirst();
}

async function requireInstallable(
  scope: Scope,
  appId: string,
  source: ApplicationSource | undefined,
): Promise<ApplicationRow> {
  const application = await findAnywhere(scope, appId);
  const isOwn = application?.account_id === scope.account.accountId;
  if (application === undefined || !(isOwn || application.multi_tenant === 1)) {
    throw new Refusal('EntityNotExist.Application', { name: appId });
  }
  if (!hasSource(scope, application, source)) {
    throw new Refusal('InvalidParameter', {
      reason: "The application is the account's own, not an external one.",
    });
  }
  if (isOwn && application.app_type !== 'ServerApp') {
    throw new Refusal('InvalidParameter', {
      reason: "Of the account's own applications only those of the type ServerApp are installed.",
    });
  }
  return application;
}

function hasSource(
  scope: Scope,
  application: ApplicationRow,
  source: ApplicationSource | undefined,
): boolean {
  const actual = application.account_id === scope.account.accountId ? 'inner' : 'external';
  return source === undefined || source === actual;
}

/**
 * Returns the scopes to grant: the requested ones, all of which the application must offer, and its required ones.
 */
function grantedScopes(application: ApplicationRow, requested: readonly string[]): readonly string[] {
  const offered = parseNames(application.scopes);
  if (requested.some((name) => !offered.includes(name))) {
    throw new Refusal('InvalidParameter.FormatOf', { name: 'Scopes' });
  }
  return requiredScopes(offered, [...parseNames(application.required_scopes), ...requested]);
}

async function assertInstallationQuota(scope: Scope): Promise<void> {
  const { count } = await scope.queries
    .selectFrom('application_provisions')
    .select((counted) => counted.fn.countAll<number>().as('count'))
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= scope.services.limits.installedApplicationsPerAccount) {
    throw new Refusal('LimitExceeded.Application.Provision', {
      limit: scope.services.limits.installedApplicationsPerAccount,
    });
  }
}
