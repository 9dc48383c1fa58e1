import { guardRefusals } from '@claviger/guard/internal';

/** One refusal: what goes on the wire. */
export interface CatalogueEntry {
  readonly status: number;
  readonly message: string;
  /** The code on the wire when it has placeholders; otherwise the entry's name is the code. */
  readonly code?: string;
}

/**
 * Every refusal of the control plane: code, HTTP status, message. The codes and statuses are RAM's, since
 * Terraform and the SDKs decide by them; where RAM's are not known the nearest of its family is taken.
 * Refusals of the signature are in the signature package, those of keys and networks in guard.
 */
export const catalogue = {
  // The request itself.
  InvalidVersion: { status: 400, message: 'Specified parameter Version is not valid.' },
  'InvalidAction.NotFound': {
    status: 404,
    message: 'Specified api is not found, please check your url and method.',
  },
  'InvalidAction.NotBuilt': {
    status: 400,
    code: 'InvalidAction.NotBuilt',
    message:
      'Claviger does not have the operation {action} of {product} {version} yet. See "Not yet" in its README.',
  },
  UnsupportedHTTPMethod: { status: 400, message: 'This http method is not supported: {method}.' },
  'InvalidProtocol.NeedSsl': {
    status: 400,
    message: 'Your request is denied as lack of ssl protect.',
  },
  'InvalidParameter.Format': { status: 400, message: 'Specified parameter Format is not valid.' },
  RequestTooLarge: { status: 413, message: 'The request body is larger than {limit} bytes.' },
  Missing: { status: 400, code: 'Missing{name}', message: '{name} is mandatory for this action.' },
  Invalid: { status: 400, code: 'Invalid{name}', message: 'Specified parameter {name} is not valid.' },
  AnonymousRefused: {
    status: 400,
    code: 'MissingAccessKeyId',
    message: 'AccessKeyId is mandatory for this action.',
  },
  'InvalidParameter.InvalidChars': {
    status: 400,
    code: 'InvalidParameter.{name}.InvalidChars',
    message: 'The parameter - "{name}" contains invalid chars.',
  },
  'InvalidParameter.Length': {
    status: 400,
    code: 'InvalidParameter.{name}.Length',
    message: 'The parameter - "{name}" beyond the length limit.',
  },
  'InvalidParameter.FormatOf': {
    status: 400,
    code: 'InvalidParameter.{name}.Format',
    message: 'The format of the parameter - "{name}" is incorrect.',
  },
  'InvalidParameter.Range': {
    status: 400,
    code: 'InvalidParameter.{name}.Range',
    message: 'The parameter - "{name}" is out of the range {range}.',
  },
  InvalidParameter: { status: 400, message: '{reason}' },
  MalformedPolicyDocument: {
    status: 400,
    code: 'MalformedPolicyDocument',
    message: 'The policy document is malformed. {fault}',
  },
  'InvalidParameter.AccessKeyPolicy': {
    status: 400,
    message: 'The parameter - "AccessKeyPolicy" is not valid: {reason}',
  },
  'InvalidParameter.RoleArn': { status: 400, message: 'The parameter RoleArn is wrongly formed.' },
  'InvalidParameter.RoleSessionName': {
    status: 400,
    message: 'The parameter RoleSessionName is wrongly formed.',
  },
  'InvalidParameter.DurationSeconds': {
    status: 400,
    message: 'The Min/Max value of DurationSeconds is {minimum}/{maximum} seconds.',
  },
  'InvalidParameter.PolicyGrammar': {
    status: 400,
    message: 'The parameter Policy has not passed grammar check. {fault}',
  },
  'InvalidParameter.PolicySize': {
    status: 400,
    message: 'The parameter Policy is longer than {limit} characters.',
  },
  'InvalidParameter.ExternalId': { status: 400, message: 'The parameter ExternalId is wrongly formed.' },

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
  'NoPermission.NotRamUser': {
    status: 403,
    code: 'NoPermission',
    message: 'Only a RAM user changes its own password; this caller is none.',
  },

  // The key, when it was revoked while the request waited for its turn; otherwise guard refuses first.
  'InvalidAccessKeyId.NotFound': { status: 404, message: 'Specified access key is not found.' },
  'InvalidAccessKeyId.Inactive': { status: 400, message: 'Specified access key is disabled.' },

  // Before the API sees the request.
  MisdirectedRequest: {
    status: 421,
    message: 'The host that the request names is not served here.',
  },
  PathNotFound: { status: 404, message: 'There is nothing at this path of the admin listener.' },
  PathNotPublic: {
    status: 404,
    message: 'This path is on the admin listener of the server: see --admin-port and --admin-paths.',
  },

  // Another stored secret than that of the caller's key; guard refuses for that one.
  StoredSecretDamaged: {
    status: 409,
    message:
      'A stored secret that this request needs is damaged. The log of the server names it; its operator has to replace it.',
  },

  // Sessions of the console, and the way to one.
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
    message: 'Another user has signed in with this browser. Reload the page to go on as that user.',
  },
  'AuthenticationFail.Passkey': { status: 401, message: 'The passkey is not accepted: {reason}.' },
  'AuthenticationFail.StepUp': { status: 401, message: 'That did not verify you: {reason}.' },
  Throttling: { status: 400, message: 'Request was denied due to request throttling.' },
  'Throttling.User': {
    status: guardRefusals['Throttling.User'].httpStatus,
    message: guardRefusals['Throttling.User'].message,
  },
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
      'Single sign-on needs an address that the operator vouches for, and {origin} is none: start the server with --public-url.',
  },
  PasskeyUnavailable: {
    status: 400,
    message:
      'Passkeys are bound to a host name that the operator vouches for, and {origin} is none: open the console at http://localhost, or start the server with --public-url.',
  },

  // What an identity provider says of somebody, when it is not believed.
  'MissingParameter.Of': {
    status: 400,
    code: 'MissingParameter.{name}',
    message: 'The parameter {name} is mandatory for this action.',
  },
  'InvalidParameter.ProviderArn': {
    status: 400,
    code: 'InvalidParameter.{name}',
    message: 'The parameter {name} is wrongly formed.',
  },
  'InvalidParameter.MetadataDocument': {
    status: 400,
    code: 'InvalidParameter.{name}',
    message: 'The parameter - "{name}" is no usable SAML metadata: {reason}.',
  },
  'InvalidParameter.IssuerUrl': {
    status: 400,
    code: 'InvalidParameter.IssuerUrl.Format',
    message: 'The parameter - "IssuerUrl" is not usable: {reason}.',
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
  'NoPermission.Federated': {
    status: 403,
    code: 'NoPermission',
    message:
      'You are not authorized to do this action. The specified role does not trust the identity provider: {resource}',
  },

  // Permission.
  NoPermission: { status: 403, message: guardRefusals.NoPermission.message },
  'NoPermission.AssumeRole': {
    status: 403,
    code: 'NoPermission',
    message:
      'No permission perform sts:AssumeRole on this Role. Maybe you are not authorized to perform sts:AssumeRole or the specified role does not trust you: {resource}',
  },
  'NoPermission.NotRoot': {
    status: 403,
    code: 'NoPermission',
    message: 'Only the account root does this.',
  },
  'NoPermission.Guard': {
    status: 403,
    code: 'NoPermission',
    message: 'The caller is a guard, which calls only the operations that are made for guards, not {action}.',
  },
  'NoPermission.NotGuard': {
    status: 403,
    code: 'NoPermission',
    message:
      'Only a registered guard calls {action}; the caller is none, whatever its policies say. Register one with `claviger guard add`, and use the AccessKey that it prints.',
  },
  'NoPermission.CreateGuard': {
    status: 403,
    code: 'NoPermission',
    message:
      'Whoever registers a guard must be allowed to act as every user and role of the account: {action} is denied to the caller for some.',
  },
  'NoPermission.OtherGuard': {
    status: 403,
    code: 'NoPermission',
    message: 'The AccessKey is of the guard {name}: say so in GuardName.',
  },
  'NoPermission.Passkey': {
    status: 403,
    code: 'NoPermission',
    message: 'No passkey can be registered: {reason}.',
  },
  'NoPermission.Root': {
    status: 403,
    code: 'NoPermission',
    message: 'Roles may not be assumed by root accounts.',
  },
  'NoPermission.System': {
    status: 403,
    code: 'NoPermission',
    message: 'System policies are managed by the system and cannot be changed.',
  },

  // What does not exist.
  'EntityNotExist.User': { status: 404, message: 'The user does not exist: {name}.' },
  'EntityNotExist.User.AccessKey': { status: 404, message: 'The user access key does not exist: {name}.' },
  'EntityNotExist.User.Policy': { status: 404, message: 'The policy is not attached to the user: {name}.' },
  'EntityNotExist.User.Group': { status: 404, message: 'The user is not in the group: {name}.' },
  'EntityNotExist.Group': { status: 404, message: 'The group does not exist: {name}.' },
  'EntityNotExist.Group.Policy': { status: 404, message: 'The policy is not attached to the group: {name}.' },
  'EntityNotExist.Guard': { status: 404, message: 'The guard does not exist: {name}.' },
  'EntityNotExist.Role': { status: 404, message: 'The role not exists: {name}.' },
  'EntityNotExist.Role.Policy': { status: 404, message: 'The policy is not attached to the role: {name}.' },
  'EntityNotExist.Policy': { status: 404, message: 'The policy does not exist: {name}.' },
  'EntityNotExist.Policy.Version': { status: 404, message: 'The policy version does not exist: {name}.' },
  'EntityNotExist.User.LoginProfile': { status: 404, message: 'The login profile does not exist: {name}.' },
  'EntityNotExist.User.MFADevice': { status: 404, message: 'The user has no MFA device: {name}.' },
  'EntityNotExist.User.Passkey': { status: 404, message: 'The passkey does not exist: {name}.' },
  'EntityNotExist.User.Verification': {
    status: 404,
    message: 'The user has no such mobile phone or email to be verified with: {name}.',
  },
  'EntityNotExist.VirtualMFADevice': {
    status: 404,
    message: 'The virtual MFA device does not exist: {name}.',
  },
  'EntityNotExist.Application': { status: 404, message: 'The application does not exist: {name}.' },
  'EntityNotExist.Application.AppSecret': {
    status: 404,
    message: 'The application secret does not exist: {name}.',
  },
  'EntityNotExist.Application.Provision': {
    status: 404,
    message: 'The application is not installed: {name}.',
  },
  'EntityNotExist.User.ServiceCredential': {
    status: 404,
    message: 'The service credential of the user does not exist: {name}.',
  },
  'EntityNotExist.CredentialReport': {
    status: 404,
    message: 'There is no credential report yet; generate one first.',
  },
  'EntityNotExist.GovernanceReport': {
    status: 404,
    message: 'There is no governance report yet; generate one first.',
  },
  'EntityNotExist.SAMLProvider': { status: 404, message: 'The SAML provider does not exist: {name}.' },
  'EntityNotExist.OIDCProvider': { status: 404, message: 'The OIDC provider does not exist: {name}.' },
  'EntityNotExist.UserSso': {
    status: 404,
    message: 'No identity provider signs users of that name in: {name}.',
  },
  'EntityNotExist.RoleArn': { status: 404, message: 'The specified role does not exist: {name}.' },
  'EntityNotExist.Account': { status: 404, message: 'The account does not exist: {name}.' },

  // Another request changed the same entity between the preparation of a change and its transaction.
  ConcurrentModification: {
    status: 409,
    message: 'The entity was modified by another request at the same time. Send the request again.',
  },

  // What exists already.
  'EntityAlreadyExists.User': { status: 409, message: 'The user does already exist: {name}.' },
  'EntityAlreadyExists.User.Policy': {
    status: 409,
    message: 'The policy has been attached to the user already: {name}.',
  },
  'EntityAlreadyExists.User.Group': { status: 409, message: 'The user is in the group already: {name}.' },
  'EntityAlreadyExists.Group': { status: 409, message: 'The group does already exist: {name}.' },
  'EntityAlreadyExists.Group.Policy': {
    status: 409,
    message: 'The policy has been attached to the group already: {name}.',
  },
  'EntityAlreadyExists.Guard': { status: 409, message: 'The guard does already exist: {name}.' },
  'EntityAlreadyExists.Role': { status: 409, message: 'The role does already exist: {name}.' },
  'EntityAlreadyExists.Role.Policy': {
    status: 409,
    message: 'The policy has been attached to the role already: {name}.',
  },
  'EntityAlreadyExists.Policy': { status: 409, message: 'The policy does already exist: {name}.' },
  'EntityAlreadyExists.AuxiliaryDomain': {
    status: 409,
    message: 'Another account has the domain, or has given it up less than 30 days ago: {name}.',
  },
  'EntityAlreadyExists.AccountAlias': { status: 409, message: 'The account alias is taken already: {name}.' },

  'EntityAlreadyExists.SAMLProvider': {
    status: 409,
    message: 'The SAML provider does already exist: {name}.',
  },
  'EntityAlreadyExists.OIDCProvider': {
    status: 409,
    message: 'The OIDC provider does already exist: {name}.',
  },
  'EntityAlreadyExists.OIDCProvider.Issuer': {
    status: 409,
    code: 'EntityAlreadyExists.OIDCProvider',
    message: 'Another OIDC provider of the account has this issuer already: {name}.',
  },
  'EntityAlreadyExists.Application': { status: 409, message: 'The application does already exist: {name}.' },
  'EntityAlreadyExists.User.LoginProfile': {
    status: 409,
    message: 'The user has a login profile already: {name}.',
  },
  'EntityAlreadyExists.User.MFADevice': {
    status: 409,
    message: 'The user has an MFA device already: {name}.',
  },
  'EntityAlreadyExists.User.Passkey': {
    status: 409,
    message: 'The passkey is registered already: {name}.',
  },
  'EntityAlreadyExists.VirtualMFADevice': {
    status: 409,
    message: 'The virtual MFA device does already exist: {name}.',
  },
  'EntityAlreadyExists.VirtualMFADevice.User': {
    status: 409,
    message: 'The virtual MFA device is bound already: {name}.',
  },

  // What stands in the way of a deletion.
  'DeleteConflict.User.LoginProfile': {
    status: 409,
    message: 'The user has a login profile; delete it first.',
  },
  'DeleteConflict.User.MFADevice': { status: 409, message: 'The user has an MFA device; unbind it first.' },
  'DeleteConflict.VirtualMFADevice.User': {
    status: 409,
    message: 'The virtual MFA device is bound to a user; unbind it first: {name}.',
  },
  'DeleteConflict.User.Group': { status: 409, message: 'The user is in groups; remove it from them first.' },
  'DeleteConflict.User.AccessKey': { status: 409, message: 'The user has access keys; delete them first.' },
  'DeleteConflict.User.Policy': {
    status: 409,
    message: 'Policies are attached to the user; detach them first.',
  },
  'DeleteConflict.Group.User': { status: 409, message: 'The group has users; remove them first.' },
  'DeleteConflict.Group.Policy': {
    status: 409,
    message: 'Policies are attached to the group; detach them first.',
  },
  'DeleteConflict.Role.Policy': {
    status: 409,
    message: 'Policies are attached to the role; detach them first.',
  },
  'DeleteConflict.Policy.User': { status: 409, message: 'The policy is attached to users; detach it first.' },
  'DeleteConflict.Policy.Group': {
    status: 409,
    message: 'The policy is attached to groups; detach it first.',
  },
  'DeleteConflict.Policy.Role': {
    status: 409,
    code: 'DeleteConflict.Role.Policy',
    message: 'The policy is attached to roles; detach it first.',
  },
  'DeleteConflict.Policy.Version': {
    status: 409,
    message: 'The policy has versions beside the default one; delete them first.',
  },
  'DeleteConflict.Policy.Version.Default': {
    status: 409,
    message: 'The default version of a policy cannot be deleted.',
  },

  // Limits.
  'LimitExceeded.Guard': { status: 409, message: 'The count of guards beyond the current limits: {limit}.' },
  'LimitExceeded.User': { status: 409, message: 'The count of users beyond the current limits: {limit}.' },
  'LimitExceeded.User.AccessKey': {
    status: 409,
    message: 'The access key count of the user access keys beyond the current limits: {limit}.',
  },
  'LimitExceeded.Account.AccessKey': {
    status: 409,
    message: 'The access key count of the account access keys beyond the current limits: {limit}.',
  },
  'LimitExceeded.AccessKeyPolicy': {
    status: 409,
    message: 'The access key policy beyond the current limits: {reason}',
  },
  'LimitExceeded.User.Group': {
    status: 409,
    message: 'The count of groups of the user beyond the current limits: {limit}.',
  },
  'LimitExceeded.User.Policy': {
    status: 409,
    message: 'The count of policies attached to the user beyond the current limits: {limit}.',
  },
  'LimitExceeded.Group': { status: 409, message: 'The count of groups beyond the current limits: {limit}.' },
  'LimitExceeded.Group.Policy': {
    status: 409,
    message: 'The count of policies attached to the group beyond the current limits: {limit}.',
  },
  'LimitExceeded.Role': { status: 409, message: 'The count of roles beyond the current limits: {limit}.' },
  'LimitExceeded.Role.Policy': {
    status: 409,
    message: 'The count of policies attached to the role beyond the current limits: {limit}.',
  },
  'LimitExceeded.Policy': {
    status: 409,
    message: 'The count of policies beyond the current limits: {limit}.',
  },
  'LimitExceeded.Policy.Version': {
    status: 409,
    message: 'The count of versions of the policy beyond the current limits: {limit}.',
  },
  'LimitExceeded.User.Passkey': {
    status: 409,
    message: 'The count of passkeys of the user beyond the current limits: {limit}.',
  },
  'LimitExceeded.VirtualMFADevice': {
    status: 409,
    message: 'The count of virtual MFA devices beyond the current limits: {limit}.',
  },
  'LimitExceeded.Application': {
    status: 409,
    message: 'The count of applications beyond the current limits: {limit}.',
  },
  'LimitExceeded.Application.AppSecret': {
    status: 409,
    message: 'The count of secrets of the application beyond the current limits: {limit}.',
  },
  'LimitExceeded.Application.Provision': {
    status: 409,
    message: 'The count of installed applications beyond the current limits: {limit}.',
  },
  'LimitExceeded.User.ServiceCredential': {
    status: 409,
    message:
      'The count of service credentials of the user for this service beyond the current limits: {limit}.',
  },
  'LimitExceeded.SAMLProvider': {
    status: 409,
    message: 'The count of SAML providers beyond the current limits: {limit}.',
  },
  'LimitExceeded.OIDCProvider': {
    status: 409,
    message: 'The count of OIDC providers beyond the current limits: {limit}.',
  },
  'LimitExceeded.OIDCProvider.ClientId': {
    status: 409,
    message: 'The count of client IDs of the OIDC provider beyond the current limits: {limit}.',
  },
  'LimitExceeded.OIDCProvider.Fingerprint': {
    status: 409,
    message: 'The count of fingerprints of the OIDC provider beyond the current limits: {limit}.',
  },
  'LimitExceeded.Tag': { status: 409, message: 'The count of tags beyond the current limits: {limit}.' },

  // Ours to answer for.
  ServiceUnavailable: { status: 503, message: guardRefusals.ServiceUnavailable.message },
  InternalError: { status: 500, message: guardRefusals.InternalError.message },
} as const satisfies Record<string, CatalogueEntry>;

/** The catalogue's names. */
export type RefusalCode = keyof typeof catalogue;
