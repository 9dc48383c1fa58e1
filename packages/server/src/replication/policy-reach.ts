import { canAllowChange, canAllowService, readStoredPolicy } from '@claviger/policy';

/** Upper bound of what policies allow, as far as it decides which guards receive a key's verifier. */
export interface Reach {
  /** Allows an action of one of the guard's services. */
  readonly serves: boolean;
  /** Allows an action that does more than read identities, policies, sessions or Claviger's own settings. */
  readonly changesIdentities: boolean;
}

/** Services whose actions change permissions: a caller that may use them can become another principal. */
const IDENTITY_SERVICES = ['claviger', 'ims', 'ram', 'sts'] as const;

/**
 * Implicit policies of account settings that allow users something harmless on themselves: a password is changed with
 * the old one, and devices are bound by key only where an account has allowed that and a second factor was shown. All
 * other policies count as their text says.
 */
const HARMLESS_BY_SETTING: ReadonlySet<string> = new Set([
  'Implied/AllowUserToChangePassword',
  'Implied/AllowUserToManageMFADevices',
]);

const NOTHING: Reach = { serves: false, changesIdentities: false };

/** Documents whose reach is cached. */
const CACHED_DOCUMENTS = 5000;

/**
 * Computes the reach of policies for one set of services. It errs to the side of `true`: conditions and Deny
 * statements are ignored. So the reach of several policies is the union of their reaches.
 */
export class PolicyReach {
  readonly #services: readonly string[];
  readonly #known = new Map<string, Reach>();

  /** @param services RAM codes, lower-cased */
  constructor(services: readonly string[]) {
    this.#services = services;
  }

  /** @param reference as in replication records @param text of the document in force */
  of(reference: string, text: string): Reach {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const document = readStoredPolicy(text, 'identity');
    const reach: Reach = {
      serves: this.#services.some((service) => canAllowService(document, service)),
      changesIdentities: !HARMLESS_BY_SETTING.has(reference) && canAllowChange(document, IDENTITY_SERVICES),
    };
    if (this.#known.size >= CACHED_DOCUMENTS) this.#known.clear();
    this.#known.set(text, reach);
    return reach;
  }

  /** Returns the union of reaches. */
  static ofAll(reaches: Iterable<Reach | undefined>): Reach {
    let all = NOTHING;
    for (const reach of reaches) if (reach !== undefined) all = union(all, reach);
    return all;
  }
}

/** Returns whether guards verify signatures of principals with that reach by themselves. */
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
