import type { PermissionPolicy } from '@claviger/guard';
import type { Queries } from '../store/store.ts';
import { systemPolicies } from './system-policies.ts';

/** Whose permissions: a RAM user's or a role's. */
export interface PermissionHolder {
  readonly type: 'user' | 'role';
  readonly id: string;
}

/**
 * All policies that say what a principal may do: those attached to it and, of a user, those of its groups. Each
 * comes once, in an order that depends on nothing but the set.
 * @param accountId attachments of other accounts are never found
 * @throws Error when an attachment names a policy that is not there: the principal must not act by the rest
 */
export async function readPermissions(
  queries: Queries,
  accountId: string,
  principal: PermissionHolder,
): Promise<readonly PermissionPolicy[]> {
  const groupIds = principal.type === 'user' ? await groupsOf(queries, accountId, principal.id) : [];
  const rows = await queries
    .selectFrom('policy_attachments as attachment')
    .leftJoin('policies as policy', (join) =>
      join
        .onRef('policy.account_id', '=', 'attachment.account_id')
        .onRef('policy.policy_name_key', '=', 'attachment.policy_name_key')
        .on('attachment.policy_type', '=', 'Custom'),
    )
    .leftJoin('policy_versions as version', (join) =>
      join
        .onRef('version.account_id', '=', 'policy.account_id')
        .onRef('version.policy_name_key', '=', 'policy.policy_name_key')
        .onRef('version.version', '=', 'policy.default_version'),
    )
    .select([
      'attachment.policy_type',
      'attachment.policy_name_key',
      'policy.policy_name',
      'version.version',
      'version.document',
    ])
    .where('attachment.account_id', '=', accountId)
    .where('attachment.principal_id', 'in', [principal.id, ...groupIds])
    .where('attachment.principal_type', 'in', principal.type === 'user' ? ['user', 'group'] : ['role'])
    .orderBy('attachment.policy_type')
    .orderBy('attachment.policy_name_key')
    .execute();

  const permissions = new Map<string, PermissionPolicy>();
  for (const row of rows) {
    const policy =
      row.policy_type === 'System' ? systemPermission(row.policy_name_key) : customPermission(row);
    permissions.set(`${policy.type} ${row.policy_name_key}`, policy);
  }
  return [...permissions.values()];
}

async function groupsOf(queries: Queries, accountId: string, userId: string): Promise<string[]> {
  const rows = await queries
    .selectFrom('group_members')
    .select('group_id')
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .execute();
  return rows.map((row) => row.group_id);
}

function systemPermission(nameKey: string): PermissionPolicy {
  const policy = systemPolicies.get(nameKey);
  // An earlier or later release may have had it. What it said, a Deny perhaps, is not known.
  if (policy === undefined) throw new Error(`an attachment names an unknown system policy: ${nameKey}`);
  return { name: policy.name, type: 'System', version: policy.version, text: policy.document };
}

function customPermission(row: {
  readonly policy_name_key: string;
  readonly policy_name: string | null;
  readonly version: number | null;
  readonly document: string | null;
}): PermissionPolicy {
  const { policy_name: name, version, document } = row;
  if (name === null || version === null || document === null) {
    throw new Error(`an attachment names a policy that is not there: ${row.policy_name_key}`);
  }
  return { name, type: 'Custom', version: `v${version}`, text: document };
}
