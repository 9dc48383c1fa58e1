import type { Schema } from '../store/schema.ts';

/** Binding of a sealed text, beside its account: it opens for the same purpose, row and owner only. */
export interface SealPlace {
  /** Table and column of a stored text, or purpose of a text that clients store. */
  readonly purpose: SealPurpose;
  /** Id of its row. */
  readonly id: string;
  /** Owner as `ownerOf` returns it; empty without an owner. */
  readonly owner: string;
}

/** Purpose of a sealed text: columns, by their names, and texts that clients store. */
export type SealPurpose = SealedColumn | 'session-token' | 'diagnostic-message';

/** Columns that contain sealed texts. */
export type SealedColumn = keyof typeof SEALED_COLUMNS;

/** Returns the owner of a place. @param type `undefined` or null: the row has no owner */
export function ownerOf(type: 'root' | 'user' | null | undefined, id: string | null): string {
  return type === null || type === undefined ? '' : `${type}:${id ?? ''}`;
}

/** Returns the place of an AccessKey's secret. */
export function placeOfAccessKey(
  row: Pick<Schema['access_keys'], 'access_key_id' | 'owner_type' | 'owner_id'>,
): SealPlace {
  const { access_key_id: id, owner_type: type, owner_id: ownerId } = row;
  return { purpose: 'access_keys.sealed_secret', id, owner: ownerOf(type, ownerId) };
}

/** Returns the place of a service credential's secret. */
export function placeOfServiceCredential(
  row: Pick<Schema['service_credentials'], 'service_credential_id' | 'user_id'>,
): SealPlace {
  const { service_credential_id: id, user_id: userId } = row;
  return { purpose: 'service_credentials.sealed_secret', id, owner: ownerOf('user', userId) };
}

/** Returns the place of an MFA device's seed, which changes when the device is bound or unbound. */
export function placeOfMfaDevice(
  row: Pick<Schema['mfa_devices'], 'device_name' | 'owner_type' | 'owner_id'>,
): SealPlace {
  const { device_name: id, owner_type: type, owner_id: ownerId } = row;
  return { purpose: 'mfa_devices.sealed_seed', id, owner: ownerOf(type, ownerId) };
}

/** Returns the place of the seed of a device that a console session is about to bind. */
export function placeOfSessionDevice(
  row: Pick<Schema['console_sessions'], 'session_id' | 'owner_type' | 'owner_id'>,
): SealPlace {
  const { session_id: id, owner_type: type, owner_id: ownerId } = row;
  return { purpose: 'console_sessions.sealed_seed', id, owner: ownerOf(type, ownerId) };
}

/** Returns the place of the secret of a guard's credential. */
export function placeOfGuard(row: Pick<Schema['guards'], 'guard_id' | 'access_key_id'>): SealPlace {
  return { purpose: 'guards.sealed_secret', id: row.access_key_id, owner: `guard:${row.guard_id}` };
}

/** Description of a column: how its sealed texts are found and bound. */
interface ColumnDescription<Table extends keyof Schema> {
  readonly table: Table;
  readonly column: string & keyof Schema[Table];
  /** Primary key. */
  readonly key: readonly (string & keyof Schema[Table])[];
  readonly placeOf: (row: Schema[Table]) => SealPlace;
  /** Binding of the first form, for texts sealed before owners were bound; `undefined` for a column without any. */
  readonly firstForm: ((row: Schema[Table]) => string) | undefined;
}

function describe<Table extends keyof Schema>(
  description: ColumnDescription<Table>,
): ColumnDescription<Table> {
  return description;
}

/** Columns that contain sealed texts; a test compares them with the database. */
export const SEALED_COLUMNS = {
  'access_keys.sealed_secret': describe({
    table: 'access_keys',
    column: 'sealed_secret',
    key: ['access_key_id'],
    placeOf: placeOfAccessKey,
    firstForm: (row) => row.access_key_id,
  }),
  'service_credentials.sealed_secret': describe({
    table: 'service_credentials',
    column: 'sealed_secret',
    key: ['service_credential_id'],
    placeOf: placeOfServiceCredential,
    firstForm: (row) => row.service_credential_id,
  }),
  'mfa_devices.sealed_seed': describe({
    table: 'mfa_devices',
    column: 'sealed_seed',
    key: ['account_id', 'device_name'],
    placeOf: placeOfMfaDevice,
    firstForm: (row) => `acs:ram::${row.account_id}:mfa/${row.device_name}`,
  }),
  'console_sessions.sealed_seed': describe({
    table: 'console_sessions',
    column: 'sealed_seed',
    key: ['session_hash'],
    placeOf: placeOfSessionDevice,
    firstForm: (row) => `session device ${row.session_id}`,
  }),
  'guards.sealed_secret': describe({
    table: 'guards',
    column: 'sealed_secret',
    key: ['guard_id'],
    placeOf: placeOfGuard,
    firstForm: (row) => `guard:${row.access_key_id}`,
  }),
} as const;
