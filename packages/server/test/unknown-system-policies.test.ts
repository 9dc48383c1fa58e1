/** `--unknown-system-policies allow-attach`: unknown `Aliyun…` names are attached as empty policies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJson, send, signedRequest } from './raw-request.ts';
import { ReplicatedGuard } from './replicated-guard.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const UNKNOWN = { PolicyName: 'AliyunNextYearFullAccess', PolicyType: 'System' };

const call = async (server: TestServer, account: TestAccount, action: string, parameters = {}) => {
  const sent = { version: RAM, action, parameters, format: 'JSON' };
  const answer = await send(server.url, signedRequest(server.url, account.key, 'ACS3 with a form', sent));
  return { ...readJson(answer), warning: String(answer.headers['x-claviger-warning'] ?? '') };
};

eachServer((_, start) => {
  test('an unknown name is attached as an empty policy, which the answer and the log say', async () => {
    const server = await start({ configuration: { unknownSystemPolicies: 'allow-attach' } });
    const { account } = server;
    const user = await server.newUser(account, 'future');
    const attached = await call(server, account, 'AttachPolicyToUser', { UserName: 'future', ...UNKNOWN });
    assert.equal(attached.code, 'OK');
    assert.match(attached.warning, /AliyunNextYearFullAccess is not known here/);
    assert.ok(
      server.log.some((line) => line.includes('unknown system policy \\"AliyunNextYearFullAccess\\"')),
    );
    const again = { UserName: 'future', PolicyName: 'aliyunnextyearfullaccess', PolicyType: 'System' };
    assert.equal(
      (await call(server, account, 'AttachPolicyToUser', again)).code,
      'EntityAlreadyExists.User.Policy',
    );
    const listed = await call(server, account, 'ListPoliciesForUser', { UserName: 'future' });
    assert.partialDeepStrictEqual(listed.body, { Policies: { Policy: [UNKNOWN] } });
    const read = await call(server, account, 'GetPolicy', UNKNOWN);
    assert.partialDeepStrictEqual(read.body, { Policy: { AttachmentCount: 1, DefaultVersion: 'v1' } });
    // It grants nothing, and its user goes on working.
    await assert.rejects(user.clients.callRpc(RAM, 'ListUsers'), { code: 'NoPermission' });
    await user.clients.callRpc('2015-04-01', 'GetCallerIdentity');
    assert.equal((await call(server, account, 'DetachPolicyFromUser', again)).code, 'OK');
    const gone = await call(server, account, 'ListPoliciesForUser', { UserName: 'future' });
    assert.deepEqual(gone.body['Policies'], { Policy: [] });
  });

  test('other unknown names, and policies of service-linked roles, are refused all the same', async () => {
    const server = await start({ configuration: { unknownSystemPolicies: 'allow-attach' } });
    const { account } = server;
    await server.newUser(account, 'strict');
    for (const [PolicyName, code] of [
      ['NextYearFullAccess', 'EntityNotExist.Policy'],
      ['AliyunServiceRolePolicyForNextYear', 'NoPermission'],
    ]) {
      const parameters = { UserName: 'strict', PolicyName, PolicyType: 'System' };
      assert.equal((await call(server, account, 'AttachPolicyToUser', parameters)).code, code, PolicyName);
    }
  });

  test('guards receive it as an empty policy, also through a group, beside the others', async () => {
    const server = await start({ configuration: { unknownSystemPolicies: 'allow-attach' } });
    const { account } = server;
    const { key } = await server.newUser(account, 'buyer');
    const guard = ReplicatedGuard.open(server.url, await server.newGuard(account));
    try {
      await guard.source.ready();
      await guard.untilVerdict('Deny', key);
      const admin = (action: string, parameters: Record<string, string>) =>
        account.admin.callRpc(RAM, action, parameters);
      await admin('AttachPolicyToUser', { UserName: 'buyer', ...UNKNOWN });
      await admin('AttachPolicyToUser', {
        UserName: 'buyer',
        PolicyName: 'PowerUserAccess',
        PolicyType: 'System',
      });
      const Statement = [{ Effect: 'Allow', Action: 'orders:GetOrder', Resource: '*' }];
      const PolicyDocument = JSON.stringify({ Version: '1', Statement });
      const policy = { PolicyName: 'orders', PolicyType: 'Custom' };
      await admin('CreatePolicy', { ...policy, PolicyDocument });
      await admin('AttachPolicyToUser', { UserName: 'buyer', ...policy });
      await guard.untilVerdict('Allow', key);
      assert.equal(await guard.verdict(key, 'orders:DeleteOrder'), 'Deny');
      await admin('CreateGroup', { GroupName: 'buyers' });
      await admin('AttachPolicyToGroup', { GroupName: 'buyers', ...UNKNOWN });
      await admin('AttachPolicyToGroup', { GroupName: 'buyers', ...policy });
      await admin('DetachPolicyFromUser', { UserName: 'buyer', ...policy });
      await guard.untilVerdict('Deny', key);
      await admin('AddUserToGroup', { GroupName: 'buyers', UserName: 'buyer' });
      await guard.untilVerdict('Allow', key);
    } finally {
      await guard.close();
    }
  });

  test('without the setting an unknown name is refused', async () => {
    const server = await start();
    const { account } = server;
    await server.newUser(account, 'plain');
    for (const action of ['AttachPolicyToUser', 'DetachPolicyFromUser']) {
      const answer = await call(server, account, action, { UserName: 'plain', ...UNKNOWN });
      assert.equal(answer.code, 'EntityNotExist.Policy');
      assert.equal(answer.warning, '');
    }
  });

  test('what was attached with the setting stays empty, and is detached without it', async () => {
    const server = await start();
    const { account, services } = server;
    const user = await server.newUser(account, 'kept');
    const { user_id } = await services.store.queries
      .selectFrom('users')
      .select('user_id')
      .where('user_name_key', '=', 'kept')
      .executeTakeFirstOrThrow();
    await services.store.write(async ({ queries }) => {
      await queries
        .insertInto('policy_attachments')
        .values({
          account_id: account.accountId,
          principal_type: 'user',
          principal_id: user_id,
          policy_type: 'System',
          policy_name_key: UNKNOWN.PolicyName.toLowerCase(),
          stand_in_name: UNKNOWN.PolicyName,
          attached_at: 0,
        })
        .execute();
    });
    await user.clients.callRpc('2015-04-01', 'GetCallerIdentity');
    const listed = await call(server, account, 'ListPoliciesForUser', { UserName: 'kept' });
    assert.partialDeepStrictEqual(listed.body, { Policies: { Policy: [UNKNOWN] } });
    const detached = await call(server, account, 'DetachPolicyFromUser', { UserName: 'kept', ...UNKNOWN });
    assert.equal(detached.code, 'OK');
  });
});
