import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeAt, stepAt } from '../src/mfa/one-time-code.ts';
import { Authenticator, type Mistakes } from './authenticator.ts';
import { Browser } from './browser.ts';
import { eachServer, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const password = 'correct horse 42';
const minute = 60 * 1000;

type Options = { challenge: string; rpId?: string; rp: { id: string } };

eachServer((_, start) => {
  const began = Date.now();
  let ahead = 0;
  let started: Promise<TestServer> | undefined;
  const fresh = async () => {
    ahead = 0;
    started ??= start({ now: () => began + ahead });
    const server = await started;
    // Passkeys are bound to host names; localhost always exists.
    const url = server.url.replace('127.0.0.1', 'localhost');
    const account = await server.newAccount();
    const alice = await server.newUser(account, 'alice');
    const name = alice.userPrincipalName;
    const ims = (action: string, fields: Record<string, string> = {}) =>
      account.admin.call(IMS, action, fields);
    await ims('CreateLoginProfile', { UserPrincipalName: name, Password: password });
    const browser = new Browser({ url });
    const laptop = new Authenticator();
    const begin = async (action: string) => (await browser.done(action))['Options'] as Options;
    const register = async (mistakes: Mistakes = {}) =>
      browser.call('RegisterPasskey', {
        Name: 'laptop',
        Response: laptop.register(await begin('BeginPasskeyRegistration'), url, mistakes),
      });
    const signedIn = async () => {
      assert.equal(await browser.signIn(name, password), 'Done');
      await browser.done('StepUp', { Method: 'Password', Password: password });
    };
    return { server, url, account, name, ims, browser, laptop, begin, register, signedIn };
  };

  test('a passkey is registered, signs in, and verifies again', async () => {
    const { browser, laptop, name, url, begin, register, signedIn, ims } = await fresh();
    await signedIn();
    const { body } = await register();
    assert.match(String(body['PasskeyId']), /^PASSKEY-[A-Za-z0-9]{20}$/);
    const { Passkeys } = (await ims('ListPasskeys', { UserPrincipalName: name })) as { Passkeys: object[] };
    assert.equal(Passkeys.length, 1);
    assert.deepEqual((await browser.done('GetSession'))['StepUpMethods'], ['Passkey']);

    assert.equal(await browser.signIn(name, password), 'Passkey');
    const options = await begin('BeginPasskeyVerification');
    assert.equal(options.rpId, 'localhost');
    const done = await browser.done('VerifySignInPasskey', { Response: laptop.verify(options, url) });
    assert.equal(done['Step'], 'Done');
    assert.equal((await browser.done('GetSession'))['MFAPresent'], true);

    await browser.refused(
      'StepUp',
      { Method: 'Password', Password: password },
      'AuthenticationFail.StepUp',
      401,
    );
    const again = await begin('BeginStepUpPasskey');
    const up = await browser.done('StepUp', { Method: 'Passkey', Response: laptop.verify(again, url) });
    assert.equal(up['StepUpUntil'], (await browser.done('GetSession'))['StepUpUntil']);
  });

  test('only a response to this challenge, for this origin, with the user verified, signs in', async () => {
    const { browser, laptop, name, url, begin, register, signedIn } = await fresh();
    await signedIn();
    await register();
    await browser.signIn(name, password);
    const mistakes: Mistakes[] = [
      { challenge: Buffer.from('of another user').toString('base64url') },
      { origin: 'https://localhost.example.com' },
      { origin: url.replace('http:', 'https:') },
      { rpId: 'example.com' },
      { userVerified: false },
      { signCount: 1 },
      { forged: true },
    ];
    for (const mistake of mistakes) {
      const Response = laptop.verify(await begin('BeginPasskeyVerification'), url, mistake);
      await browser.refused('VerifySignInPasskey', { Response }, 'AuthenticationFail.Passkey', 401);
    }
    for (const Response of ['{}', 'null', '[]', 'no JSON', '{"id":"unknown"}']) {
      await begin('BeginPasskeyVerification');
      await browser.refused('VerifySignInPasskey', { Response }, 'AuthenticationFail.Passkey', 401);
    }
    const Response = laptop.verify(await begin('BeginPasskeyVerification'), url);
    assert.equal((await browser.done('VerifySignInPasskey', { Response }))['Step'], 'Done');
  });

  test('a challenge is valid for one response, of one session, for one purpose, for five minutes', async () => {
    const { browser, laptop, name, url, begin, register, signedIn } = await fresh();
    await signedIn();
    await register();
    await browser.signIn(name, password);
    const first = await begin('BeginPasskeyVerification');
    const wrong = { Response: laptop.verify(first, url, { forged: true }) };
    await browser.refused('VerifySignInPasskey', wrong, 'AuthenticationFail.Passkey', 401);
    const right = { Response: laptop.verify(first, url) };
    await browser.refused('VerifySignInPasskey', right, 'AuthenticationFail.Passkey', 401);

    const late = { Response: laptop.verify(await begin('BeginPasskeyVerification'), url) };
    ahead = 6 * minute;
    await browser.refused('VerifySignInPasskey', late, 'AuthenticationFail.Passkey', 401);

    const ofOther = await begin('BeginPasskeyVerification');
    const other = new Browser({ url });
    await other.signIn(name, password);
    await other.done('BeginPasskeyVerification');
    const stolen = { Response: laptop.verify(ofOther, url) };
    await other.refused('VerifySignInPasskey', stolen, 'AuthenticationFail.Passkey', 401);

    const now = { Response: laptop.verify(await begin('BeginPasskeyVerification'), url) };
    await browser.done('VerifySignInPasskey', now);
    const stepUp = await begin('BeginStepUpPasskey');
    await browser.done('StepUp', { Method: 'Passkey', Response: laptop.verify(stepUp, url) });
    const forStepUp = await begin('BeginStepUpPasskey');
    const misused = {
      Name: 'another',
      Response: new Authenticator().register({ ...forStepUp, rp: { id: 'localhost' } }, url),
    };
    await browser.refused('RegisterPasskey', misused, 'AuthenticationFail.Passkey', 401);
  });

  test('a registration has its own challenge, and uses it up when it fails', async () => {
    const { browser, laptop, url, begin, register, signedIn } = await fresh();
    await signedIn();
    for (const mistake of [
      { challenge: 'AAAA' },
      { origin: 'http://localhost' },
      { rpId: 'example.com' },
      { userVerified: false },
    ]) {
      assert.equal((await register(mistake)).code, 'AuthenticationFail.Passkey', JSON.stringify(mistake));
    }
    const options = await begin('BeginPasskeyRegistration');
    const wrong = { Name: 'laptop', Response: laptop.register(options, 'http://elsewhere') };
    await browser.refused('RegisterPasskey', wrong, 'AuthenticationFail.Passkey', 401);
    const right = { Name: 'laptop', Response: laptop.register(options, url) };
    await browser.refused('RegisterPasskey', right, 'AuthenticationFail.Passkey', 401);
    assert.equal((await register()).code, 'OK');
  });

  test('a registered passkey is of no use to another user', async () => {
    const { register, signedIn, account, server, url, laptop } = await fresh();
    await signedIn();
    assert.equal((await register()).code, 'OK');
    const bob = await server.newUser(account, 'bob');
    await account.admin.call(IMS, 'CreateLoginProfile', {
      UserPrincipalName: bob.userPrincipalName,
      Password: password,
    });
    const other = new Browser({ url });
    await other.signIn(bob.userPrincipalName, password);
    await other.done('StepUp', { Method: 'Password', Password: password });
    const options = (await other.done('BeginPasskeyRegistration'))['Options'] as Options;
    const Response = laptop.register(options, url);
    await other.refused(
      'RegisterPasskey',
      { Name: 'mine', Response },
      'EntityAlreadyExists.User.Passkey',
      409,
    );
  });

  test('passkeys depend on the account setting, and end with their removal', async () => {
    const { browser, laptop, name, url, ims, begin, register, signedIn } = await fresh();
    await browser.signIn(name, password);
    await browser.refused('BeginPasskeyRegistration', {}, 'StepUpRequired', 403);
    await signedIn();
    const { body } = await register();
    await browser.signIn(name, password);
    const Response = laptop.verify(await begin('BeginPasskeyVerification'), url);
    await browser.done('VerifySignInPasskey', { Response });
    await ims('DeletePasskey', { UserPrincipalName: name, PasskeyId: String(body['PasskeyId']) });
    await browser.refused('GetSession', {}, 'NotSignedIn', 401);
    await ims('SetSecurityPreference', { AllowUserToLoginWithPasskey: 'false' });
    await signedIn();
    await browser.refused('BeginPasskeyRegistration', {}, 'NoPermission', 403);
    await ims('SetSecurityPreference', {
      AllowUserToLoginWithPasskey: 'true',
      AllowUserToManageMFADevices: 'false',
    });
    await browser.refused('BeginPasskeyRegistration', {}, 'NoPermission', 403);
  });

  test('an IP address has no passkeys, and the refusal names a host name that has', async () => {
    const { server, name, register, signedIn } = await fresh();
    await signedIn();
    await register();
    const numbers = new Browser(server);
    assert.equal(await numbers.signIn(name, password), 'Passkey');
    const { body } = await numbers.refused('BeginPasskeyVerification', {}, 'PasskeyUnavailable', 400);
    assert.match(String(body['Message']), /localhost/);
  });

  test("a step-up accepts the device or the passkey, by the user's choice", async () => {
    const { browser, name, ims, signedIn, register } = await fresh();
    await signedIn();
    await register();
    const { VirtualMFADevice } = (await ims('CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' })) as {
      VirtualMFADevice: { SerialNumber: string; Base32StringSeed: string };
    };
    const code = (of: number) => codeAt(VirtualMFADevice.Base32StringSeed, stepAt(began + ahead) + of);
    await ims('BindMFADevice', {
      UserPrincipalName: name,
      SerialNumber: VirtualMFADevice.SerialNumber,
      AuthenticationCode1: code(-1),
      AuthenticationCode2: code(0),
    });
    assert.equal(await browser.signIn(name, password), 'CodeOrPasskey');
    ahead = minute;
    assert.equal((await browser.done('VerifySignInCode', { Code: code(0) }))['Step'], 'Done');
    assert.deepEqual((await browser.done('GetSession'))['StepUpMethods'], ['Code', 'Passkey']);
  });
});
