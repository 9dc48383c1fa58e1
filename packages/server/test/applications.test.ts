import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { readRedirectUris } from '../src/applications/redirect-uri.ts';
import { DEFAULT_LIMITS, REDIRECT_URIS_PER_APPLICATION } from '../src/context/limits.ts';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';

type Fields = Partial<ConstructorParameters<typeof ims.CreateApplicationRequest>[0]> &
  Record<string, unknown>;

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

/** Creates an application; by default a WebApp called `app`. */
const create = async (clients: Clients, fields: Fields = {}) =>
  (
    await clients.ims.createApplication(
      new ims.CreateApplicationRequest({
        appType: 'WebApp',
        displayName: 'app',
        secretRequired: true,
        ...fields,
      }),
    )
  ).body!.application!;

const get = async (clients: Clients, appId: string) =>
  (await clients.ims.getApplication(new ims.GetApplicationRequest({ appId }))).body!.application!;

const update = async (clients: Clients, appId: string, fields: Record<string, unknown>) =>
  (await clients.ims.updateApplication(new ims.UpdateApplicationRequest({ appId, ...fields }))).body!
    .application!;

const remove = (clients: Clients, appId: string) =>
  clients.ims.deleteApplication(new ims.DeleteApplicationRequest({ appId }));

const listIds = async (clients: Clients) =>
  (await clients.ims.listApplications()).body!.applications!.application!.map(({ appId }) => appId!);

const createSecret = async (clients: Clients, appId: string) =>
  (await clients.ims.createAppSecret(new ims.CreateAppSecretRequest({ appId }))).body!.appSecret!;

const getSecret = async (clients: Clients, appId: string, appSecretId: string) =>
  (await clients.ims.getAppSecret(new ims.GetAppSecretRequest({ appId, appSecretId }))).body!.appSecret!;

const deleteSecret = (clients: Clients, appId: string, appSecretId: string) =>
  clients.ims.deleteAppSecret(new ims.DeleteAppSecretRequest({ appId, appSecretId }));

const secretIds = async (clients: Clients, appId: string) =>
  (
    await clients.ims.listAppSecretIds(new ims.ListAppSecretIdsRequest({ appId }))
  ).body!.appSecrets!.appSecret!.map(({ appSecretId }) => appSecretId!);

const provision = async (clients: Clients, appId: string, scopes?: string) =>
  (
    await clients.ims.provisionApplication(
      new ims.ProvisionApplicationRequest({ appId, ...(scopes !== undefined && { scopes }) }),
    )
  ).body!.applicationProvisionInfo!;

const deprovision = (clients: Clients, appId: string) =>
  clients.ims.deprovisionApplication(new ims.DeprovisionApplicationRequest({ appId }));

const provisionInfo = async (clients: Clients, appId: string) =>
  (await clients.ims.getApplicationProvisionInfo(new ims.GetApplicationProvisionInfoRequest({ appId }))).body!
    .applicationProvisionInfo!;

const provisionedIds = async (clients: Clients, sourceType?: string) =>
  (
    await clients.ims.listApplicationProvisionInfos(
      new ims.ListApplicationProvisionInfosRequest(sourceType === undefined ? {} : { sourceType }),
    )
  ).body!.applicationProvisionInfos!.applicationProvisionInfo!.map(({ appId }) => appId!);

const provisionExternal = async (clients: Clients, appId: string, scopes?: string) =>
  (
    await clients.ims.provisionExternalApplication(
      new ims.ProvisionExternalApplicationRequest({ appId, ...(scopes !== undefined && { scopes }) }),
    )
  ).body!.externalApplication!;

const deprovisionExternal = (clients: Clients, appId: string) =>
  clients.ims.deprovisionExternalApplication(new ims.DeprovisionExternalApplicationRequest({ appId }));

const external = async (clients: Clients, appId: string) =>
  (await clients.ims.getExternalApplication(new ims.GetExternalApplicationRequest({ appId }))).body!
    .externalApplication!;

const scopeNamesOf = (delegated: {
  predefinedScopes?: { predefinedScope?: { name?: string }[] };
}): string[] => delegated.predefinedScopes!.predefinedScope!.map(({ name }) => name!);

const requiredOf = (application: Awaited<ReturnType<typeof create>>) =>
  application
    .delegatedScope!.predefinedScopes!.predefinedScope!.filter(({ required }) => required)
    .map(({ name }) => name);

