import {
  assumedRolePrincipal,
  type CompiledNetworkPolicy,
  type Credential,
  type CredentialLookup,
  type CredentialSource,
  compileNetworkPolicy,
  compileSessionPolicy,
  type NetworkRestriction,
  type Principal,
  parseNetworkPolicy,
} from '@claviger/guard';
import { guardPrincipal } from '@claviger/guard/internal';
import { SigningKey } from '@claviger/signature';
import { readAccount } from '../accounts/account-directory.ts';
import { rootPrincipal, userPrincipal } from '../accounts/principal.ts';
import type { Account } from '../context/account.ts';
import type { Permissions } from '../context/services.ts';
import { servicesOf } from '../guards/guard.ts';
import { guardPermissions } from '../guards/guard-permissions.ts';
import { openGuardSecret } from '../guards/guard-secret.ts';
import { readUserPolicies } from '../policies/user-policies.ts';
import { placeOfAccessKey } from '../secrets/sealed-columns.ts';
import { SecretUnreadable } from '../secrets/sealed-text.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { GUARD_KEY_PREFIX } from '../store/identifiers.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import type { Change, Queries, Store } from '../store/store.ts';
import { readTagValues } from '../tags/tag-values.ts';
import { stsSessionOfToken } from '../tokens/sts-session-of-token.ts';
import { CredentialCache, type Load } from './credential-cache.ts';

/** Options of the credential source. */
export interface StoredCredentialsOptions {
  readonly store: Store;
  readonly secrets: SecretBox;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Number of credentials that are kept in memory. */
  readonly capacity: number;
  readonly compiled: Permissions;
}

type DependsOn = readonly Pick<Change, 'topic' | 'subject'>[];

interface Found {
  readonly credential: Credential;
  readonly dependsOn: DependsOn;
}

/** Credentials of the control plane: from memory, else from the store. */
export class StoredCredentials implements CredentialSource {
  readonly #parts: StoredCredentialsOptions;
  readonly #cache: CredentialCache;
  #hits = 0;
  #misses = 0;

  constructor(parts: StoredCredentialsOptions) {
    this.#parts = parts;
    this.#cache = new CredentialCache(parts.capacity);
    parts.store.follow((change) => this.#cache.forget(change));
  }

  find(accessKeyId: string, securityToken: string | undefined): CredentialLookup | Promise<CredentialLookup> {
    const known = this.#cache.get(accessKeyId, securityToken);
    if (known !== undefined) {
      this.#hits++;
      return known;
    }
    this.#misses++;
    return this.#load(accessKeyId, securityToken);
  }

  /** Number of credentials found in memory. */
  get hits(): number {
    return this.#hits;
  }

  /** Number of credentials read from the store. */
  get misses(): number {
    return this.#misses;
  }

  async #load(accessKeyId: string, securityToken: string | undefined): Promise<CredentialLookup> {
    const load: Load = this.#cache.beginLoad();
    try {
      const found = await this.#read(accessKeyId, securityToken, this.#parts.store.queries);
      if (typeof found === 'string') return found;
      this.#cache.put(load, found.credential, securityToken, found.dependsOn);
      return found.credential;
    } finally {
      this.#cache.endLoad(load);
    }
  }

  /** Reads a credential in a transaction, as it stands there: nothing is taken from memory. */
  async read(
    accessKeyId: string,
    securityToken: string | undefined,
    queries: Queries,
  ): Promise<CredentialLookup> {
    const found = await this.#read(accessKeyId, securityToken, queries);
    return typeof found === 'string' ? found : found.credential;
  }

