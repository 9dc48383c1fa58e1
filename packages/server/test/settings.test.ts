import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';

const getIms = async (clients: Clients) =>
  (await clients.call(IMS, 'GetSecurityPreference'))['SecurityPreference'];

const getRam = async (clients: Clients) =>
  (await clients.ram.getSecurityPreference()).body!.securityPreference!;

/** Sets preferences with the generic client: the published one lacks the newer parameters. */
const setIms = async (clients: Clients, changes: Record<string, string>) =>
  (await clients.call(IMS, 'SetSecurityPreference', changes))['SecurityPreference'];

const setRam = async (clients: Clients, changes: Record<string, unknown>) =>
  (await clients.ram.setSecurityPreference(new ram.SetSecurityPreferenceRequest(changes))).body!
    .securityPreference!;

const defaults = {
  AccessKeyPreference: { AllowUserToManageAccessKeys: false, AllowUserToManageServiceCredentials: false },
  LoginProfilePreference: {
    AllowUserToChangePassword: true,
    AllowUserToLoginWithPasskey: true,
    EnableSaveMFATicket: false,
    LoginNetworkMasks: '',
    LoginSessionDuration: 6,
    MFAOperationForLogin: 'independent',
    OperationForRiskLogin: 'autonomous',
  },
  MFAPreference: { AllowUserToManageMFADevices: true },
  MaxIdleDays: { MaxIdleDaysForAccessKeys: 365, MaxIdleDaysForUsers: 365 },
  PersonalInfoPreference: { AllowUserToManagePersonalDingTalk: true },
  VerificationPreference: { VerificationTypes: [] },
};

const createKey = async (clients: Clients, userName?: string) =>
  (
    await clients.ram.createAccessKey(
      new ram.CreateAccessKeyRequest(userName === undefined ? {} : { userName }),
    )
  ).body!.accessKey!.accessKeyId!;

