/**
 * ARNs of resources in permissions and denial messages. The region segment is `*`, which matches an empty, `*` or named
 * region of a policy.
 */
export const arn = {
  user: (accountId: string, userName: string) => `acs:ram:*:${accountId}:user/${userName}`,
  group: (accountId: string, groupName: string) => `acs:ram:*:${accountId}:group/${groupName}`,
  role: (accountId: string, roleName: string) => `acs:ram:*:${accountId}:role/${roleName}`,
  /** @param owner the account id, or `system` */
  policy: (owner: string, policyName: string) => `acs:ram:*:${owner}:policy/${policyName}`,
  samlProvider: (accountId: string, name: string) => `acs:ram:*:${accountId}:saml-provider/${name}`,
  oidcProvider: (accountId: string, name: string) => `acs:ram:*:${accountId}:oidc-provider/${name}`,
  application: (accountId: string, appId: string) => `acs:ram:*:${accountId}:application/${appId}`,
  /** Resources of the account as a whole: settings, alias, reports. */
  account: (accountId: string) => `acs:ram:*:${accountId}:*`,
} as const;

/** ARNs in answers and identities, where the region segment is empty. */
export const identityArn = {
  root: (accountId: string) => `acs:ram::${accountId}:root`,
  user: (accountId: string, userName: string) => `acs:ram::${accountId}:user/${userName}`,
  role: (accountId: string, roleName: string) => `acs:ram::${accountId}:role/${roleName}`,
  samlProvider: (accountId: string, name: string) => `acs:ram::${accountId}:saml-provider/${name}`,
  oidcProvider: (accountId: string, name: string) => `acs:ram::${accountId}:oidc-provider/${name}`,
  assumedRole: (accountId: string, roleName: string, sessionName: string) =>
    `acs:ram::${accountId}:assumed-role/${roleName}/${sessionName}`,
} as const;
