import { accountOf } from '../accounts/account-directory.ts';
import { accountIdOfDomain, loginDomainsOf, withDomainSuffix } from '../accounts/account-domain.ts';
import type { Account } from '../context/account.ts';
import type { Proof } from '../context/anonymous-request.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { effectiveAuxiliaryDomain } from '../federation/auxiliary-domain.ts';
import { NO_METADATA, readSamlMetadata, type SamlMetadata } from '../federation/saml-metadata.ts';
import { consoleServiceProvider } from '../federation/service-provider.ts';
import { readUserSsoSettings, type UserSsoSettings } from '../federation/user-sso-settings.ts';
import { type SamlSubject, verifySamlSubject } from '../federation/verify-saml-assertion.ts';
import { findLoginProfile } from '../passwords/login-profile.ts';
import type { UserRow } from '../store/schema.ts';
import { findUser } from '../users/user.ts';
import type { ConsoleRequest } from './console-request.ts';
import { trustedOrigin } from './console-site.ts';
import { isSamlRequestOf } from './saml-request.ts';

/** Proof of a user by the account's identity provider. */
export interface SamlSignInProof extends Proof {
  readonly subject: SamlSubject;
  readonly settings: UserSsoSettings;
}

/**
 * Verifies the SAML response of a console sign-in. Refusals do not reveal whether the account exists or has a
 * provider. The response has to answer a request of this browser, or none if the account accepts that: otherwise
 * another site could sign a browser in as the attacker.
 * @throws Refusal AuthenticationFail.SAMLAssertion.Invalid, AuthenticationFail.SAMLAssertion.Expired,
 * AuthenticationFail.SAMLAssertion.Unsolicited, Throttling.SAMLAssertion, PublicUrlNeeded
 */
export async function verifySamlSignIn(
  request: ConsoleRequest,
  accountId: string,
  response: string,
): Promise<SamlSignInProof> {
  const account = await request.services.accounts.get(accountId);
  const settings = account?.status === 'Active' ? await enabledSettings(request, account) : undefined;
  const ours = consoleServiceProvider(trustedOrigin(request.site), accountId);
  const metadata = settings?.metadata ?? NO_METADATA;
  const subject = verifySamlSubject(
    response,
    metadata,
    request.now,
    ours,
    request.services.assertionThrottle,
  );
  if (account === undefined || settings === undefined)
    throw new Error('an assertion without a signer was accepted');
  assertRequested(request, accountId, subject, settings.settings);
  return { account, subject, settings: settings.settings };
}

/** A named request is checked even where unsolicited responses are accepted, as SAML 2.0 Core 3.2.2 requires. */
function assertRequested(
  { samlToken }: Pick<ConsoleRequest, 'samlToken'>,
  accountId: string,
  { inResponseTo }: SamlSubject,
  { unsolicitedResponses }: UserSsoSettings,
): void {
  const accepted =
    inResponseTo === undefined ? unsolicitedResponses : isSamlRequestOf(samlToken, accountId, inResponseTo);
  if (!accepted) throw new Refusal('AuthenticationFail.SAMLAssertion.Unsolicited');
}

async function enabledSettings(
  request: ConsoleRequest,
  account: Account,
): Promise<{ readonly settings: UserSsoSettings; readonly metadata: SamlMetadata } | undefined> {
  const settings = await readUserSsoSettings({ queries: request.services.store.queries, account });
  if (!settings.enabled) return undefined;
  const metadata = readSamlMetadata(settings.metadata);
  return 'fault' in metadata ? undefined : { settings, metadata };
}

/** Sign-in address of an account's users at their identity provider. */
export interface SignOn extends Proof {
  /** Address of the provider for HTTP-Redirect. */
  readonly address: string;
}

/**
 * Returns where a user signs in.
 * @throws Refusal EntityNotExist.UserSso if the account has no identity provider for sign-in
 */
