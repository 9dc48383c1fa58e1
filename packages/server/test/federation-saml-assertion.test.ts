/** Content of a signed SAML assertion: which session it opens, and how often. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { eventJson } from '../src/audit/stored-event.ts';
import { type Claviger, startClaviger } from '../src/claviger.ts';
import { readConfiguration } from '../src/configuration.ts';
import { initialise } from '../src/installation.ts';
import { Clients } from './clients.ts';
import { eachDatabase } from './databases.ts';
import { SamlIdentityProvider } from './identity-providers.ts';
import { callRaw } from './raw-request.ts';
import { callAnonymously, replaced, SamlAccount, trusting } from './saml-account.ts';
import { eachServer, refused, type TestServer } from './server.ts';

const idp = new SamlIdentityProvider();
const saml = 'urn:oasis:names:tc:SAML:2.0:assertion';

eachServer((database, start) => {
  let server: TestServer;
  let corp: SamlAccount;
  /** Clock of the server while it stands still. */
  let frozen: number | undefined;
  before(async () => {
    server = await start({ now: () => frozen ?? Date.now(), configuration: { audit: 'strict' } });
    corp = await SamlAccount.make(server, idp);
  });

  /** Returns a signed response in which the provider itself has replaced `what`. */
  const edited = (what: string | RegExp, by: string) => corp.signed({}, (text) => replaced(text, what, by));
  const audience = (...names: readonly string[]) =>
    `<saml:AudienceRestriction>${names.map((name) => `<saml:Audience>${name}</saml:Audience>`).join('')}</saml:AudienceRestriction>`;
  const restriction = /<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/;
  const confirmation = /<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/;
  const confirming = (method: string, data: string) =>
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:${method}">${data}</saml:SubjectConfirmation>`;
  const soon = () => new Date((frozen ?? Date.now()) + 120_000).toISOString();
  const ours = 'https://signin.aliyun.com/saml-role/sso';
  const data = (recipient = ours, more = ` NotOnOrAfter="${soon()}"`) =>
    `<saml:SubjectConfirmationData${more} Recipient="${recipient}"/>`;

  describe('a SAML assertion', () => {
    test('needs this server in each audience restriction, as any of its audiences', async () => {
      const urn = 'urn:alibaba:cloudcomputing';
      await corp.accepts(edited(restriction, audience('urn:x', urn)));
      await corp.accepts(edited(restriction, audience(`${urn}:international`)));
      await corp.accepts(edited(restriction, audience(urn) + audience('urn:x', urn)));
      for (const restrictions of [
        '',
        audience(),
        audience(''),
        audience('urn:x'),
        audience(urn) + audience('urn:x'),
        audience(`${urn}:other`),
        audience(urn.toUpperCase()),
        audience(`${urn} urn:x`),
        '<x:AudienceRestriction xmlns:x="urn:x"><x:Audience>urn:alibaba:cloudcomputing</x:Audience></x:AudienceRestriction>',
        `<saml:AudienceRestriction><saml:Audience><x>${urn}</x></saml:Audience></saml:AudienceRestriction>`,
      ]) {
        await corp.refuses(edited(restriction, restrictions), /another audience|condition that is not known/);
      }
    });

    test('is accepted under known conditions; without any, with two sets or with an unknown one it is refused', async () => {
      await corp.accepts(
        edited(
          '</saml:Conditions>',
          '<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/></saml:Conditions>',
        ),
      );
      await corp.refuses(edited(/<saml:Conditions.*<\/saml:Conditions>/, ''), /no Conditions/);
      const [conditions] = /<saml:Conditions.*<\/saml:Conditions>/.exec(corp.unsigned())!;
      await corp.refuses(
        edited('<saml:AuthnStatement', `${conditions}<saml:AuthnStatement`),
        /no Conditions/,
      );
      for (const condition of [
        '<saml:Condition xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"/>',
        '<x:OneTimeUse xmlns:x="urn:x"/>',
        '<saml:Other/>',
      ]) {
        await corp.refuses(edited('</saml:Conditions>', `${condition}</saml:Conditions>`), /not known/);
      }
    });

    test('is a bearer assertion for this recipient', async () => {
      const other = data('https://example.com/sso');
      await corp.accepts(
        edited(confirmation, confirming('bearer', data('https://signin.alibabacloud.com/saml-role/sso'))),
      );
      await corp.accepts(edited(confirmation, confirming('bearer', other) + confirming('bearer', data())));
      for (const confirmations of [
        '',
        confirming('bearer', ''),
        confirming('bearer', other),
        confirming('bearer', data('')),
        confirming('bearer', data(`${ours}/`)),
        confirming('bearer', data(`${ours}?x`)),
        confirming('holder-of-key', data()),
        confirming('sender-vouches', data()),
        confirming('holder-of-key', data()) + confirming('bearer', other),
        confirming(
          'bearer',
          `<x:SubjectConfirmationData xmlns:x="urn:x" NotOnOrAfter="${soon()}" Recipient="${ours}"/>`,
        ),
      ]) {
        await corp.refuses(edited(confirmation, confirmations), /another recipient/);
      }
      await corp.refuses(edited(confirmation, confirming('bearer', data(ours, ''))), /no NotOnOrAfter/);
      // No authentication request was sent to the provider, so any browser may present the assertion.
      await corp.accepts(
        edited(confirmation, confirming('bearer', data(ours, ` InResponseTo="_1" NotOnOrAfter="${soon()}"`))),
      );
    });

    test("is valid to the second by the server's clock; a minute ahead is tolerated", async () => {
      frozen = Math.floor(Date.now() / 1000) * 1000;
      const late = 'AuthenticationFail.SAMLAssertion.Expired';
      const at = (seconds: number) => frozen! + seconds * 1000;
      await corp.accepts(corp.signed({ notBefore: at(60) }));
      await corp.refuses(corp.signed({ notBefore: at(61) }), /begins later/, late);
      await corp.accepts(corp.signed({ notOnOrAfter: at(1) }));
      await corp.refuses(corp.signed({ notOnOrAfter: at(0) }), /has ended/, late);
      await corp.accepts(corp.signed({ sessionEndsBy: at(1) }));
      await corp.refuses(corp.signed({ sessionEndsBy: at(0) }), /session has ended/, late);
      const stamp = (seconds: number) => new Date(at(seconds)).toISOString();
      const second = `<saml:AuthnStatement SessionNotOnOrAfter="${stamp(0)}"></saml:AuthnStatement>`;
      await corp.refuses(
        edited('<saml:AttributeStatement>', `${second}<saml:AttributeStatement>`),
        /session has ended/,
        late,
      );
      const pending = confirming(
        'bearer',
        data(ours, ` NotBefore="${stamp(61)}" NotOnOrAfter="${stamp(90)}"`),
      );
      await corp.refuses(edited(confirmation, pending), /begins later/, late);
      for (const written of [
        stamp(60).replace('Z', '+08:00'),
        stamp(60).replace('Z', ''),
        stamp(60).slice(0, 10),
        String(at(60)),
        '2099-13-01T00:00:00Z',
        'tomorrow',
        '',
        ` ${stamp(60)}`,
      ]) {
        await corp.refuses(edited(/ NotOnOrAfter="[^"]*">/, ` NotOnOrAfter="${written}">`), /wrongly formed/);
      }
      frozen = undefined;
    });

    test('has one complete subject, recorded as it was signed', async () => {
      for (const [name, subject] of [
        ['  alice  ', 'alice'],
        ['a b', 'a b'],
        ['王@例.example', '王@例.example'],
        ['&lt;x&gt;&amp;', '<x>&'],
        ['x'.repeat(1024), 'x'.repeat(1024)],
      ] as const) {
        assert.equal((await corp.accepts(corp.signed({ subject: name }))).subject, subject);
      }
      await corp.refuses(corp.signed({ subject: 'x'.repeat(1025) }), /too long/);
      for (const name of ['', ' ', '<x>admin</x>', 'ad<x/>min']) {
        await corp.refuses(corp.signed({ subject: name }), /no subject/);
      }
      const [id] = /<saml:NameID.*<\/saml:NameID>/.exec(corp.unsigned())!;
      await corp.refuses(edited(id, id + id), /no subject/);
      await corp.refuses(edited(id, '<saml:EncryptedID></saml:EncryptedID>'), /no subject/);
      await corp.refuses(
        edited(id, id.replaceAll('saml:NameID', 'x:NameID').replace(' ', ' xmlns:x="urn:x" ')),
        /no subject/,
      );
      const whole = /<saml:Subject>.*<\/saml:Subject>/;
      const [subject] = whole.exec(corp.unsigned())!;
      await corp.refuses(edited(whole, subject + subject), /no subject/);
    });

    test('has the entity ID of the metadata as its issuer', async () => {
      for (const issuer of [
        'https://idp.example.com/other',
        `${idp.entityId}/`,
        '',
        'HTTPS://IDP.EXAMPLE.COM/saml',
      ]) {
        await corp.refuses(corp.signed({ issuer }), /another issuer/);
      }
      const [issuer] = /<saml:Issuer>[^<]*<\/saml:Issuer><saml:Subject>/.exec(corp.unsigned())!;
      await corp.refuses(
        edited(issuer, replaced(issuer, '<saml:Subject>', '<saml:Issuer>x</saml:Issuer><saml:Subject>')),
        /another issuer/,
      );
    });

    test('is of SAML 2.0', async () => {
      const header = new RegExp(`<saml:Assertion xmlns:saml="${saml}"`);
      await corp.refuses(
        edited(header, '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion"'),
        /exactly one assertion/,
      );
      await corp.refuses(
        edited(/ Version="2.0"><saml:Issuer>/, ' Version="1.1"><saml:Issuer>'),
        /exactly one assertion/,
      );
    });
  });

  describe('the attributes of an assertion', () => {
    test('list roles with the provider, in either order, among others', async () => {
      const { roleArn, providerArn } = corp;
      const other = `acs:ram::${corp.account.accountId}:role/other,${providerArn}`;
      for (const roles of [
        [`${roleArn},${providerArn}`],
        [`${providerArn},${roleArn}`],
        [` ${roleArn} , ${providerArn} `],
        [other, corp.pair],
        [corp.pair, corp.pair],
        [corp.pair.replace('visitor', 'VISITOR').replace('corp', 'Corp')],
        [corp.pair.replaceAll('ram::', 'ram:*:')],
        ['nonsense', corp.pair],
      ]) {
        await corp.accepts(corp.signed({ roles }));
      }
    });

    test('do not list a role by another account, another provider, half a pair or a pattern', async () => {
      const { roleArn, providerArn } = corp;
      const foreign = '1234567890123456';
      const { accountId } = corp.account;
      for (const roles of [
        [],
        [''],
        [roleArn],
        [providerArn],
        [roleArn, providerArn],
        [`${roleArn},`],
        [`${roleArn},${roleArn}`],
        [`${providerArn},${providerArn}`],
        [`${roleArn},${providerArn},${roleArn}`],
        [`${roleArn};${providerArn}`],
        [`${roleArn} ${providerArn}`],
        [`${roleArn.replace(accountId, foreign)},${providerArn}`],
        [`${roleArn},${providerArn.replace(accountId, foreign)}`],
        [`acs:ram::${accountId}:role/*,${providerArn}`],
        [`acs:ram::${accountId}:role/visito?,${providerArn}`],
        [`${roleArn}-2,${providerArn}`],
        [`${roleArn},${providerArn}-2`],
        [`${roleArn},acs:ram::${accountId}:oidc-provider/corp`],
        [`acs:ram::${accountId}:user/visitor,${providerArn}`],
        [`<x>${corp.pair}</x>`],
      ]) {
        await corp.refuses(corp.signed({ roles }), /does not list the role/);
      }
      const otherName = (text: string) =>
        replaced(text, 'SAML-Role/Attributes/Role"', 'SAML-Role/Attributes/role"');
      await corp.refuses(corp.signed({}, otherName), /does not list the role/);
      const otherNamespace = (text: string) =>
        replaced(text, '<saml:AttributeValue>acs', '<saml:AttributeValue xmlns:saml="urn:x">acs');
      await corp.refuses(corp.signed({}, otherNamespace), /does not list the role/);
    });

    test('name the session: once, with 2 to 64 letters, digits and ._@=-', async () => {
      for (const sessionName of ['ab', 'x'.repeat(64), 'a.b_c@d=e-f', '  alice\n']) {
        assert.equal((await corp.accepts(corp.signed({ sessionName }))).session, sessionName.trim());
      }
      for (const sessionName of [
        '',
        'a',
        'x'.repeat(65),
        'a b',
        'a/b',
        'a:b',
        'a*',
        'á',
        'a\nb',
        'a&#10;b',
        '<x>alice</x>',
      ]) {
        await corp.refuses(corp.signed({ sessionName }), /RoleSessionName/);
      }
      const twice = (text: string) =>
        replaced(
          text,
          '>alice</saml:AttributeValue>',
          '>alice</saml:AttributeValue><saml:AttributeValue>bob</saml:AttributeValue>',
        );
      await corp.refuses(corp.signed({}, twice), /RoleSessionName/);
      const [attribute] = /<saml:Attribute Name="[^"]*RoleSessionName">.*?<\/saml:Attribute>/.exec(
        corp.unsigned(),
      )!;
      const again = `<saml:AttributeStatement>${attribute.replace('alice', 'bob')}</saml:AttributeStatement></saml:Assertion>`;
      await corp.refuses(edited('</saml:Assertion>', again), /RoleSessionName/);
    });

    test('bound the session duration once, by a number from 900 to 43200', async () => {
      for (const sessionSeconds of ['900', '43200', ' 3600 '])
        await corp.accepts(corp.signed({ sessionSeconds }));
      for (const sessionSeconds of [
        '',
        '899',
        '43201',
        '-900',
        '+900',
        '9e3',
        '0x384',
        '900.0',
        '900,901',
        '999999999',
        'x',
      ]) {
        await corp.refuses(corp.signed({ sessionSeconds }), /SessionDuration/);
      }
      const twice = (text: string) =>
        replaced(
          text,
          '>900</saml:AttributeValue>',
          '>900</saml:AttributeValue><saml:AttributeValue>43200</saml:AttributeValue>',
        );
      await corp.refuses(corp.signed({ sessionSeconds: '900' }, twice), /SessionDuration/);
    });
  });

  describe('the source identity of an assertion', () => {
    test('is one of 2 to 64 characters', async () => {
      for (const value of ['al', 'alice@example.com', 'a'.repeat(64), ' alice ']) {
        await corp.accepts(corp.signed({ sourceIdentity: [value] }));
      }
      for (const values of [
        [''],
        ['a'],
        ['a'.repeat(65)],
        ['al ice'],
        ['a/b'],
        ['alice', 'bob'],
        ['alice', 'alice'],
      ]) {
        await corp.refuses(corp.signed({ sourceIdentity: values }), /SourceIdentity/);
      }
    });

    test('is asked about by the trust policy, answered, and kept in the sessions that the session opens', async () => {
      const requireAlice = { Condition: { StringLike: { 'sts:SourceIdentity': 'alice*' } } };
      const first = await corp.createRole('sourced', trusting(corp.providerArn, requireAlice));
      const second = await corp.createRole(
        'chained',
        JSON.stringify({
          Version: '1',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { RAM: [`acs:ram::${corp.account.accountId}:root`] },
              ...requireAlice,
            },
          ],
        }),
      );
      await corp.admin('2015-05-01', 'AttachPolicyToRole', {
        RoleName: 'sourced',
        PolicyName: 'AdministratorAccess',
        PolicyType: 'System',
      });
      const show = (sourceIdentity?: readonly string[]) =>
        corp.show(
          corp.signed({ ...(sourceIdentity && { sourceIdentity }), roles: [`${first},${corp.providerArn}`] }),
          { RoleArn: first },
        );
      assert.equal((await show()).code, 'NoPermission');
      assert.equal((await show(['mallory'])).code, 'NoPermission');
      const { body } = await show(['alice@corp']);
      assert.equal(body['SourceIdentity'], 'alice@corp');
      const { AccessKeyId, AccessKeySecret, SecurityToken } = body['Credentials'] as Record<string, string>;
      const session = corp.server.clients({
        accessKeyId: AccessKeyId!,
        accessKeySecret: AccessKeySecret!,
        securityToken: SecurityToken!,
      });
      const chain = (more: Readonly<Record<string, string>>) =>
        session.callRpc('2015-04-01', 'AssumeRole', { RoleArn: second, RoleSessionName: 'two', ...more });
      assert.equal((await chain({}))['SourceIdentity'], 'alice@corp');
      await refused(chain({ SourceIdentity: 'alice' }), 'InvalidParameter', 400);
    });
  });

  describe('a role session by an assertion', () => {
    const keyOf = (body: Readonly<Record<string, unknown>>) => {
      const pair = body['Credentials'] as Record<string, string>;
      return {
        accessKeyId: pair['AccessKeyId']!,
        accessKeySecret: pair['AccessKeySecret']!,
        securityToken: pair['SecurityToken']!,
      };
    };
    const role = (name: string, trust: string) => corp.createRole(name, trust);

    test('is of a role that trusts the signing provider', async () => {
      const second = new SamlIdentityProvider({ entityId: 'https://second.example.com' });
      await corp.admin('2019-08-15', 'CreateSAMLProvider', {
        SAMLProviderName: 'second',
        EncodedSAMLMetadataDocument: second.metadata(),
      });
      const secondArn = corp.providerArn.replace(/corp$/, 'second');
      const roles = [`${corp.roleArn},${secondArn}`, corp.pair];
      const bySecond = second.response({ roles });
      const outcome = await corp.show(bySecond, { SAMLProviderArn: secondArn });
      assert.deepEqual([outcome.status, outcome.code], [403, 'NoPermission']);
      await corp.refuses(bySecond);
      // An issuer's name is not its key.
      await corp.refuses(second.sign(corp.unsigned(), 'Assertion'));
      const shared = await role('shared', trusting(secondArn));
      const allowed = second.response({ roles: [`${shared},${secondArn}`] });
      assert.equal((await corp.show(allowed, { SAMLProviderArn: secondArn, RoleArn: shared })).code, 'OK');
    });

    test('meets the trust policy by the signed content', async () => {
      const strict = await role(
        'strict',
        trusting(corp.providerArn, {
          Condition: {
            StringEquals: {
              'saml:sub': 'admin@example.com',
              'saml:sub_type': 'persistent',
              'saml:iss': idp.entityId,
            },
          },
        }),
      );
      const pair = `${strict},${corp.providerArn}`;
      const attempt = async (subject: string) =>
        (await corp.show(corp.signed({ subject, roles: [pair] }), { RoleArn: strict })).code;
      assert.equal(await attempt('admin@example.com'), 'OK');
      for (const subject of [
        'admin@example.com.evil.example',
        'Admin@example.com',
        'admin@example.co',
        '*',
        'admin@example.com,x',
      ]) {
        assert.equal(await attempt(subject), 'NoPermission', subject);
      }
      const denied = JSON.parse(trusting(corp.providerArn)) as { Statement: object[] };
      denied.Statement.push({
        Effect: 'Deny',
        Action: 'sts:AssumeRoleWithSAML',
        Principal: { Federated: [corp.providerArn] },
        Condition: { StringLike: { 'saml:sub': '*@evil.example' } },
      });
      const closed = await role('closed', JSON.stringify(denied));
      const show = async (subject: string) =>
        (
          await corp.show(corp.signed({ subject, roles: [`${closed},${corp.providerArn}`] }), {
            RoleArn: closed,
          })
        ).code;
      assert.equal(await show('a@good.example'), 'OK');
      assert.equal(await show('a@evil.example'), 'NoPermission');
    });

    test('ends with its role, and a new one of the same name does not revive it', async () => {
      const arn = await role('passing', trusting(corp.providerArn));
      const { body } = await corp.accepts(corp.signed({ roles: [`${arn},${corp.providerArn}`] }), {
        RoleArn: arn,
      });
      const key = keyOf(body);
      const alive = async () => (await callRaw(server.url, key, 'ACS3')).code;
      assert.equal(await alive(), 'OK');
      await corp.admin('2015-05-01', 'DeleteRole', { RoleName: 'passing' });
      assert.equal(await alive(), 'InvalidAccessKeyId.NotFound');
      await role('passing', trusting(corp.providerArn));
      assert.equal(await alive(), 'InvalidAccessKeyId.NotFound');
    });

    test('depends on its provider, also through chained sessions', async () => {
      const second = await SamlAccount.make(server, idp);
      await second.admin('2015-05-01', 'AttachPolicyToRole', {
        RoleName: 'visitor',
        PolicyName: 'AliyunSTSAssumeRoleAccess',
        PolicyType: 'System',
      });
      const next = JSON.stringify({
        Version: '1',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [second.roleArn] } }],
      });
      const nextArn = await second.createRole('next', next);
      const { body } = await second.accepts(second.signed());
      const chained = await callRaw(server.url, keyOf(body), 'ACS3', {
        action: 'AssumeRole',
        parameters: { RoleArn: nextArn, RoleSessionName: 'chained' },
      });
      assert.equal(chained.code, 'OK', chained.message);
      const key = keyOf(chained.body);
      assert.equal((await callRaw(server.url, key, 'ACS3')).code, 'OK');
      await second.admin('2019-08-15', 'DeleteSAMLProvider', { SAMLProviderName: 'corp' });
      assert.equal((await callRaw(server.url, key, 'ACS3')).code, 'InvalidAccessKeyId.NotFound');
    });

    test('is not opened in a disabled account, and ends when the account is disabled', async () => {
      const passing = await SamlAccount.make(server, idp);
      const { body } = await passing.accepts(passing.signed());
      const key = keyOf(body);
      const { accountId } = passing.account;
      await server.services.store.write(async (transaction) => {
        await transaction.queries
          .updateTable('accounts')
          .set({ status: 'Disabled' })
          .where('account_id', '=', accountId)
          .execute();
        transaction.changed({ accountId, topic: 'account', subject: accountId });
      });
      assert.notEqual((await callRaw(server.url, key, 'ACS3')).code, 'OK');
      await passing.refuses(passing.signed());
    });

    test('is not opened if the provider was deleted or changed while the call waited', async () => {
      for (const change of ['deleted', 'changed'] as const) {
        const waiting = await SamlAccount.make(server, idp);
        const { accountId } = waiting.account;
        let call: ReturnType<SamlAccount['show']> | undefined;
        await server.services.store.write(async ({ queries }) => {
          await (change === 'deleted'
            ? queries.deleteFrom('saml_providers').where('account_id', '=', accountId).execute()
            : queries
                .updateTable('saml_providers')
                .set({ metadata: new SamlIdentityProvider().metadata() })
                .where('account_id', '=', accountId)
                .execute());
          // It is verified on committed data, and then waits for this write.
          call = waiting.show(waiting.signed());
          for (let round = 0; round < 20; round++) await fetch(`${server.url}/healthz`);
        });
        const { status, code, body } = await call!;
        if (code === 'OK') {
          // Writes are concurrent there: the call was first, and its session ends with the provider.
          assert.equal(database, 'PostgreSQL');
          if (change === 'changed') continue;
          assert.equal((await callRaw(server.url, keyOf(body), 'ACS3')).code, 'InvalidAccessKeyId.NotFound');
          continue;
        }
        // The second is the answer if the assertion had not been verified yet.
        const either = ['404 EntityNotExist.SAMLProvider', '401 AuthenticationFail.SAMLAssertion.Invalid'];
        assert.ok(either.includes(`${status} ${code}`), `${change}: ${status} ${code}`);
      }
    });

    test('is recorded with subject, provider and role; a refusal in the account it is for', async () => {
      const recorded = (id: string) =>
        server.services.store.queries
          .selectFrom('audit_records')
          .selectAll()
          .where('event_id', '=', id)
          .executeTakeFirstOrThrow();
      const opened = await corp.show(corp.signed({ subject: 'carol@example.com', sessionName: 'carol' }));
      const row = await recorded(opened.requestId);
      const event = eventJson(row);
      assert.deepEqual(
        [row.account_id, row.event_name, row.event_rw, row.error_code, row.user_name],
        [corp.account.accountId, 'AssumeRoleWithSAML', 'Write', '', 'visitor:carol'],
      );
      const { requestParameters, responseElements, referencedResources, sourceIpAddress } = JSON.parse(event);
      assert.deepEqual(requestParameters, { RoleArn: corp.roleArn, SAMLProviderArn: corp.providerArn });
      assert.deepEqual(responseElements.SAMLAssertionInfo, {
        Issuer: idp.entityId,
        Recipient: ours,
        Subject: 'carol@example.com',
        SubjectType: 'persistent',
      });
      assert.deepEqual(referencedResources, { 'ACS::RAM::Role': ['visitor'] });
      assert.equal(sourceIpAddress, '127.0.0.1');
      const pair = opened.body['Credentials'] as Record<string, string>;
      for (const secret of [pair['AccessKeySecret']!, pair['SecurityToken']!])
        assert.ok(!event.includes(secret));
      const distrusted = await role('distrusted', trusting(`${corp.providerArn}-other`));
      const denied = await corp.show(corp.signed({ roles: [`${distrusted},${corp.providerArn}`] }), {
        RoleArn: distrusted,
      });
      const refusal = await recorded(denied.requestId);
      assert.deepEqual([refusal.account_id, refusal.error_code], [corp.account.accountId, 'NoPermission']);
    });
  });

  describe('a used assertion', () => {
    test('stays used, however it is wrapped, encoded or requested the next time', async () => {
      const signed = corp.signed({ id: '_once' });
      await corp.accepts(signed);
      const used = /used before/;
      await corp.refuses(signed, used);
      await corp.refuses([Buffer.from(signed).toString('base64').replace(/.{60}/g, '$&\n')], used);
      await corp.refuses(
        replaced(
          signed,
          /<samlp:Response ([^>]*)ID="[^"]*"/,
          '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_new"',
        ),
        used,
      );
      await corp.refuses(`<?xml version="1.0"?>${signed}`, used);
      const other = await corp.show(signed, {
        DurationSeconds: '900',
        RoleArn: corp.roleArn.replace('ram::', 'ram:*:'),
      });
      assert.match(other.message, used);
      // Another assertion with the same ID is refused as well: the ID identifies it.
      await corp.refuses(corp.signed({ id: '_once', subject: 'bob' }), used);
      await corp.accepts(corp.signed({ id: '_twice' }));
    });

    test('is verified twenty times a minute at most, as is one that opens nothing', async () => {
      frozen = Date.now();
      try {
        const used = corp.signed();
        await corp.accepts(used);
        const listsNoRole = corp.signed({ roles: [] });
        for (let shown = 1; shown < 20; shown += 1) await corp.refuses(used, /used before/);
        for (let shown = 0; shown < 20; shown += 1) await corp.refuses(listsNoRole, /does not list/);
        for (const signed of [used, listsNoRole]) {
          // Also in another response around it, however that was changed.
          const rewrapped = replaced(signed, /<samlp:StatusCode /, '<samlp:StatusCode  ');
          const changed = replaced(signed, /<saml:Audience>/, '<saml:Audience >');
          for (const text of [signed, rewrapped, changed]) {
            const { code, status } = await corp.show(text);
            assert.deepEqual([code, status], ['Throttling.SAMLAssertion', 429]);
          }
        }
        await corp.accepts(corp.signed());
        frozen += 60_000;
        await corp.refuses(used, /used before/);
      } finally {
        frozen = undefined;
      }
    });

    test('is not counted by forged ones with its ID', async () => {
      const signed = corp.signed({ id: '_mine' });
      const stranger = new SamlIdentityProvider();
      for (let shown = 0; shown < 25; shown += 1) {
        await corp.refuses(corp.unsigned({ id: '_mine' }), /not signed itself/);
        await corp.refuses(stranger.response({ id: '_mine', roles: [corp.pair] }));
      }
      await corp.accepts(signed);
    });

    test("is used for the provider that has signed it, not for another account's of the same name", async () => {
      const other = await SamlAccount.make(server, idp);
      await corp.accepts(corp.signed({ id: '_shared' }));
      await other.accepts(other.signed({ id: '_shared' }));
    });
  });
});

