/** RAM's limits, each in one place; counts unless the name says otherwise. Source: RAM's published limits. */
export const limits = {
  usersPerAccount: 5000,
  groupsPerAccount: 300,
  rolesPerAccount: 1000,
  customPoliciesPerAccount: 1500,
  groupsPerUser: 10,
  /** One in use and one to rotate to; inactive keys count, keys in the recycle bin do not. */
  accessKeysPerOwner: 2,
  systemPoliciesPerPrincipal: 20,
  customPoliciesPerPrincipal: 10,
  versionsPerPolicy: 5,
  tagsPerResource: 20,
  policyDocumentCharacters: 6144,
  sessionPolicyCharacters: 2048,
  recycledAccessKeysPerOwner: 3,
  recycledUsersPerAccount: 1000,
  recycleBinDays: 30,
  /** How long a domain or alias that an account has given up is kept from other accounts. */
  releasedDomainDays: 30,
  virtualMfaDevicesPerAccount: 5000,
  /** Ours. */
  passkeysPerUser: 20,
  /** One in use and one to rotate to. */
  secretsPerApplication: 2,
  /** Ours, where RAM has not published one: lists of applications are answered whole. */
  applicationsPerAccount: 1000,
  /** Ours: as for applications. */
  installedApplicationsPerAccount: 1000,
  /** Ours. */
  redirectUrisPerApplication: 20,
  /** One in use and one to rotate to; inactive ones count. */
  serviceCredentialsPerUserAndService: 2,
  samlProvidersPerAccount: 100,
  oidcProvidersPerAccount: 100,
  clientIdsPerOidcProvider: 50,
  fingerprintsPerOidcProvider: 5,
  /** Ours. */
  guardsPerAccount: 500,
  /** Ours. */
  servicesPerGuard: 50,
  /** Ours: Base64 of metadata; real ones have a few thousand. */
  samlMetadataCharacters: 102_400,
} as const;

/** How far a request's time may be from ours: RAM's 15 minutes. */
export const REQUEST_WINDOW_MS = 15 * 60 * 1000;

export const DAY_MS = 24 * 60 * 60 * 1000;
