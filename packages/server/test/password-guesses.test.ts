import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Browser } from './browser.ts';
import { EVERY_OPERATION } from './prepared-requests.ts';
import { callRaw } from './raw-request.ts';
import { SampleEntities } from './sample-entities.ts';
import { eachServer, refused, type TestServer } from './server.ts';

const ims = '2019-08-15';
const RAM = '2015-05-01';
const password = 'correct horse 42';

eachServer((_, start) => {
  test('wrong old passwords count like wrong sign-ins: a stolen key cannot go on guessing', async () => {
    const server = await start();
    const { admin } = server.account;
    const user = await server.newUser(server.account, 'guessed');
    await admin.callRpc(ims, 'SetPasswordPolicy', { MaxLoginAttemps: '3' });
    await admin.callRpc(ims, 'CreateLoginProfile', {
      UserPrincipalName: user.userPrincipalName,
      Password: 'Right-Password-1',
    });
    const change = (OldPassword: string) =>
      user.clients.callRpc(ims, 'ChangePassword', { OldPassword, NewPassword: 'Other-Password-2' });
    for (let guess = 0; guess < 3; guess++) {
      await refused(change(`Wrong-Password-${guess}`), 'InvalidParameter.OldPassword', 400);
    }
    const locked = await change('Right-Password-1').then(
      () => assert.fail('the right password was taken after three wrong ones'),
      (error: { readonly code: string; readonly message: string }) => error,
    );
    assert.match(locked.code, /^Inactive/);
  });

  describe('concurrent wrong guesses are verified no more often than consecutive ones:', () => {
    /** Far more than the throttle allows. */
    const atOnce = 32;
    const mostVerified = 20;

    /** Parameters with a password or code that is compared with a stored one; every operation with one is below. */
    const compared = /^(?:OldPassword|Code|AuthenticationCode1)$/;

    /** Operations whose `Password` is compared, not set. */
    const signsIn = new Set(['SignIn', 'StepUp']);

    /** Their codes are of a seed that the session was just shown. */
    const ownSeed = new Set(['BindSignInDevice', 'BindRootDevice']);

    let server: TestServer;
    let entities: SampleEntities;
    let now: number;
    before(async () => {
      now = Date.now();
      server = await start({ now: () => now });
      entities = new SampleEntities(server, server.account, 'a', now);
      await entities.do(ims, 'SetPasswordPolicy', { MaxLoginAttemps: '0' });
    });

    const userOf = async (name: string) => {
      const user = await server.newUser(server.account, name);
      await entities.do(ims, 'CreateLoginProfile', {
        UserPrincipalName: user.userPrincipalName,
        Password: password,
      });
      return user;
    };
    const signedIn = async (name: string) => {
      const user = await userOf(name);
      const browser = new Browser(server);
      assert.equal(await browser.signIn(user.userPrincipalName, password), 'Done');
      return browser;
    };
    const changes = (version: string) => async () => {
      const user = await userOf(`changes-${version}`);
      return (at: number) =>
        callRaw(server.url, user.key, 'ACS3', {
          version,
          action: 'ChangePassword',
          parameters: { OldPassword: `wrong horse ${at}`, NewPassword: 'another horse 42' },
        });
    };
    const binds = (version: string) => async () => {
      const name = `binds-${version}`;
      const { SerialNumber } = await entities.device(name);
      const user = await entities.user(name);
      const named = version === ims ? { UserPrincipalName: user.UserPrincipalName } : { UserName: name };
      return (at: number) =>
        callRaw(server.url, server.account.key, 'ACS3', {
          version,
          action: 'BindMFADevice',
          parameters: {
            ...named,
            SerialNumber,
            AuthenticationCode1: String(100_000 + at),
            AuthenticationCode2: String(200_000 + at),
          },
        });
    };

    /** Creates the credential to be guessed, and returns how to guess. */
    const ways: Readonly<
      Record<
        string,
        () => Promise<(at: number) => Promise<{ readonly code: string; readonly status: number }>>
      >
    > = {
      'Claviger SignIn': async () => {
        const { userPrincipalName } = await userOf('signs-in');
        const [userName, domain] = userPrincipalName.split('@') as [string, string];
        // Every spelling of the name is one user.
        const names = [userPrincipalName, `SIGNS-IN@${domain}`, `${userName}@${domain.split('.')[0]}`];
        return (at) =>
          new Browser(server).call('SignIn', { LoginName: names[at % 3]!, Password: `wrong horse ${at}` });
      },
      'Claviger SignIn of the root': async () => (at) =>
        new Browser(server).call('SignIn', {
          LoginName: server.account.rootLoginName,
          Password: `wrong horse ${at}`,
        }),
      'Claviger SignIn with an unknown name': async () => (at) =>
        new Browser(server).call('SignIn', {
          LoginName: `absent@${server.account.domain}`,
          Password: `wrong horse ${at}`,
        }),
      'Claviger StepUp by a password': async () => {
        const browser = await signedIn('steps-up');
        return (at) => browser.call('StepUp', { Method: 'Password', Password: `wrong horse ${at}` });
      },
      'Claviger StepUp by a code': async () => {
        const browser = await signedIn('steps-up-by-code');
        await entities.do(RAM, 'BindMFADevice', {
          UserName: 'steps-up-by-code',
          ...(await entities.device('steps-up-by-code')),
        });
        return (at) => browser.call('StepUp', { Method: 'Code', Code: String(100_000 + at) });
      },
      'Claviger VerifySignInCode': async () => {
        const name = 'signs-in-by-code';
        const { userPrincipalName } = await userOf(name);
        await entities.do(RAM, 'BindMFADevice', { UserName: name, ...(await entities.device(name)) });
        const browser = new Browser(server);
        assert.equal(await browser.signIn(userPrincipalName, password), 'Code');
        return (at) => browser.call('VerifySignInCode', { Code: String(100_000 + at) });
      },
      'Ims ChangePassword': changes(ims),
      'Ram ChangePassword': changes(RAM),
      'Ims BindMFADevice': binds(ims),
      'Ram BindMFADevice': binds(RAM),
    };

    test('every operation that compares a password or code is tested', () => {
      const comparing = EVERY_OPERATION.filter(({ name, input }) =>
        Object.keys(input).some((each) => compared.test(each) || (each === 'Password' && signsIn.has(name))),
      )
        .filter(({ name }) => !ownSeed.has(name))
        .map(({ product, name }) => `${product} ${name}`);
      const tried = new Set(Object.keys(ways).map((title) => title.split(' ', 2).join(' ')));
      assert.deepEqual([...tried].sort(), [...new Set(comparing)].sort());
    });

    for (const [title, prepare] of Object.entries(ways)) {
      test(title, async (context) => {
        const guess = await prepare();
        const { verify } = server.services.passwordHashing;
        let verified = 0;
        context.mock.method(
          server.services.passwordHashing,
          'verify',
          (...given: Parameters<typeof verify>) => {
            verified += 1;
            return verify(...given);
          },
        );
        const answers = await Promise.all(Array.from({ length: atOnce }, (_, at) => guess(at)));
        assert.ok(answers.every(({ status }) => status >= 400));
        const throttled = answers.filter(({ code }) => code === 'Throttling.SignIn');
        assert.ok(throttled.length >= atOnce - mostVerified, `${throttled.length} were throttled`);
        assert.ok(verified <= mostVerified, `${verified} passwords were verified`);
      });
    }

    test('sixty wrong sign-ins from an address do not lock out another user behind it', async () => {
      const bob = await userOf('bob');
      const carol = await userOf('carol');
      await entities.do(RAM, 'BindMFADevice', { UserName: 'carol', ...(await entities.device('carol')) });
      const signIn = (LoginName: string, Password: string) =>
        new Browser(server).call('SignIn', { LoginName, Password });
      const absent = (at: number) => signIn(`absent-${at % 20}@${server.account.domain}`, 'wrong horse 42');
      await Promise.all(Array.from({ length: 60 }, (_, at) => absent(at)));
      assert.equal((await signIn(bob.userPrincipalName, password)).body['Step'], 'Done');
      // A user who mistypes more than a few times from there needs a second factor.
      for (const { userPrincipalName } of [bob, carol]) {
        for (let at = 0; at < 3; at++) await signIn(userPrincipalName, 'wrong horse 42');
      }
      const throttled = { status: 429, code: 'Throttling.SignIn' };
      for (const [name, given] of [
        [bob.userPrincipalName, password],
        [bob.userPrincipalName, 'wrong horse 42'],
        [carol.userPrincipalName, 'wrong horse 42'],
        [`absent-1@${server.account.domain}`, password],
      ] as const) {
        const { status, code } = await signIn(name, given);
        assert.deepEqual({ status, code }, throttled, name);
      }
      assert.equal((await signIn(carol.userPrincipalName, password)).body['Step'], 'Code');
    });
  });
});
