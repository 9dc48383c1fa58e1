import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertUsers } from './inserted-users.ts';
import { eachServer, type TestAccount } from './server.ts';

const OWN = '2026-11-24';
const RAM = '2015-05-01';
const IMS = '2019-08-15';

/** Names of the rows of a search, page by page. */
async function names(
  account: TestAccount,
  operation: string,
  field: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string[]> {
  const [list] = field.split('.');
  const found: string[] = [];
  let Marker: string | undefined;
  do {
    const answer = await account.admin.call(OWN, operation, {
      ...parameters,
      ...(Marker !== undefined && { Marker }),
    });
    const rows = answer[list!] as readonly Readonly<Record<string, string>>[];
    found.push(...rows.map((row) => row[field.split('.')[1]!]!.split('@')[0]!));
    Marker = answer['Marker'] as string | undefined;
    assert.equal(answer['IsTruncated'], Marker !== undefined);
  } while (Marker !== undefined);
  return found;
}

eachServer((database, start) => {
  test('lists are searched, ordered and paged by the server', async () => {
    let now = Date.now();
    const server = await start({ now: () => now });
    const { account } = server;
    const { admin } = account;
    const users = (parameters: Readonly<Record<string, string>>) =>
      names(account, 'SearchUsers', 'Users.UserPrincipalName', { MaxItems: '2', ...parameters });
    for (const [name, DisplayName] of [
      ['zoe', '陳小明'],
      ['Anna', '50% off_'],
      ['bert', 'Élodie Étoilé'],
      ['joanna', 'x'],
    ] as const) {
      now += 1000;
      await admin.call(IMS, 'CreateUser', {
        UserPrincipalName: `${name}@${account.domain}`,
        DisplayName,
      });
      await admin.callRpc(RAM, 'CreateGroup', { GroupName: `g-${name}`, Comments: `for ${name}` });
      await admin.callRpc(RAM, 'AddUserToGroup', { GroupName: 'g-zoe', UserName: name });
    }
    const all = await users({});
    assert.deepEqual(await users({ Descending: 'true' }), all.toReversed());
    assert.deepEqual((await users({ OrderBy: 'CreateDate' })).slice(-4), ['zoe', 'Anna', 'bert', 'joanna']);
    assert.deepEqual((await users({ OrderBy: 'CreateDate', Descending: 'true' })).slice(0, 4), [
      'joanna',
      'bert',
      'Anna',
      'zoe',
    ]);
    assert.deepEqual(await users({ OrderBy: 'LastLoginDate' }).then((found) => found.length), all.length);
    assert.deepEqual(await users({ Search: 'ANNA' }), ['Anna', 'joanna']);
    assert.deepEqual(await users({ Search: `anna@${account.domain}` }), ['Anna', 'joanna']);
    assert.deepEqual(await users({ Search: '小明' }), ['zoe']);
    assert.deepEqual(await users({ Search: '0% OFF_' }), ['Anna']);
    assert.deepEqual(await users({ Search: 'élodie' }), ['bert']);
    assert.deepEqual(await users({ Search: 'ÉLO' }), ['bert']);
    assert.deepEqual(await users({ Search: '%' }), ['Anna']);

    const groups = (parameters: object) =>
      names(account, 'SearchGroups', 'Groups.GroupName', { ...parameters });
    assert.deepEqual(await groups({ Search: 'for b' }), ['g-bert']);
    assert.deepEqual((await groups({ OrderBy: 'CreateDate', MaxItems: '1' })).slice(-2), [
      'g-bert',
      'g-joanna',
    ]);
    const members = (parameters: object) =>
      names(account, 'SearchGroupMembers', 'Users.UserPrincipalName', { GroupName: 'g-zoe', ...parameters });
    assert.deepEqual(await members({ MaxItems: '3' }), ['Anna', 'bert', 'joanna', 'zoe']);
    assert.deepEqual(await members({ MaxItems: '1', Descending: 'true', Search: 'nn' }), ['joanna', 'Anna']);

    const policies = (parameters: object) =>
      names(account, 'SearchPolicies', 'Policies.PolicyName', { ...parameters });
    const PolicyDocument = JSON.stringify({
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: 'oss:Get*', Resource: '*' }],
    });
    for (const PolicyName of ['own-ossread', 'own-write']) {
      await admin.callRpc(RAM, 'CreatePolicy', { PolicyName, PolicyDocument, Description: 'about OSSREAD' });
    }
    const oss = await policies({ Search: 'ossread', MaxItems: '2' });
    assert.deepEqual(oss.slice(0, 2), ['own-ossread', 'own-write']);
    assert.ok(oss.includes('AliyunOSSReadOnlyAccess'));
    assert.deepEqual(await policies({ Search: 'AliyunOSSReadOnly', PolicyType: 'Custom' }), []);
    const roles = (parameters: object) => names(account, 'SearchRoles', 'Roles.RoleName', { ...parameters });
    assert.deepEqual(await roles({ Search: 'no-such-role' }), []);
  });

  test('a marker of another order is refused', async () => {
    const { account } = await start();
    const { admin } = account;
    for (const UserName of ['a', 'b']) await admin.callRpc(RAM, 'CreateUser', { UserName });
    const { Marker } = await admin.call(OWN, 'SearchUsers', { MaxItems: '1' });
    const parameters = { MaxItems: '1', OrderBy: 'CreateDate', Marker: String(Marker) };
    await assert.rejects(admin.call(OWN, 'SearchUsers', parameters), /Marker/);
  });

  // Inserting so many takes PostgreSQL ten seconds; its prefixes are tested in search-users.test.ts.
  if (database !== 'SQLite') return;
  test('users and members of large accounts are found by the beginning of their names', async () => {
    const server = await start();
    const { account } = server;
    const { admin } = account;
    await insertUsers(server, account, 10_100);
    await admin.callRpc(RAM, 'CreateGroup', { GroupName: 'all' });
    await server.services.store.write(async ({ queries }) => {
      const group = await queries.selectFrom('groups').select('group_id').executeTakeFirstOrThrow();
      await queries
        .insertInto('group_members')
        .columns(['account_id', 'group_id', 'user_id', 'joined_at'])
        .expression((from) =>
          from
            .selectFrom('users')
            .select((column) => [
              'account_id',
              column.val(group.group_id).as('group_id'),
              'user_id',
              'created_at',
            ])
            .where('account_id', '=', account.accountId)
            .where('user_name_key', 'like', 'filler-%'),
        )
        .execute();
    });
    for (const operation of ['SearchUsers', 'SearchGroupMembers']) {
      const search = (parameters: object) =>
        names(account, operation, 'Users.UserPrincipalName', {
          ...(operation === 'SearchGroupMembers' && { GroupName: 'all' }),
          ...parameters,
        });
      assert.deepEqual(await search({ Search: 'filler-1000', MaxItems: '5' }), [
        'filler-1000',
        ...Array.from({ length: 10 }, (_, digit) => `filler-1000${digit}`),
      ]);
      assert.deepEqual(await search({ Search: 'ller' }), []);
      assert.ok((await search({ MaxItems: '1000' })).length >= 10_100);
    }
  });
});
