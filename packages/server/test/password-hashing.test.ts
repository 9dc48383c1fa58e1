/**
 * A password is hashed while no transaction is open, so that no other write waits for it. It is checked against the
 * data at the time of writing.
 */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Browser } from './browser.ts';
import { eachServer, refused, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const password = 'correct horse 42';
const another = 'another horse 42';
const tooWeak = 'InvalidParameter.Password.TooWeak';

/** Holds password hashings and verifications until they are released. */
class HeldHashing {
  #entered = Promise.withResolvers<void>();
  #released = Promise.withResolvers<void>();
  #calls = 0;

  /** Number of started calls. */
  get calls(): number {
    return this.#calls;
  }

  /** Holds the hashing of a server from now on. */
  static of({ mock }: TestContext, { services }: TestServer): HeldHashing {
    const held = new HeldHashing();
    const { hash, verify } = services.passwordHashing;
    mock.method(services.passwordHashing, 'hash', async (...given: Parameters<typeof hash>) => {
      await held.#enter();
      return hash(...given);
    });
    mock.method(services.passwordHashing, 'verify', async (...given: Parameters<typeof verify>) => {
      await held.#enter();
      return verify(...given);
    });
    return held;
  }

  /** Resolves when the next call, or one in progress, is held. */
  entered(): Promise<void> {
    return this.#entered.promise;
  }

  /** Releases every call, from now on. */
  release(): void {
    this.#released.resolve();
  }

  #enter(): Promise<void> {
    this.#calls += 1;
    this.#entered.resolve();
    return this.#released.promise;
  }
}

