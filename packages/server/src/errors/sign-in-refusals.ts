import type { RefusalEntry } from '@claviger/guard/internal';

/** Refusals of sign-in: passwords, second factors, console sessions, identity providers, throttling. */
export const SIGN_IN_REFUSALS = {
  'InvalidParameter.Password.TooWeak': { status: 400, message: 'The password is too weak: {reason}.' },
  'InvalidParameter.OldPassword': {
    status: 400,
    message: 'The parameter - "OldPassword" is not the present password.',
  },
  CheckAuthenticationCodeFail: {
    status: 403,
    message: 'The authentication codes are not two consecutive codes of the device, or were used already.',
  },
  Inactive: { status: 403, message: 'The console logon of the user is disabled: {name}.' },
  'Inactive.Locked': {
    status: 403,
    code: 'Inactive',
    message: 'The console logon of the user is locked after too many wrong passwords: {name}.',
  },

  // Console sessions.
  NotSignedIn: { status: 401, message: 'Sign in to the console: there is no session, or it has ended.' },
  ForeignOrigin: {
    status: 403,
    message: 'The request does not come from a page of the console at {origin}.',
  },
  InvalidCsrfToken: {
    status: 403,
    message: 'The header x-claviger-csrf does not have the token of this session; GetSession answers it.',
  },
  SessionAndSignature: {
    status: 400,
    message: 'The request has both a signature and a session of the console. Send one of them.',
  },
  SignatureOnly: { status: 403, message: 'This needs a signature, not a session of the console: {action}.' },
  SessionOnly: { status: 403, message: 'Only a session of the console can do this: {action}.' },
  StepUpRequired: {
    status: 403,
    message: 'Verify that it is still you before you do this: call StepUp, then repeat the request.',
  },
  'AuthenticationFail.SignIn': {
    status: 401,
    message:
      'The login name or the password is wrong, or sign-in is locked for a while after too many wrong passwords.',
  },
  'AuthenticationFail.SecondFactor': {
    status: 401,
    message: 'The code is wrong, or the device is locked after too many wrong codes.',
  },
  'AuthenticationFail.CodeUsed': {
    status: 401,
    message:
      'The code was used already, and each code is accepted once. Wait for the next code, then enter that.',
  },
  'Forbidden.CredentialChange': {
    status: 403,
    message:
      'The account lets AccessKeys make this change only in a session that began with a second factor: sign in to the console with one, assume a role there and use its keys, or make the change in the console.',
  },
  OtherPrincipalSignedIn: {
    status: 409,
    message:
      'Another user has signed in with this browser, or the session has switched to a role or back. Reload the page to go on as that principal.',
  },
  SwitchedToRole: {
    status: 409,
    message: 'The session has switched to a role, and this operation is for its user. Switch back first.',
  },
  SwitchedRoleEnded: {
    status: 403,
    message: 'The session of the role has ended. Switch back to go on as the user.',
  },
  'Forbidden.RoleConsoleLogin': {
    status: 403,
    message: 'The role {name} cannot be switched to in the console: set its AllowConsoleLogin.',
  },
  'AuthenticationFail.Passkey': { status: 401, message: 'The passkey is not accepted: {reason}.' },
  'AuthenticationFail.StepUp': { status: 401, message: 'That did not verify you: {reason}.' },
  Throttling: { status: 400, message: 'Request was denied due to request throttling.' },
  'Throttling.SignIn': {
    status: 429,
    message: 'Too many attempts failed. Wait a few minutes, then try again.',
  },
  'Throttling.SAMLAssertion': {
    status: 429,
    message:
      'The SAML assertion was shown too often. Have its identity provider make another one, or wait a minute.',
  },
  'Throttling.Stream': {
    status: 429,
    message:
      'The {of} has as many streams of credentials open at this node as it may, {limit}. Close one, or wait until one ends.',
  },
  'Forbidden.LoginNetwork': {
    status: 403,
    message: 'The account does not let its users sign in from {address}.',
  },
  'Forbidden.PasswordExpired': {
    status: 403,
    message: 'The password has expired. An administrator has to set a new one.',
  },
  'Forbidden.PasswordSignIn': {
    status: 403,
    message: "The account's users sign in through its identity provider, not with a password.",
  },
  'InvalidStep.SignIn': {
    status: 409,
    message: 'That is not the next step of this sign-in, which is: {step}.',
  },
  PublicUrlNeeded: {
    status: 400,
    message:
      'Single sign-on needs an address that the operator has set, and {origin} is not set: start the server with --public-url.',
  },
  PasskeyUnavailable: {
    status: 400,
    message:
      'Passkeys are bound to a host name that the operator has set, and {origin} is not set: open the console at http://localhost, or start the server with --public-url.',
  },
  'AuthenticationFail.SAMLAssertion.Expired': {
    status: 401,
    message: 'The SAML assertion is not valid at this time: {reason}.',
  },
  'AuthenticationFail.SAMLAssertion.Invalid': {
    status: 401,
    message: 'The SAML assertion is not accepted: {reason}.',
  },
  'AuthenticationFail.SAMLAssertion.Unsolicited': {
    status: 401,
    message:
      'The SAML response does not answer a sign-in that this browser began. Begin at the console, or have the account accept unsolicited responses.',
  },
  'AuthenticationFail.OIDCToken.Expired': {
    status: 401,
    message: 'The OIDC token is not valid at this time: {reason}.',
  },
  'AuthenticationFail.OIDCToken.Invalid': {
    status: 401,
    message: 'The OIDC token is not accepted: {reason}.',
  },
  'AuthenticationFail.OIDCToken.AudienceNotMatch': {
    status: 401,
    message: 'Invalid audience. It must be a client ID of the OIDC provider.',
  },
  'AuthenticationFail.NoPermission.Provider': {
    status: 401,
    code: 'AuthenticationFail.NoPermission',
    message: 'No such OIDC Provider registered, or the token is not issued by it.',
  },
  'AuthenticationFail.NoPermission.Role': {
    status: 401,
    code: 'AuthenticationFail.NoPermission',
    message:
      'There is no permission. The role does not exist or does not trust the OIDC provider for this token: {resource}',
  },
} as const satisfies Record<string, RefusalEntry>;
