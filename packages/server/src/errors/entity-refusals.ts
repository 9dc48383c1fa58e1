import type { RefusalEntry } from '@claviger/guard/internal';

/** Refusals about entities: absent, present already, in use, too many. */
export const ENTITY_REFUSALS = {
  // Entities that do not exist.
  'EntityNotExist.User': { status: 404, message: 'The user does not exist: {name}.' },
  'EntityNotExist.User.AccessKey': { status: 404, message: 'The user access key does not exist: {name}.' },
  'EntityNotExist.User.Policy': { status: 404, message: 'The policy is not attached to the user: {name}.' },
  'EntityNotExist.User.Group': { status: 404, message: 'The user is not in the group: {name}.' },
  'EntityNotExist.Group': { status: 404, message: 'The group does not exist: {name}.' },
  'EntityNotExist.Group.Policy': { status: 404, message: 'The policy is not attached to the group: {name}.' },
  'EntityNotExist.Guard': { status: 404, message: 'The guard does not exist: {name}.' },
  'EntityNotExist.Role': { status: 404, message: 'The role not exists: {name}.' },
  'EntityNotExist.ServiceLinkedRole': {
    status: 404,
    message: 'This role exists but is not a service-linked role: {name}.',
  },
  'EntityNotExist.ServiceLinkedRoleTemplate': {
    status: 404,
    message: 'No service-linked role is known for the service: {name}.',
  },
  'EntityNotExist.Role.Policy': { status: 404, message: 'The policy is not attached to the role: {name}.' },
  'EntityNotExist.Policy': { status: 404, message: 'The policy does not exist: {name}.' },
  'EntityNotExist.Policy.System': {
    status: 404,
    code: 'EntityNotExist.Policy',
    message: 'The policy does not exist: {name}. Names like it: {nearest}.',
  },
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

  // Entities that exist already.
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

  // Entities in use, which cannot be deleted.
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
} as const satisfies Record<string, RefusalEntry>;
