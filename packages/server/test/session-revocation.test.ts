/** Ended sessions stay ended: after a revocation, and after disabling and enabling. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { operatorScope } from '../src/accounts/create-account.ts';
import { type Claviger, startClaviger } from '../src/claviger.ts';
import { readConfiguration } from '../src/configuration.ts';
import { initialise } from '../src/installation.ts';
import { revokeSessionsAsOperator } from '../src/session/session-revocation.ts';
import { Browser } from './browser.ts';
import { type ClientKey, Clients } from './clients.ts';
import { eachDatabase } from './databases.ts';
import { document, ReplicatedGuard } from './replicated-guard.ts';
import { password, trusting } from './sample-entities.ts';
import { eachServer, refused, registerGuard, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';
const OWN = '2026-11-24';

const administrator = { PolicyName: 'AdministratorAccess', PolicyType: 'System' };

/** Opens a role session. @returns its key as clients take it */
async function assume(clients: Clients, RoleArn: string): Promise<ClientKey> {
  const { Credentials } = await clients.callRpc(STS, 'AssumeRole', { RoleArn, RoleSessionName: 'session' });
  return keyOf(Credentials);
}

function keyOf(credentials: unknown): ClientKey {
  const { AccessKeyId, AccessKeySecret, SecurityToken } = credentials as Record<string, string>;
  return {
    accessKeyId: String(AccessKeyId),
    accessKeySecret: String(AccessKeySecret),
    securityToken: String(SecurityToken),
  };
}

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  /**
   * Creates an account with a user that has a key, a password and every permission, and two roles that it may assume.
   */
  const fresh = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    const { admin, accountId } = account;
    const alice = await server.newUser(account, 'alice');
    await admin.callRpc(RAM, 'AttachPolicyToUser', { UserName: 'alice', ...administrator });
    await admin.call(IMS, 'CreateLoginProfile', {
      UserPrincipalName: alice.userPrincipalName,
      Password: password,
    });
    for (const RoleName of ['deploy', 'other']) {
      const AssumeRolePolicyDocument = trusting({ RAM: [`acs:ram::${accountId}:root`] });
      await admin.callRpc(RAM, 'CreateRole', { RoleName, AssumeRolePolicyDocument });
      await admin.callRpc(RAM, 'AttachPolicyToRole', { RoleName, ...administrator });
    }
    const roleArn = (name: string) => `acs:ram::${accountId}:role/${name}`;
    const open = async (clients: Clients, role = 'deploy') =>
      server.clients(await assume(clients, roleArn(role)));
    const works = (clients: Clients) => clients.callRpc(STS, 'GetCallerIdentity');
    const isOver = (clients: Clients) => refused(works(clients), 'InvalidAccessKeyId.NotFound', 404);
    const setStatus = (Status: string) =>
      admin.callRpc(RAM, 'UpdateAccessKey', {
        UserName: 'alice',
        UserAccessKeyId: alice.key.accessKeyId,
        Status,
      });
    const signedIn = async () => {
      const browser = new Browser(server);
      assert.equal(await browser.signIn(alice.userPrincipalName, password), 'Done');
      await browser.done('StepUp', { Method: 'Password', Password: password });
      return browser;
    };
    const fromPage = async (browser: Browser) => {
      const parameters = { RoleArn: roleArn('deploy'), RoleSessionName: 'page' };
      const { Credentials } = await browser.done('AssumeRole', parameters, { version: STS });
      return server.clients(keyOf(Credentials));
    };
    const revoke = (parameters: Record<string, string>) => admin.callRpc(OWN, 'RevokeSessions', parameters);
    return { server, account, admin, alice, open, works, isOver, setStatus, signedIn, fromPage, revoke };
  };

  describe('sessions are not revived by enabling again', () => {
    test('a disabled key: its sessions, and those that were opened with them', async () => {
      const { alice, open, works, isOver, setStatus } = await fresh();
      const session = await open(alice.clients);
      const chained = await open(session, 'other');
      await works(chained);
      await setStatus('Inactive');
      for (const clients of [session, chained]) {
        const error = await refused(works(clients), 'InvalidSecurityToken', 400);
        assert.match(error.message, /The AccessKey that assumed this role was disabled\./);
      }
      await setStatus('Active');
      await isOver(session);
      await isOver(chained);
      await works(await open(alice.clients));
    });

    test('a key that was deleted and restored', async () => {
      const { admin, alice, open, works, isOver, setStatus } = await fresh();
      const session = await open(alice.clients);
      const key = { UserAccessKeyId: alice.key.accessKeyId };
      await admin.callRpc(RAM, 'DeleteAccessKey', { UserName: 'alice', ...key });
      await admin.call(IMS, 'RestoreAccessKeyFromRecycleBin', { UserId: alice.userId, ...key });
      await setStatus('Active');
      await isOver(session);
      await works(await open(alice.clients));
    });

    test('a user that was deleted and restored', async () => {
      const { admin, alice, open, works, isOver, setStatus, signedIn, fromPage } = await fresh();
      const session = await open(alice.clients);
      const page = await fromPage(await signedIn());
      await admin.call(IMS, 'DeleteUser', { UserId: alice.userId });
      await admin.call(IMS, 'RestoreUserFromRecycleBin', { UserId: alice.userId });
      await setStatus('Active');
      await isOver(session);
      await isOver(page);
      await works(await open(alice.clients));
    });

    test('a preference that ended console sessions and was set back', async () => {
      const { admin, signedIn } = await fresh();
      const browser = await signedIn();
      const set = (hours: number) =>
        admin.call(IMS, 'SetSecurityPreference', { LoginSessionDuration: String(hours) });
      await set(1);
      await set(24);
      const { ExpiresAt, SignedInAt } = await browser.done('GetSession');
      assert.equal(Date.parse(String(ExpiresAt)) - Date.parse(String(SignedInAt)), 60 * 60 * 1000);
    });
  });

  describe('RevokeSessions', () => {
    test('of a role ends its sessions and no others; the role can be assumed again', async () => {
      const { alice, open, works, isOver, revoke } = await fresh();
      const session = await open(alice.clients);
      const other = await open(alice.clients, 'other');
      const chained = await open(session, 'other');
      await revoke({ Target: 'Role', RoleName: 'deploy' });
      await isOver(session);
      await isOver(chained);
      await works(other);
      await works(alice.clients);
      const anew = await open(alice.clients);
      await works(anew);
      await revoke({ Target: 'Role', RoleName: 'deploy' });
      await isOver(anew);
    });

    test('of a user ends its console and role sessions; its keys stay', async () => {
      const { alice, admin, open, works, isOver, signedIn, fromPage, revoke } = await fresh();
      const byAdmin = await open(admin);
      const session = await open(alice.clients);
      const browser = await signedIn();
      const page = await fromPage(browser);
      await revoke({ Target: 'User', UserPrincipalName: alice.userPrincipalName });
      await isOver(session);
      await isOver(page);
      await browser.refused('GetSession', {}, 'NotSignedIn', 401);
      await works(byAdmin);
      await works(alice.clients);
      await (await signedIn()).done('GetSession');
    });

    test('of a key ends the sessions that were opened with it', async () => {
      const { alice, open, works, isOver, signedIn, fromPage, revoke } = await fresh();
      const session = await open(alice.clients);
      const page = await fromPage(await signedIn());
      const { userPrincipalName: UserPrincipalName, key } = alice;
      await revoke({ Target: 'AccessKey', UserPrincipalName, UserAccessKeyId: key.accessKeyId });
      await isOver(session);
      await works(page);
      await works(alice.clients);
    });

    test('of the account ends every session, no key, and nothing of another account', async () => {
      const { server, alice, open, works, isOver, signedIn, revoke } = await fresh();
      const elsewhere = await fresh();
      const theirs = await elsewhere.open(elsewhere.alice.clients);
      const session = await open(alice.clients);
      const browser = await signedIn();
      await revoke({ Target: 'Account' });
      await isOver(session);
      await browser.refused('GetSession', {}, 'NotSignedIn', 401);
      await works(alice.clients);
      await works(theirs);
      assert.ok(server.services);
    });

    test('is possible for an operator beside the database', async () => {
      const { server, account, alice, open, works, isOver } = await fresh();
      const revokeAs = (type: 'Role' | 'User' | 'AccessKey' | 'Account', name: string) =>
        server.services.store.write(async (transaction) =>
          revokeSessionsAsOperator(
            await operatorScope(server.services, transaction, account.accountId, Date.now()),
            { type, name },
          ),
        );
      for (const [type, name] of [
        ['Role', 'deploy'],
        ['User', 'alice'],
        ['AccessKey', alice.key.accessKeyId],
        ['Account', account.accountId],
      ] as const) {
        const session = await open(alice.clients);
        await works(session);
        await revokeAs(type, name);
        await isOver(session);
      }
      await assert.rejects(revokeAs('Role', 'absent'), { code: 'EntityNotExist.Role' });
      await assert.rejects(revokeAs('User', 'absent'), { code: 'EntityNotExist.User' });
      await assert.rejects(revokeAs('AccessKey', 'LTAIabsent'), { code: 'EntityNotExist.User.AccessKey' });
    });

    test('names its target, or is refused', async () => {
      const { revoke } = await fresh();
      await refused(revoke({}), 'MissingTarget', 400);
      await refused(revoke({ Target: 'Role' }), 'MissingRoleName', 400);
      await refused(revoke({ Target: 'User' }), 'MissingUserPrincipalName', 400);
      await refused(revoke({ Target: 'AccessKey' }), 'MissingUserAccessKeyId', 400);
      await refused(revoke({ Target: 'Role', RoleName: 'absent' }), 'EntityNotExist.Role', 404);
    });
  });

  test('a page that shows another user than the one signed in is refused, before its token is checked', async () => {
    const { account, alice, signedIn } = await fresh();
    const browser = await signedIn();
    const headers = (principal: string) => ({ headers: { 'x-claviger-principal': principal } });
    await browser.done('GetSession', {}, headers(`${account.accountId}/${alice.userId}`));
    const others = [`${account.accountId}/root`, `${account.accountId}/1`, '', `1/${alice.userId}`];
    for (const principal of others) {
      for (const action of ['GetSession', 'ListSessions', 'SignOut', 'BeginStepUpPasskey', 'EndSession']) {
        await browser.refused(action, {}, 'OtherPrincipalSignedIn', 409, headers(principal));
        await browser.refused(action, {}, 'OtherPrincipalSignedIn', 409, {
          ...headers(principal),
          csrf: 'of another session',
        });
      }
      const create = { UserName: 'planted' };
      await browser.refused('CreateUser', create, 'OtherPrincipalSignedIn', 409, {
        ...headers(principal),
        version: RAM,
      });
    }
    await browser.done('GetSession');
  });
});

