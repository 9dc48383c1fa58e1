import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { operatorScope } from '../src/accounts/create-account.ts';
import { DAY_MS, DEFAULT_LIMITS } from '../src/context/limits.ts';
import { bindDevice } from '../src/mfa/binding.ts';
import { codeAt, stepAt } from '../src/mfa/one-time-code.ts';
import { verifyCode } from '../src/mfa/verify-code.ts';
import { createVirtualDevice } from '../src/mfa/virtual-device.ts';
import { purgeRecycleBins } from '../src/recycle-bin/purge.ts';
import { Browser } from './browser.ts';
import type { Clients } from './clients.ts';
import { password } from './sample-entities.ts';
import { eachServer, refused, type TestAccount, type TestServer, type TestUser } from './server.ts';

const IMS = '2019-08-15';
const HOUR_MS = 60 * 60 * 1000;
/** Clock of the server; it stands still, so that codes stay valid. */
const now = Date.now();

interface Device {
  readonly serial: string;
  readonly seed: string;
}

async function createDevice(clients: Clients, name = 'phone'): Promise<Device> {
  const request = new ims.CreateVirtualMFADeviceRequest({ virtualMFADeviceName: name });
  const device = (await clients.ims.createVirtualMFADevice(request)).body!.virtualMFADevice!;
  return { serial: device.serialNumber!, seed: device.base32StringSeed! };
}

/** Returns two consecutive codes; the second is `ahead` steps from now. */
const codes = ({ seed }: Device, ahead = 0) => ({
  authenticationCode1: codeAt(seed, stepAt(now) + ahead - 1),
  authenticationCode2: codeAt(seed, stepAt(now) + ahead),
});

const bind = (clients: Clients, userPrincipalName: string, device: Device, changes = {}) =>
  clients.ims.bindMFADevice(
    new ims.BindMFADeviceRequest({
      userPrincipalName,
      serialNumber: device.serial,
      ...codes(device),
      ...changes,
    }),
  );

const bindRam = (clients: Clients, userName: string, device: Device, changes = {}) =>
  clients.ram.bindMFADevice(
    new ram.BindMFADeviceRequest({ userName, serialNumber: device.serial, ...codes(device), ...changes }),
  );

/** Returns console calls of a user, after a step-up. */
async function consoleOf(server: TestServer, admin: Clients, user: TestUser) {
  await admin.call(IMS, 'CreateLoginProfile', {
    UserPrincipalName: user.userPrincipalName,
    Password: password,
  });
  const browser = new Browser(server);
  assert.equal(await browser.signIn(user.userPrincipalName, password), 'Done');
  await browser.done('StepUp', { Method: 'Password', Password: password });
  return async (action: string, parameters: Record<string, string>, version = IMS, code = 'OK') => {
    const answer = await browser.call(action, parameters, { version });
    assert.equal(answer.code, code, `${action}: ${answer.body['Message']}`);
    return answer.body;
  };
}

const infoOf = async (clients: Clients, userPrincipalName: string) => {
  const { body } = await clients.ims.getUserMFAInfo(new ims.GetUserMFAInfoRequest({ userPrincipalName }));
  return { enabled: body!.isMFAEnable, serial: body!.MFADevice?.serialNumber, type: body!.MFADevice?.type };
};

const infoOfRam = (clients: Clients, userName: string) =>
  clients.ram.getUserMFAInfo(new ram.GetUserMFAInfoRequest({ userName }));

const listAll = async (clients: Clients) => {
  const request = new ims.ListVirtualMFADevicesRequest({});
  return (await clients.ims.listVirtualMFADevices(request)).body!.virtualMFADevices!.virtualMFADevice!;
};

