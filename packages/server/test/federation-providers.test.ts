/** Identity providers and user SSO settings, through the official clients. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import { anonymousOperations } from '../src/api/operations.ts';
import { SamlIdentityProvider } from './identity-providers.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const idp = new SamlIdentityProvider();
const expired = new SamlIdentityProvider({ validity: ['20200101000000Z', '20210101000000Z'] });
const encode = (text: string) => Buffer.from(text).toString('base64');
const fingerprint = '902ef2deeb3c5b13ea4c3d5193629309e231ae55';

test('exactly two operations need no signature', () => {
  assert.deepEqual(
    anonymousOperations.map(({ version, name }) => `${version} ${name}`),
    ['2015-04-01 AssumeRoleWithSAML', '2015-04-01 AssumeRoleWithOIDC'],
  );
});

eachServer((_, start) => {
  let server: TestServer;
  before(async () => {
    server = await start({ configuration: { privateIssuers: '127.0.0.1,::1' } });
  });

  describe('SAML providers', () => {
    const create = (of: TestAccount, name: string, more: Record<string, unknown> = {}) =>
      of.admin.ims.createSAMLProvider(
        new ims.CreateSAMLProviderRequest({
          SAMLProviderName: name,
          encodedSAMLMetadataDocument: idp.metadata(),
          ...more,
        }),
      );
    const get = async (of: TestAccount, SAMLProviderName: string) =>
      (await of.admin.ims.getSAMLProvider(new ims.GetSAMLProviderRequest({ SAMLProviderName }))).body!
        .SAMLProvider!;

    test('a provider is created, read, changed and deleted; its metadata is returned unchanged', async () => {
      const account = await server.newAccount();
      // White space within Base64, as of Terraform's heredoc.
      const metadata = `${idp.metadata()}\n`;
      const made = (await create(account, 'Corp.1', { encodedSAMLMetadataDocument: metadata })).body!;
      const { createDate, updateDate, ...rest } = { ...made.SAMLProvider! };
      assert.deepEqual(rest, {
        SAMLProviderName: 'Corp.1',
        arn: `acs:ram::${account.accountId}:saml-provider/Corp.1`,
        authnSignAlgo: 'rsa-sha1',
        description: '',
      });
      assert.match(createDate!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(updateDate, createDate);
      // Names are case-insensitive.
      assert.equal((await get(account, 'corp.1')).encodedSAMLMetadataDocument, metadata);

      const renewed = new SamlIdentityProvider().metadata();
      await account.admin.ims.updateSAMLProvider(
        new ims.UpdateSAMLProviderRequest({
          SAMLProviderName: 'Corp.1',
          newDescription: 'new',
          newEncodedSAMLMetadataDocument: renewed,
          authnSignAlgo: 'rsa-sha256',
        }),
      );
      const changed = await get(account, 'Corp.1');
      assert.equal(changed.description, 'new');
      assert.equal(changed.authnSignAlgo, 'rsa-sha256');
      assert.equal(changed.encodedSAMLMetadataDocument, renewed);

      const remove = () =>
        account.admin.ims.deleteSAMLProvider(
          new ims.DeleteSAMLProviderRequest({ SAMLProviderName: 'Corp.1' }),
        );
      await remove();
      await refused(remove(), 'EntityNotExist.SAMLProvider', 404);
      await refused(get(account, 'Corp.1'), 'EntityNotExist.SAMLProvider', 404);
    });

    test('providers are listed page by page in the order of their names, without metadata', async () => {
      const account = await server.newAccount();
      for (const name of ['c', 'A', 'b']) await create(account, name);
      const list = async (marker?: string) =>
        (
          await account.admin.ims.listSAMLProviders(
            new ims.ListSAMLProvidersRequest({ maxItems: 2, ...(marker && { marker }) }),
          )
        ).body!;
      const first = await list();
      assert.equal(first.isTruncated, true);
      const second = await list(first.marker);
      assert.equal(second.isTruncated, false);
      const rows = [...first.SAMLProviders!.SAMLProvider!, ...second.SAMLProviders!.SAMLProvider!];
      assert.deepEqual(
        rows.map((row) => row.SAMLProviderName),
        ['A', 'b', 'c'],
      );
    });

    test('a name is unique in its account, case-insensitively', async () => {
      const account = await server.newAccount();
      await create(account, 'corp');
      await refused(create(account, 'CORP'), 'EntityAlreadyExists.SAMLProvider', 409);
      const other = await server.newAccount();
      await refused(get(other, 'corp'), 'EntityNotExist.SAMLProvider', 404);
      await create(other, 'corp');
      for (const name of ['-corp', 'corp_', 'co rp', 'x'.repeat(129)]) {
        const error = await create(account, name).then(
          () => assert.fail(`${name} was accepted`),
          (reason: { code: string }) => reason,
        );
        assert.match(error.code, /^InvalidParameter\.SAMLProviderName\./);
      }
    });

    test('a hundred and first provider is refused', async () => {
      const account = await server.newAccount();
      for (let number = 0; number < 100; number++) await create(account, `p${number}`);
      await refused(create(account, 'p100'), 'LimitExceeded.SAMLProvider', 409);
    });

    test('metadata may have comments, and an expired certificate beside a valid one', async () => {
      const account = await server.newAccount();
      const good = Buffer.from(idp.metadata(expired), 'base64').toString();
      const commented = encode(good.replace('<md:IDPSSODescriptor', '<!-- <md:x> --><md:IDPSSODescriptor'));
      await create(account, 'corp', { encodedSAMLMetadataDocument: commented });
    });

    test('incomplete metadata is refused, and the message names what is missing', async () => {
      const account = await server.newAccount();
      await create(account, 'corp');
      const good = Buffer.from(idp.metadata(), 'base64').toString();
      for (const [text, reason] of [
        ['%', /Base64/],
        [encode('hello'), /well-formed/],
        [encode('<a/>'), /EntityDescriptor/],
        [encode(good.replace(/entityID="[^"]*"/, '')), /entityID/],
        [encode(good.replace('use="signing"', 'use="encryption"')), /signing certificate/],
        [encode(good.replaceAll('IDPSSODescriptor', 'SPSSODescriptor')), /signing certificate/],
        [encode(good.replace(/<ds:X509Certificate>[^<]*/, '<ds:X509Certificate>AAAA')), /cannot be read/],
        [encode(`<!DOCTYPE x>${good.replace(/^<\?.*?\?>/, '')}`), /document type/],
        [encode(`<!doctype x [<!ENTITY e "x">]>${good.replace(/^<\?.*?\?>/, '')}`), /document type/],
        [encode(good.replaceAll('SAML:2.0:metadata', 'SAML:1.0:metadata')), /EntityDescriptor/],
        [encode(good.replace('2000/09/xmldsig#', '2000/09/other#')), /signing certificate/],
        ...[
          'javascript:alert(1)',
          'data:text/html,x',
          ' javascript:alert(1)',
          '/sso',
          'ftp://example.com/',
          '',
        ].flatMap((address) =>
          [
            good.replace(/Location="[^"]*"/, `Location="${address}"`),
            // Beside the one that is used.
            good.replace(
              '<md:SingleSignOnService',
              `<md:SingleLogoutService Binding="x" Location="${address}"/>$&`,
            ),
            good.replace('Location=', `ResponseLocation="${address}" $&`),
            good.replace('<md:IDPSSODescriptor', `$& errorURL="${address}"`),
          ].map((text) => [encode(text), /locations does not begin with https/] as const),
        ),
        [new SamlIdentityProvider({ keyBits: 1024 }).metadata(), /2048 bits/],
        [idp.metadata(new SamlIdentityProvider({ keyBits: 1024 })), /2048 bits/],
        [idp.metadata(...Array.from({ length: 10 }, () => idp)), /more than 10 certificates/],
        [expired.metadata(expired), /have expired/],
      ] as const) {
        const made = await refused(
          create(account, 'bad', { encodedSAMLMetadataDocument: text }),
          'InvalidParameter.EncodedSAMLMetadataDocument',
          400,
        );
        assert.match(made.message, reason);
        await refused(
          account.admin.ims.updateSAMLProvider(
            new ims.UpdateSAMLProviderRequest({
              SAMLProviderName: 'corp',
              newEncodedSAMLMetadataDocument: text,
            }),
          ),
          'InvalidParameter.NewEncodedSAMLMetadataDocument',
          400,
        );
      }
    });
  });

  describe('OIDC providers', () => {
    const create = async (of: TestAccount, name: string, more: Record<string, unknown> = {}) =>
      (
        await of.admin.ims.createOIDCProvider(
          new ims.CreateOIDCProviderRequest({
            OIDCProviderName: name,
            issuerUrl: `https://${name.toLowerCase()}.example.com`,
            ...more,
          }),
        )
      ).body!.OIDCProvider!;
    const get = async (of: TestAccount, OIDCProviderName: string) =>
      (await of.admin.ims.getOIDCProvider(new ims.GetOIDCProviderRequest({ OIDCProviderName }))).body!
        .OIDCProvider!;

    test('a provider is created, read, changed and deleted', async () => {
      const account = await server.newAccount();
      const made = await create(account, 'Cluster', {
        clientIds: 'sts.aliyuncs.com,second',
        fingerprints: fingerprint,
        description: 'a cluster',
      });
      const { createDate, updateDate, gmtCreate, gmtModified, ...rest } = { ...made };
      assert.deepEqual(rest, {
        OIDCProviderName: 'Cluster',
        arn: `acs:ram::${account.accountId}:oidc-provider/Cluster`,
        issuerUrl: 'https://cluster.example.com',
        description: 'a cluster',
        clientIds: 'sts.aliyuncs.com,second',
        fingerprints: fingerprint,
        issuanceLimitTime: 12,
      });
      assert.equal(Date.parse(createDate!), Number(gmtCreate));
      assert.equal(Date.parse(updateDate!), Number(gmtModified));

      await account.admin.ims.updateOIDCProvider(
        new ims.UpdateOIDCProviderRequest({
          OIDCProviderName: 'cluster',
          newDescription: '',
          clientIds: 'third',
          issuanceLimitTime: 168,
        }),
      );
      const changed = await get(account, 'cluster');
      assert.equal(changed.clientIds, 'third');
      assert.equal(changed.issuanceLimitTime, 168);
      assert.equal(changed.fingerprints, fingerprint);

      const remove = () =>
        account.admin.ims.deleteOIDCProvider(
          new ims.DeleteOIDCProviderRequest({ OIDCProviderName: 'cluster' }),
        );
      await remove();
      await refused(remove(), 'EntityNotExist.OIDCProvider', 404);
      await refused(get(account, 'cluster'), 'EntityNotExist.OIDCProvider', 404);
    });

    test('client IDs and fingerprints are added and removed one by one, each once', async () => {
      const account = await server.newAccount();
      await create(account, 'cluster', { clientIds: 'first' });
      const { ims: admin } = account.admin;
      const client = (clientId: string) => ({ OIDCProviderName: 'cluster', clientId });
      const print = (text: string) => ({ OIDCProviderName: 'cluster', fingerprint: text });
      await admin.addClientIdToOIDCProvider(new ims.AddClientIdToOIDCProviderRequest(client('second')));
      await admin.addClientIdToOIDCProvider(new ims.AddClientIdToOIDCProviderRequest(client('second')));
      await admin.addFingerprintToOIDCProvider(
        new ims.AddFingerprintToOIDCProviderRequest(print(fingerprint)),
      );
      const full = await get(account, 'cluster');
      assert.equal(full.clientIds, 'first,second');
      assert.equal(full.fingerprints, fingerprint);
      await admin.removeClientIdFromOIDCProvider(
        new ims.RemoveClientIdFromOIDCProviderRequest(client('first')),
      );
      const { body } = await admin.removeFingerprintFromOIDCProvider(
        new ims.RemoveFingerprintFromOIDCProviderRequest(print(fingerprint)),
      );
      assert.equal(body!.OIDCProvider!.clientIds, 'second');
      assert.equal(body!.OIDCProvider!.fingerprints, '');
      await refused(
        admin.addClientIdToOIDCProvider(
          new ims.AddClientIdToOIDCProviderRequest({ OIDCProviderName: 'missing', clientId: 'x' }),
        ),
        'EntityNotExist.OIDCProvider',
        404,
      );
    });

    test('a fifty-first client ID and a sixth fingerprint are refused', async () => {
      const account = await server.newAccount();
      const many = (count: number) => Array.from({ length: count }, (_unused, number) => `x${number}`);
      await create(account, 'cluster', { clientIds: many(50).join(','), fingerprints: many(5).join(',') });
      const { ims: admin } = account.admin;
      await refused(
        admin.addClientIdToOIDCProvider(
          new ims.AddClientIdToOIDCProviderRequest({ OIDCProviderName: 'cluster', clientId: 'more' }),
        ),
        'LimitExceeded.OIDCProvider.ClientId',
        409,
      );
      await refused(
        admin.addFingerprintToOIDCProvider(
          new ims.AddFingerprintToOIDCProviderRequest({ OIDCProviderName: 'cluster', fingerprint: 'more' }),
        ),
        'LimitExceeded.OIDCProvider.Fingerprint',
        409,
      );
      await refused(
        create(account, 'other', { clientIds: many(51).join(',') }),
        'LimitExceeded.OIDCProvider.ClientId',
        409,
      );
    });

    test('an issuer is https, or http on loopback, and of one provider in an account', async () => {
      const account = await server.newAccount();
      for (const issuerUrl of [
        'http://idp.example.com',
        'http://127.0.0.1.example.com',
        'http://10.0.0.1',
        'ftp://idp.example.com',
        'file:///etc/passwd',
        'idp.example.com',
        'https://idp.example.com/?a=b',
        'https://idp.example.com/#a',
        'https://user:password@idp.example.com',
        'https://idp.example.com\\@127.0.0.1',
        `https://idp.example.com/${'x'.repeat(255)}`,
      ]) {
        await refused(create(account, 'bad', { issuerUrl }), 'InvalidParameter.IssuerUrl.Format', 400);
      }
      await create(account, 'local', { issuerUrl: 'http://localhost:8080/realms/main' });
      await create(account, 'six', { issuerUrl: 'http://[::1]:8080' });
      await refused(
        create(account, 'again', { issuerUrl: 'http://[::1]:8080' }),
        'EntityAlreadyExists.OIDCProvider',
        409,
      );
      await create(await server.newAccount(), 'again', { issuerUrl: 'http://[::1]:8080' });
    });

    test('an issuer is in the public network, or in one that the operator has allowed', async () => {
      const account = await server.newAccount();
      for (const issuerUrl of [
        'https://10.0.0.1',
        'https://169.254.169.254/latest',
        'https://100.100.100.200',
        'https://127.0.0.2:8080',
        'https://[::ffff:10.0.0.1]',
        'https://0xa000001',
        'https://[fd00::1]',
      ]) {
        const call = create(account, 'bad', { issuerUrl });
        const error = await refused(call, 'InvalidParameter.IssuerUrl.Format', 400);
        assert.match(error.message, /--private-issuers/);
      }
      await create(account, 'public', { issuerUrl: 'https://8.8.8.8' });
      const usual = await start();
      for (const issuerUrl of [
        'http://localhost:8080',
        'http://127.0.0.1',
        'http://[::1]:8080',
        'https://localhost',
      ]) {
        const call = create(usual.account, 'bad', { issuerUrl });
        await refused(call, 'InvalidParameter.IssuerUrl.Format', 400);
      }
    });

    test('providers are listed page by page in the order of their names', async () => {
      const account = await server.newAccount();
      for (const name of ['c', 'A', 'b']) await create(account, name);
      const { body } = await account.admin.ims.listOIDCProviders(
        new ims.ListOIDCProvidersRequest({ maxItems: 2 }),
      );
      assert.equal(body!.isTruncated, true);
      const next = await account.admin.ims.listOIDCProviders(
        new ims.ListOIDCProvidersRequest({ maxItems: 2, marker: body!.marker! }),
      );
      const rows = [...body!.OIDCProviders!.OIDCProvider!, ...next.body!.OIDCProviders!.OIDCProvider!];
      assert.deepEqual(
        rows.map((row) => row.OIDCProviderName),
        ['A', 'b', 'c'],
      );
    });

    test('a hundred and first provider is refused', async () => {
      const account = await server.newAccount();
      for (let number = 0; number < 100; number++) await create(account, `p${number}`);
      await refused(create(account, 'p100'), 'LimitExceeded.OIDCProvider', 409);
    });
  });

  describe('user SSO settings', () => {
    test('they are off by default, and an update keeps the fields that it leaves out', async () => {
      const account = await server.newAccount();
      const get = async () => ({
        ...(await account.admin.ims.getUserSsoSettings()).body!.userSsoSettings!,
      });
      assert.deepEqual(await get(), {
        authnSignAlgo: 'rsa-sha1',
        auxiliaryDomain: '',
        metadataDocument: '',
        ssoEnabled: false,
        ssoLoginWithDomain: true,
      });
      const set = (settings: Record<string, unknown>) =>
        account.admin.ims.setUserSsoSettings(new ims.SetUserSsoSettingsRequest(settings));
      await refused(set({ ssoEnabled: true }), 'InvalidParameter', 400);
      await refused(set({ metadataDocument: encode('<a/>') }), 'InvalidParameter.MetadataDocument', 400);
      await set({ ssoEnabled: true, metadataDocument: idp.metadata(), auxiliaryDomain: 'example.com' });
      await set({ ssoLoginWithDomain: false });
      assert.deepEqual(await get(), {
        authnSignAlgo: 'rsa-sha1',
        auxiliaryDomain: 'example.com',
        metadataDocument: idp.metadata(),
        ssoEnabled: true,
        ssoLoginWithDomain: false,
      });
    });
  });

  describe('invalid user SSO settings', () => {
    test('are refused, and change nothing', async () => {
      const account = await server.newAccount();
      const other = await server.newAccount();
      const set = (settings: Record<string, unknown>) =>
        account.admin.ims.setUserSsoSettings(new ims.SetUserSsoSettingsRequest(settings));
      await set({ ssoEnabled: true, metadataDocument: idp.metadata(), auxiliaryDomain: 'example.com' });
      const get = async () => (await account.admin.ims.getUserSsoSettings()).body!.userSsoSettings!;
      const before = { ...(await get()) };
      for (const [settings, code] of [
        [{ metadataDocument: '' }, /^InvalidParameter$/],
        [{ metadataDocument: encode('<a/>') }, /^InvalidParameter\.MetadataDocument$/],
        [{ metadataDocument: expired.metadata() }, /^InvalidParameter\.MetadataDocument$/],
        [{ metadataDocument: new SamlIdentityProvider({ keyBits: 1024 }).metadata() }, /^InvalidParameter/],
        [{ metadataDocument: 'A'.repeat(102_401) }, /^InvalidParameter/],
        // Domains of other accounts, whether or not such accounts exist.
        [{ auxiliaryDomain: other.domain }, /^InvalidParameter$/],
        [{ auxiliaryDomain: other.domain.toUpperCase() }, /^InvalidParameter$/],
        [{ auxiliaryDomain: '1999999999999999.onaliyun.com' }, /^InvalidParameter$/],
        [{ auxiliaryDomain: 'x.other.onaliyun.com' }, /^InvalidParameter$/],
        [{ auxiliaryDomain: 'example' }, /^InvalidParameter\./],
        [{ auxiliaryDomain: 'exa mple.com' }, /^InvalidParameter\./],
        [{ auxiliaryDomain: 'a@example.com' }, /^InvalidParameter\./],
        [{ auxiliaryDomain: `${'a.'.repeat(127)}com` }, /^InvalidParameter\./],
        [{ authnSignAlgo: 'rsa-md5' }, /^InvalidParameter/],
      ] as const) {
        const error = await set(settings).then(
          () => assert.fail(JSON.stringify(settings)),
          (reason: { code: string }) => reason,
        );
        assert.match(error.code, code, JSON.stringify(settings).slice(0, 100));
        assert.deepEqual({ ...(await get()) }, before);
      }
      await set({ auxiliaryDomain: account.domain });
      await set({ auxiliaryDomain: '' });
    });
  });

  describe('unsigned requests of the official clients', () => {
    /** Recorded on the wire: the layout of RPC 1.0, without key and signature. */
    const { vectors } = JSON.parse(
      readFileSync(new URL('../../signature/testkit/recorded/anonymous.json', import.meta.url), 'utf8'),
    ) as { vectors: { name: string; request: { target: string; headers: [string, string][] } }[] };
    const code = async (target: string, sent: readonly [string, string][], method: string) => {
      const headers = sent.filter(([name]) => name.startsWith('x-acs-'));
      const answer = await fetch(`${server.url}${target}`, { method, headers });
      return `${answer.status} ${((await answer.json()) as { Code: string }).Code}`;
    };

    test('reach the two unsigned operations', async () => {
      const outcomes: string[] = [];
      for (const { request } of vectors) {
        for (const method of ['POST', 'GET']) {
          outcomes.push(await code(request.target, request.headers, method));
        }
      }
      assert.deepEqual(
        new Set(outcomes),
        new Set([
          '401 AuthenticationFail.OIDCToken.Invalid',
          '401 AuthenticationFail.SAMLAssertion.Invalid',
          // The last of the recorded requests has no session name.
          '400 MissingParameter.RoleSessionName',
        ]),
      );
    });

    test('reach no other operation', async () => {
      for (const { request } of vectors) {
        for (const action of ['AssumeRole', 'GetCallerIdentity']) {
          const instead = (text: string) => text.replace(/AssumeRoleWith(OIDC|SAML)/g, action);
          const headers = request.headers.map(([name, value]): [string, string] => [name, instead(value)]);
          assert.equal(await code(instead(request.target), headers, 'POST'), '400 MissingAccessKeyId');
        }
      }
    });
  });
});
