import {
  createAppSecret,
  deleteAppSecret,
  listAppSecrets,
  requireAppSecret,
} from '../../applications/app-secret.ts';
import { applicationArn } from '../../applications/application.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import type { AppSecretRow } from '../../store/schema.ts';
import { instant } from '../../wire/instant.ts';
import { text } from '../../wire/parameter.ts';
import { appId } from './application-fields.ts';

const VERSION = '2019-08-15';

const appSecretId = text({ max: 64, chars: /^[A-Za-z0-9-]+$/ });

const demand = (action: string, input: { readonly AppId: string }, call: Call) => [
  { action, resource: applicationArn(call, input.AppId) },
];

const wireAppSecret = (row: AppSecretRow) => ({
  AppId: row.app_id,
  AppSecretId: row.app_secret_id,
  CreateDate: instant(row.created_at),
});

const SHOWN_ONCE = 'AppSecretValue is absent: only the answer of CreateAppSecret has it.';

/** IMS operations on the secrets of OAuth applications. */
export const appSecretOperations: readonly Operation[] = [
  // Creates a secret for an application. No other answer contains it.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'CreateAppSecret',
    access: 'write',
    security: { effect: 'credential' },
    input: { AppId: appId },
    authorize: (input, call) => demand('ram:CreateAppSecret', input, call),
    async handle(input, call) {
      const { row, secret } = await createAppSecret(call, input.AppId);
      return { AppSecret: { ...wireAppSecret(row), AppSecretValue: secret } };
    },
  }),

  // Returns a secret without its value: RAM's guide says that the value cannot be retrieved again. The field is absent,
  // not empty: an empty text in a client's configuration would pass for a secret.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetAppSecret',
    access: 'read',
    note: SHOWN_ONCE,
    input: { AppId: appId, AppSecretId: appSecretId },
    authorize: (input, call) => demand('ram:GetAppSecret', input, call),
    async handle(input, call) {
      const secret = await requireAppSecret(call, input.AppId, input.AppSecretId);
      call.warn(SHOWN_ONCE);
      return { AppSecret: wireAppSecret(secret) };
    },
  }),

  // Deletes a secret.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeleteAppSecret',
    access: 'write',
    security: { effect: 'restricts', why: 'takes a secret away' },
    input: { AppId: appId, AppSecretId: appSecretId },
    authorize: (input, call) => demand('ram:DeleteAppSecret', input, call),
    async handle(input, call) {
      await deleteAppSecret(call, input.AppId, input.AppSecretId);
      return {};
    },
  }),

  // Lists the ids of an application's secrets.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListAppSecretIds',
    access: 'read',
    input: { AppId: appId },
    authorize: (input, call) => demand('ram:ListAppSecretIds', input, call),
    async handle(input, call) {
      return { AppSecrets: { AppSecret: (await listAppSecrets(call, input.AppId)).map(wireAppSecret) } };
    },
  }),
];
