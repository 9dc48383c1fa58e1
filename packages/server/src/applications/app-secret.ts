import { createHash } from 'node:crypto';

import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { AppSecretRow } from '../store/schema.ts';
import { Secret } from '../wire/secret.ts';
import { requireApplication } from './application.ts';

/** A secret just made: the only time that it is at hand. */
export interface NewAppSecret {
  readonly row: AppSecretRow;
  readonly secret: Secret;
}

/**
 * Makes a secret for an application, two at most. It is answered now and never again: RAM does not show a secret a
 * second time, and only its hash is kept. A plain hash is enough, since nobody can guess 381 random bits.
 * @throws Refusal EntityNotExist.Application, LimitExceeded.Application.AppSecret, InvalidParameter when the application
 *   speaks OAuth 2.1, which knows no fixed secrets
 */
export async function createAppSecret(scope: Scope, appId: string): Promise<NewAppSecret> {
  const application = await requireApplication(scope, appId);
  if (application.protocol_version === '2.1') {
    throw new Refusal('InvalidParameter', { reason: 'An application of OAuth 2.1 has no fixed secrets.' });
  }
  const present = await listAppSecrets(scope, appId);
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

/** An application's secrets, oldest first. @throws Refusal EntityNotExist.Application */
export async function listAppSecrets(scope: Scope, appId: string): Promise<AppSecretRow[]> {
  await requireApplication(scope, appId);
  return scope.queries
    .selectFrom('app_secrets')
    .selectAll()
    .where('app_id', '=', appId)
    .where('account_id', '=', scope.account.accountId)
    .orderBy('created_at')
    .orderBy('app_secret_id')
    .execute();
}

/** One of an application's secrets. @throws Refusal EntityNotExist.Application, EntityNotExist.Application.AppSecret */
export async function requireAppSecret(
  scope: Scope,
  appId: string,
  appSecretId: string,
): Promise<AppSecretRow> {
  const secrets = await listAppSecrets(scope, appId);
  const row = secrets.find((secret) => secret.app_secret_id === appSecretId);
  if (row === undefined) throw new Refusal('EntityNotExist.Application.AppSecret', { name: appSecretId });
  return row;
}

/** Deletes a secret. @throws Refusal EntityNotExist.Application, EntityNotExist.Application.AppSecret */
export async function deleteAppSecret(scope: Scope, appId: string, appSecretId: string): Promise<void> {
  await requireAppSecret(scope, appId, appSecretId);
  const application = await requireApplication(scope, appId);
  await scope.queries
    .deleteFrom('app_secrets')
    .where('app_secret_id', '=', appSecretId)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  scope.touched('ACS::RAM::Application', application.app_name);
}
