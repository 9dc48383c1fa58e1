/** Verification of OIDC tokens: made by the issuer of a provider, for this provider, and still valid. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { exportJWK } from 'jose';
import { OidcIdentityProvider } from './identity-providers.ts';
import { callRaw } from './raw-request.ts';
import { callAnonymously, type Outcome, trusting } from './saml-account.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
/** Text that a policy would take for a variable. */
const variable = ['$', '{oidc:sub}'].join('');
const seconds = () => Math.floor(Date.now() / 1000);

/** Builds a compact JWS with any signature, also one that no library would make. */
function compact(header: unknown, payload: unknown, signing: (input: Buffer) => Buffer): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signing(Buffer.from(input)).toString('base64url')}`;
}
const es256 = (key: KeyObject) => (input: Buffer) =>
  sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' });
const rs256 = (key: KeyObject) => (input: Buffer) => sign('sha256', input, key);

eachServer((_, start) => {
  describe('an OIDC token', () => {
    let idp: OidcIdentityProvider;
    let server: TestServer;
    let account: TestAccount;
    let roleArn: string;
    let providerArn: string;
    /** Clock of the server while it stands still. */
    let frozen: number | undefined;

    /** Calls as the administrator, with the server's time. */
    const admin = async (version: string, action: string, parameters: Record<string, string>) => {
      const now = frozen ?? Date.now();
      const answer = await callRaw(server.url, account.key, 'ACS3', { version, action, parameters, now });
      assert.equal(answer.status, 200, answer.message);
    };
    const createRole = async (name: string, trust: string) => {
      await admin('2015-05-01', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust });
      return `acs:ram::${account.accountId}:role/${name}`;
    };
    const show = (OIDCToken: string, more: Record<string, string> = {}): Promise<Outcome> =>
      callAnonymously(server.url, 'AssumeRoleWithOIDC', {
        RoleArn: roleArn,
        OIDCProviderArn: providerArn,
        RoleSessionName: 'build',
        OIDCToken,
        ...more,
      });
    /** Asserts the refusal of a token; without a reason: as one that the provider has not issued. */
    const refuses = async (token: string, reason?: RegExp, kind = 'Invalid') => {
      const { code, status, message } = await show(token);
      const expected = reason === undefined ? 'NoPermission' : `OIDCToken.${kind}`;
      assert.deepEqual([code, status], [`AuthenticationFail.${expected}`, 401], message);
      assert.match(
        message,
        reason ?? /^No such OIDC Provider registered, or the token is not issued by it\.$/,
      );
    };
    const accepts = async (token: string, more: Record<string, string> = {}) => {
      const { code, message, body } = await show(token, more);
      assert.equal(code, 'OK', message);
      return body['OIDCTokenInfo'] as Record<string, string>;
    };
    /** Moves the clock beyond the pause between two requests to an issuer. */
    const letKeysAge = () => {
      frozen = (frozen ?? Date.now()) + 11 * 60_000;
    };
    /** Replaces the keys that the issuer publishes; the server fetches them at its next request. */
    const publishes = async (...keys: readonly unknown[]) => {
      idp.documents['/keys'] = { keys };
      letKeysAge();
    };
    const usualKeys = async () => {
      delete idp.documents['/keys'];
      letKeysAge();
    };
    /** Returns claims at the server's time. */
    const claims = (changes: Record<string, unknown> = {}) => {
      const now = Math.floor((frozen ?? Date.now()) / 1000);
      return idp.claims({ iat: now, exp: now + 300, ...changes });
    };
    const token = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}) => {
      const { kid, privateKey } = idp.key;
      return compact({ alg: 'ES256', kid, ...header }, claims(changes), es256(privateKey));
    };

    before(async () => {
      idp = await OidcIdentityProvider.start();
      server = await start({
        now: () => frozen ?? Date.now(),
        configuration: { privateIssuers: '127.0.0.1', audit: 'strict' },
      });
      account = server.account;
      await admin('2019-08-15', 'CreateOIDCProvider', {
        OIDCProviderName: 'cluster',
        IssuerUrl: idp.issuer,
        ClientIds: 'sts.aliyuncs.com,another',
      });
      providerArn = `acs:ram::${account.accountId}:oidc-provider/cluster`;
      roleArn = await createRole('builder', trusting(providerArn));
    });
    after(() => idp.close());

    test('built without a library is accepted', async () => {
      assert.equal((await accepts(token()))['Subject'], 'system:serviceaccount:default:builder');
    });

    test('needs a signature with a public key: `none`, in any case, and an HMAC are refused', async () => {
      const { kid, publicKey } = idp.key;
      for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, 1, ['ES256'], {}]) {
        for (const signature of [Buffer.alloc(0), Buffer.alloc(64)]) {
          await refuses(compact({ alg, kid }, claims(), () => signature));
        }
      }
      const jwk = await exportJWK(publicKey);
      for (const secret of [
        publicKey.export({ type: 'spki', format: 'pem' }),
        publicKey.export({ type: 'spki', format: 'der' }),
        JSON.stringify({ ...jwk, kid, use: 'sig' }),
        Buffer.from(jwk.x!, 'base64url'),
        '',
      ]) {
        for (const [alg, hash] of [
          ['HS256', 'sha256'],
          ['HS384', 'sha384'],
          ['HS512', 'sha512'],
        ] as const) {
          const mac = (input: Buffer) => createHmac(hash, secret).update(input).digest();
          await refuses(compact({ alg, kid }, claims(), mac));
        }
      }
    });

    test('needs a valid signature: zeros, another form and another key are refused', async () => {
      const { kid, privateKey } = idp.key;
      const header = { alg: 'ES256', kid };
      const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      for (const signing of [
        () => Buffer.alloc(64),
        () => Buffer.alloc(64, 0xff),
        () => Buffer.alloc(0),
        () => Buffer.alloc(63, 1),
        (input: Buffer) => sign('sha256', input, privateKey),
        (input: Buffer) => Buffer.concat([es256(privateKey)(input), Buffer.from([0])]),
        es256(other),
      ]) {
        await refuses(compact(header, claims(), signing));
      }
    });

    test('is verified by the published key only, whatever key it names or contains', async () => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { kid } = idp.key;
      const jwk = { ...(await exportJWK(own.publicKey)), kid };
      const keys = encode({ keys: [jwk] });
      for (const header of [
        { jwk },
        { jku: `data:application/json;base64,${keys}` },
        { jku: `${idp.issuer}/mine` },
        { x5u: `${idp.issuer}/mine` },
        { x5c: [own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] },
        { kid: undefined, jwk },
      ]) {
        const before = idp.keyRequests;
        idp.documents['/mine'] = () => assert.fail('the address of a token was asked');
        await refuses(compact({ alg: 'ES256', kid, ...header }, claims(), es256(own.privateKey)));
        assert.ok(idp.keyRequests <= before + 1);
      }
    });

    test('names its key by `kid` only', async () => {
      const { privateKey } = idp.key;
      for (const kid of [
        '',
        '../../../../dev/null',
        '/dev/null',
        "' OR '1'='1",
        '__proto__',
        'constructor',
        '\0',
        'x'.repeat(5000),
        0,
        null,
        true,
        ['a'],
        { $ne: '' },
      ]) {
        await refuses(compact({ alg: 'ES256', kid }, claims(), es256(privateKey)));
      }
      // Without a `kid`, exactly one key has to match.
      await accepts(compact({ alg: 'ES256' }, claims(), es256(privateKey)));
    });

    test('is verified by a key of its own kind: RSA, elliptic curve and algorithm are not mixed', async () => {
      const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const rsaJwk = await exportJWK(rsa.publicKey);
      const ecJwk = await exportJWK(ec.publicKey);
      const by = (alg: string, kid: string, signing: (input: Buffer) => Buffer) =>
        compact({ alg, kid }, claims(), signing);
      await publishes({ ...rsaJwk, kid: 'rsa', alg: 'RS256', use: 'sig' }, { ...ecJwk, kid: 'ec' });
      await accepts(by('RS256', 'rsa', rs256(rsa.privateKey)));
      await accepts(by('ES256', 'ec', es256(ec.privateKey)));
      await refuses(by('ES256', 'rsa', es256(ec.privateKey)));
      await refuses(by('RS256', 'ec', rs256(rsa.privateKey)));
      await refuses(by('ES384', 'ec', es256(ec.privateKey)));
      // The key is declared for RS256.
      await refuses(by('RS512', 'rsa', (input) => sign('sha512', input, rsa.privateKey)));
      // Neither named nor the only one of its kind.
      await publishes({ ...ecJwk, kid: 'a' }, { ...(await exportJWK(idp.key.publicKey)), kid: 'b' });
      await refuses(compact({ alg: 'ES256' }, claims(), es256(ec.privateKey)));
      await usualKeys();
    });

    test('is not verified by a key that an issuer must not publish', async () => {
      const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const jwk = { ...(await exportJWK(publicKey)), kid: 'k' };
      const attempt = compact({ alg: 'ES256', kid: 'k' }, claims(), es256(privateKey));
      for (const keys of [
        [{ ...jwk, use: 'enc' }],
        [{ ...jwk, key_ops: ['sign'] }],
        [{ ...(await exportJWK(privateKey)), kid: 'k' }],
        [{ ...jwk, crv: 'P-521' }],
        [{ ...jwk, x: 'AAAA' }],
        [{ kty: 'EC', kid: 'k' }],
        [{ kid: 'k' }],
        [],
      ]) {
        await publishes(...keys);
        await refuses(compact({ alg: 'ES256', kid: 'k' }, claims(), es256(privateKey)));
      }
      await publishes({ ...(await exportJWK(short.publicKey)), kid: 'k', alg: 'RS256' });
      await refuses(compact({ alg: 'RS256', kid: 'k' }, claims(), rs256(short.privateKey)));
      await publishes({ kty: 'oct', k: encode('secret'), kid: 'k', alg: 'HS256' });
      const mac = (input: Buffer) => createHmac('sha256', 'secret').update(input).digest();
      await refuses(compact({ alg: 'HS256', kid: 'k' }, claims(), mac));
      for (const document of [null, [], { keys: 'none' }, { keys: [null] }, { keys: {} }, 'hello']) {
        idp.documents['/keys'] = document;
        letKeysAge();
        await refuses(attempt);
      }
      await usualKeys();
    });

    test('is refused with an unknown critical header', async () => {
      await refuses(token({}, { crit: ['exp'], exp: 1 }));
      await refuses(token({}, { crit: ['x'], x: 1 }));
      await refuses(token({}, { crit: [] }));
      await refuses(token({}, { crit: 'b64' }));
      await refuses(token({}, { crit: ['b64'], b64: false }));
      await refuses(token({}, { zip: 'DEF', crit: ['zip'] }));
    });

    test('is an ID token: other JWTs of the issuer with the same key are refused', async () => {
      for (const typ of ['JWT', 'jwt', 'application/jwt']) await accepts(token({}, { typ }));
      for (const typ of ['at+jwt', 'application/at+jwt', 'logout+jwt', 'secevent+jwt', 'dpop+jwt', '']) {
        await refuses(token({}, { typ }), /not an ID token/);
      }
      const logout = { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } };
      await refuses(token(logout), /not an ID token/);
    });

    test('is one compact text of three parts, of bounded length', async () => {
      const good = token();
      const [header, payload, signature] = good.split('.');
      for (const text of [
        'hello',
        '....',
        `${header}.${payload}`,
        `${header}.${payload}.`,
        `${good}.`,
        `${good}.${signature}`,
        `.${payload}.${signature}`,
        `${header}..${signature}`,
        // Encrypted ones have five parts.
        `${encode({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`,
        JSON.stringify({ protected: header, payload, signature }),
        `Bearer ${good}`,
        `${header}.${encode('"text"')}.${signature}`,
        `${header}.${encode('[]')}.${signature}`,
        `${header}.${encode('null')}.${signature}`,
        `${header}.${encode(`${'['.repeat(5000)}${']'.repeat(5000)}`)}.${signature}`,
        // Token within a token.
        compact({ alg: 'ES256', kid: idp.key.kid, cty: 'JWT' }, good, es256(idp.key.privateKey)),
      ]) {
        const { status, code } = await show(text);
        assert.equal(status, 401, text);
        // Refused by its form, or else as one without a valid signature.
        assert.match(code, /^AuthenticationFail\.(?:OIDCToken\.Invalid|NoPermission)$/);
      }
      await refuses('hello', /it is not a JSON Web Token/);
      const long = await show('x'.repeat(20_001));
      assert.equal(long.status, 400);
    });

    test('is refused with a duplicate name in its header or claims, however the name is encoded', async () => {
      const { kid, privateKey } = idp.key;
      const header = { alg: 'ES256', kid };
      const whole = JSON.stringify(claims());
      const beside = (text: string, more: string) => `${text.slice(0, -1)},${more}}`;
      const es = es256(privateKey);
      const form = /it is not a JSON Web Token/;
      await accepts(compact(header, beside(whole, '"other":1'), es));
      for (const more of [
        '"sub":"administrator"',
        `"sub":${JSON.stringify(claims().sub)}`,
        '"\\u0073ub":"administrator"',
        '"aud":"another"',
        '"iss":"https://idp.example.com"',
        '"exp":9999999999',
        '"x":{"y":1,"y":2}',
      ]) {
        await refuses(compact(header, beside(whole, more), es), form);
      }
      for (const more of ['"alg":"ES256"', `"kid":"${kid}"`, '"kid":"other"']) {
        await refuses(compact(beside(JSON.stringify(header), more), whole, es), form);
      }
      const notUtf8 = Buffer.from(whole.replace('"sub":"', '"sub":"\xff'), 'latin1').toString('base64url');
      const input = `${encode(header)}.${notUtf8}`;
      await refuses(`${input}.${es(Buffer.from(input)).toString('base64url')}`, form);
    });

    test('documents of an issuer are refused with a duplicate name, too', async () => {
      const keys = await (await fetch(`${idp.issuer}/keys`)).text();
      const configuration = await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).text();
      for (const [path, text] of [
        ['/keys', `{"keys":[],${keys.slice(1)}`],
        ['/keys', keys.replace('"kty":', '"kty":"EC","kty":')],
        [
          '/.well-known/openid-configuration',
          `{"issuer":"https://idp.example.com",${configuration.slice(1)}`,
        ],
      ] as const) {
        idp.documents[path] = (_request: IncomingMessage, response: ServerResponse) => response.end(text);
        letKeysAge();
        await refuses(token());
        delete idp.documents[path];
      }
      letKeysAge();
      await accepts(token());
    });

    test('is for a client ID of the provider, by its audience', async () => {
      const reason = /^Invalid audience\./;
      for (const aud of [
        'other',
        'STS.aliyuncs.com',
        'sts.aliyuncs.com,another',
        'sts.aliyuncs.com ',
        '',
        [],
        ['other'],
        [['sts.aliyuncs.com']],
        [null],
        { 0: 'sts.aliyuncs.com' },
        1,
        null,
        undefined,
      ]) {
        await refuses(token({ aud }), reason, 'AudienceNotMatch');
        // `azp` does not replace the audience.
        await refuses(token({ aud, azp: 'sts.aliyuncs.com' }), reason, 'AudienceNotMatch');
      }
      assert.equal((await accepts(token({ aud: ['x', 'another', 'y'] })))['ClientIds'], 'another');
    });

    test('was issued to a client ID of the provider, if it has an authorized party', async () => {
      for (const azp of ['sts.aliyuncs.com', 'another']) await accepts(token({ azp }));
      for (const azp of ['another-client', 'STS.aliyuncs.com', '', null, 1, ['sts.aliyuncs.com'], {}]) {
        await refuses(token({ azp }), /azp is not a client ID/);
        await refuses(token({ azp, aud: ['sts.aliyuncs.com', 'another'] }), /azp is not a client ID/);
      }
    });

    test('has exactly the issuer of the provider', async () => {
      for (const iss of [
        `${idp.issuer}/`,
        idp.issuer.toUpperCase(),
        `${idp.issuer}#`,
        [idp.issuer],
        { toString: idp.issuer },
        '',
        null,
        undefined,
      ]) {
        await refuses(token({ iss }));
      }
    });

    test('has a subject that is a text of printable characters', async () => {
      for (const sub of [0, 1, true, null, [], ['a'], {}, '', '\0', 'a\0', 'a\nb', '\x7f', undefined]) {
        await refuses(token({ sub }), /subject|claims/);
      }
      await refuses(token({ sub: 'x'.repeat(1025) }), /more than 1024/);
      for (const sub of ['x'.repeat(1024), '<&>"\']]>', '王', '*', variable, ' a ', '\ud800']) {
        await accepts(token({ sub }));
      }
      const xml = await fetch(`${server.url}/?Action=AssumeRoleWithOIDC&Version=2015-04-01&Format=XML`, {
        method: 'POST',
        body: new URLSearchParams({
          RoleArn: roleArn,
          OIDCProviderArn: providerArn,
          RoleSessionName: 'build',
          OIDCToken: token({ sub: '<&>"\']]>' }),
        }),
      });
      assert.match(await xml.text(), /<Subject>&lt;&amp;&gt;/);
    });

    test('has instants that are numbers in a plausible range', async () => {
      const text = String(seconds() + 300);
      for (const changes of [
        { exp: text },
        { exp: null },
        { exp: [seconds() + 300] },
        { iat: text },
        { iat: null },
        { nbf: text },
        { nbf: null },
      ]) {
        await refuses(token(changes), /claims/);
      }
      const { kid, privateKey } = idp.key;
      for (const exp of ['1e300', '1e999', '253402300800', '9007199254740993']) {
        const { exp: _exp, ...rest } = claims();
        const payload = `{"exp":${exp},${JSON.stringify(rest).slice(1)}`;
        await refuses(compact({ alg: 'ES256', kid }, payload, es256(privateKey)), /ends too late/);
      }
      for (const exp of [0, -1, 1e-9]) await refuses(token({ exp }), /ended/, 'Expired');
    });

    test("is valid to the second by the server's clock; a minute ahead is tolerated", async () => {
      frozen = Math.ceil((frozen ?? Date.now()) / 1000) * 1000;
      const now = frozen / 1000;
      const hour = 3600;
      await accepts(token({ exp: now + 1 }));
      await refuses(token({ exp: now }), /has ended/, 'Expired');
      await accepts(token({ nbf: now + 60 }));
      await refuses(token({ nbf: now + 61 }), /begins later/, 'Expired');
      await accepts(token({ iat: now + 60, exp: now + 300 }));
      await refuses(token({ iat: now + 61, exp: now + 300 }), /claims/);
      await accepts(token({ iat: now - 12 * hour }));
      await refuses(token({ iat: now - 12 * hour - 1 }), /too long ago/, 'Expired');
      await refuses(token({ iat: 0, exp: now + 300 }), /too long ago/, 'Expired');
      await admin('2019-08-15', 'UpdateOIDCProvider', {
        OIDCProviderName: 'cluster',
        IssuanceLimitTime: '1',
      });
      await refuses(token({ iat: now - hour - 1 }), /too long ago/, 'Expired');
      await accepts(token({ iat: now - hour }));
    });

    test('with an unknown key does not make the server ask its issuer again and again', async () => {
      letKeysAge();
      await accepts(token());
      const before = idp.keyRequests;
      const unknown = () => compact({ alg: 'ES256', kid: randomUUID() }, claims(), () => Buffer.alloc(64));
      await Promise.all(Array.from({ length: 40 }, () => refuses(unknown())));
      assert.equal(idp.keyRequests, before);
      frozen! += 31_000;
      await Promise.all(Array.from({ length: 40 }, () => refuses(unknown())));
      assert.equal(idp.keyRequests, before + 1);
      // Valid tokens are accepted meanwhile, even if the issuer does not answer.
      idp.documents['/keys'] = (_request: IncomingMessage, response: ServerResponse) =>
        response.writeHead(503).end();
      frozen! += 31_000;
      await refuses(unknown());
      await accepts(token());
      delete idp.documents['/keys'];
    });

    test('is verified by the documents of its issuer only: redirected, foreign and private ones are refused', async () => {
      const good = { issuer: idp.issuer, jwks_uri: `${idp.issuer}/keys` };
      const move = (to: string) => (_request: IncomingMessage, response: ServerResponse) =>
        response.writeHead(302, { location: to }).end();
      for (const configuration of [
        move(`${idp.issuer}/elsewhere`),
        { ...good, issuer: `${idp.issuer}/` },
        { ...good, issuer: undefined },
        { ...good, jwks_uri: 'http://169.254.169.254/latest/meta-data' },
        { ...good, jwks_uri: 'https://169.254.169.254/latest/meta-data' },
        { ...good, jwks_uri: 'https://10.0.0.1/keys' },
        { ...good, jwks_uri: `${idp.issuer}/moved` },
        { ...good, jwks_uri: 'file:///etc/passwd' },
        { ...good, jwks_uri: [`${idp.issuer}/keys`] },
      ]) {
        idp.documents['/elsewhere'] = good;
        idp.documents['/moved'] = move(`${idp.issuer}/keys`);
        idp.documents['/.well-known/openid-configuration'] = configuration;
        letKeysAge();
        await refuses(token());
      }
      delete idp.documents['/.well-known/openid-configuration'];
      letKeysAge();
      await accepts(token());
    });

    test('with multi-valued claims meets a condition by any value, and a negative one by all', async () => {
      const role = (name: string, condition: object) =>
        createRole(name, trusting(providerArn, { Condition: condition }));
      const both = token({ aud: ['sts.aliyuncs.com', 'another'] });
      const outcome = async (arn: string) => (await show(both, { RoleArn: arn })).code;
      assert.equal(await outcome(await role('any', { StringEquals: { 'oidc:aud': 'another' } })), 'OK');
      assert.equal(
        await outcome(await role('none', { StringNotEquals: { 'oidc:aud': 'another' } })),
        'AuthenticationFail.NoPermission',
      );
      assert.equal(
        await outcome(
          await role('all', {
            'ForAllValues:StringEquals': { 'oidc:aud': 'another' },
            Null: { 'oidc:aud': 'false' },
          }),
        ),
        'AuthenticationFail.NoPermission',
      );
      const denied = JSON.parse(trusting(providerArn)) as { Statement: object[] };
      denied.Statement.push({
        Effect: 'Deny',
        Action: 'sts:AssumeRole',
        Principal: { Federated: [providerArn] },
        Condition: { StringEquals: { 'oidc:aud': 'another' } },
      });
      assert.equal(
        await outcome(await createRole('denied', JSON.stringify(denied))),
        'AuthenticationFail.NoPermission',
      );
    });

    test('whose subject looks like a pattern, or like another one, is compared literally', async () => {
      const equal = await createRole(
        'equal',
        trusting(providerArn, { Condition: { StringEquals: { 'oidc:sub': 'repo:corp/app:ref:main' } } }),
      );
      const like = await createRole(
        'like',
        trusting(providerArn, { Condition: { StringLike: { 'oidc:sub': 'repo:corp/*:ref:main' } } }),
      );
      const outcome = async (sub: unknown, RoleArn: string) => (await show(token({ sub }), { RoleArn })).code;
      assert.equal(await outcome('repo:corp/app:ref:main', equal), 'OK');
      assert.equal(await outcome('repo:corp/other:ref:main', like), 'OK');
      for (const sub of [
        '*',
        'repo:corp/*',
        'repo:*',
        '?',
        variable,
        'Repo:corp/app:ref:main',
        'repo:corp/app:ref:main ',
        ' repo:corp/app:ref:main',
        'repo:corp/app:ref:main2',
        'repo:corp-evil/app:ref:main',
        'repo:evil/app:ref:main:repo:corp/app:ref:main',
        'repo\u00ad:corp/app:ref:main',
      ]) {
        assert.equal(await outcome(sub, equal), 'AuthenticationFail.NoPermission', sub);
        assert.equal(await outcome(sub, like), 'AuthenticationFail.NoPermission', sub);
      }
    });

    test('fills its own three condition keys only', async () => {
      for (const [key, claim] of [
        ['acs:SourceIp', '203.0.113.9'],
        ['oidc:email', 'root@example.com'],
        ['saml:sub', 'root'],
        ['acs:PrincipalARN', 'acs:ram::1:root'],
      ] as const) {
        const name = key.replace(/^.*:/, '');
        const role = await createRole(
          name.toLowerCase(),
          trusting(providerArn, { Condition: { StringEquals: { [key]: claim } } }),
        );
        const boastful = token({ [key]: claim, [name]: claim, [key.toLowerCase()]: claim });
        assert.equal((await show(boastful, { RoleArn: role })).code, 'AuthenticationFail.NoPermission', key);
      }
    });

    test('of one provider does not open a role that trusts another one of the same account', async () => {
      const second = await OidcIdentityProvider.start();
      try {
        await admin('2019-08-15', 'CreateOIDCProvider', {
          OIDCProviderName: 'second',
          IssuerUrl: second.issuer,
          ClientIds: 'sts.aliyuncs.com',
        });
        const secondArn = `acs:ram::${account.accountId}:oidc-provider/second`;
        const now = Math.floor((frozen ?? Date.now()) / 1000);
        const foreign = await second.token({ iat: now, exp: now + 300 });
        assert.equal(
          (await show(foreign, { OIDCProviderArn: secondArn })).code,
          'AuthenticationFail.NoPermission',
        );
        await refuses(foreign);
        assert.equal((await show(token(), { OIDCProviderArn: secondArn })).status, 401);
        // Nor does a token that only claims the issuer of the first.
        await refuses(await second.token({ iss: idp.issuer, iat: now, exp: now + 300 }));
      } finally {
        await second.close();
      }
    });

    test('that cannot be verified is refused without revealing what exists', async () => {
      const stranger = await OidcIdentityProvider.start();
      const now = Math.floor((frozen ?? Date.now()) / 1000);
      const seen = new Set<string>();
      for (const text of [
        await stranger.token({ iss: idp.issuer, iat: now, exp: now + 300 }),
        await stranger.token(),
      ]) {
        for (const OIDCProviderArn of [
          providerArn,
          `acs:ram::${account.accountId}:oidc-provider/missing`,
          'acs:ram::1999999999999999:oidc-provider/cluster',
        ]) {
          for (const RoleArn of [roleArn, `acs:ram::${account.accountId}:role/missing`]) {
            const { status, code, message } = await show(text, { OIDCProviderArn, RoleArn });
            seen.add(`${status} ${code} ${message}`);
          }
        }
      }
      await stranger.close();
      assert.equal(seen.size, 1, [...seen].join('\n'));
      // A verified subject learns of no role that does not trust it, either.
      const closed = await createRole('closed', trusting(`${providerArn}-other`));
      const missing = closed.replace('closed', 'missing');
      const [one, two] = [
        await show(token(), { RoleArn: closed }),
        await show(token(), { RoleArn: missing }),
      ];
      assert.deepEqual([one.status, one.code], [two.status, two.code]);
      assert.equal(one.message.replace('closed', ''), two.message.replace('missing', ''));
    });

    describe('that was valid when it was verified opens nothing', () => {
      /** Runs a change while the server waits for the issuer's keys. */
      const meanwhile = async (happening: () => Promise<unknown>): Promise<Outcome> => {
        let done = false;
        idp.documents['/keys'] = async (_request: IncomingMessage, response: ServerResponse) => {
          await happening();
          done = true;
          delete idp.documents['/keys'];
          const jwk = { ...(await exportJWK(idp.key.publicKey)), kid: idp.key.kid };
          response.end(JSON.stringify({ keys: [jwk] }));
        };
        letKeysAge();
        const outcome = await show(token());
        assert.ok(done);
        return outcome;
      };
      const recreate = async () => {
        await admin('2019-08-15', 'DeleteOIDCProvider', { OIDCProviderName: 'cluster' });
        await admin('2019-08-15', 'CreateOIDCProvider', {
          OIDCProviderName: 'cluster',
          IssuerUrl: idp.issuer,
          ClientIds: 'sts.aliyuncs.com,another',
        });
      };

      test('if its provider was deleted meanwhile, or deleted and created again', async () => {
        const outcome = await meanwhile(recreate);
        assert.deepEqual([outcome.status, outcome.code], [401, 'AuthenticationFail.NoPermission']);
      });

      test('if its client ID was removed meanwhile', async () => {
        const update = (ClientIds: string) =>
          admin('2019-08-15', 'UpdateOIDCProvider', { OIDCProviderName: 'cluster', ClientIds });
        const outcome = await meanwhile(() => update('another'));
        assert.deepEqual([outcome.status, outcome.code], [401, 'AuthenticationFail.NoPermission']);
        await update('sts.aliyuncs.com,another');
      });

      test('if its role was deleted meanwhile', async () => {
        const outcome = await meanwhile(() => admin('2015-05-01', 'DeleteRole', { RoleName: 'builder' }));
        assert.deepEqual([outcome.status, outcome.code], [401, 'AuthenticationFail.NoPermission']);
        await createRole('builder', trusting(providerArn));
      });

      test('if its account was disabled meanwhile; from then on the account is answered as unknown', async () => {
        const setStatus = (status: 'Active' | 'Disabled') =>
          server.services.store.write(async (transaction) => {
            const { accountId } = account;
            await transaction.queries
              .updateTable('accounts')
              .set({ status })
              .where('account_id', '=', accountId)
              .execute();
            transaction.changed({ accountId, topic: 'account', subject: accountId });
          });
        const outcome = await meanwhile(() => setStatus('Disabled'));
        assert.deepEqual([outcome.status, outcome.code], [401, 'AuthenticationFail.NoPermission']);
        await refuses(token());
        await setStatus('Active');
        await accepts(token());
      });
    });
  });
});
