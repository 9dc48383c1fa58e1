import type { Principal } from '@claviger/guard';
import {
  type CompiledTrust,
  compileTrustPolicy,
  type PolicyName,
  readStoredPolicy,
  type TrustedEntity,
  type TrustPrincipal,
  trustedEntities,
} from '@claviger/policy';
import { findProvider } from '../federation/identity-provider.ts';
import type { RoleRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { findUser } from '../users/user.ts';

/** A trust policy as it is stored: its text, and the ids that its names stood for when it was written. */
export type StoredTrust = Pick<RoleRow, 'assume_role_policy' | 'trusted_identities'>;

/**
 * Binds the names of a trust policy to the users, roles and identity providers that have them now. A name that nothing
 * has is bound to nothing: it is not trusted until the policy is written again. Such a policy is not refused, since a
 * refusal would tell which users and roles another account has.
 *
 * @param queries of the transaction that writes the policy
 * @param trustPolicy a text that has been accepted
 * @returns JSON for `roles.trusted_identities`: ids by the ARN of each name
 */
export async function bindTrustedNames(queries: Queries, trustPolicy: string): Promise<string> {
  const identities: Record<string, string> = {};
  for (const entity of trustedEntities(readStoredPolicy(trustPolicy, 'trust'))) {
    const id = await idOf(queries, entity);
    if (id !== undefined) identities[entity.arn] = id;
  }
  return JSON.stringify(identities);
}

/** Makes a role's trust policy ready to decide by the ids that it is bound to. @param name what decisions call it */
export function compileTrust(
  { assume_role_policy: text, trusted_identities: identities }: StoredTrust,
  name?: PolicyName,
): CompiledTrust {
  const bound = new Map(Object.entries(JSON.parse(identities) as Record<string, string>));
  return compileTrustPolicy(readStoredPolicy(text, 'trust'), name, bound);
}

/** The caller of AssumeRole as a trust policy is asked about it: by its name and its id. */
export function trustPrincipal(principal: Principal): TrustPrincipal {
  const { accountId, arn } = principal;
  switch (principal.type) {
    case 'root':
    // No trust policy can name a guard.
    case 'guard':
      return { kind: 'RAM', accountId, arn };
    case 'ram-user':
      return { kind: 'RAM', accountId, arn, id: principal.userId };
    case 'assumed-role':
      return { kind: 'RAM', accountId, arn, id: principal.roleId };
  }
}

async function idOf(queries: Queries, { account, type, name }: TrustedEntity): Promise<string | undefined> {
  switch (type) {
    case 'user':
      return (await findUser(queries, account, { by: 'name', userName: name }))?.user_id;
    case 'role':
      return (
        await queries
          .selectFrom('roles')
          .select('role_id')
          .where('account_id', '=', account)
          .where('role_name_key', '=', name)
          .executeTakeFirst()
      )?.role_id;
    case 'saml-provider':
      return (await findProvider('saml', queries, account, name))?.provider_id;
    case 'oidc-provider':
      return (await findProvider('oidc', queries, account, name))?.provider_id;
  }
}
