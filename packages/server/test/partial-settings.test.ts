/** Settings operations change what is given and keep the rest, as Terraform's provider relies on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachServer, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';

interface SettingsOperation {
  readonly version: string;
  readonly set: string;
  /** Another value than the default, for each parameter. */
  readonly values: Readonly<Record<string, string>>;
  readonly get: string;
}

const PASSWORD_POLICY: Readonly<Record<string, string>> = {
  MaxLoginAttemps: '3',
  MaxPasswordAge: '90',
  MinimumPasswordLength: '12',
  PasswordReusePrevention: '7',
  RequireLowercaseCharacters: 'true',
  RequireNumbers: 'true',
  RequireSymbols: 'true',
  RequireUppercaseCharacters: 'true',
};

const OPERATIONS: readonly SettingsOperation[] = [
  {
    version: IMS,
    set: 'SetPasswordPolicy',
    get: 'GetPasswordPolicy',
    values: {
      ...PASSWORD_POLICY,
      HardExpire: 'true',
      InitialPasswordAge: '30',
      InterceptRiskPasswordOnApi: 'false',
      MinimumPasswordDifferentCharacter: '4',
      PasswordNotContainUserName: 'true',
    },
  },
  {
    version: RAM,
    set: 'SetPasswordPolicy',
    get: 'GetPasswordPolicy',
    values: { ...PASSWORD_POLICY, HardExpiry: 'true' },
  },
  {
    version: IMS,
    set: 'SetSecurityPreference',
    get: 'GetSecurityPreference',
    values: {
      AllowUserToChangePassword: 'false',
      AllowUserToLoginWithPasskey: 'false',
      AllowUserToManageAccessKeys: 'true',
      AllowUserToManageMFADevices: 'false',
      EnableSaveMFATicket: 'true',
      LoginNetworkMasks: '10.0.0.0/8',
      LoginSessionDuration: '3',
      MFAOperationForLogin: 'mandatory',
      VerificationTypes: '["sms","mfa"]',
    },
  },
  {
    version: RAM,
    set: 'SetSecurityPreference',
    get: 'GetSecurityPreference',
    values: {
      AllowUserToChangePassword: 'false',
      AllowUserToManageAccessKeys: 'true',
      AllowUserToManageMFADevices: 'false',
      EnableSaveMFATicket: 'true',
      LoginNetworkMasks: '10.0.0.0/8',
      LoginSessionDuration: '3',
    },
  },
];

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const freshAccount = async () => {
    started ??= start();
    return (await started).newAccount();
  };

  for (const { version, set, get, values } of OPERATIONS) {
    test(`${version} ${set} keeps what is left out`, async () => {
      const { admin } = await freshAccount();
      const read = async () => {
        const { RequestId: _, ...settings } = await admin.call(version, get);
        return settings;
      };
      const defaults = await read();
      await admin.call(version, set, values);
      const all = await read();
      assert.notDeepEqual(all, defaults);
      for (const [name, value] of Object.entries(values)) {
        await admin.call(version, set, { [name]: value });
        assert.deepEqual(await read(), all, `with ${name} only`);
      }
      await admin.call(version, set);
      assert.deepEqual(await read(), all, 'without parameters');
    });
  }

  test('a list of verification types that an older Go client sends as null stays as it is', async () => {
    const { admin } = await freshAccount();
    await admin.call(IMS, 'SetSecurityPreference', { VerificationTypes: '["mfa"]' });
    await admin.call(IMS, 'SetSecurityPreference', { VerificationTypes: 'null' });
    const { SecurityPreference } = await admin.call(IMS, 'GetSecurityPreference');
    assert.partialDeepStrictEqual(SecurityPreference, {
      VerificationPreference: { VerificationTypes: ['mfa'] },
    });
  });

  test('ListGroups takes the page size of Terraform and answers with pages of its own', async () => {
    const { admin } = await freshAccount();
    for (const version of [IMS, RAM]) {
      await admin.call(version, 'ListGroups', { MaxItems: '1000' });
      await assert.rejects(admin.call(version, 'ListGroups', { MaxItems: '1001' }), /Range/);
    }
  });

  test('the format None of older Python clients is the default of the product', async () => {
    const { admin } = await freshAccount();
    assert.equal(typeof (await admin.call(IMS, 'ListUsers', { Format: 'None' }))['RequestId'], 'string');
  });
});
