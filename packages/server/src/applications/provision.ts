import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { ApplicationProvisionRow, ApplicationRow } from '../store/schema.ts';
import { namesIn } from './application.ts';
import { requiredScopes } from './predefined-scope.ts';

/** Whose an installed application is: the account's own, or of another account of this installation. */
export type ApplicationSource = 'inner' | 'external';

/** An application as it is installed in the account. */
export interface InstalledApplication {
  readonly provision: ApplicationProvisionRow;
  readonly application: ApplicationRow;
}

/** What an installed application is called as a principal: `name@app.<account of the application>.onaliyun.com`. */
export function appPrincipalName({ app_name, account_id }: ApplicationRow): string {
  return `${app_name}@app.${account_id}.onaliyun.com`;
}

/**
 * Installs an application in the account. Of the account's own only a ServerApp has to be and can be installed; of
 * another account any that may be installed by others. Installing again grants anew.
 * @param scopeNames what is granted, out of the application's scopes; those that it requires are granted anyway.
 *   Undefined: only those
 * @param wanted undefined: whosever it is
 * @throws Refusal EntityNotExist.Application, also for one that others may not install, so that nobody learns of it;
 *   InvalidParameter, InvalidParameter.Scopes.Format, LimitExceeded.Application.Provision
 */
export async function provisionApplication(
  scope: Scope,
  appId: string,
  scopeNames: readonly string[] | undefined,
  wanted?: ApplicationSource,
): Promise<InstalledApplication> {
  const application = await requireInstallable(scope, appId, wanted);
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
 * @param wanted undefined: whosever it is
 * @throws Refusal EntityNotExist.Application.Provision
 */
export async function deprovisionApplication(
  scope: Scope,
  appId: string,
  wanted?: ApplicationSource,
): Promise<void> {
  const { application } = await requireInstalled(scope, appId, wanted);
  await scope.queries
    .deleteFrom('application_provisions')
    .where('account_id', '=', scope.account.accountId)
    .where('app_id', '=', appId)
    .execute();
  scope.touched('ACS::RAM::Application', application.app_name);
}

/**
 * An application that the account has installed.
 * @param wanted undefined: whosever it is
 * @throws Refusal EntityNotExist.Application.Provision
 */
export async function requireInstalled(
  scope: Scope,
  appId: string,
  wanted?: ApplicationSource,
): Promise<InstalledApplication> {
  const installed = await findInstalled(scope, appId);
  if (installed === undefined || !isOf(scope, installed.application, wanted)) {
    throw new Refusal('EntityNotExist.Application.Provision', { name: appId });
  }
  return installed;
}

/** What the account has installed, in the order that it was installed. @param wanted undefined: whosever it is */
export async function listInstalled(
  scope: Scope,
  wanted: ApplicationSource | undefined,
): Promise<InstalledApplication[]> {
  const { accountId } = scope.account;
  let provisions = scope.queries
    .selectFrom('application_provisions')
    .selectAll()
    .where('account_id', '=', accountId);
  if (wanted !== undefined) {
    provisions = provisions.where('owner_account_id', wanted === 'inner' ? '=' : '!=', accountId);
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

/** The one query that looks beyond the account: an application that is installed, or to be, may be another's. */
async function findAnywhere(scope: Scope, appId: string): Promise<ApplicationRow | undefined> {
  return scope.queries.selectFrom('applications').selectAll().where('app_id', '=', appId).executeTakeFirst();
}

async function requireInstallable(
  scope: Scope,
  appId: string,
  wanted: ApplicationSource | undefined,
): Promise<ApplicationRow> {
  const application = await findAnywhere(scope, appId);
  const isOwn = application?.account_id === scope.account.accountId;
  if (application === undefined || !(isOwn || application.multi_tenant === 1)) {
    throw new Refusal('EntityNotExist.Application', { name: appId });
  }
  if (!isOf(scope, application, wanted)) {
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

function isOf(scope: Scope, application: ApplicationRow, wanted: ApplicationSource | undefined): boolean {
  const source = application.account_id === scope.account.accountId ? 'inner' : 'external';
  return wanted === undefined || wanted === source;
}

/** What is granted: what is asked for of what the application offers, and what it requires. */
function grantedScopes(application: ApplicationRow, asked: readonly string[]): readonly string[] {
  const offered = namesIn(application.scopes);
  if (asked.some((name) => !offered.includes(name))) {
    throw new Refusal('InvalidParameter.FormatOf', { name: 'Scopes' });
  }
  return requiredScopes(offered, [...namesIn(application.required_scopes), ...asked]);
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