eachDatabase((name, { freshLocation }) => {
  describe(`on two nodes (${name})`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'claviger-federation-'));
    const nodes: Claviger[] = [];
    after(async () => {
      for (const node of nodes) await node.close();
      rmSync(directory, { recursive: true });
    });

    test('an assertion opens one session, also if a clock is behind or set back', async () => {
      const location = await freshLocation();
      const database = location.kind === 'postgres' ? { database: location.url } : {};
      const configuration = readConfiguration(
        { data: join(directory, 'data'), port: 0, unsharedNonces: 'warn', ...database },
        {},
      );
      const logger = pino({ level: 'silent' });
      let ahead = 0;
      const made = await initialise(configuration, { now: Date.now, log: () => {} });
      const one = await startClaviger(configuration, logger, () => Date.now() + ahead);
      const two = await startClaviger(configuration, logger);
      nodes.push(one, two);
      const admin = new Clients(one.url, {
        accessKeyId: made.accessKeyId,
        accessKeySecret: made.accessKeySecret.reveal(),
      });
      await admin.callRpc('2019-08-15', 'CreateSAMLProvider', {
        SAMLProviderName: 'corp',
        EncodedSAMLMetadataDocument: idp.metadata(),
      });
      const accountId = made.userPrincipalName.replace(/^.*@(\d+)\..*$/, '$1');
      const SAMLProviderArn = `acs:ram::${accountId}:saml-provider/corp`;
      const RoleArn = `acs:ram::${accountId}:role/visitor`;
      await admin.callRpc('2015-05-01', 'CreateRole', {
        RoleName: 'visitor',
        AssumeRolePolicyDocument: trusting(SAMLProviderArn),
      });
      const show = (url: string, text: string) =>
        callAnonymously(url, 'AssumeRoleWithSAML', {
          RoleArn,
          SAMLProviderArn,
          SAMLAssertion: Buffer.from(text).toString('base64'),
        });
      const roles = [`${RoleArn},${SAMLProviderArn}`];

      const signed = idp.response({ roles, notOnOrAfter: Date.now() + 300_000 });
      const outcomes = await Promise.all([
        show(one.url, signed),
        show(two.url, signed),
        show(one.url, signed),
        show(two.url, signed),
      ]);
      assert.equal(outcomes.filter(({ code }) => code === 'OK').length, 1);
      // It has expired by the first node's clock, so its use need not be remembered; by the other's it has
      // not.
      ahead = 300_000;
      const later = await show(one.url, idp.response({ roles, notOnOrAfter: Date.now() + 900_000 }));
      assert.equal(later.code, 'OK', later.message);
      assert.match((await show(two.url, signed)).message, /used before/);
      ahead = 0;
      assert.match((await show(one.url, signed)).message, /used before/);
    });
  });
});
