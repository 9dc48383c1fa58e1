import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachServer } from './server.ts';

const RAM = '2015-05-01';

eachServer((_, start) => {
  test("ListAccessKeyUses returns the last uses of all of a user's keys, with region and address", async () => {
    const now = Date.now();
    const server = await start({ now: () => now });
    const { account } = server;
    const { admin, domain } = account;
    const used = await server.newUser(account, 'used');
    const unused = await admin.callRpc(RAM, 'CreateAccessKey', { UserName: 'used' });
    await used.clients.callRpc('2015-04-01', 'GetCallerIdentity', { RegionId: 'cn-hangzhou' });
    const uses = (await admin.call('2026-11-24', 'ListAccessKeyUses', {
      UserPrincipalName: `used@${domain}`,
    })) as { AccessKeys: Record<string, string>[] };
    const use = (id: string) => uses.AccessKeys.find(({ AccessKeyId }) => AccessKeyId === id);
    assert.deepEqual(use(used.key.accessKeyId), {
      AccessKeyId: used.key.accessKeyId,
      LastUsedDate: `${new Date(now).toISOString().slice(0, 19)}Z`,
      ServiceName: 'Sts',
      RegionId: 'cn-hangzhou',
      SourceAddress: '127.0.0.1',
    });
    const { AccessKeyId } = unused['AccessKey'] as { readonly AccessKeyId: string };
    assert.equal(use(AccessKeyId)?.['LastUsedDate'], '');
    // A caller who may not see one key's uses may not list them all.
    await assert.rejects(used.clients.call('2026-11-24', 'ListAccessKeyUses', {}), { code: 'NoPermission' });
  });
});
