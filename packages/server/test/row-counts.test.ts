import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import type { Counted } from '../src/store/row-counts.ts';
import { SampleEntities } from './sample-entities.ts';
import { eachServer, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';

eachServer((_, start) => {
  test('counts of an account equal its rows after every kind of change', async () => {
    const now = Date.now();
    const server = await start();
    const { account } = server;
    const sample = new SampleEntities(server, account, 'counted', now);
    const assertCounts = () => assertCountsOfRows(server, account.accountId);
    await assertCounts();

    const ann = await sample.user('ann');
    const bob = await sample.user('bob');
    await sample.group('ops');
    await sample.role('deploy');
    await sample.policy('read');
    await sample.device('spare');
    await sample.userWithDevice('cyd');
    const read = { PolicyName: 'read', PolicyType: 'Custom' };
    const administrator = { PolicyName: 'AdministratorAccess', PolicyType: 'System' };
    for (const UserName of ['ann', 'bob']) {
      await sample.do(RAM, 'AttachPolicyToUser', { UserName, ...read });
      await sample.do(RAM, 'AttachPolicyToUser', { UserName, ...administrator });
    }
    await sample.do(RAM, 'AttachPolicyToGroup', { GroupName: 'ops', ...read });
    await sample.do(RAM, 'AttachPolicyToRole', { RoleName: 'deploy', ...read });
    await assertCounts();
    assert.equal(await attachmentCount(sample, read), 4);

    // Into the recycle bin, and out of it in both ways.
    await sample.do(IMS, 'DeleteUser', { UserPrincipalName: ann.UserPrincipalName });
    await sample.do(IMS, 'DeleteUser', { UserPrincipalName: bob.UserPrincipalName });
    await assertCounts();
    assert.equal(await attachmentCount(sample, read), 2);
    await sample.do(IMS, 'RestoreUserFromRecycleBin', { UserId: ann.UserId });
    await sample.do(IMS, 'DeleteUserInRecycleBin', { UserId: bob.UserId });
    await assertCounts();
    assert.equal(await attachmentCount(sample, read), 3);

    await sample.do(RAM, 'UpdateUser', { UserName: 'ann', NewUserName: 'anna' });
    await sample.do(RAM, 'DetachPolicyFromUser', { UserName: 'anna', ...read });
    await sample.do(RAM, 'DetachPolicyFromGroup', { GroupName: 'ops', ...read });
    await sample.do(RAM, 'DetachPolicyFromRole', { RoleName: 'deploy', ...read });
    await sample.do(RAM, 'DeletePolicy', { PolicyName: 'read' });
    await sample.do(RAM, 'DeleteGroup', { GroupName: 'ops' });
    await sample.do(RAM, 'DeleteRole', { RoleName: 'deploy' });
    await assertCounts();
  });
});

async function attachmentCount(sample: SampleEntities, policy: Record<string, string>): Promise<number> {
  const { Policy } = await sample.do(RAM, 'GetPolicy', policy);
  return (Policy as { readonly AttachmentCount: number }).AttachmentCount;
}

async function assertCountsOfRows({ services }: TestServer, accountId: string): Promise<void> {
  const { queries } = services.store;
  const kept = await queries
    .selectFrom('row_counts')
    .select(['counted', 'row_count'])
    .where('account_id', '=', accountId)
    .where('row_count', '!=', 0)
    .execute();
  const count = async (counted: Counted, table: string, where: string) => {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from ${sql.table(table)} where account_id = ${accountId} and ${sql.raw(where)}
    `.execute(queries);
    return [counted, Number(rows[0]!.count)] as const;
  };
  const attachments = await sql<{ counted: string; count: number }>`
    select 'attachments/' || policy_type || '/' || policy_name_key as counted, count(*) as count
    from policy_attachments left join users on users.user_id = principal_id
    where policy_attachments.account_id = ${accountId} and users.recycled_at is null
    group by policy_type, policy_name_key
  `.execute(queries);
  const counted = [
    await count('users', 'users', 'recycled_at is null'),
    await count('recycled-users', 'users', 'recycled_at is not null'),
    await count('groups', 'groups', '1 = 1'),
    await count('roles', 'roles', '1 = 1'),
    await count('policies', 'policies', '1 = 1'),
    await count('mfa-devices', 'mfa_devices', '1 = 1'),
    await count('bound-mfa-devices', 'mfa_devices', 'owner_id is not null'),
    ...attachments.rows.map((row) => [row.counted, Number(row.count)] as const),
  ].filter(([, rows]) => rows !== 0);
  assert.deepEqual(
    Object.fromEntries(kept.map((row) => [row.counted, row.row_count])),
    Object.fromEntries(counted),
  );
}
