import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { DAY_MS } from '../src/context/limits.ts';
import { purgeRecycleBins } from '../src/recycle-bin/purge.ts';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer, type TestUser } from './server.ts';

const IMS = '2019-08-15';

const listPasskeys = async (clients: Clients, userPrincipalName?: string) => {
  const request = new ims.ListPasskeysRequest(userPrincipalName === undefined ? {} : { userPrincipalName });
  return (await clients.ims.listPasskeys(request)).body!.passkeys!;
};

const rename = (clients: Clients, passkeyId: string, passkeyName: string, userPrincipalName?: string) =>
  clients.ims.updatePasskey(
    new ims.UpdatePasskeyRequest({ passkeyId, passkeyName, ...(userPrincipalName && { userPrincipalName }) }),
  );

const remove = (clients: Clients, passkeyId: string, userPrincipalName?: string) =>
  clients.ims.deletePasskey(
    new ims.DeletePasskeyRequest({ passkeyId, ...(userPrincipalName && { userPrincipalName }) }),
  );

const setContact = (clients: Clients, fields: Record<string, string>) =>
  clients.ims.setVerificationInfo(new ims.SetVerificationInfoRequest(fields));

const unbindContact = (clients: Clients, fields: Record<string, string>) =>
  clients.ims.unbindVerification(new ims.UnbindVerificationRequest(fields));

const contactsOf = async (clients: Clients, userPrincipalName: string) => {
  const request = new ims.GetVerificationInfoRequest({ userPrincipalName });
  const { body } = await clients.ims.getVerificationInfo(request);
  return JSON.parse(
    JSON.stringify({ phone: body!.securityPhoneDevice, email: body!.securityEmailDevice }),
  ) as unknown;
};

