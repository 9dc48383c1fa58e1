/**
 * Writes the database that `releases.test.ts` opens with every later version. Run it with the sources of a release,
 * and commit what it writes:
 *
 *     node --conditions=claviger-source packages/server/test/write-release.ts 0.2.0
 *
 * The master key, passwords and keys in it are of this database only.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { Browser } from './browser.ts';
import { startTestServer } from './server.ts';

const RAM = '2015-05-01';
const PASSWORD = 'correct horse 42';

const [version = ''] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version))
  throw new Error(`invalid version "${version}": expected one like 0.2.0`);
const folder = join(import.meta.dirname, 'releases', version);

const allow = (Action: unknown, more: object = { Resource: '*' }) =>
  JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Action, ...more }] });

const server = await startTestServer({ productionPasswordCost: true });
const { account } = server;
const ram = (action: string, parameters: Record<string, string>) =>
  account.admin.callRpc(RAM, action, parameters);
const alice = await server.newUser(account, 'alice');
const bob = await server.newUser(account, 'bob');
const root = await account.rootKey();
await account.admin.call('2019-08-15', 'CreateLoginProfile', {
  UserPrincipalName: alice.userPrincipalName,
  Password: PASSWORD,
});
const readUsers = { PolicyName: 'read-users', PolicyType: 'Custom' };
await ram('CreatePolicy', {
  PolicyName: 'read-users',
  PolicyDocument: allow(['ram:GetUser', 'ram:ListUsers']),
});
await ram('AttachPolicyToUser', { UserName: 'alice', ...readUsers });
await ram('AttachPolicyToUser', {
  UserName: 'alice',
  PolicyName: 'AliyunSTSAssumeRoleAccess',
  PolicyType: 'System',
});
await ram('CreateGroup', { GroupName: 'ops' });
await ram('AddUserToGroup', { UserName: 'bob', GroupName: 'ops' });
await ram('UpdateAccessKey', {
  UserName: 'bob',
  UserAccessKeyId: bob.key.accessKeyId,
  Status: 'Inactive',
});
await ram('CreateRole', {
  RoleName: 'reader',
  AssumeRolePolicyDocument: allow('sts:AssumeRole', {
    Principal: { RAM: [`acs:ram::${account.accountId}:user/alice`] },
  }),
});
await ram('AttachPolicyToRole', { RoleName: 'reader', ...readUsers });
await ram('CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' });
const { Credentials } = (await alice.clients.callRpc('2015-04-01', 'AssumeRole', {
  RoleArn: `acs:ram::${account.accountId}:role/reader`,
  RoleSessionName: 'fixture',
})) as { readonly Credentials: Readonly<Record<string, string>> };
const browser = new Browser(server);
await browser.signIn(alice.userPrincipalName, PASSWORD);
await browser.done('GetSession');
const masterKey = readFileSync(join(server.directory, 'master.key'), 'utf8').trim();

const file = join(server.directory, 'copy.db');
const database = new DatabaseSync(join(server.directory, 'claviger.db'));
database.exec(`vacuum into '${file}'`);
database.close();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'claviger.db.gz'), gzipSync(readFileSync(file), { level: 9 }));
const contents = {
  time: Date.now(),
  masterKey,
  accountId: account.accountId,
  administrator: account.key,
  root,
  alice: { ...alice.key, password: PASSWORD, userPrincipalName: alice.userPrincipalName },
  inactive: bob.key,
  roleSession: {
    accessKeyId: Credentials['AccessKeyId'],
    accessKeySecret: Credentials['AccessKeySecret'],
    securityToken: Credentials['SecurityToken'],
  },
  consoleSession: { cookies: Object.fromEntries(browser.jar), csrf: browser.csrf },
};
writeFileSync(join(folder, 'contents.json'), `${JSON.stringify(contents, null, 2)}\n`);
await server.close();
