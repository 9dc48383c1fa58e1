import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import ram from '@alicloud/ram20150501';
import { DAY_MS } from '../src/context/limits.ts';
import { purgeRecycleBins } from '../src/recycle-bin/purge.ts';
import { placeOfServiceCredential } from '../src/secrets/sealed-columns.ts';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';

type Credential = Readonly<Record<string, string>>;

/** Creates a credential with the generic client: the published one lacks these operations. */
const create = async (clients: Clients, fields: Record<string, string> = {}) =>
  (
    await clients.call(IMS, 'CreateServiceCredential', {
      ServiceCredentialName: 'deploy',
      ServiceName: 'logs.aliyuncs.com',
      ...fields,
    })
  )['ServiceCredential'] as Credential;

const get = async (clients: Clients, id: string, fields: Record<string, string> = {}) =>
  (await clients.call(IMS, 'GetServiceCredential', { ServiceCredentialId: id, ...fields }))[
    'ServiceCredential'
  ] as Credential;

const list = async (clients: Clients, fields: Record<string, string> = {}) =>
  (await clients.call(IMS, 'ListServiceCredentials', fields)) as {
    readonly IsTruncated: boolean;
    readonly MaxResults: number;
    readonly NextToken?: string;
    readonly ServiceCredentials: readonly Credential[];
  };

const listIds = async (clients: Clients, fields: Record<string, string> = {}) =>
  (await list(clients, fields)).ServiceCredentials.map((credential) => credential['ServiceCredentialId']);

const update = (clients: Clients, id: string, fields: Record<string, string>) =>
  clients.call(IMS, 'UpdateServiceCredential', { ServiceCredentialId: id, ...fields });

const remove = (clients: Clients, id: string, fields: Record<string, string> = {}) =>
  clients.call(IMS, 'DeleteServiceCredential', { ServiceCredentialId: id, ...fields });

const allowSelf = (account: TestAccount, allowed: boolean) =>
  account.admin.call(IMS, 'SetSecurityPreference', {
    AllowUserToManageServiceCredentials: String(allowed),
  });