eachServer((_, start) => {
  describe('a password is hashed', () => {
    let started: Promise<TestServer> | undefined;
    const fresh = async () => {
      started ??= start();
      const server = await started;
      const account = await server.newAccount();
      const { admin } = account;
      const alice = await server.newUser(account, 'alice');
      const name = alice.userPrincipalName;
      const ims = (action: string, fields: Record<string, string> = {}) => admin.call(IMS, action, fields);
      const ram = (action: string, fields: Record<string, string> = {}) => admin.callRpc(RAM, action, fields);
      const withProfile = async (fields: Record<string, string> = {}) => {
        await ims('CreateLoginProfile', { UserPrincipalName: name, Password: password, ...fields });
      };
      const change = (OldPassword = password, NewPassword = another) =>
        alice.clients.call(IMS, 'ChangePassword', { OldPassword, NewPassword });
      return { server, account, alice, name, ims, ram, withProfile, change };
    };
    type Fresh = Awaited<ReturnType<typeof fresh>>;

    const ways: [string, (of: Fresh) => Promise<() => Promise<unknown>>][] = [
      [
        'CreateLoginProfile of IMS',
        async ({ ims, name }) =>
          () =>
            ims('CreateLoginProfile', { UserPrincipalName: name, Password: password }),
      ],
      [
        'CreateLoginProfile of RAM',
        async ({ ram }) =>
          () =>
            ram('CreateLoginProfile', { UserName: 'alice', Password: password }),
      ],
      [
        'UpdateLoginProfile of IMS',
        async ({ ims, name, withProfile }) => {
          await withProfile();
          return () => ims('UpdateLoginProfile', { UserPrincipalName: name, Password: another });
        },
      ],
      [
        'UpdateLoginProfile of RAM',
        async ({ ram, withProfile }) => {
          await withProfile();
          return () => ram('UpdateLoginProfile', { UserName: 'alice', Password: another });
        },
      ],
      [
        'ChangePassword of IMS',
        async ({ withProfile, change }) => {
          await withProfile();
          return () => change();
        },
      ],
      [
        'ChangePassword of RAM',
        async ({ withProfile, alice }) => {
          await withProfile();
          const passwords = { OldPassword: password, NewPassword: another };
          return () => alice.clients.callRpc(RAM, 'ChangePassword', passwords);
        },
      ],
      [
        'SignIn',
        async ({ server, withProfile, name }) => {
          await withProfile();
          return () => new Browser(server).signIn(name, password);
        },
      ],
      [
        'SignIn of the root',
        async ({ server, account }) =>
          () =>
            new Browser(server).signIn(account.rootLoginName, account.rootPassword),
      ],
      [
        'ChooseSignInPassword',
        async ({ server, withProfile, name }) => {
          await withProfile({ PasswordResetRequired: 'true' });
          const browser = new Browser(server);
          assert.equal(await browser.signIn(name, password), 'NewPassword');
          return () => browser.done('ChooseSignInPassword', { NewPassword: another });
        },
      ],
      [
        'ChooseSignInPassword of the root',
        async ({ server, account }) => {
          const browser = new Browser(server);
          assert.equal(await browser.signIn(account.rootLoginName, account.rootPassword), 'NewPassword');
          return () => browser.done('ChooseSignInPassword', { NewPassword: another });
        },
      ],
      [
        'StepUp',
        async ({ server, withProfile, name }) => {
          await withProfile();
          const browser = new Browser(server);
          await browser.signIn(name, password);
          return () => browser.done('StepUp', { Method: 'Password', Password: password });
        },
      ],
    ];
    for (const [title, prepare] of ways) {
      test(`while other changes go on: ${title}`, async (context) => {
        const of = await fresh();
        const call = await prepare(of);
        const held = HeldHashing.of(context, of.server);
        const called = call();
        await held.entered();
        await of.ram('CreateUser', { UserName: 'bob' });
        held.release();
        await called;
      });
    }

    test('once, and verified once', async (context) => {
      const { server, withProfile, change, ims, name } = await fresh();
      const held = HeldHashing.of(context, server);
      held.release();
      await withProfile();
      assert.equal(held.calls, 1);
      await ims('UpdateLoginProfile', { UserPrincipalName: name, Password: password });
      assert.equal(held.calls, 2);
      await change();
      assert.equal(held.calls, 4);
      await refused(change('a wrong horse 1', 'a third horse 42'), 'InvalidParameter.OldPassword', 400);
      assert.equal(held.calls, 5);
    });

    test('not for a call that is refused before', async (context) => {
      const { server, account, withProfile, ims, ram, name, alice } = await fresh();
      const held = HeldHashing.of(context, server);
      const absent = `absent@${account.domain}`;
      const profile = { UserPrincipalName: name, Password: password };
      await refused(
        ims('UpdateLoginProfile', { ...profile, UserPrincipalName: absent }),
        'EntityNotExist.User',
        404,
      );
      await refused(ims('UpdateLoginProfile', profile), 'EntityNotExist.User.LoginProfile', 404);
      await refused(ims('CreateLoginProfile', { ...profile, Password: 'short 1' }), tooWeak, 400);
      await refused(alice.clients.call(IMS, 'CreateLoginProfile', profile), 'NoPermission', 403);
      assert.equal(held.calls, 0);
      held.release();
      await withProfile();
      await refused(
        ram('CreateLoginProfile', { UserName: 'alice', Password: password }),
        'EntityAlreadyExists.User.LoginProfile',
        409,
      );
      assert.equal(held.calls, 1);
    });

    describe('and concurrent changes count:', () => {
      const cases: [string, (of: Fresh) => Promise<unknown>, string, number][] = [
        [
          'a stricter policy',
          ({ ims }) => ims('SetPasswordPolicy', { RequireSymbols: 'true', MinimumPasswordLength: '20' }),
          tooWeak,
          400,
        ],
        [
          'a user that is gone',
          ({ ims, name }) => ims('DeleteUser', { UserPrincipalName: name }),
          'InvalidAccessKeyId.NotFound',
          404,
        ],
        [
          'a profile that is gone',
          ({ ims, name }) => ims('DeleteLoginProfile', { UserPrincipalName: name }),
          'EntityNotExist.User.LoginProfile',
          404,
        ],
        [
          'a profile that is disabled',
          ({ ims, name }) => ims('UpdateLoginProfile', { UserPrincipalName: name, Status: 'Inactive' }),
          'Inactive',
          403,
        ],
        [
          'a key that is disabled',
          ({ ram, alice }) =>
            ram('UpdateAccessKey', {
              UserName: 'alice',
              UserAccessKeyId: alice.key.accessKeyId,
              Status: 'Inactive',
            }),
          'InvalidAccessKeyId.Inactive',
          400,
        ],
        [
          'a permission that is taken away',
          ({ ims }) => ims('SetSecurityPreference', { AllowUserToChangePassword: 'false' }),
          'NoPermission',
          403,
        ],
      ];
      for (const [title, meanwhile, code, status] of cases) {
        test(title, async (context) => {
          const of = await fresh();
          await of.withProfile();
          const held = HeldHashing.of(context, of.server);
          const changed = refused(of.change(), code, status);
          await held.entered();
          await meanwhile(of);
          held.release();
          await changed;
        });
      }

      test('another password, which is the present one now', async (context) => {
        const { server, withProfile, change, ims, name } = await fresh();
        await withProfile();
        const held = HeldHashing.of(context, server);
        const first = change(password, another);
        const second = ims('UpdateLoginProfile', { UserPrincipalName: name, Password: 'a third horse 42' });
        await held.entered();
        held.release();
        const [own, administrators] = await Promise.allSettled([first, second]);
        assert.equal(administrators.status, 'fulfilled');
        const present = own.status === 'fulfilled' ? [another, 'a third horse 42'] : ['a third horse 42'];
        const signedIn = await Promise.all(
          [password, ...present].map((tried) =>
            new Browser(server).call('SignIn', { LoginName: name, Password: tried }),
          ),
        );
        assert.deepEqual(signedIn.map(({ code }) => code).filter((each) => each === 'OK').length, 1);
        assert.equal(signedIn[0]!.code, 'AuthenticationFail.SignIn');
      });

      test('the same password, set by two calls at the same time where reuse is refused', async (context) => {
        const { server, withProfile, ims, name } = await fresh();
        await ims('SetPasswordPolicy', { PasswordReusePrevention: '3' });
        await withProfile();
        const held = HeldHashing.of(context, server);
        const update = () => ims('UpdateLoginProfile', { UserPrincipalName: name, Password: another });
        const both = Promise.allSettled([update(), update()]);
        await held.entered();
        held.release();
        const settled = await both;
        const [rejected, ...others] = settled.filter(({ status }) => status === 'rejected');
        assert.equal(others.length, 0);
        assert.equal((rejected as PromiseRejectedResult).reason.code, tooWeak);
      });
    });
  });
});
