/** What a limit counts, and its values. */
interface LimitDefinition {
  /** RAM's published value, or ours where RAM has published none. */
  readonly byDefault: number;
  /** The most that an operator may set: what the server can still list, count and decide with. */
  readonly most: number;
  readonly counts: string;
}

/** Limits of accounts and of what is in them, by the name that `--limits` gives them. */
export const LIMIT_DEFINITIONS = {
  usersPerAccount: { byDefault: 5000, most: 10_000_000, counts: 'users' },
  groupsPerAccount: { byDefault: 300, most: 100_000, counts: 'groups' },
  rolesPerAccount: { byDefault: 1000, most: 100_000, counts: 'roles' },
  customPoliciesPerAccount: { byDefault: 1500, most: 100_000, counts: 'custom policies' },
  groupsPerUser: { byDefault: 10, most: 100, counts: 'groups that a user is in' },
  // One in use and one to rotate to. Inactive keys count, keys in the recycle bin do not.
  accessKeysPerOwner: { byDefault: 2, most: 10, counts: 'AccessKeys of a user or of the account root' },
  systemPoliciesPerPrincipal: {
    byDefault: 20,
    most: 100,
    counts: 'system policies attached to a user, group or role',
  },
  customPoliciesPerPrincipal: {
    byDefault: 10,
    most: 100,
    counts: 'custom policies attached to a user, group or role',
  },
  versionsPerPolicy: { byDefault: 5, most: 100, counts: 'versions of a custom policy' },
  tagsPerResource: { byDefault: 20, most: 100, counts: 'tags of a user, role or policy' },
  recycledUsersPerAccount: { byDefault: 1000, most: 10_000_000, counts: 'users in the recycle bin' },
  recycledAccessKeysPerOwner: {
    byDefault: 3,
    most: 100,
    counts: 'AccessKeys of a user or of the account root in the recycle bin',
  },
  virtualMfaDevicesPerAccount: { byDefault: 5000, most: 10_000_000, counts: 'virtual MFA devices' },
  passkeysPerUser: { byDefault: 20, most: 100, counts: 'passkeys of a user' },
  samlProvidersPerAccount: { byDefault: 100, most: 1000, counts: 'SAML providers' },
  oidcProvidersPerAccount: { byDefault: 100, most: 1000, counts: 'OIDC providers' },
  clientIdsPerOidcProvider: { byDefault: 50, most: 1000, counts: 'client ids of an OIDC provider' },
  fingerprintsPerOidcProvider: { byDefault: 5, most: 100, counts: 'fingerprints of an OIDC provider' },
  // Lists of applications are answered whole.
  applicationsPerAccount: { byDefault: 1000, most: 10_000, counts: 'applications' },
  installedApplicationsPerAccount: { byDefault: 1000, most: 10_000, counts: 'installed applications' },
  // One in use and one to rotate to.
  secretsPerApplication: { byDefault: 2, most: 10, counts: 'secrets of an application' },
  // One in use and one to rotate to. Inactive ones count.
  serviceCredentialsPerUserAndService: {
    byDefault: 2,
    most: 10,
    counts: 'service credentials of a user for one service',
  },
  guardsPerAccount: { byDefault: 500, most: 5000, counts: 'guards' },
} as const satisfies Record<string, LimitDefinition>;

type LimitName = keyof typeof LIMIT_DEFINITIONS;

/** The limits in force. */
export type Limits = { readonly [Name in LimitName]: number };

const LIMIT_NAMES = Object.keys(LIMIT_DEFINITIONS) as readonly LimitName[];

/** The limits unless an operator sets others: RAM's. @see RAM's published limits */
export const DEFAULT_LIMITS: Limits = Object.fromEntries(
  LIMIT_NAMES.map((name) => [name, LIMIT_DEFINITIONS[name].byDefault]),
) as Limits;

/**
 * Parses limits as an operator writes them.
 * @param items such as `usersPerAccount=1000000`; what is not named keeps its default
 * @throws RangeError for an unknown name, a name given twice, and a value beyond the maximum
 */
export function parseLimits(items: readonly string[]): Limits {
  const given = new Map<LimitName, number>();
  for (const item of items) {
    const [, name = '', digits = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(item) ?? [];
    if (!isLimitName(name)) {
      throw new RangeError(
        `invalid limit "${item}": expected NAME=COUNT with one of ${LIMIT_NAMES.join(', ')}`,
      );
    }
    if (given.has(name)) throw new RangeError(`limit ${name} is given twice`);
    const { most } = LIMIT_DEFINITIONS[name];
    const count = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
    if (count < 1 || count > most) {
      throw new RangeError(`invalid limit "${item}": expected a whole number from 1 to ${most}`);
    }
    given.set(name, count);
  }
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(given) };
}

function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(LIMIT_DEFINITIONS, name);
}

/** Most rows in an answer of an operation that has no pages in RAM's wire format. */
export const MOST_UNPAGED_ROWS = 5000;

/** Tags in one request, as RAM's wire format has them. */
export const TAGS_PER_REQUEST = 20;

export const POLICY_DOCUMENT_CHARACTERS = 6144;

export const SESSION_POLICY_CHARACTERS = 2048;

/** Base64 of metadata; real ones have a few thousand. */
export const SAML_METADATA_CHARACTERS = 102_400;

/** How long a domain or alias that an account has given up is kept from other accounts. */
export const RELEASED_DOMAIN_DAYS = 30;

export const REDIRECT_URIS_PER_APPLICATION = 20;

export const SERVICES_PER_GUARD = 50;

/** How far a request's time may be from ours: RAM's 15 minutes. */
export const REQUEST_WINDOW_MS = 15 * 60 * 1000;

export const DAY_MS = 24 * 60 * 60 * 1000;
