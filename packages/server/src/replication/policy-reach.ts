import { canAllowChange, canAllowService, readStoredPolicy } from '@claviger/policy';

/** What a policy can allow, as far as it matters for who may verify signatures of its holders. */
export interface Reach {
  /** An action of one of the guard's services. */
  readonly serves: boolean;
  /** An action that does more than read identities, policies, sessions or Claviger's own settings. */
  readonly changesIdentities: boolean;
}

/** Services whose actions decide who may do what: whoever changes something there can become somebody else. */
const IDENTITY_SERVICES = ['claviger', 'ims', 'ram', 'sts'] as const;

/**
 * Policies by account setting that allow every user something on itself which no guard can make use of: a password is
 * changed with the old one, and devices are bound by key only where an account has allowed that and a second factor
 * was shown. All others count as what their text says.
 */
const HARMLESS_BY_SETTING: ReadonlySet<string> = new Set([
  'Implied/AllowUserToChangePassword',
  'Implied/AllowUserToManageMFADevices',
]);

const NOTHING: Reach = { serves: false, changesIdentities: false };

/** Documents whose reach is remembered. */
const rememberedDocuments = 5000;

/**
 * What policies can allow, for one set of services. It errs to the side of `true`: conditions, and Deny statements, are
 * not looked at. So what several policies can allow is what any of them can.
 */
export class PolicyReach {
  readonly #services: readonly string[];
  readonly #known = new Map<string, Reach>();

  /** @param services RAM codes, lower-cased */
  constructor(services: readonly string[]) {
    this.#services = services;
  }

  /** @param reference as replication records have it @param text of the document in force */
  of(reference: string, text: string): Reach {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const document = readStoredPolicy(text, 'identity');
    const reach: Reach = {
      serves: this.#services.some((service) => canAllowService(document, service)),
      changesIdentities: !HARMLESS_BY_SETTING.has(reference) && canAllowChange(document, IDENTITY_SERVICES),
    };
    if (this.#known.size >= rememberedDocuments) this.#known.clear();
    this.#known.set(text, reach);
    return reach;
  }

  /** What some policies can allow together. */
  static ofAll(reaches: Iterable<Reach | undefined>): Reach {
    let all = NOTHING;
    for (const reach of reaches) if (reach !== undefined) all = union(all, reach);
    return all;
  }
}

/** Whether a guard verifies signatures by itself for somebody whose policies reach so far. */
export function isVerifiedByGuard({ serves, changesIdentities }: Reach): boolean {
  return serves && !changesIdentities;
}

export function isSameReach(one: Reach | undefined, other: Reach | undefined): boolean {
  return one?.serves === other?.serves && one?.changesIdentities === other?.changesIdentities;
}

function union(one: Reach, other: Reach): Reach {
  return {
    serves: one.serves || other.serves,
    changesIdentities: one.changesIdentities || other.changesIdentities,
  };
}
