/** Registration of guards: required permissions, permissions of their credentials, and visible fields. */
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { KeyAgreement } from '@claviger/guard/replication';
import { Browser } from './browser.ts';
import type { ClientKey } from './clients.ts';
import { EVERY_OPERATION } from './prepared-requests.ts';
import { callRaw } from './raw-request.ts';
import { ReplicatedGuard } from './replicated-guard.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const OWN = '2026-11-24';
const password = 'correct horse 42';

const allow = (Action: string | readonly string[]) => ({ Effect: 'Allow', Action, Resource: '*' });
const deny = (Action: string | readonly string[]) => ({ Effect: 'Deny', Action, Resource: '*' });

eachServer((_, start) => {
  describe('guards', () => {
    let server: TestServer;
    let account: TestAccount;
    const copies: ReplicatedGuard[] = [];

    before(async () => {
      server = await start();
    });

    beforeEach(async () => {
      account = await server.newAccount();
    });

    afterEach(async () => {
      for (const copy of copies.splice(0)) await copy.close();
    });

    const call = (key: ClientKey, action: string, parameters: Record<string, string> = {}, version = OWN) =>
      callRaw(server.url, key, 'ACS3 with a form', { version, action, parameters });

    /** Creates a user with one policy of these statements. */
    const userWith = async (name: string, ...statements: object[]) => {
      const { key } = await server.newUser(account, name);
      await account.admin.callRpc(RAM, 'CreatePolicy', {
        PolicyName: name,
        PolicyDocument: JSON.stringify({ Version: '1', Statement: statements }),
      });
      await account.admin.callRpc(RAM, 'AttachPolicyToUser', {
        UserName: name,
        PolicyName: name,
        PolicyType: 'Custom',
      });
      return key;
    };

    const administrator = () => userWith('everything', { Effect: 'Allow', Action: '*', Resource: '*' });

    test('the credential of a guard can call operations for guards only', async () => {
      const guard = await server.newGuard(account, 'orders');
      const faults: string[] = [];
      for (const operation of EVERY_OPERATION) {
        if (operation.access === 'anonymous' || operation.access === 'console') continue;
        const { code, message } = await call(guard, operation.name, {}, operation.version);
        const isMade = operation.callers === 'guards';
        const isRefused =
          code === 'NoPermission' ||
          code === 'SessionOnly' ||
          code.startsWith('Missing') ||
          code.startsWith('Invalid');
        if (!isRefused) faults.push(`${operation.name}: ${code} ${message}`);
        if (isMade && message.includes('which calls only')) faults.push(`${operation.name}: ${message}`);
      }
      assert.deepEqual(faults, []);
      const whoAmI = await call(guard, 'GetCallerIdentity', {}, '2015-04-01');
      assert.equal(whoAmI.code, 'NoPermission');
      assert.match(whoAmI.message, /a guard, which calls only the operations that are made for guards/);
    });

    test('operations for guards are refused to other callers, with a hint', async () => {
      const keys = {
        'a user by exact name': await userWith('exact', {
          Effect: 'Allow',
          Action: ['claviger:ReplicateCredentials', 'claviger:ReportAccessKeyUsage'],
          Resource: '*',
        }),
        'an administrator': await administrator(),
        'the root': await account.rootKey(),
      };
      for (const [title, key] of Object.entries(keys)) {
        const answer = await call(key, 'ResolveSecurityToken', {
          PublicKey: new KeyAgreement().publicKey,
          SessionAccessKeyId: 'STS.AbsentAbsentAbsentAbsent',
          SessionToken: 'x',
        });
        assert.equal(answer.code, 'NoPermission', title);
        assert.match(answer.message, /claviger guard add/, title);
      }
    });

    /** Creates a user who is signed in to the console with a step-up. */
    const signedIn = async (name: string, ...statements: object[]) => {
      const { userName } = { userName: name, ...(await userWith(name, ...statements)) };
      const loginName = `${userName}@${account.domain}`;
      await account.admin.call('2019-08-15', 'CreateLoginProfile', {
        UserPrincipalName: loginName,
        Password: password,
      });
      const browser = new Browser(server);
      assert.equal(await browser.signIn(loginName, password), 'Done');
      await browser.done('StepUp', { Method: 'Password', Password: password });
      return browser;
    };

    test('are registered in the console, with a secret that is shown once', async () => {
      const browser = await signedIn('all', allow('*'));
      const made = await browser.done('CreateGuard', { GuardName: 'orders-1', 'Services.1': 'Orders' });
      const guard = made['Guard'] as Readonly<Record<string, unknown>>;
      const pair = made['AccessKey'] as { readonly AccessKeyId: string; readonly AccessKeySecret: string };
      assert.deepEqual(
        [guard['GuardName'], guard['Services'], guard['Status'], guard['Connections']],
        ['orders-1', ['orders'], 'Active', []],
      );
      assert.match(pair.AccessKeyId, /^CVGD[A-Za-z0-9]{20}$/);
      const copy = ReplicatedGuard.open(
        server.url,
        { accessKeyId: pair.AccessKeyId, accessKeySecret: pair.AccessKeySecret },
        { guardName: 'orders-1' },
      );
      copies.push(copy);
      await copy.source.ready();
      const listed = await browser.done('ListGuards');
      const [one, ...more] = listed['Guards'] as readonly Readonly<Record<string, unknown>>[];
      assert.deepEqual(more, []);
      const [connection, ...others] = one!['Connections'] as readonly Readonly<Record<string, unknown>>[];
      assert.deepEqual(others, []);
      assert.equal(connection!['SourceIp'], '127.0.0.1');
      assert.match(String(connection!['Version']), /^\d+\.\d+\.\d+$/);
      assert.ok((connection!['AgeSeconds'] as number) < 60);
      assert.ok(!JSON.stringify(listed).includes(pair.AccessKeySecret));
      const events = await server.services.store.queries
        .selectFrom('audit_records')
        .selectAll()
        .where('account_id', '=', account.accountId)
        .execute();
      assert.ok(!JSON.stringify(events).includes(pair.AccessKeySecret));
      await browser.refused(
        'CreateGuard',
        { GuardName: 'ORDERS-1', 'Services.1': 'orders' },
        'EntityAlreadyExists.Guard',
        409,
      );
    });

    test('are registered only by callers who can act as every user and role anyway', async () => {
      const asking = { GuardName: 'mine', 'Services.1': 'orders' };
      const power = await signedIn('power', allow('*'), deny(['ram:*', 'ims:*']));
      await power.refused('CreateGuard', asking, 'NoPermission', 403);
      const one = await signedIn('one', allow('*'), {
        ...deny('ram:CreateAccessKey'),
        Resource: 'acs:ram:*:*:user/ceo',
      });
      await one.refused('CreateGuard', asking, 'NoPermission', 403);
      const only = await signedIn('only', allow('claviger:*'));
      await only.refused('CreateGuard', asking, 'NoPermission', 403);
      const enough = await signedIn(
        'enough',
        allow(['claviger:CreateGuard', 'ram:CreateAccessKey', 'ram:UpdateRole', 'sts:AssumeRole']),
      );
      await enough.done('CreateGuard', asking);
      await power.refused('SetGuardServices', { ...asking, 'Services.1': 'payments' }, 'NoPermission', 403);
    });

    test('that are disabled, removed, or of a disabled account are refused', async () => {
      const key = await server.newGuard(account, 'orders');
      const admin = await administrator();
      const copy = ReplicatedGuard.open(server.url, key, { guardName: 'orders' });
      copies.push(copy);
      await copy.source.ready();
      assert.equal(
        (await call(admin, 'SetGuardStatus', { GuardName: 'orders', Status: 'Disabled' })).code,
        'OK',
      );
      await copy.until(() => copy.state.phase === 'away');
      copy.time.fire();
      await copy.until(() => copy.state.problem?.includes('InvalidAccessKeyId.Inactive') === true);
      assert.equal(
        (await call(admin, 'SetGuardStatus', { GuardName: 'orders', Status: 'Active' })).code,
        'OK',
      );
      copy.time.fire();
      await copy.until(() => copy.state.phase === 'current');
      assert.equal((await call(admin, 'GetGuard', { GuardName: 'ORDERS' })).code, 'EntityNotExist.Guard');
      assert.equal((await call(admin, 'DeleteGuard', { GuardName: 'orders' })).code, 'OK');
      await copy.until(() => copy.state.phase === 'away');
      copy.time.fire();
      await copy.until(() => copy.state.problem?.includes('InvalidAccessKeyId.NotFound') === true);
      assert.equal((await call(admin, 'GetGuard', { GuardName: 'orders' })).code, 'EntityNotExist.Guard');
    });
  });
});
