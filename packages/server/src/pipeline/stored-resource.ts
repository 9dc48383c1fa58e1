import type { Demand } from '@claviger/guard/internal';
import { findProvider } from '../federation/identity-provider.ts';
import { findGroup } from '../groups/group.ts';
import { findCustomPolicy } from '../policies/policy.ts';
import { findSystemPolicy } from '../policies/system-policies.ts';
import { findRole } from '../roles/role.ts';
import type { Queries } from '../store/store.ts';
import { findUser } from '../users/user.ts';

/** ARN of one entity of an account, or of one system policy. */
const NAMED_ENTITY = /^(acs:ram:\*:(\d{16}|system):([a-z-]+)\/)([^*/]+)$/;

type StoredName = (queries: Queries, accountId: string, name: string) => Promise<string | undefined>;

/**
 * Look-up of the stored name for each type of resource. Types that are absent here are looked up by their exact name
 * or id, which is the stored one: `mfa`, `application`, `guard`.
 */
const STORED_NAME_LOOKUPS: Readonly<Record<string, StoredName>> = {
  user: async (queries, accountId, userName) =>
    (await findUser(queries, accountId, { by: 'name', userName }))?.user_name,
  group: async (queries, accountId, name) => (await findGroup(queries, accountId, name))?.group_name,
  role: async (queries, accountId, name) => (await findRole(queries, accountId, name))?.role_name,
  policy: async (queries, accountId, name) =>
    accountId === 'system'
      ? findSystemPolicy(name)?.name
      : (await findCustomPolicy(queries, accountId, name))?.policy_name,
  'saml-provider': async (queries, accountId, name) =>
    (await findProvider('saml', queries, accountId, name))?.provider_name,
  'oidc-provider': async (queries, accountId, name) =>
    (await findProvider('oidc', queries, accountId, name))?.provider_name,
};

/**
 * Returns what a call demands, asked about the stored entities: a name that finds an entity in another spelling is
 * replaced by the stored name. Refusals still name the resource in the caller's spelling, so they are the same
 * whether or not the entity exists.
 *
 * @param queries of the call; in a write those of its transaction
 * @param demands of an operation
 */
export async function withStoredNames(
  queries: Queries,
  demands: readonly Demand[],
): Promise<readonly Demand[]> {
  const stored: Demand[] = [];
  for (const demand of demands) stored.push(await withStoredName(queries, demand));
  return stored;
}

async function withStoredName(queries: Queries, demand: Demand): Promise<Demand> {
  const [, before = '', accountId = '', type = '', name = ''] = NAMED_ENTITY.exec(demand.resource) ?? [];
  const find = Object.hasOwn(STORED_NAME_LOOKUPS, type) ? STORED_NAME_LOOKUPS[type] : undefined;
  const storedName = await find?.(queries, accountId, name);
  if (storedName === undefined || storedName === name) return demand;
  return { ...demand, resource: `${before}${storedName}`, shown: demand.shown ?? demand.resource };
}
