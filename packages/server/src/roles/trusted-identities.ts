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

/** A stored trust policy: its text, and the ids that its names had when it was written. */
export type StoredTrust = Pick<RoleRow, 'assume_role_policy' | 'trusted_identities'>;

/**
 * Binds the names of a trust policy to the users, roles and identity providers that have them now. An unknown name
 * is not bound: it is not trusted until the policy is written again. It is not refused, since a refusal would
 * disclose which users and roles another account has.
 *
 * @param queries of the transaction that writes the policy
 * @param trustPolicy a validated text
 * @returns JSON for `roles.trusted_identities`: ids by the ARN of each name
 */
export async function bindTrustedNames(queries: Queries, trustPolicy: string): Promise<string> {
  const identities: Record<string, string> = {};
  for (const entity of trustedEntities(readStoredPolicy(trustPolicy, 'trust'))) {
    const id = await findEntityId(queries, entity);
    if (id !== undefined) identities[entity.arn] = id;
  }
  return JSON.stringify(identities);
}

/** Compiles a role's trust policy with the ids that it is bound to. @param name of the policy in decisions */
export function compileTrust(
  { assume_role_policy: text, trusted_identities: identities }: StoredTrust,
  name?: PolicyName,
): CompiledTrust {
  const bound = new Map(Object.entries(JSON.parse(identities) as Record<string, string>));
  return compileTrustPolicy(readStoredPolicy(text, 'trust'), name, bound);
}

/** Returns the caller of AssumeRole for the evaluation of a trust policy, with its ARN and id. */
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

async function findEntityId(
  queries: Queries,
  { account, type, name }: TrustedEntity,
): Promise<string | undefined> {
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
