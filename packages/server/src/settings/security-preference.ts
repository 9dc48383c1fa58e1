import { type IpNetwork, parseIpNetwork } from '@claviger/policy';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import {
  endSessionsByPasskey,
  forgetSecondFactorsShown,
  shortenSessions,
} from '../revocation/end-console-sessions.ts';
import type { Queries } from '../store/store.ts';

/** How often sign-in asks for a second factor. */
export type MfaOperation = 'mandatory' | 'independent' | 'adaptive';

/** The account-wide security preference, by RAM's own names. */
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
  /** `;`-separated addresses and CIDR blocks; empty: from anywhere. Console sign-in only, never signed calls. */
  readonly LoginNetworkMasks: string;
  readonly MFAOperationForLogin: MfaOperation;
  readonly OperationForRiskLogin: 'autonomous' | 'enforceVerify';
  readonly VerificationTypes: readonly string[];
  readonly MaxIdleDaysForAccessKeys: number;
  readonly MaxIdleDaysForUsers: number;
}

/** RAM's defaults for a new account; idle days as of 2026-04-08. */
export const defaultSecurityPreference: SecurityPreference = {
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

/** What an update changes; undefined stays as it is. */
export type SecurityPreferenceChanges = {
  readonly [K in keyof SecurityPreference]?: SecurityPreference[K] | undefined;
};

/** What the longest idle time of keys and users may be set to. */
export const idleDays = [90, 180, 365, 730] as const;

const HOUR_MS = 60 * 60 * 1000;

const masksAtMost = 40;
const masksCharacters = 512;

/** The preference of an account: what was set, over the defaults. */
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
  return { ...defaultSecurityPreference, ...own };
}

/**
 * Changes what is given and leaves the rest.
 * @throws Refusal when LoginNetworkMasks is malformed or too long
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
        JSON.stringify(value) !== JSON.stringify(defaultSecurityPreference[name as keyof SecurityPreference]),
    ),
  );
  await writeSettings(scope, { security_preference: JSON.stringify(differing) });
  // Sessions that the new preference ends are ended for good: setting it back must not revive them.
  if (!updated.EnableSaveMFATicket) await forgetSecondFactorsShown(scope.queries, accountId, undefined);
  if (!updated.AllowUserToLoginWithPasskey) await endSessionsByPasskey(scope.queries, accountId);
  await shortenSessions(scope.queries, accountId, updated.LoginSessionDuration * HOUR_MS);
  return updated;
}

/** Writes columns of the account's settings, whether or not it has any yet. */
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
  if (masks.length > masksCharacters || each.length > masksAtMost) {
    throw new Refusal('InvalidParameter.Length', { name });
  }
  if (loginNetworks(masks).includes(undefined)) throw new Refusal('InvalidParameter.FormatOf', { name });
}

/**
 * Reads `LoginNetworkMasks`: addresses and CIDR blocks, separated by `;`, with blanks around each.
 * The setting is validated and applied by this function alone.
 * @param masks not empty
 * @returns `undefined` in the place of a mask that cannot be read; it admits no address
 */
export function loginNetworks(masks: string): readonly (IpNetwork | undefined)[] {
  return masks.split(';').map((mask) => parseIpNetwork(mask.trim()));
}
