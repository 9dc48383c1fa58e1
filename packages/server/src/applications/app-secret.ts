import { createHash } from 'node:crypto';

import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { AppSecretRow } from '../store/schema.ts';
import { Secret } from '../wire/secret.ts';
import { requireApplication } from './application.ts';

/** A new application secret. The secret is available only here. */
export interface NewAppSecret {
  readonly row: AppSecretRow;
  readonly secret: Secret;
}

/**
 * Creates a secret for an application, at most two. It is answered once: RAM does not show a secret again, and only
 * its hash is stored. An unsalted hash suffices for 381 random bits.
 * @throws Refusal EntityNotExist.Application, LimitExceeded.Application.AppSecret, InvalidParameter if the
 *   application uses OAuth 2.1, which has no fixed secrets
 */
export async function createAppSecret(scope: Scope, appId: string): Promise<NewAppSecret> {
  const application = await requireApplication(scope, appId);
  if (application.protocol_version === '2.1') {
    throw new Refusal('InvalidParameter', { reason: 'An application of OAuth 2.1 has no fixed secrets.' });
  }
  const present = await selectAppSecrets(scope, appId);
  if (present.length >= scope.services.limits.secretsPerApplication) {
    throw new Refusal('LimitExceeded.Application.AppSecret', {
      limit: scope.services.limits.secretsPerApplication,
    });
  }
  const { identifiers } = scope.services;
  const secret = identifiers.applicationSecret();
  const row: AppSecretRow = {
    app_secret_id: identifiers.requestId().toLowerCase(),
    app_id: appId,
    account_id: scope.account.accountId,
    secret_hash: createHash('sha256').update(secret).digest('hex'),
    created_at: scope.now,
  };
  await scope.queries.insertInto('app_secrets').values(row).execute();
  scope.touched('ACS::RAM::Application', application.app_name);
  return { row, secret: new Secret(secret) };
}

/** Returns the secrets of an application, oldest first. @throws Refusal EntityNotExist.Application */
export async function listAppSecrets(scope: Scope, appId: string): Promise<AppSecretRow[]> {
  await requireApplication(scope, appId);
  return selectAppSecrets(scope, appId);
}

/**
 * Returns a secret of an application. @throws Refusal EntityNotExist.Application,
 * EntityNotExist.Application.AppSecret
 */
export async function requireAppSecret(
  scope: Scope,
  appId: string,
  appSecretId: string,
): Promise<AppSecretRow> {
  return requireOneOf(await listAppSecrets(scope, appId), appSecretId);
}

/** Deletes a secret. @throws Refusal EntityNotExist.Application, EntityNotExist.Application.AppSecret */
export async function deleteAppSecret(scope: Scope, appId: string, appSecretId: string): Promise<void> {
  const application = await requireApplication(scope, appId);
  requireOneOf(await selectAppSecrets(scope, appId), appSecretId);
  await scope.queries
    .deleteFrom('app_secrets')
    .where('app_secret_id', '=', appSecretId)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  scope.touched('ACS::RAM::Application', application.app_name);
}

async function selectAppSecrets(scope: Scope, appId: string): Promise<AppSecretRow[]> {
  return scope.queries
    .selectFrom('app_secrets')
    .selectAll()
    .where('app_id', '=', appId)
    .where('account_id', '=', scope.account.accountId)
    .orderBy('created_at')
    .orderBy('app_secret_id')
    .execute();
}

function requireOneOf(secrets: readonly AppSecretRow[], appSecretId: string): AppSecretRow {
  const row = secrets.find((secret) => secret.app_secret_id === appSecretId);
  if (row === undefined) throw new Refusal('EntityNotExist.Application.AppSecret', { name: appSecretId });
  return row;
}