eachDatabase((_, { freshLocation }) => {
  test('another node and a guard refuse sessions revoked on one node, also when a key is enabled again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'claviger-revocation-'));
    const location = await freshLocation();
    const configuration = readConfiguration(
      {
        data: join(directory, 'data'),
        port: 0,
        // Nonces of one node are not sent to the other here.
        unsharedNonces: 'warn',
        ...(location.kind === 'postgres' ? { database: location.url } : {}),
      },
      {},
    );
    const made = await initialise(configuration, { now: Date.now, log: () => {} });
    const logger = pino({ level: 'silent' });
    const nodes: [Claviger, Claviger] = [
      await startClaviger(configuration, logger),
      await startClaviger(configuration, logger),
    ];
    const admin = new Clients(nodes[0].url, {
      accessKeyId: made.accessKeyId,
      accessKeySecret: made.accessKeySecret.reveal(),
    });
    const newKey = async (UserName: string) => {
      const { AccessKey } = await admin.callRpc(RAM, 'CreateAccessKey', { UserName });
      const { AccessKeyId, AccessKeySecret } = AccessKey as Record<string, string>;
      return { accessKeyId: String(AccessKeyId), accessKeySecret: String(AccessKeySecret) };
    };
    const newPolicy = (PolicyName: string, statement: object) =>
      admin.callRpc(RAM, 'CreatePolicy', { PolicyName, PolicyDocument: document(statement) });
    const guardKey = await registerGuard(nodes[0].services, made.accountId, 'default', ['orders']);
    const guard = ReplicatedGuard.open(nodes[1].url, guardKey);
    try {
      await guard.source.ready();
      await admin.callRpc(RAM, 'CreateUser', { UserName: 'alice' });
      await newPolicy('assume', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
      await admin.callRpc(RAM, 'AttachPolicyToUser', {
        UserName: 'alice',
        PolicyName: 'assume',
        PolicyType: 'Custom',
      });
      const key = await newKey('alice');
      await admin.callRpc(RAM, 'CreateRole', {
        RoleName: 'deploy',
        AssumeRolePolicyDocument: trusting({ RAM: [`acs:ram::${made.accountId}:root`] }),
      });
      await newPolicy('orders', { Effect: 'Allow', Action: 'orders:GetOrder', Resource: '*' });
      await admin.callRpc(RAM, 'AttachPolicyToRole', {
        RoleName: 'deploy',
        PolicyName: 'orders',
        PolicyType: 'Custom',
      });
      const roleArn = `acs:ram::${made.accountId}:role/deploy`;
      const open = () => assume(new Clients(nodes[0].url, key), roleArn);
      const setStatus = (Status: string) =>
        admin.callRpc(RAM, 'UpdateAccessKey', {
          UserName: 'alice',
          UserAccessKeyId: key.accessKeyId,
          Status,
        });
      const atOther = (session: ClientKey) =>
        new Clients(nodes[1].url, session).callRpc(STS, 'GetCallerIdentity');
      const untilRefusedAtOther = async (session: ClientKey) => {
        for (;;) {
          try {
            await atOther(session);
          } catch (error) {
            assert.equal((error as { code: string }).code, 'InvalidAccessKeyId.NotFound');
            return;
          }
        }
      };
      for (const end of [
        () => admin.callRpc(OWN, 'RevokeSessions', { Target: 'Role', RoleName: 'deploy' }),
        async () => {
          await setStatus('Inactive');
          await setStatus('Active');
        },
      ]) {
        const session = await open();
        await guard.untilVerdict('Allow', session);
        await atOther(session);
        await end();
        await guard.untilVerdict('InvalidAccessKeyId.NotFound', session);
        await untilRefusedAtOther(session);
        await guard.untilVerdict('Allow', await open());
      }
    } finally {
      await guard.close();
      for (const node of nodes) await node.close();
      rmSync(directory, { recursive: true });
    }
  });
});
