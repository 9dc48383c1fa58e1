import { deflateRawSync } from 'node:zlib';
import { SAML_NAMESPACES } from '../../federation/saml-namespaces.ts';
import { consoleServiceProvider } from '../../federation/service-provider.ts';
import { consumeAssertion } from '../../federation/used-assertion.ts';
import { type ConsoleOperation, consoleOperation } from '../../pipeline/operation.ts';
import { endConsoleSession } from '../../session/console-session.ts';
import { trustedOrigin } from '../../session/console-site.ts';
import { setCookie } from '../../session/cookie.ts';
import { openConsoleSession, pendingSession } from '../../session/password-sign-in.ts';
import { newSamlRequestId, SAML_REQUEST_SECONDS } from '../../session/saml-request.ts';
import { readSecondFactors } from '../../session/second-factor.ts';
import { principalOf } from '../../session/session-identity.ts';
import { csrfTokenOf, hashOfToken } from '../../session/session-secret.ts';
import { STEP_UP_MS } from '../../session/step-up.ts';
import { findAssertedUser, readSignOn, verifySamlSignIn } from '../../session/verify-saml-sign-in.ts';
import { readSecurityPreference } from '../../settings/security-preference.ts';
import { instant } from '../../wire/instant.ts';
import { secret, text } from '../../wire/parameter.ts';
import { Secret } from '../../wire/secret.ts';
import { VERSION } from './version.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Console operations for the sign-in through the account's own identity provider. */
export const samlSignInOperations: readonly ConsoleOperation[] = [
  // Returns the provider's address with a SAML request for the browser.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'BeginSamlSignIn',
    access: 'console',
    session: 'none',
    input: { LoginName: text({ max: 160, chars: /^\P{Cc}*$/u }) },
    answer: { Location: 'string' },
    prove: (input, request) => readSignOn(request, input.LoginName),
    async handle(_, { account, address }, request) {
      const serviceProvider = consoleServiceProvider(trustedOrigin(request.site), account.accountId);
      const token = request.samlToken ?? request.services.identifiers.consoleSessionToken();
      const id = newSamlRequestId(token, account.accountId);
      const authnRequest = [
        `<samlp:AuthnRequest xmlns:samlp="${SAML_NAMESPACES.protocol}" ID="${id}" Version="2.0"`,
        ` IssueInstant="${instant(request.now)}" Destination="${escapeXml(address)}"`,
        ` ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"`,
        ` AssertionConsumerServiceURL="${escapeXml(serviceProvider.address)}">`,
        `<saml:Issuer xmlns:saml="${SAML_NAMESPACES.assertion}">${escapeXml(serviceProvider.entityId)}</saml:Issuer>`,
        '</samlp:AuthnRequest>',
      ].join('');
      const location = new URL(address);
      location.searchParams.set('SAMLRequest', deflateRawSync(authnRequest).toString('base64'));
      return {
        answer: { Location: location.href },
        actor: undefined,
        cookies: [setCookie('saml', token, request.site, SAML_REQUEST_SECONDS)],
      };
    },
  }),

  // Verifies the provider's SAML response, forwarded by the page at `/saml/sign-in/{account}`.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SignInWithSaml',
    access: 'console',
    session: 'none',
    input: {
      AccountId: text({ format: /^\d{16}$/ }),
      SAMLResponse: secret(text({ min: 4, max: 100_000 })),
    },
    answer: { Step: 'string', CsrfToken: 'string' },
    prove: (input, request) => verifySamlSignIn(request, input.AccountId, input.SAMLResponse),
    async handle(_, proof, request) {
      const { account, subject } = proof;
      const user = await findAssertedUser(request, proof);
      const owner = { type: 'user', id: user.user_id, name: user.user_name } as const;
      request.attempted(account, owner);
      await consumeAssertion(request, subject);
      const preference = await readSecurityPreference(request.queries, account.accountId);
      if (request.sessionToken !== undefined) {
        await endConsoleSession(request.queries, hashOfToken(request.sessionToken));
      }
      const end = request.now + preference.LoginSessionDuration * HOUR_MS;
      const factors = await readSecondFactors(request, owner, preference.AllowUserToLoginWithPasskey);
      const hasFactor = factors.device !== undefined || factors.passkeys.length > 0;
      const row = {
        ...pendingSession(request, { account, owner, passwordSetAt: 0 }, request),
        expires_at: Math.min(end, subject.sessionEndsBy ?? end),
        // For a user without a second factor, the provider's authentication counts as a step-up. A user with a device or
        // a passkey has to present it, since the provider may have reused a session without asking for anything.
        step_up_until: hasFactor ? null : request.now + STEP_UP_MS,
      };
      const token = await openConsoleSession(request, owner, preference, row);
      return {
        answer: { Step: 'Done', CsrfToken: new Secret(csrfTokenOf(token)) },
        actor: principalOf({ account, user }),
        cookies: [
          setCookie('session', token, request.site, undefined),
          setCookie('saml', '', request.site, undefined),
        ],
        event: { type: 'ConsoleSignin', mfaChecked: false },
      };
    },
  }),
];

function escapeXml(value: string): string {
  return value.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