/** Attaches a policy with one statement to a user. */
async function attach(account: TestAccount, userName: string, statement: object): Promise<void> {
  const policyName = `of-${userName}`;
  const policyDocument = JSON.stringify({ Version: '1', Statement: [statement] });
  await account.admin.ram.createPolicy(new ram.CreatePolicyRequest({ policyName, policyDocument }));
  await account.admin.ram.attachPolicyToUser(
    new ram.AttachPolicyToUserRequest({ userName, policyName, policyType: 'Custom' }),
  );
}

describe('redirect URIs', () => {
  const refusedUri = (type: 'WebApp' | 'NativeApp', uri: string) =>
    assert.throws(
      () => readRedirectUris(type, uri, 'RedirectUris'),
      { code: 'InvalidParameter.RedirectUris.Format' },
      uri,
    );

  test('https, and http on the loopback interface, are accepted as written', () => {
    for (const uri of [
      'https://www.example.com',
      'https://example.com:8443/callback?from=ram',
      'http://localhost:3000/callback',
      'http://127.0.0.1/callback',
      'http://[::1]:8000/',
    ]) {
      assert.deepEqual(readRedirectUris('WebApp', uri, 'RedirectUris'), [uri]);
    }
  });

  test('several are separated by semicolons; duplicates count once', () => {
    assert.deepEqual(
      readRedirectUris('WebApp', 'https://a.com/; https://b.com/;https://a.com/;', 'RedirectUris'),
      ['https://a.com/', 'https://b.com/'],
    );
    assert.deepEqual(readRedirectUris('WebApp', '', 'RedirectUris'), []);
  });

  test('a custom scheme is for native applications only', () => {
    assert.deepEqual(readRedirectUris('NativeApp', 'com.example.app:/callback', 'RedirectUris'), [
      'com.example.app:/callback',
    ]);
    refusedUri('WebApp', 'com.example.app:/callback');
  });

  test('scripts, files, user information and malformed addresses are refused', () => {
    for (const uri of [
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'https://*.example.com/callback',
      'https://example.com/*',
      'https://example.com/callback?to=*',
      'https://*/',
      'https://%2a.example.com/',
      'https://example.com/%2A',
      'https://example.com/%252a',
      'com.example.app:/*',
      'http://example.com/callback',
      'http://localhost.example.com/',
      'https://user@example.com/',
      'https://user:word@example.com/',
      'https://example.com/#fragment',
      'https://example.com/#',
      'https:example.com',
      'https://example.com\\@evil.com/',
      'https://exa mple.com/',
      'https://ex\tample.com/',
      '//example.com/',
      '/callback',
      'example.com',
      'https://',
    ]) {
      refusedUri('WebApp', uri);
      refusedUri('NativeApp', uri);
    }
  });

  test('too many, and too long ones, are refused', () => {
    const many = Array.from({ length: REDIRECT_URIS_PER_APPLICATION + 1 }, (_, at) => `https://a.com/${at}`);
    const code = 'InvalidParameter.RedirectUris.Length';
    assert.throws(() => readRedirectUris('WebApp', many.join(';'), 'RedirectUris'), { code });
    assert.equal(readRedirectUris('WebApp', many.slice(1).join(';'), 'RedirectUris').length, many.length - 1);
    assert.throws(() => readRedirectUris('WebApp', `https://a.com/${'a'.repeat(512)}`, 'RedirectUris'), {
      code,
    });
  });
});

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  // One server for all tests; each test has an account of its own.
  const freshAccount = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    return { server, account, admin: account.admin };
  };

  describe('applications', () => {
    test('a web application is created with the defaults of its type', async () => {
      const { account, admin } = await freshAccount();
      const made = plain(await create(admin, { appName: 'myapp', displayName: '我的應用' }));
      const { AppId, CreateDate, UpdateDate, ...rest } = (
        await admin.call(IMS, 'GetApplication', {
          AppId: made['appId'] as string,
        })
      )['Application'] as Record<string, unknown>;
      assert.match(AppId as string, /^4\d{18}$/);
      assert.match(CreateDate as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(UpdateDate, CreateDate);
      assert.deepEqual(rest, {
        AccessTokenValidity: 3600,
        AccountId: account.accountId,
        AppName: 'myapp',
        AppType: 'WebApp',
        DelegatedScope: {
          PredefinedScopes: {
            PredefinedScope: [
              {
                Description: 'Read the OpenID of the user. Every application has this scope.',
                Name: 'openid',
                Required: true,
              },
            ],
          },
        },
        DisplayName: '我的應用',
        IsMultiTenant: false,
        ProtocolVersion: '2.0',
        RedirectUris: { RedirectUri: [] },
        RefreshTokenValidity: 2_592_000,
        SecretRequired: true,
      });
    });

    test('native and server applications have their own defaults', async () => {
      const { admin } = await freshAccount();
      const native = await create(admin, { appType: 'NativeApp', secretRequired: undefined });
      assert.partialDeepStrictEqual(plain(native), {
        isMultiTenant: true,
        refreshTokenValidity: 7_776_000,
        secretRequired: false,
      });
      const server = await create(admin, { appType: 'ServerApp', secretRequired: false });
      assert.partialDeepStrictEqual(plain(server), {
        isMultiTenant: true,
        refreshTokenValidity: 2_592_000,
        secretRequired: true,
      });
    });

    test('every given field is stored', async () => {
      const { admin } = await freshAccount();
      const made = await create(admin, {
        appType: 'NativeApp',
        appName: 'My.App_1-x',
        redirectUris: 'https://www.example.com/cb;com.example:/cb',
        accessTokenValidity: 900,
        refreshTokenValidity: 31_536_000,
        isMultiTenant: false,
        secretRequired: true,
        predefinedScopes: 'aliuid;profile;/acs/alidns',
        requiredScopes: 'profile;/acs/ccc',
      });
      assert.deepEqual(made.redirectUris!.redirectUri, ['https://www.example.com/cb', 'com.example:/cb']);
      assert.partialDeepStrictEqual(plain(made), {
        appName: 'My.App_1-x',
        accessTokenValidity: 900,
        refreshTokenValidity: 31_536_000,
        isMultiTenant: false,
        secretRequired: true,
      });
      assert.deepEqual(scopeNamesOf(made.delegatedScope!), ['openid', 'aliuid', 'profile', '/acs/alidns']);
      assert.deepEqual(
        requiredOf(made),
        ['openid', 'profile'],
        'a required scope that it does not have does nothing',
      );
      assert.deepEqual(plain(await get(admin, made.appId!)), plain(made));
    });

    test('the name defaults to the id', async () => {
      const { admin } = await freshAccount();
      const made = await create(admin);
      assert.equal(made.appName, made.appId);
    });

    test('the protocol defaults to OAuth 2.0; 2.1 is accepted', async () => {
      const { admin } = await freshAccount();
      const create21 = {
        AppType: 'WebApp',
        DisplayName: 'a',
        SecretRequired: 'true',
        ProtocolVersion: '2.1',
      };
      const made = (await admin.call(IMS, 'CreateApplication', create21))['Application'] as Record<
        string,
        unknown
      >;
      assert.equal(made['ProtocolVersion'], '2.1');
      await refused(
        admin.call(IMS, 'CreateApplication', { ...create21, ProtocolVersion: '1.0' }),
        'InvalidParameter.ProtocolVersion.Format',
        400,
      );
    });

    test('a name is unique in its account, case-insensitively', async () => {
      const { server, admin } = await freshAccount();
      await create(admin, { appName: 'Taken' });
      await refused(create(admin, { appName: 'tAKEN' }), 'EntityAlreadyExists.Application', 409);
      const other = await server.newAccount();
      assert.equal((await create(other.admin, { appName: 'Taken' })).appName, 'Taken');
    });

    for (const [name, fields, code] of [
      ['a name with a space', { appName: 'my app' }, 'InvalidParameter.AppName.InvalidChars'],
      ['a name that is too long', { appName: 'a'.repeat(65) }, 'InvalidParameter.AppName.Length'],
      [
        'a display name that is too long',
        { displayName: 'a'.repeat(25) },
        'InvalidParameter.DisplayName.Length',
      ],
      ['no display name', { displayName: undefined }, 'MissingDisplayName'],
      ['no type', { appType: undefined }, 'MissingAppType'],
      ['another type', { appType: 'webapp' }, 'InvalidParameter.AppType.Format'],
      ['access tokens too short', { accessTokenValidity: 899 }, 'InvalidParameter.AccessTokenValidity.Range'],
      [
        'access tokens too long',
        { accessTokenValidity: 10_801 },
        'InvalidParameter.AccessTokenValidity.Range',
      ],
      [
        'refresh tokens too short',
        { refreshTokenValidity: 7199 },
        'InvalidParameter.RefreshTokenValidity.Range',
      ],
      [
        'refresh tokens too long',
        { refreshTokenValidity: 31_536_001 },
        'InvalidParameter.RefreshTokenValidity.Range',
      ],
      ['an unknown scope', { predefinedScopes: 'aliuid;email' }, 'InvalidParameter.PredefinedScopes.Format'],
      [
        'a scope of another type',
        { predefinedScopes: '/acs/scim' },
        'InvalidParameter.PredefinedScopes.Format',
      ],
      ['an address without TLS', { redirectUris: 'http://a.com' }, 'InvalidParameter.RedirectUris.Format'],
    ] as const) {
      test(`an application with ${name} is refused`, async () => {
        const { admin } = await freshAccount();
        await refused(create(admin, fields), code, 400);
        assert.deepEqual(await listIds(admin), []);
      });
    }

    test('an update changes the given fields only', async () => {
      const { admin } = await freshAccount();
      const made = await create(admin, {
        appName: 'app',
        predefinedScopes: 'aliuid;profile',
        requiredScopes: 'aliuid',
        redirectUris: 'https://a.com/',
      });
      const appId = made.appId!;
      const renamed = await update(admin, appId, { newDisplayName: 'new' });
      assert.deepEqual(
        { ...plain(renamed), updateDate: '' },
        { ...plain(made), displayName: 'new', updateDate: '' },
      );
      const changed = await update(admin, appId, {
        newRedirectUris: 'https://b.com/',
        newAccessTokenValidity: 10_800,
        newRefreshTokenValidity: 7200,
        newIsMultiTenant: true,
        newPredefinedScopes: 'profile;/acs/alidns',
      });
      assert.deepEqual(changed.redirectUris!.redirectUri, ['https://b.com/']);
      assert.deepEqual(scopeNamesOf(changed.delegatedScope!), ['openid', 'profile', '/acs/alidns']);
      assert.deepEqual(requiredOf(changed), ['openid'], 'what it no longer has it no longer requires');
      assert.deepEqual(requiredOf(await update(admin, appId, { newRequiredScopes: 'profile' })), [
        'openid',
        'profile',
      ]);
      assert.partialDeepStrictEqual(plain(await get(admin, appId)), {
        accessTokenValidity: 10_800,
        refreshTokenValidity: 7200,
        isMultiTenant: true,
        displayName: 'new',
        appName: 'app',
      });
    });

    test('only a native application can do without a secret', async () => {
      const { admin } = await freshAccount();
      const web = await create(admin);
      assert.equal((await update(admin, web.appId!, { newSecretRequired: false })).secretRequired, true);
      const native = await create(admin, { appType: 'NativeApp', secretRequired: true });
      assert.equal(native.secretRequired, true);
      assert.equal((await update(admin, native.appId!, { newDisplayName: 'x' })).secretRequired, true);
      assert.equal((await update(admin, native.appId!, { newSecretRequired: false })).secretRequired, false);
    });

    test('an invalid update changes nothing', async () => {
      const { admin } = await freshAccount();
      const made = await create(admin, { redirectUris: 'https://a.com/' });
      for (const [fields, code] of [
        [{ newRedirectUris: 'javascript:x' }, 'InvalidParameter.NewRedirectUris.Format'],
        [{ newPredefinedScopes: '/acs/scim' }, 'InvalidParameter.NewPredefinedScopes.Format'],
        [{ newAccessTokenValidity: 1 }, 'InvalidParameter.NewAccessTokenValidity.Range'],
        [{ newRefreshTokenValidity: 1 }, 'InvalidParameter.NewRefreshTokenValidity.Range'],
        [{ newDisplayName: 'a'.repeat(25) }, 'InvalidParameter.NewDisplayName.Length'],
      ] as const) {
        await refused(update(admin, made.appId!, { newIsMultiTenant: true, ...fields }), code, 400);
      }
      assert.deepEqual(plain(await get(admin, made.appId!)), plain(made));
    });

    test('a deleted application is gone with its secrets and installations, and its name is free', async () => {
      const { server, admin } = await freshAccount();
      const other = await server.newAccount();
      const made = await create(admin, { appName: 'gone', isMultiTenant: true });
      const kept = await create(admin, { appName: 'kept' });
      const appId = made.appId!;
      await createSecret(admin, appId);
      await createSecret(admin, kept.appId!);
      await provisionExternal(other.admin, appId);
      await remove(admin, appId);
      await refused(get(admin, appId), 'EntityNotExist.Application', 404);
      await refused(secretIds(admin, appId), 'EntityNotExist.Application', 404);
      await refused(external(other.admin, appId), 'EntityNotExist.Application.Provision', 404);
      await refused(remove(admin, appId), 'EntityNotExist.Application', 404);
      assert.deepEqual(await listIds(admin), [kept.appId]);
      assert.equal((await secretIds(admin, kept.appId!)).length, 1);
      await create(admin, { appName: 'gone' });
    });

    test('the number of applications of an account is limited', async () => {
      const { server, account, admin } = await freshAccount();
      const { appId } = await create(admin);
      await server.services.store.write(async ({ queries }) => {
        const row = await queries
          .selectFrom('applications')
          .selectAll()
          .where('app_id', '=', appId!)
          .executeTakeFirstOrThrow();
        for (let at = 1; at < DEFAULT_LIMITS.applicationsPerAccount; at++) {
          const id = server.services.identifiers.applicationId();
          await queries
            .insertInto('applications')
            .values({ ...row, app_id: id, app_name: id, app_name_key: id })
            .execute();
        }
      });
      await refused(create(admin), 'LimitExceeded.Application', 409);
      await remove(admin, appId!);
      await create(admin);
      assert.equal((await listIds(account.admin)).length, DEFAULT_LIMITS.applicationsPerAccount);
    });

    test('the scopes of a type are listed; without a type, all', async () => {
      const { admin } = await freshAccount();
      const names = async (appType?: string) =>
        (
          await admin.ims.listPredefinedScopes(
            new ims.ListPredefinedScopesRequest(appType === undefined ? {} : { appType }),
          )
        ).body!.predefinedScopes!.predefinedScope!.map(({ name }) => name!);
      assert.deepEqual(await names('ServerApp'), ['openid', '/acs/scim']);
      assert.ok(!(await names('WebApp')).includes('/acs/scim'));
      assert.deepEqual(await names('WebApp'), await names('NativeApp'));
      assert.deepEqual(new Set(await names()), new Set([...(await names('WebApp')), '/acs/scim']));
      await refused(names('OtherApp'), 'InvalidParameter.AppType.Format', 400);
      for (const scope of await names('WebApp')) await create(admin, { predefinedScopes: scope });
    });
  });

  describe('application secrets', () => {
    test('a secret is answered once, at its creation', async () => {
      const { server, admin } = await freshAccount();
      const { appId } = await create(admin);
      const made = await createSecret(admin, appId!);
      assert.match(made.appSecretValue!, /^[A-Za-z0-9]{64}$/);
      assert.match(made.appSecretId!, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.match(made.createDate!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(made.appId, appId);

      const read = plain(await getSecret(admin, appId!, made.appSecretId!));
      assert.deepEqual(read, { appId, appSecretId: made.appSecretId, createDate: made.createDate });
      const { headers } = await admin.ims.getAppSecret(
        new ims.GetAppSecretRequest({ appId, appSecretId: made.appSecretId }),
      );
      assert.equal(
        headers!['x-claviger-warning'],
        'AppSecretValue is absent: only the answer of CreateAppSecret has it.',
      );
      const listed = await admin.call(IMS, 'ListAppSecretIds', { AppId: appId! });
      assert.deepEqual(listed['AppSecrets'], {
        AppSecret: [{ AppId: appId, AppSecretId: made.appSecretId, CreateDate: made.createDate }],
      });

      const stored = await server.services.store.queries.selectFrom('app_secrets').selectAll().execute();
      const events = await server.services.store.queries.selectFrom('audit_records').selectAll().execute();
      assert.ok(events.some((event) => event.event_name === 'CreateAppSecret'));
      const everywhere = JSON.stringify([stored, events, server.log]);
      assert.ok(everywhere.includes(made.appSecretId!));
      assert.ok(!everywhere.includes(made.appSecretValue!));
    });

    test('a third secret is refused until one is deleted', async () => {
      const { admin } = await freshAccount();
      const { appId } = await create(admin);
      const first = await createSecret(admin, appId!);
      const second = await createSecret(admin, appId!);
      assert.notEqual(first.appSecretValue, second.appSecretValue);
      await refused(createSecret(admin, appId!), 'LimitExceeded.Application.AppSecret', 409);
      await deleteSecret(admin, appId!, first.appSecretId!);
      assert.deepEqual(await secretIds(admin, appId!), [second.appSecretId]);
      await refused(
        getSecret(admin, appId!, first.appSecretId!),
        'EntityNotExist.Application.AppSecret',
        404,
      );
      await createSecret(admin, appId!);
    });

    test('a secret of another application is not found', async () => {
      const { admin } = await freshAccount();
      const one = await create(admin);
      const two = await create(admin);
      const { appSecretId } = await createSecret(admin, one.appId!);
      const code = 'EntityNotExist.Application.AppSecret';
      await refused(getSecret(admin, two.appId!, appSecretId!), code, 404);
      await refused(deleteSecret(admin, two.appId!, appSecretId!), code, 404);
      assert.deepEqual(await secretIds(admin, one.appId!), [appSecretId]);
    });

    test('an application of OAuth 2.1 has no fixed secrets', async () => {
      const { admin } = await freshAccount();
      const made = await admin.call(IMS, 'CreateApplication', {
        AppType: 'WebApp',
        DisplayName: 'a',
        SecretRequired: 'true',
        ProtocolVersion: '2.1',
      });
      const { AppId } = made['Application'] as { readonly AppId: string };
      await refused(createSecret(admin, AppId), 'InvalidParameter', 400);
    });
  });

  describe('installed applications', () => {
    test("the account's own ServerApp is installed, read, listed and uninstalled", async () => {
      const { account, admin } = await freshAccount();
      const { accountId } = account;
      const { appId } = await create(admin, {
        appType: 'ServerApp',
        appName: 'sync',
        displayName: 'Sync',
        predefinedScopes: '/acs/scim',
      });
      await refused(provisionInfo(admin, appId!), 'EntityNotExist.Application.Provision', 404);
      const made = plain(await provision(admin, appId!, 'openid;/acs/scim'));
      assert.match(made['createDate'] as string, /^\d{13}$/);
      assert.partialDeepStrictEqual(made, {
        accountId,
        appId,
        appName: 'sync',
        appPrincipalName: `sync@app.${accountId}.onaliyun.com`,
        displayName: 'Sync',
        tenantId: accountId,
        updateDate: made['createDate'],
      });
      const read = await provisionInfo(admin, appId!);
      assert.deepEqual(scopeNamesOf(read.delegatedScope!), ['openid', '/acs/scim']);
      assert.equal(read.createDate, made['createDate']);
      const fields = { AppCategory: 'ThirdParty', AssignmentType: 'AllowAll', NeedPrincipalConsent: false };
      const info = (await admin.call(IMS, 'GetApplicationProvisionInfo', { AppId: appId! }))[
        'ApplicationProvisionInfo'
      ] as object;
      assert.partialDeepStrictEqual(info, fields);
      const all = await admin.call(IMS, 'ListApplicationProvisionInfos');
      assert.deepEqual(all['ApplicationProvisionInfos'], { ApplicationProvisionInfo: [info] });
      assert.deepEqual(await provisionedIds(admin), [appId]);
      assert.deepEqual(await provisionedIds(admin, 'inner'), [appId]);
      assert.deepEqual(await provisionedIds(admin, 'external'), []);
      await deprovision(admin, appId!);
      assert.deepEqual(await provisionedIds(admin), []);
      await refused(deprovision(admin, appId!), 'EntityNotExist.Application.Provision', 404);
    });

    test("the account's own web and native applications are not installed", async () => {
      const { admin } = await freshAccount();
      for (const appType of ['WebApp', 'NativeApp']) {
        const { appId } = await create(admin, { appType });
        await refused(provision(admin, appId!), 'InvalidParameter', 400);
        await refused(provisionExternal(admin, appId!), 'InvalidParameter', 400);
      }
      const { appId } = await create(admin, { appType: 'ServerApp' });
      await refused(provisionExternal(admin, appId!), 'InvalidParameter', 400);
      assert.deepEqual(await provisionedIds(admin), []);
    });

    test("another account's application is installed with the granted ones of its scopes", async () => {
      const { server, account, admin } = await freshAccount();
      const tenant = await server.newAccount();
      const { appId } = await create(admin, {
        appName: 'shop',
        displayName: 'Shop',
        isMultiTenant: true,
        predefinedScopes: 'aliuid;profile;/acs/alidns',
        requiredScopes: 'aliuid',
      });
      const made = plain(await provisionExternal(tenant.admin, appId!, 'profile'));
      assert.partialDeepStrictEqual(made, {
        appPrincipalName: `shop@app.${account.accountId}.onaliyun.com`,
        displayName: 'Shop',
        foreignAppId: appId,
        tenantId: tenant.accountId,
      });
      const read = await external(tenant.admin, appId!);
      assert.deepEqual(plain(read), made);
      assert.deepEqual(scopeNamesOf(read.delegatedScope!), ['openid', 'aliuid', 'profile']);
      const { body } = await tenant.admin.ims.listExternalApplications();
      assert.equal(body!.isTruncated, false);
      assert.deepEqual(plain(body!.externalApplications!.externalApplication), [made]);
      assert.deepEqual(await provisionedIds(tenant.admin, 'external'), [appId]);
      assert.deepEqual(await provisionedIds(tenant.admin, 'inner'), []);

      await deprovisionExternal(tenant.admin, appId!);
      await refused(external(tenant.admin, appId!), 'EntityNotExist.Application.Provision', 404);
      await refused(deprovisionExternal(tenant.admin, appId!), 'EntityNotExist.Application.Provision', 404);
      await provision(tenant.admin, appId!);
      await deprovision(tenant.admin, appId!);
      assert.deepEqual(await provisionedIds(tenant.admin), []);
    });

    test('without scopes only the required ones are granted; installing again replaces the grant', async () => {
      const { server, admin } = await freshAccount();
      const tenant = await server.newAccount();
      const { appId } = await create(admin, {
        isMultiTenant: true,
        predefinedScopes: 'aliuid;profile',
        requiredScopes: 'aliuid',
      });
      const first = await provisionExternal(tenant.admin, appId!);
      assert.deepEqual(scopeNamesOf(first.delegatedScope!), ['openid', 'aliuid']);
      const again = await provisionExternal(tenant.admin, appId!, 'profile');
      assert.deepEqual(scopeNamesOf(again.delegatedScope!), ['openid', 'aliuid', 'profile']);
      assert.equal(again.createDate, first.createDate);
      assert.ok(Number(again.updateDate) >= Number(first.updateDate));
      assert.deepEqual(await provisionedIds(tenant.admin), [appId]);
    });

    test('a scope that the application does not offer cannot be granted', async () => {
      const { server, admin } = await freshAccount();
      const tenant = await server.newAccount();
      const { appId } = await create(admin, { isMultiTenant: true, predefinedScopes: 'aliuid' });
      await refused(
        provisionExternal(tenant.admin, appId!, 'profile'),
        'InvalidParameter.Scopes.Format',
        400,
      );
      assert.deepEqual(await provisionedIds(tenant.admin), []);
    });

    test('an application that others may not install is answered to them as unknown', async () => {
      const { server, admin } = await freshAccount();
      const tenant = await server.newAccount();
      const { appId } = await create(admin);
      const there = await refused(provisionExternal(tenant.admin, appId!), 'EntityNotExist.Application', 404);
      const none = await refused(
        provisionExternal(tenant.admin, '4000000000000000000'),
        'EntityNotExist.Application',
        404,
      );
      assert.equal(
        there.message.replaceAll(appId!, '').replace(/[0-9A-F-]{36}/g, ''),
        none.message.replaceAll('4000000000000000000', '').replace(/[0-9A-F-]{36}/g, ''),
      );
      await refused(provision(tenant.admin, appId!), 'EntityNotExist.Application', 404);
    });

    test('an installation stays after the owner has closed the application, until it is uninstalled', async () => {
      const { server, admin } = await freshAccount();
      const tenant = await server.newAccount();
      const { appId } = await create(admin, { isMultiTenant: true });
      await provisionExternal(tenant.admin, appId!);
      await update(admin, appId!, { newIsMultiTenant: false });
      assert.equal((await external(tenant.admin, appId!)).foreignAppId, appId);
      await deprovisionExternal(tenant.admin, appId!);
      await refused(provisionExternal(tenant.admin, appId!), 'EntityNotExist.Application', 404);
    });

    test('the number of installations of an account is limited', async () => {
      const { server, account, admin } = await freshAccount();
      const one = await create(admin, { appType: 'ServerApp' });
      const two = await create(admin, { appType: 'ServerApp' });
      await server.services.store.write(async ({ queries }) => {
        const row = await queries
          .selectFrom('applications')
          .selectAll()
          .where('app_id', '=', one.appId!)
          .executeTakeFirstOrThrow();
        for (let at = 0; at < DEFAULT_LIMITS.installedApplicationsPerAccount - 1; at++) {
          const id = server.services.identifiers.applicationId();
          await queries
            .insertInto('applications')
            .values({ ...row, app_id: id, app_name: id, app_name_key: id })
            .execute();
          await queries
            .insertInto('application_provisions')
            .values({
              account_id: account.accountId,
              app_id: id,
              owner_account_id: account.accountId,
              scopes: '["openid"]',
              created_at: 1,
              updated_at: 1,
            })
            .execute();
        }
      });
      await provision(admin, one.appId!);
      await refused(provision(admin, two.appId!), 'LimitExceeded.Application.Provision', 409);
      await provision(admin, one.appId!);
      assert.equal((await provisionedIds(admin)).length, DEFAULT_LIMITS.installedApplicationsPerAccount);
    });
  });

  describe('permissions on applications', () => {
    test('no account can see, change or delete the application of another', async () => {
      const { server, admin } = await freshAccount();
      const { admin: stranger } = await server.newAccount();
      const { appId } = await create(admin, { isMultiTenant: true });
      const { appSecretId } = await createSecret(admin, appId!);
      const installed = () => provisionExternal(stranger, appId!);
      // An installation gives no more permissions than that.
      for (const before of [async () => {}, installed]) {
        await before();
        for (const call of [
          () => get(stranger, appId!),
          () => update(stranger, appId!, { newDisplayName: 'mine' }),
          () => remove(stranger, appId!),
          () => createSecret(stranger, appId!),
          () => secretIds(stranger, appId!),
          () => getSecret(stranger, appId!, appSecretId!),
          () => deleteSecret(stranger, appId!, appSecretId!),
        ]) {
          await refused(call(), 'EntityNotExist.Application', 404);
        }
        assert.deepEqual(await listIds(stranger), []);
      }
      assert.equal((await get(admin, appId!)).displayName, 'app');
      assert.deepEqual(await secretIds(admin, appId!), [appSecretId]);
      assert.deepEqual(await provisionedIds(admin), [], 'an installation is seen by who installed it alone');
      await refused(deprovisionExternal(admin, appId!), 'EntityNotExist.Application.Provision', 404);
    });

    test('a user without a policy is denied, whether or not the application exists', async () => {
      const { server, account, admin } = await freshAccount();
      const { clients } = await server.newUser(account, 'unprivileged');
      const made = await create(admin, { appType: 'ServerApp' });
      for (const appId of [made.appId!, '4000000000000000000']) {
        for (const call of [
          () => create(clients),
          () => get(clients, appId),
          () => update(clients, appId, { newDisplayName: 'x' }),
          () => remove(clients, appId),
          () => listIds(clients),
          () => createSecret(clients, appId),
          () => getSecret(clients, appId, 'a'),
          () => secretIds(clients, appId),
          () => deleteSecret(clients, appId, 'a'),
          () => provision(clients, appId),
          () => deprovision(clients, appId),
          () => provisionInfo(clients, appId),
          () => provisionedIds(clients),
          () => provisionExternal(clients, appId),
          () => deprovisionExternal(clients, appId),
          () => external(clients, appId),
          () => clients.ims.listExternalApplications(),
          () => clients.ims.listPredefinedScopes(new ims.ListPredefinedScopesRequest({})),
        ]) {
          await refused(call(), 'NoPermission', 403);
        }
      }
    });

    test('a policy can be limited to one application', async () => {
      const { server, account, admin } = await freshAccount();
      const { clients } = await server.newUser(account, 'rotator');
      const mine = await create(admin);
      const other = await create(admin);
      await attach(account, 'rotator', {
        Effect: 'Allow',
        Action: ['ram:CreateAppSecret', 'ram:ListAppSecretIds'],
        Resource: `acs:ram:*:${account.accountId}:application/${mine.appId}`,
      });
      const { appSecretId } = await createSecret(clients, mine.appId!);
      assert.deepEqual(await secretIds(clients, mine.appId!), [appSecretId]);
      await refused(createSecret(clients, other.appId!), 'NoPermission', 403);
      await refused(deleteSecret(clients, mine.appId!, appSecretId!), 'NoPermission', 403);
    });
  });
});