const listKeys = (clients: Clients, userName?: string) =>
  clients.ram.listAccessKeys(new ram.ListAccessKeysRequest(userName === undefined ? {} : { userName }));

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
  // One server for all tests; each test has an account of its own.
  const freshAccount = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    return { server, account, admin: account.admin };
  };

  test('a new account has the defaults of RAM', async () => {
    const { admin } = await freshAccount();
    assert.deepEqual(await getIms(admin), defaults);
    assert.partialDeepStrictEqual(await getRam(admin), {
      accessKeyPreference: { allowUserToManageAccessKeys: false },
      loginProfilePreference: {
        allowUserToChangePassword: true,
        enableSaveMFATicket: false,
        loginNetworkMasks: '',
        loginSessionDuration: 6,
      },
      MFAPreference: { allowUserToManageMFADevices: true },
      publicKeyPreference: { allowUserToManagePublicKeys: true },
    });
  });

  test('given fields change and the others stay, over several calls', async () => {
    const { admin } = await freshAccount();
    await setIms(admin, { AllowUserToChangePassword: 'false', LoginSessionDuration: '24' });
    await setIms(admin, { LoginNetworkMasks: '10.0.0.0/8;2001:db8::/32;192.0.2.7' });
    await setIms(admin, {
      AllowUserToLoginWithPasskey: 'false',
      AllowUserToManageAccessKeys: 'true',
      AllowUserToManageMFADevices: 'false',
      AllowUserToManagePersonalDingTalk: 'false',
      AllowUserToManageServiceCredentials: 'true',
      EnableSaveMFATicket: 'true',
      MFAOperationForLogin: 'adaptive',
      MaxIdleDaysForAccessKeys: '90',
      MaxIdleDaysForUsers: '730',
      OperationForRiskLogin: 'enforceVerify',
      VerificationTypes: '["sms","email"]',
    });
    const expected = {
      AccessKeyPreference: { AllowUserToManageAccessKeys: true, AllowUserToManageServiceCredentials: true },
      LoginProfilePreference: {
        AllowUserToChangePassword: false,
        AllowUserToLoginWithPasskey: false,
        EnableSaveMFATicket: true,
        LoginNetworkMasks: '10.0.0.0/8;2001:db8::/32;192.0.2.7',
        LoginSessionDuration: 24,
        MFAOperationForLogin: 'adaptive',
        OperationForRiskLogin: 'enforceVerify',
      },
      MFAPreference: { AllowUserToManageMFADevices: false },
      MaxIdleDays: { MaxIdleDaysForAccessKeys: 90, MaxIdleDaysForUsers: 730 },
      PersonalInfoPreference: { AllowUserToManagePersonalDingTalk: false },
      VerificationPreference: { VerificationTypes: ['email', 'sms'] },
    };
    assert.deepEqual(await getIms(admin), expected);
    assert.deepEqual(await setIms(admin, { LoginNetworkMasks: '', VerificationTypes: '[]' }), {
      ...expected,
      LoginProfilePreference: { ...expected.LoginProfilePreference, LoginNetworkMasks: '' },
      VerificationPreference: { VerificationTypes: [] },
    });
  });

  test('the published client sends lists as the server reads them', async () => {
    const { admin } = await freshAccount();
    const { body } = await admin.ims.setSecurityPreference(
      new ims.SetSecurityPreferenceRequest({ verificationTypes: ['sms'], enableSaveMFATicket: true }),
    );
    const { verificationPreference, loginProfilePreference } = body!.securityPreference!;
    assert.deepEqual(verificationPreference!.verificationTypes, ['sms']);
    assert.equal(loginProfilePreference!.enableSaveMFATicket, true);
  });

  test('both APIs set the same preference; only RAM has public keys', async () => {
    const { admin } = await freshAccount();
    const updated = await setRam(admin, {
      allowUserToManageAccessKeys: true,
      allowUserToManagePublicKeys: false,
      loginSessionDuration: 1,
    });
    assert.equal(updated.publicKeyPreference!.allowUserToManagePublicKeys, false);
    assert.partialDeepStrictEqual(await getIms(admin), {
      AccessKeyPreference: { AllowUserToManageAccessKeys: true },
      LoginProfilePreference: { LoginSessionDuration: 1 },
    });
    await setIms(admin, { LoginSessionDuration: '12' });
    const read = await getRam(admin);
    assert.equal(read.loginProfilePreference!.loginSessionDuration, 12);
    assert.equal(read.publicKeyPreference!.allowUserToManagePublicKeys, false);
  });

  test('older clients can enforce MFA', async () => {
    const { admin } = await freshAccount();
    const operation = async (changes: Record<string, string>) => {
      const preference = (await setIms(admin, changes)) as typeof defaults;
      return preference.LoginProfilePreference.MFAOperationForLogin;
    };
    assert.equal(await operation({ EnforceMFAForLogin: 'true' }), 'mandatory');
    assert.equal(await operation({ EnforceMFAForLogin: 'false' }), 'independent');
    assert.equal(
      await operation({ EnforceMFAForLogin: 'true', MFAOperationForLogin: 'adaptive' }),
      'adaptive',
    );
  });

  test('values that RAM does not offer are refused, and nothing changes', async () => {
    const { admin } = await freshAccount();
    const masks = (count: number) => Array.from({ length: count }, (_, n) => `10.0.0.${n}`).join(';');
    const cases: [Record<string, string>, string][] = [
      [{ LoginSessionDuration: '0' }, 'InvalidParameter.LoginSessionDuration.Range'],
      [{ LoginSessionDuration: '25' }, 'InvalidParameter.LoginSessionDuration.Range'],
      [{ LoginSessionDuration: 'long' }, 'InvalidParameter.LoginSessionDuration.Format'],
      [{ AllowUserToManageAccessKeys: 'maybe' }, 'InvalidParameter.AllowUserToManageAccessKeys.Format'],
      [{ MFAOperationForLogin: 'never' }, 'InvalidParameter.MFAOperationForLogin.Format'],
      [{ OperationForRiskLogin: 'ignore' }, 'InvalidParameter.OperationForRiskLogin.Format'],
      [{ VerificationTypes: '["pigeon"]' }, 'InvalidParameter.VerificationTypes.1.Format'],
      [{ MaxIdleDaysForAccessKeys: '91' }, 'InvalidParameter.MaxIdleDaysForAccessKeys.Range'],
      [{ MaxIdleDaysForUsers: '0' }, 'InvalidParameter.MaxIdleDaysForUsers.Range'],
      [{ LoginNetworkMasks: masks(41) }, 'InvalidParameter.LoginNetworkMasks.Length'],
      [{ LoginNetworkMasks: `10.0.0.1${' '.repeat(512)}` }, 'InvalidParameter.LoginNetworkMasks.Length'],
    ];
    const malformed = ['0.0.0.0/000', '10.0.0.0/08', '010.0.0.0/8', 'fe80::/10%eth0', '10.0.0.0/8/8'];
    for (const mask of [
      ...malformed,
      'anywhere',
      '10.0.0.0/33',
      '10.0.0.0/8;',
      '10.0.0/8',
      '::/129',
      'fe80::1%eth0',
    ]) {
      cases.push([{ LoginNetworkMasks: mask }, 'InvalidParameter.LoginNetworkMasks.Format']);
    }
    for (const [changes, code] of cases) {
      await refused(setIms(admin, { ...changes, EnableSaveMFATicket: 'true' }), code, 400);
    }
    assert.deepEqual(await getIms(admin), defaults);
    await setIms(admin, { LoginNetworkMasks: masks(40) });
  });

  test('the preference of one account does not affect another', async () => {
    const { server, admin } = await freshAccount();
    const other = await server.newAccount();
    await setIms(admin, { AllowUserToManageAccessKeys: 'true' });
    assert.deepEqual(await getIms(other.admin), defaults);
    const { clients } = await server.newUser(other, 'alice');
    await refused(listKeys(clients), 'NoPermission', 403);
  });

  test('a caller without permission can neither read nor change the preference', async () => {
    const { server, account, admin } = await freshAccount();
    await setIms(admin, { AllowUserToManageAccessKeys: 'true' });
    const { clients } = await server.newUser(account, 'alice');
    await refused(getIms(clients), 'NoPermission', 403);
    await refused(getRam(clients), 'NoPermission', 403);
    await refused(setIms(clients, { LoginSessionDuration: '1' }), 'NoPermission', 403);
    await refused(setRam(clients, { loginSessionDuration: 1 }), 'NoPermission', 403);
  });

  test('users manage their own keys while the setting allows it, effective at once', async () => {
    const { server, account, admin } = await freshAccount();
    const { clients } = await server.newUser(account, 'alice');
    await refused(listKeys(clients), 'NoPermission', 403);
    await setIms(admin, { AllowUserToManageAccessKeys: 'true' });
    await listKeys(clients);
    await listKeys(clients, 'Alice');
    await setIms(admin, { AllowUserToManageAccessKeys: 'false' });
    await refused(listKeys(clients), 'NoPermission', 403);
  });

  test('the setting includes every operation on own keys, their recycle bin and their network policy', async () => {
    const { server, account, admin } = await freshAccount();
    await setIms(admin, { AllowUserToManageAccessKeys: 'true' });
    const { clients, userName, userId } = await server.newUser(account, 'alice');
    const UserAccessKeyId = await createKey(clients);
    const own = { UserAccessKeyId };
    const reset = '{"Status":"Inactive","Statements":[]}';
    const steps: [string, Record<string, string>][] = [
      ['ListAccessKeys', {}],
      ['UpdateAccessKey', { ...own, Status: 'Inactive' }],
      ['GetAccessKeyLastUsed', own],
      ['SetAccessKeyPolicy', { ...own, AccessKeyPolicy: reset }],
      ['GetAccessKeyPolicy', own],
      ['DeleteAccessKey', own],
      ['ListAccessKeysInRecycleBin', { UserId: userId }],
      ['GetAccessKeyInfoInRecycleBin', own],
      ['RestoreAccessKeyFromRecycleBin', own],
      ['DeleteAccessKey', own],
      ['DeleteAccessKeyInRecycleBin', own],
    ];
    for (const [operation, parameters] of steps) await clients.call(IMS, operation, parameters);
    await refused(clients.ram.getUser(new ram.GetUserRequest({ userName })), 'NoPermission', 403);
  });

  test("the setting gives no permission on others' keys, whether they exist or not", async () => {
    const { server, account, admin } = await freshAccount();
    await setIms(admin, { AllowUserToManageAccessKeys: 'true' });
    const alice = await server.newUser(account, 'alice');
    const bob = await server.newUser(account, 'bob');
    const { clients } = alice;
    const UserAccessKeyId = bob.key.accessKeyId;
    for (const UserPrincipalName of [bob.userPrincipalName, `absent@${account.domain}`]) {
      const named = { UserPrincipalName, UserAccessKeyId };
      const steps: [string, Record<string, string>][] = [
        ['CreateAccessKey', { UserPrincipalName }],
        ['ListAccessKeys', { UserPrincipalName }],
        ['UpdateAccessKey', { ...named, Status: 'Inactive' }],
        ['DeleteAccessKey', named],
        ['GetAccessKeyLastUsed', named],
        ['GetAccessKeyPolicy', named],
        ['SetAccessKeyPolicy', { ...named, AccessKeyPolicy: '{"Status":"Inactive","Statements":[]}' }],
      ];
      for (const [operation, parameters] of steps) {
        await refused(clients.call(IMS, operation, parameters), 'NoPermission', 403);
      }
    }
    await refused(
      clients.call(IMS, 'DeleteAccessKeyInRecycleBin', { UserId: bob.userId, UserAccessKeyId }),
      'NoPermission',
      403,
    );
    // The user defaults to the caller, who has no such key.
    await refused(
      clients.call(IMS, 'DeleteAccessKey', { UserAccessKeyId }),
      'EntityNotExist.User.AccessKey',
      404,
    );
    await listKeys(bob.clients);
  });

  test("an administrator's explicit Deny wins over the setting, in any spelling of the name", async () => {
    const { server, account, admin } = await freshAccount();
    await setIms(admin, { AllowUserToManageAccessKeys: 'true' });
    const alice = await server.newUser(account, 'alice');
    const bob = await server.newUser(account, 'bob');
    await attach(account, 'alice', {
      Effect: 'Deny',
      Action: 'ram:CreateAccessKey',
      Resource: `acs:ram:*:${account.accountId}:user/alice`,
    });
    await refused(createKey(alice.clients), 'NoPermission', 403);
    const error = await refused(createKey(alice.clients, 'ALICE'), 'NoPermission', 403);
    assert.equal(error.accessDeniedDetail!['NoPermissionType'], 'ExplicitDeny');
    await listKeys(alice.clients);
    await createKey(bob.clients);
  });

  test('a renamed user manages its own keys under its new name, and no longer under the old', async () => {
    const { server, account, admin } = await freshAccount();
    await setIms(admin, { AllowUserToManageAccessKeys: 'true' });
    const { clients } = await server.newUser(account, 'alice');
    await listKeys(clients);
    await admin.ram.updateUser(new ram.UpdateUserRequest({ userName: 'alice', newUserName: 'alicia' }));
    await admin.ram.createUser(new ram.CreateUserRequest({ userName: 'alice' }));
    await listKeys(clients);
    await listKeys(clients, 'alicia');
    await refused(listKeys(clients, 'alice'), 'NoPermission', 403);
    await refused(createKey(clients, 'alice'), 'NoPermission', 403);
  });
});
