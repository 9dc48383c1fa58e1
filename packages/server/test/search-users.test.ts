import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertUsers } from './inserted-users.ts';
import { eachServer, type TestAccount } from './server.ts';

const OWN = '2026-11-24';

async function search(account: TestAccount, UserNamePrefix: string, MaxItems?: string): Promise<string[]> {
  const fields = { UserNamePrefix, ...(MaxItems !== undefined && { MaxItems }) };
  const { Users } = await account.admin.call(OWN, 'SearchUsers', fields);
  return (Users as readonly { readonly UserPrincipalName: string }[]).map(
    (user) => user.UserPrincipalName.split('@')[0]!,
  );
}

eachServer((_, start) => {
  test('users are found by the beginning of their name', async () => {
    const server = await start();
    const { account } = server;
    const other = await server.newAccount();
    for (const [of, name] of [
      [account, 'Anna'],
      [account, 'anna-b'],
      [account, 'annz'],
      [account, 'ann.c'],
      [account, 'bert'],
      [account, 'annette'],
      [other, 'anna-of-another-account'],
    ] as const) {
      await of.admin.callRpc('2015-05-01', 'CreateUser', { UserName: name });
    }
    await account.admin.callRpc('2015-05-01', 'DeleteUser', { UserName: 'annette' });

    assert.deepEqual(await search(account, 'ann'), ['ann.c', 'Anna', 'anna-b', 'annz']);
    assert.deepEqual(await search(account, 'ANNA'), ['Anna', 'anna-b']);
    assert.deepEqual(await search(account, 'anna-b'), ['anna-b']);
    assert.deepEqual(await search(account, 'ann', '2'), ['ann.c', 'Anna']);
    assert.deepEqual(await search(account, 'nna'), []);
  });

  test('a search among many users returns at most 100', async () => {
    const server = await start();
    await insertUsers(server, server.account, 2000);
    assert.equal((await search(server.account, 'filler')).length, 100);
    assert.deepEqual(await search(server.account, 'filler-1999'), ['filler-1999']);
  });
});
