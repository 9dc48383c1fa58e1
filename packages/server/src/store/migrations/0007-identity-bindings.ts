import { type Kysely, sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

interface Tables {
  roles: {
    role_id: string;
    account_id: string;
    role_name_key: string;
    assume_role_policy: string;
    trusted_identities: string;
  };
  users: { user_id: string; account_id: string; user_name_key: string; recycled_at: number | null };
  saml_providers: { provider_id: string; account_id: string; provider_name_key: string };
  oidc_providers: { provider_id: string; account_id: string; provider_name_key: string };
}

/**
 * Bindings of the names in trust policies to ids, and of domains to accounts.
 *
 * Existing trust policies are bound to the entities that have these names now; a user in the recycle bin still has
 * its name, unless another user has taken it. Existing auxiliary domains count as not proven: their accounts have to
 * prove them.
 */
export const identityBindings: Migration = {
  name: '0007-identity-bindings',
  async up(database, kind) {
    await tables(database, kind)('domain_claims', {
      domain: 'text',
      account_id: 'text',
      'proven_at?': 'integer',
      'released_until?': 'integer',
    })
      .addPrimaryKeyConstraint('domain_claims_pk', ['domain'])
      .addForeignKeyConstraint('domain_claims_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
    await database.schema
      .createIndex('domain_claims_release')
      .on('domain_claims')
      .columns(['released_until'])
      .execute();
    await bindTrustPolicies(database);
  },
};

/** Adds the column of the ids to `roles`, and fills it. */
export async function bindTrustPolicies(database: Kysely<Tables>): Promise<void> {
  await database.schema
    .alterTable('roles')
    .addColumn('trusted_identities', 'text', (column) => column.notNull().defaultTo(sql`'{}'`))
    .execute();
  const roles = await database.selectFrom('roles').select(['role_id', 'assume_role_policy']).execute();
  for (const { role_id: roleId, assume_role_policy: text } of roles) {
    const identities: Record<string, string> = {};
    for (const [arn, account, type, name] of namesIn(text)) {
      const id = await idOf(database, account, type, name);
      if (id !== undefined) identities[arn] = id;
    }
    await database
      .updateTable('roles')
      .set({ trusted_identities: JSON.stringify(identities) })
      .where('role_id', '=', roleId)
      .execute();
  }
}

type Name = readonly [arn: string, account: string, type: string, name: string];

/** Returns the users, roles and identity providers that a trust policy names; none of a text that cannot be read. */
function namesIn(text: string): readonly Name[] {
  let statements: unknown;
  try {
    statements = (JSON.parse(text) as { readonly Statement?: unknown } | null)?.Statement;
  } catch {
    return [];
  }
  return [statements].flat().flatMap((statement) => {
    const { RAM, Federated } = (statement as { Principal?: Record<string, unknown> } | null)?.Principal ?? {};
    return [RAM, Federated].flat().flatMap((given): Name[] => {
      const entity = /^acs:ram:[^:]*:([^:]+):((user|role|saml-provider|oidc-provider)\/([^/:]+))$/;
      const [, account, relativeId, type, name] = entity.exec(String(given)) ?? [];
      if (account === undefined || relativeId === undefined || type === undefined || name === undefined)
        return [];
      return [[`acs:ram::${account}:${relativeId.toLowerCase()}`, account, type, name.toLowerCase()]];
    });
  });
}

async function idOf(
  database: Kysely<Tables>,
  account: string,
  type: string,
  name: string,
): Promise<string | undefined> {
  switch (type) {
    case 'user': {
      const users = await database
        .selectFrom('users')
        .select(['user_id', 'recycled_at'])
        .where('account_id', '=', account)
        .where('user_name_key', '=', name)
        .orderBy('recycled_at', 'desc')
        .execute();
      return (users.find((user) => user.recycled_at === null) ?? users[0])?.user_id;
    }
    case 'role': {
      const role = await database
        .selectFrom('roles')
        .select('role_id')
        .where('account_id', '=', account)
        .where('role_name_key', '=', name)
        .executeTakeFirst();
      return role?.role_id;
    }
    default: {
      const provider = await database
        .selectFrom(type === 'saml-provider' ? 'saml_providers' : 'oidc_providers')
        .select('provider_id')
        .where('account_id', '=', account)
        .where('provider_name_key', '=', name)
        .executeTakeFirst();
      return provider?.provider_id;
    }
  }
}