async function attach(account: TestAccount, userName: string, statement: object): Promise<void> {
  const policyName = `of-${userName}`;
  const policyDocument = JSON.stringify({ Version: '1', Statement: [statement] });
  await account.admin.ram.createPolicy(new ram.CreatePolicyRequest({ policyName, policyDocument }));
  await account.admin.ram.attachPolicyToUser(
    new ram.AttachPolicyToUserRequest({ userName, policyName, policyType: 'Custom' }),
  );
}

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  // One server for all tests; each test has an account of its own, with two users.
  const freshAccount = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    const alice = await server.newUser(account, 'alice');
    const bob = await server.newUser(account, 'bob');
    const ofAlice = { UserPrincipalName: alice.userPrincipalName };
    const ofBob = { UserPrincipalName: bob.userPrincipalName };
    return { server, account, admin: account.admin, alice, bob, ofAlice, ofBob };
  };

  describe('service credentials', () => {
    test('a credential is created for a user and a service; its secret is answered once', async () => {
      const { server, admin, ofAlice } = await freshAccount();
      const { ServiceCredentialSecret: secret, ...rest } = await create(admin, ofAlice);
      assert.match(secret!, /^[A-Za-z0-9]{44}$/);
      const { ServiceCredentialId: id, CreateTime, ...made } = rest;
      assert.match(id!, /^SC[A-Za-z0-9]{18}$/);
      assert.match(CreateTime!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual(made, {
        ServiceCredentialName: 'deploy',
        ServiceName: 'logs.aliyuncs.com',
        Status: 'Active',
        ...ofAlice,
      });
      assert.deepEqual(await get(admin, id!, ofAlice), rest);
      assert.deepEqual((await list(admin, ofAlice)).ServiceCredentials, [rest]);

      const { queries } = server.services.store;
      const stored = await queries.selectFrom('service_credentials').selectAll().execute();
      const events = await queries.selectFrom('audit_records').selectAll().execute();
      const everywhere = JSON.stringify([stored, events, server.log]);
      assert.ok(everywhere.includes(id!));
      assert.ok(!everywhere.includes(secret!));
    });

    test('the stored text opens to the secret, for its own row only', async () => {
      const { server, account, admin, ofAlice } = await freshAccount();
      const made = await create(admin, ofAlice);
      const { store, secrets } = server.services;
      const row = await store.queries
        .selectFrom('service_credentials')
        .selectAll()
        .where('service_credential_id', '=', made['ServiceCredentialId']!)
        .executeTakeFirstOrThrow();
      const { wrapped_data_key: wrapped } = await store.queries
        .selectFrom('accounts')
        .select('wrapped_data_key')
        .where('account_id', '=', account.accountId)
        .executeTakeFirstOrThrow();
      const open = (id: string) =>
        secrets.open(
          account.accountId,
          wrapped,
          row.sealed_secret,
          placeOfServiceCredential({ ...row, service_credential_id: id }),
        );
      assert.equal(await open(row.service_credential_id), made['ServiceCredentialSecret']);
      await assert.rejects(open('SC000000000000000000'), { name: 'SecretUnreadable' });
    });

    test('a credential with an age expires that many days after its creation; without one, never', async () => {
      const { admin, ofAlice } = await freshAccount();
      const made = await create(admin, { ...ofAlice, CredentialAgeDays: '31' });
      const lifetime = Date.parse(made['ExpirationTime']!) - Date.parse(made['CreateTime']!);
      assert.equal(lifetime, 31 * DAY_MS);
      assert.equal(
        (await get(admin, made['ServiceCredentialId']!, ofAlice))['ExpirationTime'],
        made['ExpirationTime'],
      );
      assert.ok(!('ExpirationTime' in (await create(admin, ofAlice))));
    });

    test('a third credential for the same service is refused, whatever their status; other services and users do not count', async () => {
      const { admin, ofAlice, ofBob } = await freshAccount();
      const first = await create(admin, ofAlice);
      const second = await create(admin, ofAlice);
      assert.notEqual(first['ServiceCredentialSecret'], second['ServiceCredentialSecret']);
      const third = () => create(admin, { ...ofAlice, ServiceName: 'LOGS.aliyuncs.com' });
      await refused(third(), 'LimitExceeded.User.ServiceCredential', 409);
      await update(admin, first['ServiceCredentialId']!, { ...ofAlice, Status: 'Inactive' });
      await refused(third(), 'LimitExceeded.User.ServiceCredential', 409);
      await create(admin, { ...ofAlice, ServiceName: 'mq.aliyuncs.com' });
      await create(admin, ofBob);
      await remove(admin, first['ServiceCredentialId']!, ofAlice);
      await third();
    });

    test('the account summary has the limit', async () => {
      const { admin } = await freshAccount();
      const answer = await admin.call(IMS, 'GetAccountSummary');
      const summary = answer['SummaryMap'] as Record<string, unknown>;
      assert.equal(summary['ServiceCredentialsPerUserPerServiceQuota'], 2);
    });

    test('a credential is renamed, disabled and enabled; absent fields stay', async () => {
      const { admin, ofAlice } = await freshAccount();
      const id = (await create(admin, ofAlice))['ServiceCredentialId']!;
      const look = async () => {
        const { ServiceCredentialName: name, Status: status } = await get(admin, id, ofAlice);
        return [name, status];
      };
      await update(admin, id, { ...ofAlice, Status: 'Inactive' });
      assert.deepEqual(await look(), ['deploy', 'Inactive']);
      await update(admin, id, { ...ofAlice, ServiceCredentialName: 'new-name' });
      assert.deepEqual(await look(), ['new-name', 'Inactive']);
      await update(admin, id, { ...ofAlice, Status: 'Active' });
      assert.deepEqual(await look(), ['new-name', 'Active']);
    });

    test('a deleted credential is gone', async () => {
      const { admin, ofAlice } = await freshAccount();
      const id = (await create(admin, ofAlice))['ServiceCredentialId']!;
      await remove(admin, id, ofAlice);
      const code = 'EntityNotExist.User.ServiceCredential';
      await refused(get(admin, id, ofAlice), code, 404);
      await refused(update(admin, id, { ...ofAlice, Status: 'Active' }), code, 404);
      await refused(remove(admin, id, ofAlice), code, 404);
      assert.deepEqual(await listIds(admin, ofAlice), []);
    });

    test('credentials are listed by user, of all users, and by service, page by page', async () => {
      const { admin, ofAlice, ofBob } = await freshAccount();
      const made: string[] = [];
      for (const fields of [ofAlice, ofBob, { ...ofAlice, ServiceName: 'mq.aliyuncs.com' }, ofBob, ofAlice]) {
        made.push((await create(admin, fields))['ServiceCredentialId']!);
      }
      const [a1, b1, a2, b2, a3] = made;
      const sorted = async (fields: Record<string, string>) => (await listIds(admin, fields)).toSorted();
      assert.deepEqual(await sorted(ofAlice), [a1, a2, a3].toSorted());
      assert.deepEqual(await sorted({ AllUsers: 'true' }), made.toSorted());
      assert.deepEqual(
        await sorted({ AllUsers: 'true', ServiceName: 'Logs.aliyuncs.com' }),
        [a1, b1, b2, a3].toSorted(),
      );

      const whole = await list(admin, { AllUsers: 'true' });
      assert.equal(whole.IsTruncated, false);
      assert.equal(whole.MaxResults, 10);
      assert.equal(whole.NextToken, undefined);
      const seen: string[] = [];
      let token: string | undefined;
      for (let pages = 1; ; pages++) {
        const part = await list(admin, {
          AllUsers: 'true',
          MaxResults: '2',
          ...(token && { NextToken: token }),
        });
        seen.push(...part.ServiceCredentials.map((credential) => credential['ServiceCredentialId']!));
        token = part.NextToken;
        assert.equal(part.IsTruncated, token !== undefined);
        assert.ok(pages <= 3);
        if (token === undefined) break;
      }
      assert.deepEqual(
        seen,
        whole.ServiceCredentials.map((credential) => credential['ServiceCredentialId']),
      );
      const one = whole.ServiceCredentials.find((credential) => credential['ServiceCredentialId'] === b1)!;
      assert.equal(one['UserPrincipalName'], ofBob.UserPrincipalName);
    });

    test('invalid parameters are refused', async () => {
      const { admin, ofAlice } = await freshAccount();
      for (const [fields, code] of [
        [{ ServiceCredentialName: 'a b' }, 'InvalidParameter.ServiceCredentialName.InvalidChars'],
        [{ ServiceCredentialName: 'a'.repeat(129) }, 'InvalidParameter.ServiceCredentialName.Length'],
        [{ ServiceCredentialName: '' }, 'MissingServiceCredentialName'],
        [{ ServiceName: 'logs/aliyuncs' }, 'InvalidParameter.ServiceName.InvalidChars'],
        [{ ServiceName: '' }, 'MissingServiceName'],
        [{ CredentialAgeDays: '0' }, 'InvalidParameter.CredentialAgeDays.Range'],
        [{ CredentialAgeDays: '36501' }, 'InvalidParameter.CredentialAgeDays.Range'],
      ] as const) {
        await refused(create(admin, { ...ofAlice, ...fields }), code, 400);
      }
      assert.deepEqual(await listIds(admin, ofAlice), []);
      const id = (await create(admin, ofAlice))['ServiceCredentialId']!;
      await refused(
        update(admin, id, { ...ofAlice, Status: 'active' }),
        'InvalidParameter.Status.Format',
        400,
      );
      await refused(list(admin, { MaxResults: '101' }), 'InvalidParameter.MaxResults.Range', 400);
      await refused(list(admin, { AllUsers: 'true', NextToken: 'bm9uc2Vuc2U' }), 'InvalidNextToken', 400);
      await refused(list(admin, { AllUsers: 'true', ...ofAlice }), 'InvalidParameter', 400);
      const absent = { UserPrincipalName: ofAlice.UserPrincipalName.replace('alice', 'absent') };
      await refused(create(admin, absent), 'EntityNotExist.User', 404);
      await refused(list(admin, absent), 'EntityNotExist.User', 404);
    });

    test('the user defaults to the caller; the root has no service credentials', async () => {
      const { server, account, admin } = await freshAccount();
      const made = await create(admin);
      assert.equal(made['UserPrincipalName'], `administrator@${account.domain}`);
      assert.deepEqual(await listIds(admin), [made['ServiceCredentialId']]);
      const root = server.clients(await account.rootKey());
      await refused(create(root), 'MissingUserPrincipalName', 400);
      await refused(list(root), 'MissingUserPrincipalName', 400);
      assert.deepEqual(await listIds(root, { AllUsers: 'true' }), [made['ServiceCredentialId']]);
    });

    test('the credentials of a user in the recycle bin are not listed; they are deleted with it', async () => {
      const { server, admin, alice, ofAlice, ofBob } = await freshAccount();
      const kept = (await create(admin, ofBob))['ServiceCredentialId']!;
      await create(admin, ofAlice);
      await admin.call(IMS, 'DeleteUser', ofAlice);
      assert.deepEqual(await listIds(admin, { AllUsers: 'true' }), [kept]);
      const rows = () =>
        server.services.store.queries
          .selectFrom('service_credentials')
          .select('user_id')
          .where('user_id', '=', alice.userId)
          .execute();
      assert.equal((await rows()).length, 1);
      await purgeRecycleBins(server.services, Date.now() + 31 * DAY_MS);
      assert.deepEqual(await rows(), []);
      assert.deepEqual(await listIds(admin, { AllUsers: 'true' }), [kept]);
    });
  });

  describe('permissions on service credentials', () => {
    test('do not extend to another account or another user', async () => {
      const { server, admin, ofAlice, ofBob } = await freshAccount();
      const stranger = await server.newAccount();
      await server.newUser(stranger, 'alice');
      const ofOther = { UserPrincipalName: `alice@${stranger.domain}` };
      const id = (await create(admin, ofAlice))['ServiceCredentialId']!;
      const code = 'EntityNotExist.User.ServiceCredential';
      for (const [clients, of] of [
        [admin, ofBob],
        [stranger.admin, ofOther],
      ] as const) {
        await refused(get(clients, id, of), code, 404);
        await refused(update(clients, id, { ...of, Status: 'Inactive' }), code, 404);
        await refused(remove(clients, id, of), code, 404);
        assert.deepEqual(await listIds(clients, of), []);
      }
      await refused(get(stranger.admin, id, ofAlice), 'EntityNotExist.User', 404);
      assert.deepEqual(await listIds(stranger.admin, { AllUsers: 'true' }), []);
      assert.equal((await get(admin, id, ofAlice))['Status'], 'Active');
    });

    test('of a user on its own credentials depend on the account setting, and include no other user', async () => {
      const { account, admin, alice, ofAlice, ofBob } = await freshAccount();
      const ofBobId = (await create(admin, ofBob))['ServiceCredentialId']!;
      await refused(create(alice.clients), 'NoPermission', 403);
      await refused(list(alice.clients), 'NoPermission', 403);

      await allowSelf(account, true);
      const id = (await create(alice.clients))['ServiceCredentialId']!;
      await get(alice.clients, id, ofAlice);
      await update(alice.clients, id, { Status: 'Inactive' });
      assert.deepEqual(await listIds(alice.clients), [id]);
      await refused(create(alice.clients, ofBob), 'NoPermission', 403);
      await refused(get(alice.clients, ofBobId, ofBob), 'NoPermission', 403);
      await refused(list(alice.clients, ofBob), 'NoPermission', 403);
      await refused(list(alice.clients, { AllUsers: 'true' }), 'NoPermission', 403);
      await refused(remove(alice.clients, ofBobId, ofBob), 'NoPermission', 403);
      await refused(get(alice.clients, ofBobId), 'EntityNotExist.User.ServiceCredential', 404);
      await refused(
        alice.clients.ram.createAccessKey(new ram.CreateAccessKeyRequest({})),
        'NoPermission',
        403,
      );
      await remove(alice.clients, id);

      await allowSelf(account, false);
      await refused(create(alice.clients), 'NoPermission', 403);
    });

    test('are denied by an explicit Deny in spite of the setting', async () => {
      const { account, alice } = await freshAccount();
      await allowSelf(account, true);
      await attach(account, 'alice', {
        Effect: 'Deny',
        Action: 'ram:CreateServiceCredential',
        Resource: '*',
      });
      await refused(create(alice.clients), 'NoPermission', 403);
      assert.deepEqual(await listIds(alice.clients), []);
    });

    test('can be limited to the credentials of one user', async () => {
      const { account, alice, ofBob, ofAlice } = await freshAccount();
      await attach(account, 'alice', {
        Effect: 'Allow',
        Action: 'ram:*ServiceCredential*',
        Resource: `acs:ram:*:${account.accountId}:user/bob`,
      });
      const id = (await create(alice.clients, ofBob))['ServiceCredentialId']!;
      await remove(alice.clients, id, ofBob);
      await refused(create(alice.clients, ofAlice), 'NoPermission', 403);
      await refused(list(alice.clients, { AllUsers: 'true' }), 'NoPermission', 403);
    });
  });
});
