import type { RefusalEntry } from '@claviger/guard/internal';

/** Refusals of requests: protocol, parameters, permission. */
export const REQUEST_REFUSALS = {
  // The request itself.
  InvalidVersion: { status: 400, message: 'Specified parameter Version is not valid.' },
  'InvalidAction.NotBuilt': {
    status: 400,
    code: 'InvalidAction.NotBuilt',
    message:
      'Claviger does not have the operation {action} of {product} {version} yet. See "Not yet" in its README.',
  },
  'InvalidProtocol.NeedSsl': {
    status: 400,
    message: 'Your request is denied as lack of ssl protect.',
  },
  'InvalidParameter.FormatName': {
    status: 400,
    code: 'InvalidParameter.Format',
    message: 'Specified parameter Format is not valid.',
  },
  Missing: { status: 400, code: 'Missing{name}', message: '{name} is mandatory for this action.' },
  Invalid: { status: 400, code: 'Invalid{name}', message: 'Specified parameter {name} is not valid.' },
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
  'NoPermission.NotRamUser': {
    status: 403,
    code: 'NoPermission',
    message: 'Only a RAM user changes its own password; this caller is none.',
  },

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

  // A stored secret other than that of the caller's key; guard refuses for that one.
  StoredSecretDamaged: {
    status: 409,
    message:
      'A stored secret that this request needs is damaged. The log of the server names it; its operator has to replace it.',
  },

  // Parameters of identity providers.
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
  'NoPermission.Federated': {
    status: 403,
    code: 'NoPermission',
    message:
      'You are not authorized to do this action. The specified role does not trust the identity provider: {resource}',
  },
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
      'To register a guard, the caller must be allowed to act as every user and role of the account: {action} is denied for some.',
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
  'NoPermission.LinkedRole': {
    status: 403,
    code: 'NoPermission',
    message:
      'The role is a service-linked role, which its service manages: {name}. It is deleted with DeleteServiceLinkedRole.',
  },
  'NoPermission.LinkedRolePolicy': {
    status: 403,
    code: 'NoPermission',
    message:
      'The policy belongs to a service-linked role; it cannot be attached to, or detached from, anything: {name}.',
  },
} as const satisfies Record<string, RefusalEntry>;