/** Inserts a passkey as a browser's registration stores it. */
async function register(server: TestServer, account: TestAccount, user: TestUser, id: string): Promise<void> {
  await server.services.store.write(async ({ queries }) => {
    await queries
      .insertInto('passkeys')
      .values({
        passkey_id: id,
        account_id: account.accountId,
        user_id: user.userId,
        passkey_name: 'laptop',
        credential_id: `credential-${id}`,
        public_key: 'AA',
        sign_count: 0,
        transports: '[]',
        created_at: 1_737_450_279_500,
        last_used_at: id.endsWith('1') ? 1_737_450_390_900 : null,
      })
      .execute();
  });
}

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
  const freshAccount = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    const alice = await server.newUser(account, 'alice');
    const id = `PASSKEY-${account.accountId}`;
    await register(server, account, alice, `${id}1`);
    await register(server, account, alice, `${id}2`);
    return { server, account, admin: account.admin, alice, first: `${id}1`, second: `${id}2` };
  };

  test('passkeys are listed with the seconds of their creation and last use', async () => {
    const { admin, alice, first, second } = await freshAccount();
    assert.deepEqual(JSON.parse(JSON.stringify(await listPasskeys(admin, alice.userPrincipalName))), [
      { passkeyId: first, passkeyName: 'laptop', createDate: '1737450279', lastUseDate: '1737450390' },
      { passkeyId: second, passkeyName: 'laptop', createDate: '1737450279', lastUseDate: '' },
    ]);
    assert.deepEqual(await listPasskeys(admin), []);
  });

  test('a passkey is renamed and deleted', async () => {
    const { admin, alice, first, second } = await freshAccount();
    const name = alice.userPrincipalName;
    await rename(admin, first, 'old laptop', name);
    const [renamed] = await listPasskeys(admin, name);
    assert.equal(renamed!.passkeyName, 'old laptop');
    await remove(admin, first, name);
    assert.deepEqual(
      (await listPasskeys(admin, name)).map(({ passkeyId }) => passkeyId),
      [second],
    );
    await refused(remove(admin, first, name), 'EntityNotExist.User.Passkey', 404);
    await refused(rename(admin, first, 'x', name), 'EntityNotExist.User.Passkey', 404);
  });

  test('by default a key can list the passkeys of its user, but not change them', async () => {
    const { alice, first } = await freshAccount();
    assert.equal((await listPasskeys(alice.clients)).length, 2);
    await refused(rename(alice.clients, first, 'mine'), 'NoPermission', 403);
    await refused(remove(alice.clients, first), 'NoPermission', 403);
    assert.equal((await listPasskeys(alice.clients)).length, 2);
  });

  test("keys with a policy for it manage their own user's passkeys; without a user name no other user's", async () => {
    const { server, account, admin, alice, first, second } = await freshAccount();
    const bob = await server.newUser(account, 'bob');
    for (const { userName } of [alice, bob]) {
      await attach(account, userName, {
        Effect: 'Allow',
        Action: ['ram:UpdatePasskey', 'ram:DeletePasskey'],
        Resource: `acs:ram:*:*:user/${userName}`,
      });
    }
    await rename(alice.clients, first, 'mine');
    await refused(remove(bob.clients, second), 'EntityNotExist.User.Passkey', 404);
    await refused(remove(admin, second), 'EntityNotExist.User.Passkey', 404);
    await refused(remove(admin, second, bob.userPrincipalName), 'EntityNotExist.User.Passkey', 404);
    await refused(remove(bob.clients, second, alice.userPrincipalName), 'NoPermission', 403);
    await remove(alice.clients, second);
    const root = server.clients(await account.rootKey());
    await refused(listPasskeys(root), 'MissingUserPrincipalName', 400);
  });

  test('malformed requests, and unknown users, are refused', async () => {
    const { account, admin, alice, first } = await freshAccount();
    const name = alice.userPrincipalName;
    await refused(rename(admin, 'a b', 'x', name), 'InvalidParameter.PasskeyId.InvalidChars', 400);
    await refused(rename(admin, first, 'x'.repeat(65), name), 'InvalidParameter.PasskeyName.Length', 400);
    await refused(admin.call(IMS, 'UpdatePasskey', { PasskeyId: first }), 'MissingPasskeyName', 400);
    await refused(admin.call(IMS, 'DeletePasskey'), 'MissingPasskeyId', 400);
    await refused(listPasskeys(admin, `absent@${account.domain}`), 'EntityNotExist.User', 404);
  });

  test('passkeys and contacts of another account cannot be found; they are deleted with their user', async () => {
    const { server, admin, alice, first } = await freshAccount();
    const other = await server.newAccount();
    const namesake = await server.newUser(other, 'alice');
    await refused(remove(other.admin, first, namesake.userPrincipalName), 'EntityNotExist.User.Passkey', 404);
    await setContact(admin, {
      userPrincipalName: alice.userPrincipalName,
      verifyType: 'email',
      email: 'alice@example.com',
    });
    assert.deepEqual(await contactsOf(other.admin, namesake.userPrincipalName), {});
    await admin.ims.deleteUser(new ims.DeleteUserRequest({ userId: alice.userId }));
    await purgeRecycleBins(server.services, Date.now() + 31 * DAY_MS);
    for (const table of ['passkeys', 'verification_contacts'] as const) {
      const rows = await server.services.store.queries
        .selectFrom(table)
        .select('user_id')
        .where('user_id', '=', alice.userId)
        .execute();
      assert.deepEqual(rows, [], table);
    }
  });

  test('a phone number and an email address are stored as pending, replaced, and deleted', async () => {
    const { admin, alice } = await freshAccount();
    const userPrincipalName = alice.userPrincipalName;
    assert.deepEqual(await contactsOf(admin, userPrincipalName), {});
    const phone = { userPrincipalName, verifyType: 'sms', mobilePhone: '86-13900001234' };
    await setContact(admin, phone);
    await setContact(admin, { userPrincipalName, verifyType: 'email', email: 'a@example.com' });
    await setContact(admin, { userPrincipalName, verifyType: 'email', email: 'b@example.com' });
    assert.deepEqual(await contactsOf(admin, userPrincipalName), {
      phone: { areaCode: '86', phoneNumber: '13900001234', status: 'pending' },
      email: { email: 'b@example.com', status: 'pending' },
    });
    const former = { userPrincipalName, verifyType: 'email', email: 'a@example.com' };
    await refused(unbindContact(admin, former), 'EntityNotExist.User.Verification', 404);
    await unbindContact(admin, phone);
    await refused(unbindContact(admin, phone), 'EntityNotExist.User.Verification', 404);
    assert.deepEqual(await contactsOf(admin, userPrincipalName), {
      email: { email: 'b@example.com', status: 'pending' },
    });
  });

  test('malformed contacts, and callers without permission, are refused', async () => {
    const { account, admin, alice } = await freshAccount();
    const userPrincipalName = alice.userPrincipalName;
    const cases: [Record<string, string>, string, number][] = [
      [{ userPrincipalName }, 'MissingVerifyType', 400],
      [{ userPrincipalName, verifyType: 'pigeon' }, 'InvalidParameter.VerifyType.Format', 400],
      [{ userPrincipalName, verifyType: 'sms', email: 'a@example.com' }, 'MissingMobilePhone', 400],
      [{ userPrincipalName, verifyType: 'email', mobilePhone: '86-13900001234' }, 'MissingEmail', 400],
      [{ userPrincipalName, verifyType: 'email', email: 'a' }, 'InvalidParameter.Email.Format', 400],
      [
        { userPrincipalName, verifyType: 'sms', mobilePhone: '1390' },
        'InvalidParameter.MobilePhone.Format',
        400,
      ],
      [
        {
          userPrincipalName: `absent@${account.domain}`,
          verifyType: 'email',
          email: 'a@example.com',
        },
        'EntityNotExist.User',
        404,
      ],
    ];
    for (const [fields, code, status] of cases) {
      await refused(setContact(admin, fields), code, status);
      await refused(unbindContact(admin, fields), code, status);
    }
    const own = { verifyType: 'email', email: 'a@example.com' };
    await refused(setContact(alice.clients, own), 'NoPermission', 403);
    await refused(unbindContact(alice.clients, own), 'NoPermission', 403);
    await refused(contactsOf(alice.clients, userPrincipalName), 'NoPermission', 403);
  });
});