export async function readSignOn(request: ConsoleRequest, loginName: string): Promise<SignOn> {
  const none = new Refusal('EntityNotExist.UserSso', { name: loginName });
  const account = await accountOfDomain(request, loginName);
  if (account?.status !== 'Active') throw none;
  const address = (await enabledSettings(request, account))?.metadata.signOnAddress;
  if (address === undefined) throw none;
  return { account, address };
}

/** Returns the account of a login name's domain: its default domain, or the one that its provider uses. */
async function accountOfDomain(request: ConsoleRequest, loginName: string): Promise<Account | undefined> {
  const { store, allowUnverifiedDomains } = request.services;
  const domain = loginName.slice(loginName.lastIndexOf('@') + 1).toLowerCase();
  const full = withDomainSuffix(domain);
  const row = await store.queries
    .selectFrom('accounts')
    .leftJoin('user_sso_settings', 'user_sso_settings.account_id', 'accounts.account_id')
    .leftJoin('domain_claims as claim', (join) =>
      join
        .onRef('claim.account_id', '=', 'accounts.account_id')
        .on('claim.domain', '=', domain)
        .on('claim.released_until', 'is', null),
    )
    .selectAll('accounts')
    .where((where) =>
      where.or([
        where('accounts.default_domain', '=', full),
        where('accounts.account_id', '=', accountIdOfDomain(full)),
        where.and([
          where(where.fn<string>('lower', ['auxiliary_domain']), '=', domain),
          where('sso_enabled', '=', 1),
          ...(allowUnverifiedDomains ? [] : [where('claim.proven_at', 'is not', null)]),
        ]),
      ]),
    )
    // An account must not receive the users of another by claiming its domain: neither by an auxiliary domain
    // that is not verified, nor by an alias such as `corp.example.com`, which looks like a domain without the
    // suffix.
    .orderBy((order) =>
      order
        .case()
        .when('accounts.default_domain', '=', domain)
        .then(0)
        .when('claim.proven_at', 'is not', null)
        .then(1)
        .when('accounts.default_domain', '=', full)
        .then(2)
        .else(3)
        .end(),
    )
    .orderBy('accounts.created_at')
    .executeTakeFirst();
  return row && accountOf(row);
}

/**
 * Returns the RAM user of an assertion, if it may sign in.
 * @throws Refusal AuthenticationFail.SAMLAssertion.Invalid if no user has that name; Inactive if its sign-in is
 * disabled; NotSignedIn if the settings have changed since the assertion was verified
 */
export async function findAssertedUser(
  scope: Scope,
  { subject, settings }: SamlSignInProof,
): Promise<UserRow> {
  const present = await readUserSsoSettings(scope);
  if (!present.enabled || present.metadata !== settings.metadata) throw new Refusal('NotSignedIn');
  if (subject.inResponseTo === undefined && !present.unsolicitedResponses) {
    throw new Refusal('AuthenticationFail.SAMLAssertion.Unsolicited');
  }
  const auxiliaryDomain = await effectiveAuxiliaryDomain(scope);
  const userName = userNameIn(subject.subject, { ...present, auxiliaryDomain }, scope.account);
  const user =
    userName === undefined
      ? undefined
      : await findUser(scope.queries, scope.account.accountId, { by: 'name', userName });
  if (user === undefined) {
    throw new Refusal('AuthenticationFail.SAMLAssertion.Invalid', {
      reason: 'its subject is no RAM user of the account',
    });
  }
  const profile = await findLoginProfile(scope.queries, scope.account.accountId, user.user_id);
  if (profile?.status === 'Inactive') throw new Refusal('Inactive', { name: user.user_name });
  return user;
}

/** Providers name a user as it signs in, `name@domain`; or, if the account is set so, by its name alone. */
function userNameIn(
  subject: string,
  { auxiliaryDomain, loginWithDomain }: UserSsoSettings,
  account: Account,
): string | undefined {
  const at = subject.lastIndexOf('@');
  if (at < 0) return loginWithDomain ? undefined : subject;
  const domain = subject.slice(at + 1).toLowerCase();
  const ours = [...loginDomainsOf(account), auxiliaryDomain];
  return domain !== '' && ours.includes(domain) ? subject.slice(0, at) : undefined;
}