  #read(
    accessKeyId: string,
    securityToken: string | undefined,
    queries: Queries,
  ): Promise<Found | Exclude<CredentialLookup, Credential>> {
    if (accessKeyId.startsWith('STS.')) return this.#readTemporary(accessKeyId, securityToken, queries);
    if (accessKeyId.startsWith(GUARD_KEY_PREFIX)) return this.#readGuard(accessKeyId, securityToken, queries);
    return this.#readPermanent(accessKeyId, securityToken, queries);
  }

  async #readGuard(
    accessKeyId: string,
    securityToken: string | undefined,
    queries: Queries,
  ): Promise<Found | Exclude<CredentialLookup, Credential>> {
    const { secrets } = this.#parts;
    const guard = await queries
      .selectFrom('guards')
      .selectAll()
      .where('access_key_id', '=', accessKeyId)
      .executeTakeFirst();
    const account = guard && (await readAccount(queries, guard.account_id));
    if (guard === undefined || account === undefined) return 'InvalidAccessKeyId.NotFound';
    if (securityToken !== undefined && securityToken !== '') {
      return 'InvalidSecurityToken.MismatchWithAccessKey';
    }
    const secret = await undefinedIfDamaged(openGuardSecret(secrets, account, guard));
    if (secret === undefined) return 'InvalidAccessKeyId.Damaged';
    const { accountId } = account;
    const guardName = guard.guard_name;
    return {
      credential: {
        accessKeyId,
        kind: 'permanent',
        signingKey: SigningKey.fromSecret(secret),
        status: account.status === 'Active' && guard.status === 'Active' ? 'Active' : 'Inactive',
        expiresAt: undefined,
        principal: guardPrincipal(accountId, {
          guardId: guard.guard_id,
          guardName,
          services: servicesOf(guard),
        }),
        networkRestriction: await readNetworkRestriction(queries, guard),
        permissions: guardPermissions(accountId, guardName),
        sessionPolicy: undefined,
      },
      dependsOn: [
        { topic: 'guard', subject: accessKeyId },
        { topic: 'account', subject: accountId },
      ],
    };
  }

  async #readPermanent(
    accessKeyId: string,
    securityToken: string | undefined,
    queries: Queries,
  ): Promise<Found | Exclude<CredentialLookup, Credential>> {
    const { secrets } = this.#parts;
    const key = await queries
      .selectFrom('access_keys')
      .selectAll()
      .where('access_key_id', '=', accessKeyId)
      .where('recycled_at', 'is', null)
      .executeTakeFirst();
    if (key === undefined) return 'InvalidAccessKeyId.NotFound';
    if (securityToken !== undefined && securityToken !== '') {
      return 'InvalidSecurityToken.MismatchWithAccessKey';
    }
    const account = await readAccount(queries, key.account_id);
    if (account === undefined) return 'InvalidAccessKeyId.NotFound';
    const { accountId, wrappedDataKey } = account;
    const secret = await undefinedIfDamaged(
      secrets.open(accountId, wrappedDataKey, key.sealed_secret, placeOfAccessKey(key)),
    );
    if (secret === undefined) return 'InvalidAccessKeyId.Damaged';
    const owner = await this.#readOwner(queries, account, key);
    if (owner === undefined) return 'InvalidAccessKeyId.NotFound';
    return {
      credential: {
        accessKeyId,
        kind: 'permanent',
        signingKey: SigningKey.fromSecret(secret),
        status: account.status === 'Active' ? key.status : 'Inactive',
        expiresAt: key.expires_at ?? undefined,
        principal: owner.principal,
        networkRestriction: await readNetworkRestriction(queries, key),
        permissions: owner.permissions,
        sessionPolicy: undefined,
      },
      dependsOn: [
        { topic: 'access-key', subject: accessKeyId },
        { topic: 'account', subject: account.accountId },
        ...(key.owner_type === 'user' ? [{ topic: 'user', subject: key.owner_id } as const] : []),
      ],
    };
  }

  async #readOwner(
    queries: Queries,
    account: Account,
    key: AccessKeyRow,
  ): Promise<(Pick<Credential, 'permissions'> & { principal: Principal }) | undefined> {
    const { accountId } = account;
    if (key.owner_type === 'root') {
      return { principal: rootPrincipal(accountId), permissions: 'everything' };
    }
    const user = await queries
      .selectFrom('users')
      .select(['user_id', 'user_name'])
      .where('user_id', '=', key.owner_id)
      .where('account_id', '=', accountId)
      .where('recycled_at', 'is', null)
      .executeTakeFirst();
    if (user === undefined) return undefined;
    const policies = await readUserPolicies(queries, accountId, user, 'access-key');
    return {
      principal: userPrincipal(
        accountId,
        user,
        await readTagValues(queries, accountId, 'user', user.user_id),
      ),
      permissions: this.#parts.compiled.of(accountId, policies),
    };
  }

  async #readTemporary(
    accessKeyId: string,
    securityToken: string | undefined,
    queries: Queries,
  ): Promise<Found | Exclude<CredentialLookup, Credential>> {
    if (securityToken === undefined || securityToken === '') return 'MissingSecurityToken';
    const { secrets, now } = this.#parts;
    const session = await stsSessionOfToken(queries, secrets, accessKeyId, securityToken, now());
    if (typeof session === 'string') return session;
    const { account, role, token, policies } = session;
    return {
      credential: {
        accessKeyId,
        kind: 'temporary',
        signingKey: SigningKey.fromSecret(token.secret),
        status: account.status === 'Active' ? 'Active' : 'Inactive',
        expiresAt: session.expiresAt,
        principal: assumedRolePrincipal(
          account.accountId,
          role.role_id,
          role.role_name,
          token.sessionName,
          session.tags,
        ),
        networkRestriction: undefined,
        permissions: this.#parts.compiled.of(account.accountId, policies),
        sessionPolicy:
          token.sessionPolicy === undefined ? undefined : compileSessionPolicy(token.sessionPolicy),
        mfaPresent: token.mfaPresent,
      },
      dependsOn: session.dependsOn,
    };
  }
}

/** Returns an opened secret; `undefined` if it was damaged, or moved from another row, owner or account. */
async function undefinedIfDamaged(opened: Promise<string>): Promise<string | undefined> {
  try {
    return await opened;
  } catch (error) {
    if (error instanceof SecretUnreadable) return undefined;
    throw error;
  }
}

/** Reads the active network policy of the key, else the active one of the account. */
async function readNetworkRestriction(
  queries: Queries,
  key: Pick<AccessKeyRow, 'account_id' | 'network_policy'>,
): Promise<NetworkRestriction | undefined> {
  const own = compiledNetworkPolicy(key.network_policy);
  if (own !== undefined) return { level: 'AccessKey', policy: own };
  const settings = await queries
    .selectFrom('account_settings')
    .select('access_key_network_policy')
    .where('account_id', '=', key.account_id)
    .executeTakeFirst();
  const ofAccount = compiledNetworkPolicy(settings?.access_key_network_policy ?? null);
  return ofAccount && { level: 'Account', policy: ofAccount };
}

function compiledNetworkPolicy(text: string | null): CompiledNetworkPolicy | undefined {
  if (text === null) return undefined;
  const parsed = parseNetworkPolicy(text);
  // INVARIANT: only documents that parse are stored. One that does not parse must lock the key, not open it.
  if (!parsed.ok) throw new Error(`a stored network policy does not parse: ${parsed.reason}`);
  return compileNetworkPolicy(parsed.policy);
}
