import type { PermissionPolicy } from '@claviger/guard';
import type { PolicyAttachmentRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { findAttachedPolicy } from './attachment.ts';

/** A RAM user or role whose permissions are read. */
export interface PermissionHolder {
  readonly type: 'user' | 'role';
  readonly id: string;
}

/**
 * Reads all policies of a principal: those attached to it and, for a user, those of its groups. Each occurs once,
 * in an order that depends only on the set.
 * @param accountId attachments of other accounts are never found
 * @throws Error if an attachment names an unknown policy: the principal must not act by the others alone
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
      'attachment.stand_in_name',
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
    const policy = row.policy_type === 'System' ? systemPermission(row) : customPermission(row);
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

function systemPermission(
  row: Pick<PolicyAttachmentRow, 'policy_name_key' | 'stand_in_name'>,
): PermissionPolicy {
  const policy = findAttachedPolicy(row);
  // It may belong to another release. Its content, possibly a Deny, is unknown.
  if (policy === undefined)
    throw new Error(`unknown system policy "${row.policy_name_key}" in an attachment`);
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
    throw new Error(`unknown policy "${row.policy_name_key}" in an attachment`);
  }
  return { name, type: 'Custom', version: `v${version}`, text: document };
}
