import { type IpNetwork, parseIpNetwork } from '@claviger/policy';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import {
  endSessionsByPasskey,
  forgetSecondFactorsShown,
  shortenSessions,
} from '../revocation/end-console-sessions.ts';
import type { Queries } from '../store/store.ts';

/** When sign-in asks for a second factor. */
export type MfaOperation = 'mandatory' | 'independent' | 'adaptive';

/** The account-wide security preference, with RAM's names. */
export interface SecurityPreference {
  readonly AllowUserToChangePassword: boolean;
  readonly AllowUserToManageAccessKeys: boolean;
  readonly AllowUserToManageServiceCredentials: boolean;
  readonly AllowUserToManageMFADevices: boolean;
  readonly AllowUserToManagePersonalDingTalk: boolean;
  readonly AllowUserToLoginWithPasskey: boolean;
  readonly AllowUserToManagePublicKeys: boolean;
  readonly EnableSaveMFATicket: boolean;
  /** Hours, 1 to 24. */
  readonly LoginSessionDuration: number;
  /**
   * Addresses and CIDR blocks separated by `;`; empty: no restriction. For console sign-in only, not for signed
   * calls.
   */
  readonly LoginNetworkMasks: string;
  readonly MFAOperationForLogin: MfaOperation;
  readonly OperationForRiskLogin: 'autonomous' | 'enforceVerify';
  readonly VerificationTypes: readonly string[];
  readonly MaxIdleDaysForAccessKeys: number;
  readonly MaxIdleDaysForUsers: number;
}

/** RAM's defaults for a new account; idle days as of 2026-04-08. */
export const DEFAULT_SECURITY_PREFERENCE: SecurityPreference = {
  AllowUserToChangePassword: true,
  AllowUserToManageAccessKeys: false,
  AllowUserToManageServiceCredentials: false,
  AllowUserToManageMFADevices: true,
  AllowUserToManagePersonalDingTalk: true,
  AllowUserToLoginWithPasskey: true,
  AllowUserToManagePublicKeys: true,
  EnableSaveMFATicket: false,
  LoginSessionDuration: 6,
  LoginNetworkMasks: '',
  MFAOperationForLogin: 'independent',
  OperationForRiskLogin: 'autonomous',
  VerificationTypes: [],
  MaxIdleDaysForAccessKeys: 365,
  MaxIdleDaysForUsers: 365,
};

/** Changes of a preference; `undefined` leaves a setting as it is. */
export type SecurityPreferenceChanges = {
  readonly [K in keyof SecurityPreference]?: SecurityPreference[K] | undefined;
};

/** Values of RAM for the maximum idle days of keys and users. */
export const IDLE_DAYS = [90, 180, 365, 730] as const;

const HOUR_MS = 60 * 60 * 1000;

const MAX_MASKS = 40;
const MAX_MASKS_LENGTH = 512;

/** Reads the preference of an account: its changes over the defaults. */
export async function readSecurityPreference(
  queries: Queries,
  accountId: string,
): Promise<SecurityPreference> {
  const row = await queries
    .selectFrom('account_settings')
    .select('security_preference')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  const own = row === undefined ? {} : (JSON.parse(row.security_preference) as Partial<SecurityPreference>);
  return { ...DEFAULT_SECURITY_PREFERENCE, ...own };
}

/**
 * Updates the given settings.
 * @throws Refusal if LoginNetworkMasks is malformed or too long
 */
export async function updateSecurityPreference(
  scope: Scope,
  changes: SecurityPreferenceChanges,
): Promise<SecurityPreference> {
  if (changes.LoginNetworkMasks !== undefined) assertValidMasks(changes.LoginNetworkMasks);
  const { accountId } = scope.account;
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const updated: SecurityPreference = {
    ...(await readSecurityPreference(scope.queries, accountId)),
    ...given,
  };
  const differing = Object.fromEntries(
    Object.entries(updated).filter(
      ([name, value]) =>
        JSON.stringify(value) !==
        JSON.stringify(DEFAULT_SECURITY_PREFERENCE[name as keyof SecurityPreference]),
    ),
  );
  await writeSettings(scope, { security_preference: JSON.stringify(differing) });
  // Sessions that the new preference ends are deleted: setting it back must not revive them.
  if (!updated.EnableSaveMFATicket) await forgetSecondFactorsShown(scope.queries, accountId, undefined);
  if (!updated.AllowUserToLoginWithPasskey) await endSessionsByPasskey(scope.queries, accountId);
  await shortenSessions(scope.queries, accountId, updated.LoginSessionDuration * HOUR_MS);
  return updated;
}

/** Upserts columns of the account's settings. */
export async function writeSettings(
  scope: Scope,
  columns: { security_preference?: string; access_key_network_policy?: string },
): Promise<void> {
  const { accountId } = scope.account;
  await scope.queries
    .insertInto('account_settings')
    .values({
      account_id: accountId,
      security_preference: '{}',
      access_key_network_policy: null,
      ...columns,
      updated_at: scope.now,
    })
    .onConflict((conflict) =>
      conflict.column('account_id').doUpdateSet({ ...columns, updated_at: scope.now }),
    )
    .execute();
  scope.changed('account', accountId);
}

function assertValidMasks(masks: string): void {
  const name = 'LoginNetworkMasks';
  if (masks === '') return;
  const each = masks.split(';');
  if (masks.length > MAX_MASKS_LENGTH || each.length > MAX_MASKS) {
    throw new Refusal('InvalidParameter.Length', { name });
  }
  if (loginNetworks(masks).includes(undefined)) throw new Refusal('InvalidParameter.FormatOf', { name });
}

/**
 * Parses `LoginNetworkMasks`: addresses and CIDR blocks, separated by `;`, with optional white space. Validation
 * and enforcement both use this function.
 * @param masks not empty
 * @returns `undefined` in the place of an invalid mask; it admits no address
 */
export function loginNetworks(masks: string): readonly (IpNetwork | undefined)[] {
  return masks.split(';').map((mask) => parseIpNetwork(mask.trim()));
}
