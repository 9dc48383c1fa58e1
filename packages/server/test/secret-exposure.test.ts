import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { AssumeRoleRequest } from '@alicloud/sts20150401';
import { sql } from 'kysely';
import { createAccount, createOneTimePassword } from '../src/accounts/create-account.ts';
import { callRaw, ways } from './raw-request.ts';
import { eachServer, type TestServer } from './server.ts';

/** Returns a secret in the forms in which it could appear: plain, and in the usual encodings. */
function spellings(secret: Buffer): string[] {
  return [
    secret.toString('latin1'),
    secret.toString('base64').replace(/=+$/, ''),
    secret.toString('base64url'),
    secret.toString('hex'),
    encodeURIComponent(secret.toString('utf8')),
    // Bytes in the notation of PostgreSQL and of JSON.
    JSON.stringify([...secret]).slice(1, -1),
  ];
}

/** Returns the content of the whole database as text. */
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
    test('are in one answer each, and nowhere else: not in the database, the log or any later answer', async () => {
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
      const {
        accessKeyId: sessionKeyId = '',
        accessKeySecret = '',
        securityToken = '',
      } = session.body?.credentials ?? {};
      assert.ok(accessKeySecret !== '' && securityToken !== '');
      secrets.push(accessKeySecret, securityToken);

      // Console passwords: as set, as changed, as refused; and the seed of a device.
      const [first, next, unused, guess] = ['Lp1-first', 'Lp2-next', 'Lp3-unused', 'Lp4-guess'].map(
        (word) => `${word}-Xy!7`,
      ) as [string, string, string, string];
      secrets.push(first, next, unused, guess);
      await remember(
        admin.callRpc('2019-08-15', 'CreateLoginProfile', {
          UserPrincipalName: user.userPrincipalName,
          Password: first,
        }),
      );
      const change = (OldPassword: string, NewPassword: string) =>
        user.clients.callRpc('2019-08-15', 'ChangePassword', { OldPassword, NewPassword });
      await change(first, next);
      await remember(change(guess, unused));
      await remember(
        admin.callRpc('2015-05-01', 'UpdateLoginProfile', { UserName: 'absent', Password: unused }),
      );
      await remember(
        admin.callRpc('2019-08-15', 'GetLoginProfile', { UserPrincipalName: user.userPrincipalName }),
      );
      const device = await admin.callRpc('2019-08-15', 'CreateVirtualMFADevice', {
        VirtualMFADeviceName: 'keeper',
      });
      const { Base32StringSeed: seed = '', QRCodePNG: picture = '' } = device['VirtualMFADevice'] as Record<
        string,
        string
      >;
      assert.ok(seed.length >= 32 && picture.length > 100);
      secrets.push(seed, picture);
      await remember(admin.callRpc('2019-08-15', 'ListVirtualMFADevices'));
      await remember(admin.callRpc('2015-05-01', 'ListVirtualMFADevices'));

      // Root sign-in with a known one-time password.
      const { services } = server;
      const password = await createOneTimePassword(services);
      await services.store.write((transaction) =>
        createAccount(services, transaction, 'another', password, Date.now()),
      );
      secrets.push(password.password);

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
      // Secrets that a careless client sends in other parameters.
      const careless = {
        UserName: 'keeper',
        AccessKeySecret: 'Sent-By-Mistake-1',
        Password: 'Sent-By-Mistake-2',
      };
      secrets.push(careless.AccessKeySecret, careless.Password);
      for (const way of ways) {
        for (const action of ['GetUser', 'GetUnicorn']) {
          await remember(
            callRaw(server.url, user.key, way, { version: '2015-05-01', action, parameters: careless }),
          );
        }
      }
      const visitor = { accessKeyId: sessionKeyId, accessKeySecret, securityToken };
      for (const way of ways) {
        await remember(callRaw(server.url, visitor, way, { version: '2015-05-01', action: 'ListUsers' }));
      }
      // Causes a bug whose stack is logged.
      const spoil = (columns: { readonly network_policy: string } | { readonly sealed_secret: string }) =>
        services.store.write(async ({ queries, changed }) => {
          const { accessKeyId } = user.key;
          await queries
            .updateTable('access_keys')
            .set(columns)
            .where('access_key_id', '=', accessKeyId)
            .execute();
          changed({ accountId: account.accountId, topic: 'access-key', subject: accessKeyId });
        });
      await spoil({ network_policy: 'spoilt' });
      const bug = await callRaw(server.url, user.key, 'ACS3');
      assert.equal(bug.code, 'InternalError');
      assert.ok(server.log.some((line) => line.includes(String(bug.body['RequestId']))));
      answers.push(bug.message);
      // Damaged secret, whose key the log names.
      await spoil({ sealed_secret: 'v1.spoilt' });
      const damaged = await callRaw(server.url, user.key, 'ACS3');
      assert.equal(damaged.code, 'InvalidAccessKeyId.Damaged');
      assert.ok(
        server.log.some((line) => line.includes('damaged secret') && line.includes(user.key.accessKeyId)),
      );
      answers.push(damaged.message);
      for (const path of ['/healthz', '/readyz', '/metrics', '/openapi/ims.json']) {
        answers.push(await (await fetch(`${server.adminUrl}${path}`)).text());
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
        assert.ok(text.length > 0 || place.startsWith('the file'), place);
        const here = [...secrets];
        if (place !== 'the file master.key') here.push(masterKey);
        for (const secret of here) {
          for (const spelling of spellings(Buffer.from(secret))) {
            assert.ok(!text.includes(spelling), `a secret of ${secret.length} characters is in ${place}`);
          }
        }
        // The key itself, not its text in the file; its bytes must not appear either.
        if (place === 'the file master.key') continue;
        for (const spelling of spellings(Buffer.from(masterKey, 'base64'))) {
          assert.ok(!text.includes(spelling), `the master key is in ${place}`);
        }
      }
      // Proves that the search works: values that are not secret are found.
      assert.ok(places['the database']?.includes(user.key.accessKeyId));
      assert.ok(places['later answers']?.includes(second.AccessKeyId));
      if (name === 'SQLite') {
        const files = Object.entries(places).filter(([place]) => place.startsWith('the file claviger.db'));
        assert.ok(files.some(([, text]) => text.includes(user.key.accessKeyId)));
      }
    });

    test('files are readable by their owner only', async () => {
      const server = await start();
      const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
      assert.equal(modeOf(server.directory), '700');
      const files = readdirSync(server.directory);
      assert.ok(files.includes('master.key'));
      if (name === 'SQLite') assert.ok(files.includes('claviger.db') && files.includes('claviger.db-wal'));
      for (const file of files) assert.equal(modeOf(join(server.directory, file)), '600', file);
    });

    test(`do not open if their row was changed (${name})`, async () => {
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
      await assert.rejects(swapped.callRpc('2015-04-01', 'GetCallerIdentity'), {
        code: 'InvalidAccessKeyId.Damaged',
      });
    });
  });
});
