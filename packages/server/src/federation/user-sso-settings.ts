import { DOMAIN_SUFFIX } from '../accounts/create-account.ts';
import { readProvenAt, releaseDomain } from '../accounts/domain-claim.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { endSessionsBySso } from '../revocation/end-console-sessions.ts';
import type { UserSsoSettingsRow } from '../store/schema.ts';
import { type AuthnSignAlgorithm, assertUsableMetadata } from './saml-provider.ts';

/** Settings for RAM users to sign in to the console through the account's identity provider. */
export interface UserSsoSettings {
  readonly enabled: boolean;
  /** Base64 of the provider's metadata; empty if absent. */
  readonly metadata: string;
  /** Additional domain of user names, effective once it is proven; empty if absent. */
  readonly auxiliaryDomain: string;
  /** Whether the provider names users with their domain. */
  readonly loginWithDomain: boolean;
  readonly authnSignAlgorithm: AuthnSignAlgorithm;
  /**
   * Whether a response without a request of the console signs a user in. An attacker can make a browser send such a
   * response, and thereby sign a user in as the attacker (login CSRF).
   */
  readonly unsolicitedResponses: boolean;
}

/** Changes of the settings; `undefined` leaves a setting as it is. */
export type UserSsoChanges = { readonly [K in keyof UserSsoSettings]?: UserSsoSettings[K] | undefined };

const DEFAULT_SETTINGS: UserSsoSettings = {
  enabled: false,
  metadata: '',
  auxiliaryDomain: '',
  loginWithDomain: true,
  authnSignAlgorithm: 'rsa-sha1',
  unsolicitedResponses: false,
};

/** Reads the settings of an account, or the defaults. */
export async function readUserSsoSettings(
  scope: Pick<Scope, 'queries' | 'account'>,
): Promise<UserSsoSettings> {
  const row = await selectSettings(scope);
  if (row === undefined) return DEFAULT_SETTINGS;
  return {
    enabled: row.sso_enabled === 1,
    metadata: row.metadata,
    auxiliaryDomain: row.auxiliary_domain,
    loginWithDomain: row.login_with_domain === 1,
    authnSignAlgorithm: row.authn_sign_algorithm,
    unsolicitedResponses: Number(row.unsolicited_responses) === 1,
  };
}

/**
 * Updates the settings. Sign-in through a provider requires its metadata.
 * @throws Refusal InvalidParameter.MetadataDocument, InvalidParameter
 */
export async function updateUserSsoSettings(scope: Scope, changes: UserSsoChanges): Promise<UserSsoSettings> {
  if (changes.metadata !== undefined && changes.metadata !== '') {
    assertUsableMetadata('MetadataDocument', changes.metadata, scope.now);
  }
  const present = await readUserSsoSettings(scope);
  const settings: UserSsoSettings = {
    enabled: changes.enabled ?? present.enabled,
    metadata: changes.metadata ?? present.metadata,
    auxiliaryDomain: changes.auxiliaryDomain ?? present.auxiliaryDomain,
    loginWithDomain: changes.loginWithDomain ?? present.loginWithDomain,
    authnSignAlgorithm: changes.authnSignAlgorithm ?? present.authnSignAlgorithm,
    unsolicitedResponses: changes.unsolicitedResponses ?? present.unsolicitedResponses,
  };
  const { defaultDomain } = scope.account;
  const domain = settings.auxiliaryDomain.toLowerCase();
  // The domain of a user name selects the account: it must not be the default domain of another account.
  if (domain.endsWith(DOMAIN_SUFFIX) && domain !== defaultDomain) {
    throw new Refusal('InvalidParameter', {
      reason: `An AuxiliaryDomain that ends in ${DOMAIN_SUFFIX} can only be the account's own.`,
    });
  }
  if (settings.enabled && settings.metadata === '') {
    throw new Refusal('InvalidParameter', { reason: 'SSO cannot be enabled without a MetadataDocument.' });
  }
  await releasePreviousDomain(scope, present.auxiliaryDomain.toLowerCase(), domain);
  const row: UserSsoSettingsRow = {
    account_id: scope.account.accountId,
    sso_enabled: settings.enabled ? 1 : 0,
    metadata: settings.metadata,
    auxiliary_domain: settings.auxiliaryDomain,
    login_with_domain: settings.loginWithDomain ? 1 : 0,
    authn_sign_algorithm: settings.authnSignAlgorithm,
    unsolicited_responses: settings.unsolicitedResponses ? 1 : 0,
    updated_at: scope.now,
  };
  await scope.queries
    .insertInto('user_sso_settings')
    .values(row)
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(row))
    .execute();
  if (!settings.enabled) {
    // Ended for good: enabling SSO again must not revive them. Role sessions that began in them end too.
    await endSessionsBySso(scope.queries, scope.account.accountId);
    scope.changed('account', scope.account.accountId);
  }
  scope.touched('ACS::RAM::UserSsoSettings', scope.account.accountId);
  return settings;
}

/** Releases the previous domain if it was proven: other accounts cannot take it for a while. */
async function releasePreviousDomain(scope: Scope, present: string, next: string): Promise<void> {
  if (present === next || present === '') return;
  if ((await readProvenAt(scope, present)) !== undefined) await releaseDomain(scope, present);
}

async function selectSettings(
  scope: Pick<Scope, 'queries' | 'account'>,
): Promise<UserSsoSettingsRow | undefined> {
  return scope.queries
    .selectFrom('user_sso_settings')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirst();
}
