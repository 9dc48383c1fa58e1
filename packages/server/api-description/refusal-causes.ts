import { ENTITY_AND_SERVICE_TOPICS } from './entity-refusal-causes.ts';
import type { Topic } from './refusal-topic.ts';

/** Explanations of every code, by topic. A whole code goes before a beginning, a longer beginning before a shorter. */
export const TOPICS: readonly Topic[] = [
  {
    title: 'Requests and parameters',
    explanations: {
      InvalidVersion: [
        'The `Version` of the request belongs to no product.',
        'Use one of `2019-08-15` (IMS), `2015-05-01` (RAM), `2015-04-01` (STS), `2020-07-06` or `2017-12-04` (ActionTrail), `2026-11-24` (Claviger).',
      ],
      'InvalidAction.NotFound': [
        'The version has no operation of that name. Names are case-sensitive. Behind a guard: the service map has no such action.',
        'Look the name up in the [reference](reference/ims.md), or correct the service map.',
      ],
      'InvalidAction.NotBuilt': [
        'RAM has the operation, this release of Claviger does not.',
        'See the table of operations in the README.',
      ],
      UnsupportedHTTPMethod: [
        'The API takes GET and POST; operations of the console take POST. A gateway forwards neither CONNECT nor TRACE.',
        'Send the request with POST.',
      ],
      'InvalidProtocol.NeedSsl': [
        'A guard at another machine asks for credentials without TLS.',
        'Use `https`; behind a proxy that ends TLS, name the proxy in `--trusted-proxies`.',
      ],
      'InvalidParameter.Format': [
        '`Format` is neither `JSON` nor `XML`, or the query or form is not percent-encoded UTF-8.',
        'Correct the parameter, or use an SDK to encode the request.',
      ],
      'InvalidParameter.TooMany': [
        'The request has more parameters than any operation takes.',
        'Send fewer parameters.',
      ],
      'InvalidParameter.Duplicate': [
        'A parameter stands twice, or in the query and in the form. The signature could cover one and the server read the other.',
        'Send each parameter once.',
      ],
      RequestTooLarge: [
        'The body is larger than the limit.',
        'Send a smaller body, or have the operator raise the limit of the gateway.',
      ],
      'Missing{name}': ['A required parameter is absent or empty.', 'Send it.'],
      MissingParameter: [
        'A guard reads the resource or action from a parameter, and it is absent.',
        'Send the parameter that the message names.',
      ],
      'MissingParameter.{name}': ['A required parameter is absent or empty.', 'Send it.'],
      'Invalid{name}': [
        'The value of the parameter is not allowed.',
        'Compare it with the [reference](reference/ims.md).',
      ],
      'InvalidParameter.{name}.InvalidChars': [
        'The value has characters that are not allowed.',
        'Remove them; the reference has the allowed form.',
      ],
      'InvalidParameter.{name}.Length': [
        'The value is too short or too long, or the list has too many items.',
        'Shorten it; the reference has the bounds.',
      ],
      'InvalidParameter.{name}.Format': [
        'The value does not have the required form.',
        'Compare it with the reference.',
      ],
      'InvalidParameter.{name}.Range': [
        'The number is out of range.',
        'Use a number in the range that the message names.',
      ],
      InvalidParameter: [
        'The parameters contradict each other, or the value cannot be used.',
        'The message says which and why.',
      ],
      'InvalidParameter.{name}': [
        'The ARN or the metadata document is malformed.',
        'Compare it with what the identity provider or the console shows.',
      ],
      'InvalidParameter.IssuerUrl.Format': [
        'The address of the OIDC issuer is not `https`, not public, or cannot be read.',
        'Use the issuer address of the provider; see [identity providers](identity-providers.md).',
      ],
      MalformedPolicyDocument: [
        'The policy document is not valid. The message names the place and the fault.',
        'Check it with the policy editor of the console or `ValidatePolicyDocument`.',
      ],
      'InvalidParameter.AccessKeyPolicy': [
        'The network policy of an AccessKey is malformed.',
        'Correct what the message names: addresses, CIDR blocks or VPC ids.',
      ],
      'InvalidParameter.RoleArn': [
        '`RoleArn` is not of the form `acs:ram::<account>:role/<name>`.',
        'Copy the ARN from `GetRole`.',
      ],
      'InvalidParameter.RoleSessionName': [
        '`RoleSessionName` is shorter than 2 or longer than 64 characters, or has other characters than letters, digits and `.@-_`.',
        'Choose another name.',
      ],
      'InvalidParameter.DurationSeconds': [
        'The duration is out of the bounds of STS or of the role.',
        'Use a duration in the range that the message names.',
      ],
      'InvalidParameter.PolicyGrammar': [
        'The session policy is not a valid policy.',
        'Check it with `ValidatePolicyDocument`.',
      ],
      'InvalidParameter.PolicySize': ['The session policy is too long.', 'Shorten it.'],
      'InvalidParameter.ExternalId': [
        '`ExternalId` is malformed.',
        'Use 2 to 1,224 characters of the allowed set.',
      ],
      'InvalidParameter.': [
        'The request could be read in two ways, so the guard refuses it.',
        'Correct the path, query or header that the message names; see [guard](guard.md).',
      ],
      MisdirectedRequest: [
        'The `Host` of the request is not one of the names that the server is configured for.',
        'Use the public address, or add the name with `--hosts`. A proxy has to pass the host on.',
      ],
      PathNotFound: [
        'The admin listener has no such path.',
        'See [operations](operations/README.md) for its paths.',
      ],
      PathNotPublic: [
        'The path is served by the admin listener only.',
        'Ask the admin listener: `--admin-port`, `--admin-paths`.',
      ],
    },
  },
  {
    title: 'Signature, AccessKey and token',
    explanations: {
      IncompleteSignature: [
        'The signature is malformed, a part of it is absent, or it does not cover the required headers.',
        'Sign with an official SDK; `claviger verify` shows what is missing.',
      ],
      SignatureDoesNotMatch: [
        'The server computed another signature. The message has the string that it signed.',
        "Compare the string with the client's, and check the secret. `claviger verify` compares them.",
      ],
      InvalidSignatureMethod: [
        'The algorithm is unknown, or not the one that the key is for.',
        'Use `ACS3-HMAC-SHA256`.',
      ],
      InvalidSignatureVersion: ['`SignatureVersion` is not `1.0`.', 'Send `1.0`, or sign with ACS3.'],
      InvalidSignatureNonce: [
        'The nonce is empty or too long.',
        'Send a new random value with each request.',
      ],
      SignatureNonceUsed: [
        'A request with this nonce was accepted already: it was repeated by the client, a proxy or an attacker. Or it has no nonce, and an equal one was accepted that was signed in the same second.',
        'Sign each attempt anew, retries included. ROA 1.0 without `x-acs-signature-nonce`: send that header, or no equal request within a second.',
      ],
      'InvalidTimeStamp.Format': [
        'The time of the signature is not an ISO 8601 time in UTC.',
        'Send `YYYY-MM-DDThh:mm:ssZ`.',
      ],
      'InvalidTimeStamp.Expired': [
        "The time of the signature differs from the server's by more than 15 minutes.",
        'Correct the clock of the client.',
      ],
      'InvalidTimeStamp.BeforeStart': [
        'The request was signed before this process or the shared nonce store started, and the nonces of that time are not known.',
        'Sign the request again.',
      ],
      UnsupportedSignatureType: ['The request brings a bearer token.', 'Sign with an AccessKey.'],
      MissingAccessKeyId: ['The request is not signed.', 'Sign it, or sign in to the console.'],
      MissingBearerToken: [
        'The request names the bearer token signature type and has no token.',
        'Sign with an AccessKey.',
      ],
      MissingSignature: ['The signature is absent.', 'Sign with an official SDK.'],
      MissingSignatureMethod: ['`SignatureMethod` is absent.', 'Send `HMAC-SHA1`, or sign with ACS3.'],
      MissingSignatureNonce: ['`SignatureNonce` is absent.', 'Send a new random value with each request.'],
      MissingSignatureVersion: ['`SignatureVersion` is absent.', 'Send `1.0`, or sign with ACS3.'],
      MissingTimestamp: [
        'The time of the signature is absent.',
        'Send `Timestamp`, or `x-acs-date` with ACS3.',
      ],
      MissingSecurityToken: [
        'The key is temporary (`STS.…`) and the request has no token.',
        'Send the `SecurityToken` that came with the key.',
      ],
      ContentSHA256NotMatched: [
        'The body is not the one whose digest was signed.',
        'Sign the bytes that are sent; check proxies that change bodies.',
      ],
      ContentMD5NotMatched: [
        'The body is not the one whose MD5 was signed.',
        'Sign the bytes that are sent; check proxies that change bodies.',
      ],
      BodyNotCovered: [
        'The signature does not cover the body, so it could be replaced.',
        'Send `Content-MD5`, or sign with `ACS3-HMAC-SHA256`.',
      ],
      'InvalidAccessKeyId.NotFound': [
        'The key does not exist, is in the recycle bin, or belongs to another server.',
        'Check the id; restore the key from the recycle bin, or create another.',
      ],
      'InvalidAccessKeyId.Inactive': [
        'The key is disabled or has expired, or its user is in the recycle bin.',
        'Enable it with `UpdateAccessKey`, or create another.',
      ],
      'InvalidAccessKeyId.Damaged': [
        'The stored secret cannot be decrypted.',
        "Use another key. The server's log names the damaged one.",
      ],
      'InvalidSecurityToken.Malformed': [
        'The token was not made by this server, or was changed.',
        'Send the token as it was answered, with its own key.',
      ],
      'InvalidSecurityToken.Expired': ['The session has ended or was revoked.', 'Call `AssumeRole` again.'],
      InvalidSecurityToken: [
        'The AccessKey that assumed the role was disabled or deleted, and the account ends role sessions with their key.',
        'Call `AssumeRole` with another key. `SetAccountProtection` with `RoleSessionsEndWithAccessKey=false` lets later sessions outlive their key.',
      ],
      'InvalidSecurityToken.MismatchWithAccessKey': [
        'The token belongs to another temporary key.',
        'Send the key and the token of one answer.',
      ],
      StoredSecretDamaged: [
        "A stored secret that the request needs cannot be decrypted. The server's log names it.",
        'The operator replaces it; see [operations](operations/README.md).',
      ],
    },
  },
  {
    title: 'Permission',
    explanations: {
      NoPermission: [
        'No policy allows the action on the resource, or one denies it. The operation may also be for others only: the account root, RAM users, guards.',
        'Attach a policy with the action and resource of the message. The simulator shows which statement decides.',
      ],
      'Forbidden.AccessKeyNetworkPolicy': [
        'The network policy of the key or of the account does not allow the address. The message names the level.',
        'Call from an allowed address, or change the policy.',
      ],
      'Forbidden.CredentialChange': [
        'The account requires a second factor before an AccessKey changes credentials.',
        'Change it in the console, or use keys of a role that was assumed in a console session with a second factor.',
      ],
      'Forbidden.LoginNetwork': [
        'The login mask of the account excludes the address.',
        'Sign in from an allowed network, or have an administrator change `LoginNetworkMasks`.',
      ],
      SignatureOnly: [
        'The operation is for signed requests, not for console sessions.',
        'Sign the request with an AccessKey.',
      ],
      SessionOnly: [
        'The operation is for console sessions, not for signed requests.',
        'Do it in the console.',
      ],
    },
  },
  {
    title: 'Sign-in and console sessions',
    explanations: {
      NotSignedIn: ['There is no console session, or it has ended.', 'Sign in.'],
      ForeignOrigin: [
        "The request comes from a page of another origin than the console's.",
        'Open the console at the address of `--public-url`.',
      ],
      InvalidCsrfToken: [
        'The CSRF token is absent or belongs to another session.',
        'Reload the page; a client reads the token with `GetSession`.',
      ],
      SessionAndSignature: ['The request has both a signature and a session cookie.', 'Send one of them.'],
      StepUpRequired: [
        'The operation grants, revives or loosens something, and the session was not confirmed within ten minutes.',
        'Call `StepUp` (password, code or passkey), then repeat the request. See [which operations](reference/step-up.md).',
      ],
      OtherPrincipalSignedIn: [
        'Another user signed in with the same browser, or the session switched to a role or back.',
        'Reload the page.',
      ],
      SwitchedToRole: [
        "The operation is for the session's user: its AccessKeys, devices, passkeys and sessions, or another switch.",
        'Call `SwitchBack` first.',
      ],
      SwitchedRoleEnded: [
        'The role was deleted, closed for the console, its sessions were revoked, or its duration is over.',
        'Call `SwitchBack`; then switch again, if the role still allows it.',
      ],
      'Forbidden.RoleConsoleLogin': [
        "The role's `AllowConsoleLogin` is off.",
        'Set `NewAllowConsoleLogin=true` with `UpdateRole`.',
      ],
      'AuthenticationFail.SignIn': [
        'Login name or password are wrong, or the user is locked after too many attempts. The answer does not tell which.',
        'Check the login name (`user@domain`); wait, or have an administrator reset the password.',
      ],
      'AuthenticationFail.SecondFactor': [
        'The code is wrong, or the device is locked after too many attempts.',
        'Enter the present code; check the clock of the device.',
      ],
      'AuthenticationFail.CodeUsed': ['Each code is accepted once.', 'Wait for the next code.'],
      'AuthenticationFail.Passkey': [
        "The browser's answer could not be verified.",
        'Try again; the message has the reason. Register the passkey again if it persists.',
      ],
      'AuthenticationFail.StepUp': [
        'The step-up could not be verified.',
        'The message has the reason and the methods that are open.',
      ],
      CheckAuthenticationCodeFail: [
        'The two codes are not consecutive codes of the device, or were used.',
        'Enter two new codes in a row.',
      ],
      Inactive: [
        'Console sign-in of the user is disabled, or locked after too many wrong passwords.',
        'An administrator enables it with `UpdateLoginProfile`, or wait.',
      ],
      'InvalidStep.SignIn': [
        'The steps of the sign-in were called in another order.',
        'Continue with the step that the message names.',
      ],
      'InvalidParameter.Password.TooWeak': [
        'The password does not follow the password policy of the account.',
        'The message names the rule.',
      ],
      'InvalidParameter.OldPassword': [
        'The present password is wrong.',
        'Enter it again, or have an administrator set a new one.',
      ],
      'Forbidden.PasswordExpired': [
        'The password has expired, or an initial password was not used in time.',
        'An administrator sets a new one.',
      ],
      'Forbidden.PasswordSignIn': [
        'Users of the account sign in through its identity provider.',
        'Choose single sign-on.',
      ],
      PublicUrlNeeded: [
        'Single sign-on needs an address that the operator has set.',
        'Start the server with `--public-url`.',
      ],
      PasskeyUnavailable: [
        'Passkeys need a host name that the operator has set.',
        'Start the server with `--public-url`, or open the console at `http://localhost`.',
      ],
    },
  },
  {
    title: 'Identity providers',
    explanations: {
      'AuthenticationFail.SAMLAssertion.Expired': [
        'The assertion is not valid at this time.',
        'Sign in again; compare the clocks of provider and server.',
      ],
      'AuthenticationFail.SAMLAssertion.Invalid': [
        "The assertion's signature, audience, recipient or form is wrong.",
        'The message has the reason; see [identity providers](identity-providers.md).',
      ],
      'AuthenticationFail.SAMLAssertion.Unsolicited': [
        'The response answers no sign-in of this browser.',
        'Begin at the console, or set `SetUserSsoResponsePolicy`.',
      ],
      'AuthenticationFail.OIDCToken.Expired': [
        "The token is not valid at this time, or older than the provider's limit.",
        'Get a new token.',
      ],
      'AuthenticationFail.OIDCToken.Invalid': [
        'The token is not a JSON Web Token, or one of its claims is missing or wrong.',
        'The message has the reason; see [identity providers](identity-providers.md).',
      ],
      'AuthenticationFail.OIDCToken.AudienceNotMatch': [
        'The `aud` of the token is not a client ID of the OIDC provider.',
        'Request the token for a client ID of the provider, or add the audience to the client IDs.',
      ],
      'AuthenticationFail.NoPermission': [
        'The OIDC provider does not exist or has not issued the token; or the role does not exist or does not trust the provider for this token. The answers are the same, so that a caller without a valid token learns neither.',
        'Check the ARNs of provider and role, the issuer, and the `Condition` of the trust policy.',
      ],
    },
  },
  ...ENTITY_AND_SERVICE_TOPICS,
];
