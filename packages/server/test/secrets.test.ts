import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { AssumeRoleRequest } from '@alicloud/sts20150401';
import { sql } from 'kysely';
import { eachServer, type TestServer } from './server.ts';

/** Everything the database can be asked for, as text. */
async function dump(server: TestServer): Promise<string> {
  const { queries } = server.services.store;
  const names =
    server.services.store.kind === 'sqlite'
      ? await sql<{ name: string }>`select name from sqlite_schema where type = 'table'`.execute(queries)
      : await sql<{
          name: string;
        }>`select table_name as name from information_schema.tables where table_schema = 'public'`.execute(
          queries,
        );
  const tables: string[] = [];
  for (const { name } of names.rows) {
    const rows = await sql`select * from ${sql.table(name)}`.execute(queries);
    tables.push(`${name}\n${JSON.stringify(rows.rows)}`);
  }
  return tables.join('\n');
}

eachServer((name, start) => {
  describe('secrets', () => {
    test('each is in one answer, and nowhere else: not in the database, the log or any later answer', async () => {
      const server = await start({ configuration: { audit: 'strict', logLevel: 'debug' } });
      const { account } = server;
      const answers: string[] = [];
      const secrets: string[] = [account.key.accessKeySecret];
      const remember = async (answer: Promise<unknown>) => {
        answers.push(JSON.stringify(await answer.catch((error: Error) => [error.message, error])));
      };

      const user = await server.newUser(account, 'keeper');
      const rootKey = await account.rootKey();
      secrets.push(user.key.accessKeySecret, rootKey.accessKeySecret);
      const { admin } = account;
      const made = await admin.callRpc('2019-08-15', 'CreateAccessKey', {
        UserPrincipalName: user.userPrincipalName,
      });
      const second = made['AccessKey'] as { readonly AccessKeyId: string; readonly AccessKeySecret: string };
      secrets.push(second.AccessKeySecret);

      await admin.callRpc('2015-05-01', 'CreateRole', {
        RoleName: 'vault',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
            },
          ],
        }),
      });
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'keeper',
        PolicyName: 'AliyunSTSAssumeRoleAccess',
        PolicyType: 'System',
      });
      const session = await user.clients.sts.assumeRole(
        new AssumeRoleRequest({
          roleArn: `acs:ram::${account.accountId}:role/vault`,
          roleSessionName: 'visit',
        }),
      );
      const { accessKeySecret = '', securityToken = '' } = session.body?.credentials ?? {};
      assert.ok(accessKeySecret !== '' && securityToken !== '');
      secrets.push(accessKeySecret, securityToken);

      const root = server.clients(rootKey);
      const owner = { UserPrincipalName: user.userPrincipalName };
      const key = { ...owner, UserAccessKeyId: second.AccessKeyId };
      await remember(admin.callRpc('2019-08-15', 'ListAccessKeys', owner));
      await remember(admin.callRpc('2015-05-01', 'ListAccessKeys', { UserName: 'keeper' }));
      await remember(admin.callRpc('2019-08-15', 'GetUser', owner));
      await remember(admin.callRpc('2019-08-15', 'GetAccessKeyLastUsed', key));
      await remember(admin.callRpc('2019-08-15', 'DeleteAccessKey', key));
      await remember(admin.callRpc('2019-08-15', 'ListAccessKeysInRecycleBin', { UserId: user.userId }));
      await remember(
        admin.callRpc('2019-08-15', 'GetAccessKeyInfoInRecycleBin', { UserAccessKeyId: second.AccessKeyId }),
      );
      await remember(
        admin.callRpc('2019-08-15', 'RestoreAccessKeyFromRecycleBin', {
          UserId: user.userId,
          UserAccessKeyId: second.AccessKeyId,
        }),
      );
      await remember(root.callRpc('2020-07-06', 'LookupEvents', { MaxResults: '50' }));
      const forger = server.clients({ ...user.key, accessKeySecret: 'guessed', securityToken: undefined });
      await remember(forger.callRpc('2015-04-01', 'GetCallerIdentity'));
      await remember(user.clients.callRpc('2015-05-01', 'ListUsers'));
      for (const path of ['/healthz', '/readyz', '/metrics', '/openapi/ims.json']) {
        answers.push(await (await fetch(`${server.url}${path}`)).text());
      }
      await server.services.lastUsed.flush();

      const places: Record<string, string> = {
        'the database': await dump(server),
        'the log': server.log.join('\n'),
        'later answers': answers.join('\n'),
      };
      for (const file of readdirSync(server.directory, { recursive: true, encoding: 'utf8' })) {
        const path = join(server.directory, file);
        if (statSync(path).isFile()) places[`the file ${file}`] = readFileSync(path, 'latin1');
      }
      const masterKey = readFileSync(join(server.directory, 'master.key'), 'utf8').trim();
      for (const [place, text] of Object.entries(places)) {
        for (const secret of secrets) {
          assert.ok(!text.includes(secret), `a secret of ${secret.length} characters is in ${place}`);
          const encoded = Buffer.from(secret).toString('base64').replace(/=+$/, '');
          assert.ok(!text.includes(encoded), `an encoded secret is in ${place}`);
        }
        if (place !== 'the file master.key') {
          assert.ok(!text.includes(masterKey), `the master key is in ${place}`);
        }
      }
    });

    test('files are for their owner only', async () => {
      const server = await start();
      assert.equal(statSync(server.directory).mode & 0o777, 0o700);
      for (const file of readdirSync(server.directory)) {
        const { mode } = statSync(join(server.directory, file));
        assert.equal(mode & 0o077, 0, `${file} is ${(mode & 0o777).toString(8)}`);
      }
    });

    test(`a secret whose row was changed does not open (${name})`, async () => {
      const server = await start();
      const one = await server.newUser(server.account, 'one');
      const two = await server.newUser(server.account, 'two');
      const sealedOf = async (id: string) =>
        (
          await server.services.store.queries
            .selectFrom('access_keys')
            .select('sealed_secret')
            .where('access_key_id', '=', id)
            .executeTakeFirstOrThrow()
        ).sealed_secret;
      const stolen = await sealedOf(one.key.accessKeyId);
      await server.services.store.write(async ({ queries, changed }) => {
        await queries
          .updateTable('access_keys')
          .set({ sealed_secret: stolen })
          .where('access_key_id', '=', two.key.accessKeyId)
          .execute();
        changed({
          accountId: server.account.accountId,
          topic: 'access-key',
          subject: two.key.accessKeyId,
        });
      });
      const swapped = server.clients({ ...two.key, accessKeySecret: one.key.accessKeySecret });
      await assert.rejects(swapped.callRpc('2015-04-01', 'GetCallerIdentity'), { code: 'InternalError' });
    });
  });
});