const deleteDevice = (clients: Clients, serialNumber: string) =>
  clients.ims.deleteVirtualMFADevice(new ims.DeleteVirtualMFADeviceRequest({ serialNumber }));

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
    started ??= start({ now: () => now });
    const server = await started;
    const account = await server.newAccount();
    const alice = await server.newUser(account, 'alice');
    return { server, account, admin: account.admin, alice };
  };

  test('a device is created with its seed and a QR code, which are shown once', async () => {
    const { server, account, admin } = await freshAccount();
    const request = new ims.CreateVirtualMFADeviceRequest({ virtualMFADeviceName: 'phone' });
    const made = (await admin.ims.createVirtualMFADevice(request)).body!.virtualMFADevice!;
    assert.equal(made.serialNumber, `acs:ram::${account.accountId}:mfa/phone`);
    assert.match(made.base32StringSeed!, /^[A-Z2-7]{64}$/);
    const png = Buffer.from(made.QRCodePNG!, 'base64');
    assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

    assert.deepEqual(JSON.parse(JSON.stringify(await listAll(admin))), [
      { serialNumber: made.serialNumber, activateDate: '' },
    ]);
    const written = server.log.join('\n') + JSON.stringify(await everyEvent(server, account));
    assert.ok(!written.includes(made.base32StringSeed!));
    assert.ok(!written.includes(made.QRCodePNG!));
    const row = await server.services.store.queries.selectFrom('mfa_devices').selectAll().execute();
    assert.ok(!JSON.stringify(row).includes(made.base32StringSeed!));
  });

  test('RAM creates, lists and deletes the same devices', async () => {
    const { admin, account } = await freshAccount();
    const request = new ram.CreateVirtualMFADeviceRequest({ virtualMFADeviceName: 'phone.2' });
    const made = (await admin.ram.createVirtualMFADevice(request)).body!.virtualMFADevice!;
    assert.equal(made.serialNumber, `acs:ram::${account.accountId}:mfa/phone.2`);
    assert.match(made.base32StringSeed!, /^[A-Z2-7]{64}$/);
    assert.ok(made.QRCodePNG);
    const device = { serial: made.serialNumber!, seed: made.base32StringSeed! };
    await bindRam(admin, 'alice', device);
    const listed = (await admin.ram.listVirtualMFADevices()).body!.virtualMFADevices!.virtualMFADevice!;
    assert.equal(listed.length, 1);
    assert.equal(listed[0]!.serialNumber, device.serial);
    assert.match(listed[0]!.activateDate!, /Z$/);
    assert.equal(listed[0]!.user!.userName, 'alice');
    const info = (await infoOfRam(admin, 'alice')).body!.MFADevice!;
    assert.deepEqual([info.serialNumber, info.type], [device.serial, 'VMFA']);
    const unbound = await admin.ram.unbindMFADevice(new ram.UnbindMFADeviceRequest({ userName: 'alice' }));
    assert.equal(unbound.body!.MFADevice!.serialNumber, device.serial);
    await admin.ram.deleteVirtualMFADevice(
      new ram.DeleteVirtualMFADeviceRequest({ serialNumber: device.serial }),
    );
    assert.deepEqual(await listAll(admin), []);
  });

  test('two consecutive codes bind a device to a user', async () => {
    const { admin, alice, account } = await freshAccount();
    const { userPrincipalName, userId } = alice;
    assert.equal((await infoOf(admin, userPrincipalName)).enabled, false);
    const device = await createDevice(admin);
    await bind(admin, userPrincipalName, device);
    assert.deepEqual(await infoOf(admin, userPrincipalName), {
      enabled: true,
      serial: device.serial,
      type: 'VMFA',
    });
    const [listed] = await listAll(admin);
    assert.match(listed!.activateDate!, /Z$/);
    assert.deepEqual(
      [listed!.user!.userId, listed!.user!.userPrincipalName],
      [userId, `alice@${account.domain}`],
    );
    assert.equal((await admin.ims.getAccountMFAInfo()).body!.isMFAEnable, false);
  });

  test('codes that are wrong, not consecutive, or of another time do not bind', async () => {
    const { admin, alice } = await freshAccount();
    const name = alice.userPrincipalName;
    const device = await createDevice(admin);
    const other = await createDevice(admin, 'other');
    const { authenticationCode1, authenticationCode2 } = codes(device);
    const wrong = [
      codes(other),
      { authenticationCode1: authenticationCode2, authenticationCode2: authenticationCode1 },
      codes(device, -20),
      codes(device, 20),
    ];
    for (const pair of wrong) {
      await refused(bind(admin, name, device, pair), 'CheckAuthenticationCodeFail', 403);
      await refused(bindRam(admin, 'alice', device, pair), 'CheckAuthenticationCodeFail', 403);
    }
    assert.equal((await infoOf(admin, name)).enabled, false);
  });

  test('codes that have bound a device do not bind it again', async () => {
    const { admin, alice } = await freshAccount();
    const name = alice.userPrincipalName;
    const device = await createDevice(admin);
    await bind(admin, name, device);
    await admin.ims.unbindMFADevice(new ims.UnbindMFADeviceRequest({ userPrincipalName: name }));
    await refused(bind(admin, name, device), 'CheckAuthenticationCodeFail', 403);
    // One of the two is new; the other was used.
    await refused(bind(admin, name, device, codes(device, 1)), 'CheckAuthenticationCodeFail', 403);
    await bind(admin, name, device, codes(device, 2));
  });

  test('a user has one device, and a device one user', async () => {
    const { server, account, admin, alice } = await freshAccount();
    const bob = await server.newUser(account, 'bob');
    const first = await createDevice(admin);
    const second = await createDevice(admin, 'second');
    await bind(admin, alice.userPrincipalName, first);
    await refused(bind(admin, alice.userPrincipalName, second), 'EntityAlreadyExists.User.MFADevice', 409);
    await refused(
      bind(admin, bob.userPrincipalName, first, codes(first, 2)),
      'EntityAlreadyExists.VirtualMFADevice.User',
      409,
    );
  });

  test('unbinding keeps a device; disabling deletes it', async () => {
    const { admin, alice } = await freshAccount();
    const { userPrincipalName } = alice;
    const device = await createDevice(admin);
    await bind(admin, userPrincipalName, device);
    await refused(deleteDevice(admin, device.serial), 'DeleteConflict.VirtualMFADevice.User', 409);
    const unbound = await admin.ims.unbindMFADevice(new ims.UnbindMFADeviceRequest({ userPrincipalName }));
    assert.equal(unbound.body!.MFADevice!.serialNumber, device.serial);
    assert.equal((await infoOf(admin, userPrincipalName)).enabled, false);
    assert.equal((await listAll(admin)).length, 1);
    await bind(admin, userPrincipalName, device, codes(device, 2));
    const disable = () =>
      admin.ims.disableVirtualMFA(new ims.DisableVirtualMFARequest({ userPrincipalName }));
    await disable();
    assert.deepEqual(await listAll(admin), []);
    await refused(disable(), 'EntityNotExist.User.MFADevice', 404);
    await refused(
      admin.ims.unbindMFADevice(new ims.UnbindMFADeviceRequest({ userPrincipalName })),
      'EntityNotExist.User.MFADevice',
      404,
    );
    await refused(infoOfRam(admin, 'alice'), 'EntityNotExist.User.MFADevice', 404);
  });

  test('an unknown user or device is named in the refusal', async () => {
    const { account, admin, alice } = await freshAccount();
    const device = await createDevice(admin);
    const nowhere = { ...device, serial: `acs:ram::${account.accountId}:mfa/nowhere` };
    await refused(bind(admin, alice.userPrincipalName, nowhere), 'EntityNotExist.VirtualMFADevice', 404);
    await refused(deleteDevice(admin, nowhere.serial), 'EntityNotExist.VirtualMFADevice', 404);
    await refused(bind(admin, `absent@${account.domain}`, device), 'EntityNotExist.User', 404);
    await refused(infoOf(admin, `absent@${account.domain}`), 'EntityNotExist.User', 404);
    await refused(infoOfRam(admin, 'absent'), 'EntityNotExist.User', 404);
    await refused(createDevice(admin), 'EntityAlreadyExists.VirtualMFADevice', 409);
  });

  test('malformed names, serial numbers and codes are refused by parameter', async () => {
    const { admin, alice } = await freshAccount();
    const device = await createDevice(admin);
    await refused(createDevice(admin, 'a phone'), 'InvalidParameter.VirtualMFADeviceName.InvalidChars', 400);
    await refused(createDevice(admin, 'a'.repeat(65)), 'InvalidParameter.VirtualMFADeviceName.Length', 400);
    await refused(admin.call(IMS, 'CreateVirtualMFADevice'), 'MissingVirtualMFADeviceName', 400);
    await refused(deleteDevice(admin, 'phone'), 'InvalidParameter.SerialNumber.Format', 400);
    const name = alice.userPrincipalName;
    for (const code of ['12345', '1234567', 'abcdef']) {
      for (const changes of [{ authenticationCode1: code }, { authenticationCode2: code }]) {
        await refused(bind(admin, name, device, changes), 'InvalidParameter.AuthenticationCode.Format', 400);
      }
    }
    const given = { UserPrincipalName: name, SerialNumber: device.serial, AuthenticationCode1: '123456' };
    await refused(admin.call(IMS, 'BindMFADevice', given), 'MissingAuthenticationCode2', 400);
  });

  test('devices are listed in pages', async () => {
    const { admin } = await freshAccount();
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await createDevice(admin, name);
    const seen: string[] = [];
    let marker: string | undefined;
    do {
      const request = new ims.ListVirtualMFADevicesRequest({ maxItems: 2, ...(marker && { marker }) });
      const { body } = await admin.ims.listVirtualMFADevices(request);
      const page = body!.virtualMFADevices!.virtualMFADevice!;
      assert.ok(page.length <= 2);
      seen.push(...page.map(({ serialNumber }) => serialNumber!.split('/')[1]!));
      assert.equal(body!.isTruncated, body!.marker !== undefined);
      marker = body!.marker;
    } while (marker !== undefined);
    assert.deepEqual(seen, names);
    await refused(
      admin.ims.listVirtualMFADevices(new ims.ListVirtualMFADevicesRequest({ maxItems: 1001 })),
      'InvalidParameter.MaxItems.Range',
      400,
    );
  });

  test('an account has at most 5000 devices, and the summary has their number', async () => {
    const { server, account, admin, alice } = await freshAccount();
    const device = await createDevice(admin);
    await bind(admin, alice.userPrincipalName, device);
    await server.services.store.write(async ({ queries }) => {
      const rows = Array.from({ length: DEFAULT_LIMITS.virtualMfaDevicesPerAccount - 1 }, (_, n) => ({
        account_id: account.accountId,
        device_name: `d${n}`,
        sealed_seed: '',
        created_at: now,
        failed_attempts: 0,
      }));
      for (let at = 0; at < rows.length; at += 1000) {
        await queries
          .insertInto('mfa_devices')
          .values(rows.slice(at, at + 1000))
          .execute();
      }
    });
    await refused(createDevice(admin, 'more'), 'LimitExceeded.VirtualMFADevice', 409);
    const summary = (await admin.ims.getAccountSummary()).body!.summaryMap!;
    assert.deepEqual(
      [summary.MFADevices, summary.MFADevicesInUse, summary.virtualMFADevicesQuota],
      [5000, 1, 5000],
    );
    const listed = (await admin.ram.listVirtualMFADevices()).body!.virtualMFADevices!.virtualMFADevice!;
    assert.equal(listed.length, 5000);
  });

  test('the devices of another account cannot be found', async () => {
    const { server, admin, alice } = await freshAccount();
    const other = await server.newAccount();
    const theirs = await createDevice(other.admin);
    assert.deepEqual(await listAll(admin), []);
    await refused(deleteDevice(admin, theirs.serial), 'EntityNotExist.VirtualMFADevice', 404);
    await refused(bind(admin, alice.userPrincipalName, theirs), 'EntityNotExist.VirtualMFADevice', 404);
    // Even if the account has one of that name.
    const own = await createDevice(admin);
    await refused(deleteDevice(admin, theirs.serial), 'EntityNotExist.VirtualMFADevice', 404);
    const confused = { ...own, serial: theirs.serial };
    await refused(bind(admin, alice.userPrincipalName, confused), 'EntityNotExist.VirtualMFADevice', 404);
    assert.equal((await listAll(admin)).length, 1);
    assert.equal((await listAll(other.admin)).length, 1);
  });

  test('users manage a device of their own in the console by default: create, bind, read, unbind, delete', async () => {
    const { server, admin, alice } = await freshAccount();
    const { clients, userPrincipalName, userName } = alice;
    const page = await consoleOf(server, admin, alice);
    const make = async () => {
      const made = await page('CreateVirtualMFADevice', { VirtualMFADeviceName: userName });
      const { SerialNumber, Base32StringSeed } = made['VirtualMFADevice'] as Record<string, string>;
      return { serial: String(SerialNumber), seed: String(Base32StringSeed) };
    };
    const binding = (device: Device) => ({
      SerialNumber: device.serial,
      AuthenticationCode1: codes(device).authenticationCode1,
      AuthenticationCode2: codes(device).authenticationCode2,
    });
    const device = await make();
    await page('BindMFADevice', { UserPrincipalName: userPrincipalName, ...binding(device) });
    const own = await clients.ims.getUserMFAInfo(new ims.GetUserMFAInfoRequest({}));
    assert.equal(own.body!.MFADevice!.serialNumber, device.serial);
    const ownRam = await clients.ram.getUserMFAInfo(new ram.GetUserMFAInfoRequest({}));
    assert.equal(ownRam.body!.MFADevice!.serialNumber, device.serial);
    await page('UnbindMFADevice', { UserPrincipalName: userPrincipalName });
    await page('DeleteVirtualMFADevice', { SerialNumber: device.serial });
    await page('BindMFADevice', { UserName: userName, ...binding(await make()) }, '2015-05-01');
    await page('DisableVirtualMFA', { UserPrincipalName: userPrincipalName });
  });

  test('a key without a policy for it can list, but not bind or unbind, the device and passkeys of its user', async () => {
    const { admin, alice } = await freshAccount();
    const { clients, userPrincipalName, userName } = alice;
    const device = await createDevice(admin, userName);
    const own = { userPrincipalName };
    const attempts = [
      () => bind(clients, userPrincipalName, device),
      () => bindRam(clients, userName, device),
      () => clients.ims.unbindMFADevice(new ims.UnbindMFADeviceRequest(own)),
      () => clients.ram.unbindMFADevice(new ram.UnbindMFADeviceRequest({ userName })),
      () => clients.ims.disableVirtualMFA(new ims.DisableVirtualMFARequest(own)),
      () => createDevice(clients, userName),
      () => deleteDevice(clients, device.serial),
      () => clients.ims.deletePasskey(new ims.DeletePasskeyRequest({ ...own, passkeyId: 'PASSKEY-1' })),
    ];
    for (const attempt of attempts) await refused(attempt(), 'NoPermission', 403);
    await bind(admin, userPrincipalName, device);
    for (const attempt of attempts) await refused(attempt(), 'NoPermission', 403);
    assert.equal((await infoOf(clients, userPrincipalName)).enabled, true);
    await clients.ims.listPasskeys(new ims.ListPasskeysRequest(own));
  });

  test("a key with a policy for it manages its user's device", async () => {
    const { account, alice } = await freshAccount();
    const { clients, userPrincipalName, userName } = alice;
    await attach(account, userName, {
      Effect: 'Allow',
      Action: ['ram:CreateVirtualMFADevice', 'ram:BindMFADevice', 'ram:UnbindMFADevice'],
      Resource: '*',
    });
    await bind(clients, userPrincipalName, await createDevice(clients, userName));
    await clients.ims.unbindMFADevice(new ims.UnbindMFADeviceRequest({ userPrincipalName }));
  });

  test('the default gives no permission on other users, or on devices of other names', async () => {
    const { server, account, admin, alice } = await freshAccount();
    const bob = await server.newUser(account, 'bob');
    const device = await createDevice(admin);
    const { clients } = alice;
    await refused(createDevice(clients, 'bob'), 'NoPermission', 403);
    await refused(listAll(clients), 'NoPermission', 403);
    await refused(deleteDevice(clients, device.serial), 'NoPermission', 403);
    const foreign = `acs:ram::1000000000000001:mfa/alice`;
    const page = await consoleOf(server, admin, alice);
    await page('DeleteVirtualMFADevice', { SerialNumber: foreign }, IMS, 'EntityNotExist.VirtualMFADevice');
    for (const name of [bob.userPrincipalName, `absent@${account.domain}`]) {
      const named = { userPrincipalName: name };
      await refused(bind(clients, name, device), 'NoPermission', 403);
      await refused(infoOf(clients, name), 'NoPermission', 403);
      await refused(clients.ims.unbindMFADevice(new ims.UnbindMFADeviceRequest(named)), 'NoPermission', 403);
      await refused(
        clients.ims.disableVirtualMFA(new ims.DisableVirtualMFARequest(named)),
        'NoPermission',
        403,
      );
      await refused(clients.ims.listPasskeys(new ims.ListPasskeysRequest(named)), 'NoPermission', 403);
    }
    await refused(clients.ims.getAccountMFAInfo(), 'NoPermission', 403);
  });

  test('the account setting, and an explicit Deny, remove the default', async () => {
    const { account, admin, alice } = await freshAccount();
    const { clients, userName } = alice;
    await attach(account, userName, {
      Effect: 'Deny',
      Action: 'ram:CreateVirtualMFADevice',
      Resource: '*',
    });
    const denied = await refused(createDevice(clients, userName), 'NoPermission', 403);
    assert.equal(denied.accessDeniedDetail!['NoPermissionType'], 'ExplicitDeny');
    const ownInfo = () => clients.ims.getUserMFAInfo(new ims.GetUserMFAInfoRequest({}));
    await ownInfo();
    await admin.call(IMS, 'SetSecurityPreference', { AllowUserToManageMFADevices: 'false' });
    await refused(ownInfo(), 'NoPermission', 403);
    await admin.call(IMS, 'SetSecurityPreference', { AllowUserToManageMFADevices: 'true' });
    await ownInfo();
  });

  test('a caller that is no RAM user has to name a user', async () => {
    const { server, account } = await freshAccount();
    const root = server.clients(await account.rootKey());
    await refused(
      root.ims.getUserMFAInfo(new ims.GetUserMFAInfoRequest({})),
      'MissingUserPrincipalName',
      400,
    );
    await refused(root.ram.getUserMFAInfo(new ram.GetUserMFAInfoRequest({})), 'MissingUserName', 400);
  });

  test('RAM does not delete a user with a device; IMS deletes both', async () => {
    const { server, admin, alice } = await freshAccount();
    const device = await createDevice(admin);
    await bind(admin, alice.userPrincipalName, device);
    await admin.ram.deleteAccessKey(
      new ram.DeleteAccessKeyRequest({ userName: 'alice', userAccessKeyId: alice.key.accessKeyId }),
    );
    const request = new ram.DeleteUserRequest({ userName: 'alice' });
    await refused(admin.ram.deleteUser(request), 'DeleteConflict.User.MFADevice', 409);
    await admin.ims.deleteUser(new ims.DeleteUserRequest({ userId: alice.userId }));
    await refused(deleteDevice(admin, device.serial), 'DeleteConflict.VirtualMFADevice.User', 409);
    await purgeRecycleBins(server.services, now + 31 * DAY_MS);
    assert.deepEqual(await listAll(admin), []);
  });

  test("the root's device is bound in the console, and shown by GetAccountMFAInfo", async () => {
    const { server, account, admin } = await freshAccount();
    const { services } = server;
    await services.store.write(async (transaction) => {
      const scope = await operatorScope(services, transaction, account.accountId, now);
      const { serialNumber, seed } = await createVirtualDevice(scope, 'root');
      const pair = codes({ serial: serialNumber, seed: seed.reveal() });
      await bindDevice(scope, { type: 'root', id: account.accountId, name: 'root' }, serialNumber, [
        pair.authenticationCode1,
        pair.authenticationCode2,
      ]);
    });
    assert.equal((await admin.ims.getAccountMFAInfo()).body!.isMFAEnable, true);
    const [listed] = await listAll(admin);
    assert.equal(listed!.user!.userPrincipalName, `root@${account.domain}`);
  });

  test('a code signs in once; the next one does again', async () => {
    const { server, account, admin, alice } = await freshAccount();
    const verify = await verifierOf(server, account, alice.userId);
    assert.equal(await verify('123456'), 'Unbound');
    const device = await createDevice(admin);
    await bind(admin, alice.userPrincipalName, device);
    const code = (ahead: number) => codeAt(device.seed, stepAt(now) + ahead);
    // The present code has bound the device.
    assert.equal(await verify(code(0)), 'Used');
    assert.equal(await verify(code(1)), 'Verified');
    assert.equal(await verify(code(1)), 'Used');
    assert.equal(await verify(code(-3)), 'Wrong');
    assert.equal(await verify(code(2), now + 30_000), 'Verified');
  });

  test('of concurrent sign-ins with the same code, one succeeds', async () => {
    const { server, account, admin, alice } = await freshAccount();
    const verify = await verifierOf(server, account, alice.userId);
    const device = await createDevice(admin);
    await bind(admin, alice.userPrincipalName, device);
    const code = codeAt(device.seed, stepAt(now) + 1);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => verify(code)));
    assert.equal(outcomes.filter((outcome) => outcome === 'Verified').length, 1);
  });

  test('ten wrong codes lock a device for an hour', async () => {
    const { server, account, admin, alice } = await freshAccount();
    const verify = await verifierOf(server, account, alice.userId);
    const device = await createDevice(admin);
    await bind(admin, alice.userPrincipalName, device);
    const when = now + HOUR_MS;
    const right = (at: number) => codeAt(device.seed, stepAt(at));
    const ofNow = [-30_000, 0, 30_000].map((drift) => right(when + drift));
    const wrong = ['000000', '000001', '000002', '000003'].find((code) => !ofNow.includes(code))!;
    for (let n = 0; n < 10; n++) assert.equal(await verify(wrong, when), 'Wrong');
    assert.equal(await verify(right(when), when), 'Locked');
    assert.equal(await verify(right(when + HOUR_MS - 1), when + HOUR_MS - 1), 'Locked');
    assert.equal(await verify(right(when + HOUR_MS), when + HOUR_MS), 'Verified');
  });
});

async function verifierOf(server: TestServer, account: TestAccount, userId: string) {
  const { services } = server;
  const known = (await services.accounts.get(account.accountId))!;
  return (code: string, when = now) => verifyCode(services, known, { type: 'user', id: userId }, code, when);
}

const everyEvent = (server: TestServer, account: TestAccount) =>
  server.services.store.queries
    .selectFrom('audit_records')
    .selectAll()
    .where('account_id', '=', account.accountId)
    .execute();
