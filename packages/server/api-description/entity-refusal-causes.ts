import type { Topic } from './refusal-topic.ts';

/** Explanations of refusals about entities, limits, listeners and availability. */
export const ENTITY_AND_SERVICE_TOPICS: readonly Topic[] = [
  {
    title: 'Entities that do not exist',
    explanations: {
      'EntityNotExist.': [
        'The account has no such entity: it was deleted, is in the recycle bin, or belongs to another account.',
        'Check the name or id; list what exists.',
      ],
      'EntityNotExist.User': [
        'The account has no such user, or it is in the recycle bin.',
        'Check the name; restore the user with `RestoreUserFromRecycleBin`.',
      ],
      'EntityNotExist.User.AccessKey': [
        'The owner has no such key, or it is in the recycle bin.',
        "Check the owner and the id; `ListAccessKeys` without a user lists the caller's keys.",
      ],
      'EntityNotExist.User.Policy': [
        'The policy is not attached to the user. Policies of its groups do not count.',
        'List them with `ListPoliciesForUser`.',
      ],
      'EntityNotExist.Group.Policy': [
        'The policy is not attached to the group.',
        'List them with `ListPoliciesForGroup`.',
      ],
      'EntityNotExist.Role.Policy': [
        'The policy is not attached to the role.',
        'List them with `ListPoliciesForRole`.',
      ],
      'EntityNotExist.User.Group': [
        'The user is not in the group.',
        'List its groups with `ListGroupsForUser`.',
      ],
      'EntityNotExist.CredentialReport': [
        'No credential report was generated.',
        'Call `GenerateCredentialReport`.',
      ],
      'EntityNotExist.GovernanceReport': [
        'No governance report was generated.',
        'Call the operation that generates it.',
      ],
      'EntityNotExist.UserSso': [
        'No account with that login domain signs in through an identity provider.',
        'Check the login name, or sign in with a password.',
      ],
    },
  },
  {
    title: 'Entities that exist already',
    explanations: {
      'EntityAlreadyExists.': [
        'Another entity has the name. Names are compared without regard to letter case.',
        'Choose another name, or use the existing entity.',
      ],
      'EntityAlreadyExists.User.Policy': ['The policy is attached already.', 'Nothing has to be done.'],
      'EntityAlreadyExists.Group.Policy': ['The policy is attached already.', 'Nothing has to be done.'],
      'EntityAlreadyExists.Role.Policy': ['The policy is attached already.', 'Nothing has to be done.'],
      'EntityAlreadyExists.User.Group': ['The user is in the group already.', 'Nothing has to be done.'],
      'EntityAlreadyExists.User.LoginProfile': [
        'Console sign-in is enabled already.',
        'Change it with `UpdateLoginProfile`.',
      ],
      'EntityAlreadyExists.User.MFADevice': ['The user has a device; it can have one.', 'Unbind it first.'],
      'EntityAlreadyExists.User.Passkey': [
        'The authenticator is registered already.',
        'Use it, or another authenticator.',
      ],
      'EntityAlreadyExists.VirtualMFADevice.User': [
        'The device is bound to a user already.',
        'Unbind it first, or create another device.',
      ],
      'EntityAlreadyExists.OIDCProvider': [
        'A provider of the account has the name or the issuer.',
        'Use the existing one, or choose another name.',
      ],
      'EntityAlreadyExists.AccountAlias': ['Another account has the alias.', 'Choose another one.'],
      'EntityAlreadyExists.AuxiliaryDomain': [
        'Another account has the domain, or gave it up less than 30 days ago.',
        'Use another domain, or wait.',
      ],
    },
  },
  {
    title: 'Entities in use',
    explanations: {
      ConcurrentModification: [
        'Another request changed the entity while this one was prepared.',
        'Send the request again.',
      ],
      'DeleteConflict.': ['The entity is in use.', 'Remove what the message names, then delete the entity.'],
      'DeleteConflict.Policy.Version.Default': [
        'The version is the default one.',
        'Make another version the default first.',
      ],
      'DeleteConflict.Role.Policy': ['A policy is attached to the role.', 'Detach it first.'],
    },
  },
  {
    title: 'Limits of an account',
    explanations: {
      'LimitExceeded.': [
        'The account has as many as it may; the message has the limit.',
        'Delete what is no longer used, or have the operator raise the limit; see [operations](operations/README.md).',
      ],
      'LimitExceeded.User.AccessKey': [
        'The user has as many AccessKeys as it may, disabled ones included. Keys in the recycle bin do not count.',
        'Delete one first.',
      ],
      'LimitExceeded.Account.AccessKey': [
        'The account root has as many AccessKeys as it may, disabled ones included.',
        'Delete one first.',
      ],
      'LimitExceeded.AccessKeyPolicy': [
        'The network policy has too many statements or addresses.',
        'Combine addresses to CIDR blocks.',
      ],
      'LimitExceeded.Policy.Version': [
        'The policy has as many versions as it may.',
        'Delete one, or use `RotateStrategy`.',
      ],
    },
  },
  {
    title: 'HTTP, gateway and forward-auth',
    explanations: {
      InvalidRequest: [
        'The bytes received are not an HTTP/1.1 request.',
        'Check the client, and whether it uses TLS.',
      ],
      RequestTimeout: ['The request was not complete in time.', 'Send it again; check the connection.'],
      RequestHeaderFieldsTooLarge: [
        'The headers are larger or more than the limit.',
        'Send fewer headers and cookies.',
      ],
      HTTPVersionNotSupported: ['The gateway accepts HTTP/1.1 and HTTP/1.0.', 'Use HTTP/1.1.'],
      ExpectationFailed: [
        'The `Expect` header has another value than `100-continue`.',
        'Leave the header out.',
      ],
      InvalidHost: [
        'The request has no `Host` header, several, or one that is not a host name.',
        'Send one `Host` header.',
      ],
      'InvalidHost.NotServed': [
        'No service of the configuration has the host.',
        'Correct the address, or add the host to the service in the configuration.',
      ],
      UnsupportedUpgrade: [
        'The request asks for an upgrade other than WebSocket, or the service does not allow upgrades.',
        'Allow upgrades for the service; see [gateway](gateway.md).',
      ],
      'Forbidden.NotAProxy': [
        'Forward-auth was called from an address that is not in `proxies`.',
        'Add the proxy to `proxies`; see [forward-auth](forward-auth.md).',
      ],
      'ForwardAuth.Misconfigured': [
        'The proxy does not send the original request to forward-auth as it must.',
        'The message names what is missing; see [forward-auth](forward-auth.md).',
      ],
      'BadGateway.UpstreamUnreachable': [
        'The gateway cannot connect to the service.',
        'Check the address of the service and whether it runs; the log has the cause.',
      ],
      'BadGateway.UpstreamFailed': [
        'The service closed the connection or answered malformed HTTP.',
        'See the logs of the gateway and the service.',
      ],
      'GatewayTimeout.UpstreamConnect': [
        'The service accepted no connection in time.',
        'Check its load and the network between.',
      ],
      'GatewayTimeout.UpstreamResponse': [
        'The service did not answer in time.',
        'Check its load, or raise the time limit of the gateway.',
      ],
    },
  },
  {
    title: 'Throttling and availability',
    explanations: {
      Throttling: [
        'The server has more requests waiting than it accepts; those of unverified callers wait longest.',
        'Retry with increasing pauses.',
      ],
      'Throttling.User': [
        'The caller sends more requests than its share.',
        'Wait as long as `Retry-After` says, and retry with increasing pauses.',
      ],
      'Throttling.Nonce': ['More requests are under way than nonces can be remembered.', 'Retry later.'],
      'Throttling.SignIn': [
        'Too many failed attempts from this address or for this user.',
        'Wait a few minutes.',
      ],
      'Throttling.SAMLAssertion': [
        'The same assertion was presented too often.',
        'Sign in at the identity provider again, or wait a minute.',
      ],
      'Throttling.Stream': [
        'The caller has as many replication streams open at this node as it may.',
        'Close one. Each guard needs one.',
      ],
      ServiceUnavailable: [
        'The database or another part of the server is temporarily unavailable.',
        'Retry. If it persists, see the log of the server and `/readyz`.',
      ],
      'ServiceUnavailable.CredentialsStale': [
        'The guard has had no contact to the control plane for longer than the staleness bound, and refuses everything.',
        'Restore the connection between guard and server.',
      ],
      'ServiceUnavailable.ControlPlane': [
        'The guard needs the control plane to verify this request, and cannot reach it.',
        'Retry; restore the connection between guard and server.',
      ],
      InternalError: [
        'A bug of the server or of a service behind the gateway.',
        'Report it with the request id; the log has the details.',
      ],
    },
  },
];
