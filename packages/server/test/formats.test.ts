/** Formats of an answer, as they are on the wire. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import ram from '@alicloud/ram20150501';
import { type RawCall, send, signedRequest, type Way, ways } from './raw-request.ts';
import { eachServer, refused, type TestServer, type TestUser } from './server.ts';

const jsonType = 'application/json;charset=utf-8';
/** Exact spelling: the official SDKs take any other for JSON. */
const xmlType = 'text/xml;charset=utf-8';

const versions = { Ims: '2019-08-15', Ram: '2015-05-01', Sts: '2015-04-01', Actiontrail: '2020-07-06' };

/** Returns the text of an element that occurs once. */
function elementOf(xml: string, name: string): string {
  const found = [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))];
  assert.equal(found.length, 1, `${name} in ${xml}`);
  return found[0]?.[1] ?? '';
}

eachServer((_, start) => {
  describe('the format of an answer', () => {
    let server: TestServer;
    let user: TestUser;

    before(async () => {
      server = await start();
      user = await server.newUser(server.account, 'reader');
    });

    const asAdmin = (way: Way, call: RawCall) =>
      send(server.url, signedRequest(server.url, server.account.key, way, call));
    const asUser = (way: Way, call: RawCall) =>
      send(server.url, signedRequest(server.url, user.key, way, call));

    test('defaults to XML for RAM, and to JSON for IMS, STS and ActionTrail', async () => {
      for (const way of ways) {
        for (const [product, action, type] of [
          ['Ram', 'ListUsers', xmlType],
          ['Ims', 'ListUsers', jsonType],
          ['Sts', 'GetCallerIdentity', jsonType],
          ['Actiontrail', 'LookupEvents', jsonType],
        ] as const) {
          const { status, headers, text } = await asAdmin(way, { version: versions[product], action });
          assert.equal(headers['content-type'], type, `${product} by ${way}`);
          if (type === xmlType)
            assert.match(text, /^<\?xml version='1.0' encoding='UTF-8'\?><ListUsersResponse>/);
          else assert.ok(JSON.parse(text));
          assert.equal(status, 200, `${product} ${text}`);
        }
      }
    });

    test('is set by Format, case-insensitively, else by Accept', async () => {
      for (const version of [versions.Ram, versions.Ims]) {
        for (const [format, accept, type] of [
          ['JSON', undefined, jsonType],
          ['json', undefined, jsonType],
          ['XML', undefined, xmlType],
          ['xml', undefined, xmlType],
          [undefined, 'application/json', jsonType],
          [undefined, 'application/xml', xmlType],
          [undefined, 'text/xml', xmlType],
          ['JSON', 'application/xml', jsonType],
          ['XML', 'application/json', xmlType],
        ] as const) {
          const { headers } = await asAdmin('ACS3', {
            version,
            action: 'ListUsers',
            ...(format && { format }),
            ...(accept && { accept }),
          });
          assert.equal(headers['content-type'], type, `${version} ${format} ${accept}`);
        }
      }
    });

    test("is refused in the product's default format if Format is unknown", async () => {
      for (const way of ways) {
        for (const format of ['YAML', 'raw', 'JSONP', 'JSON,XML', 'null', 'x'.repeat(1000)]) {
          const json = await asAdmin(way, { action: 'GetCallerIdentity', format });
          assert.equal(json.status, 400);
          const { Code, Message } = JSON.parse(json.text) as { Code: string; Message: string };
          assert.deepEqual(
            [Code, Message],
            ['InvalidParameter.Format', 'Specified parameter Format is not valid.'],
          );
          const xml = await asAdmin(way, { version: versions.Ram, action: 'ListUsers', format });
          assert.deepEqual(
            [xml.status, elementOf(xml.text, 'Code')],
            [400, 'InvalidParameter.Format'],
            `${way} ${format}`,
          );
        }
      }
    });

    test('does not change the content; the request id is in body and header', async () => {
      const call = { version: versions.Ram, action: 'GetUser', parameters: { UserName: 'reader' } };
      const json = await asAdmin('RPC 1.0 by GET', { ...call, format: 'JSON' });
      const xml = await asAdmin('RPC 1.0 by GET', { ...call, format: 'XML' });
      const body = JSON.parse(json.text) as { RequestId: string; User: Record<string, unknown> };
      assert.match(body.RequestId, /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
      assert.equal(json.headers['x-acs-request-id'], body.RequestId);
      assert.equal(xml.headers['x-acs-request-id'], elementOf(xml.text, 'RequestId'));
      assert.match(
        xml.text,
        /<GetUserResponse><User>.*<\/User><RequestId>[^<]+<\/RequestId><\/GetUserResponse>$/,
      );
      for (const [name, value] of Object.entries(body.User)) {
        if (typeof value !== 'object') assert.equal(elementOf(xml.text, name), String(value), name);
      }
    });

    test('preserves any text of a user in XML', async () => {
      const nasty = `a <b attr="1"> & 'c' ]]> &amp; 中文 😀`;
      await server.account.admin.callRpc(versions.Ims, 'UpdateUser', {
        UserPrincipalName: user.userPrincipalName,
        NewComments: nasty,
      });
      const { text } = await asAdmin('ACS3', {
        version: versions.Ram,
        action: 'GetUser',
        parameters: { UserName: 'reader' },
      });
      const read = elementOf(text, 'Comments').replace(
        /&(amp|lt|gt);/g,
        (_, name: 'amp' | 'lt' | 'gt') => ({ amp: '&', lt: '<', gt: '>' })[name],
      );
      assert.equal(read, nasty);
    });

    describe('the format of a refusal', () => {
      const denied = { version: versions.Ram, action: 'ListUsers' };

      test('has RequestId, HostId, Code, Message and Recommend, in JSON and in XML', async () => {
        const { host } = new URL(server.url);
        const call = { version: versions.Ram, action: 'GetUser', parameters: { UserName: 'absent' } };
        for (const way of ways) {
          const json = await asAdmin(way, { ...call, format: 'JSON' });
          const body = JSON.parse(json.text) as Record<string, string>;
          assert.deepEqual(Object.keys(body), ['RequestId', 'HostId', 'Code', 'Message', 'Recommend']);
          assert.equal(json.status, 404);
          assert.equal(json.headers['content-type'], jsonType);
          assert.equal(body['Code'], 'EntityNotExist.User');
          assert.equal(body['HostId'], host);
          assert.equal(body['RequestId'], json.headers['x-acs-request-id']);
          assert.match(
            body['Recommend'] ?? '',
            /^https:\/\/[\w.]+\/troubleshoot\?q=EntityNotExist\.User&product=Ram$/,
          );

          const xml = await asAdmin(way, call);
          assert.equal(xml.status, 404);
          assert.equal(xml.headers['content-type'], xmlType);
          assert.match(xml.text, /^<\?xml version='1.0' encoding='UTF-8'\?><Error>.*<\/Error>$/);
          assert.equal(elementOf(xml.text, 'Code'), 'EntityNotExist.User');
          assert.equal(elementOf(xml.text, 'Message'), body['Message']);
          assert.equal(elementOf(xml.text, 'HostId'), host);
          assert.equal(elementOf(xml.text, 'RequestId'), xml.headers['x-acs-request-id']);
          assert.match(elementOf(xml.text, 'Recommend'), /q=EntityNotExist\.User&amp;product=Ram$/);
        }
      });

      test('is the requested one, however early the refusal', async () => {
        const thief = { ...user.key, accessKeySecret: 'guessed' };
        for (const way of ways) {
          for (const [what, key, call, code] of [
            [
              'an unknown action',
              user.key,
              { version: versions.Ram, action: 'GetUnicorn' },
              'InvalidAction.NotFound',
            ],
            ['an unknown version', user.key, { version: '2001-01-01', action: 'GetUser' }, 'InvalidVersion'],
            ['a wrong signature', thief, denied, 'SignatureDoesNotMatch'],
            [
              'a missing parameter',
              user.key,
              { version: versions.Ims, action: 'UpdateAccessKey' },
              'MissingUserAccessKeyId',
            ],
          ] as const) {
            const xml = await send(
              server.url,
              signedRequest(server.url, key, way, { ...call, format: 'XML' }),
            );
            assert.equal(xml.headers['content-type'], xmlType, `${what} by ${way}: ${xml.text}`);
            assert.equal(elementOf(xml.text, 'Code'), code);
            const json = await send(
              server.url,
              signedRequest(server.url, key, way, { ...call, format: 'JSON' }),
            );
            assert.equal(json.headers['content-type'], jsonType, `${what} by ${way}: ${json.text}`);
            assert.equal((JSON.parse(json.text) as { Code: string }).Code, code);
          }
          const unicorn = await asUser(way, { version: versions.Ram, action: 'GetUnicorn' });
          assert.equal(unicorn.headers['content-type'], xmlType, `RAM's own form, by ${way}`);
        }
      });

      test('never contains user input as markup', async () => {
        const action = '<script>alert(1)</script>';
        const { text } = await asUser('RPC 1.0 by GET', { version: versions.Ram, action, format: 'XML' });
        assert.ok(!text.includes('<script>'));
        const name = `<b>&"'`;
        const echoed = await asAdmin('RPC 1.0 by GET', {
          version: versions.Ram,
          action: 'GetUser',
          parameters: { UserName: name },
          format: 'XML',
        });
        assert.ok(!echoed.text.includes('<b>'));
      });

      test('names the missing permission in AccessDeniedDetail, in JSON and in XML', async () => {
        const json = await asUser('ACS3', { ...denied, format: 'JSON' });
        const xml = await asUser('ACS3', denied);
        assert.deepEqual([json.status, xml.status], [403, 403]);
        const body = JSON.parse(json.text) as Record<string, unknown>;
        const detail = body['AccessDeniedDetail'] as Record<string, string>;
        const { EncodedDiagnosticMessage: _, ...plain } = detail;
        assert.deepEqual(plain, {
          AuthAction: 'ram:ListUsers',
          AuthPrincipalType: 'SubUser',
          AuthPrincipalOwnerId: server.account.accountId,
          AuthPrincipalDisplayName: user.userId,
          NoPermissionType: 'ImplicitDeny',
          PolicyType: 'AccountLevelIdentityBasedPolicy',
        });
        for (const [name, value] of Object.entries(plain)) assert.equal(elementOf(xml.text, name), value);
        assert.match(
          xml.text,
          /<AccessDeniedDetail>.*<EncodedDiagnosticMessage>[^<]+<.*<\/AccessDeniedDetail>/,
        );
        assert.equal(
          body['Message'],
          `You are not authorized to do this action. Resource: acs:ram:*:${server.account.accountId}:user/* Action: ram:ListUsers`,
        );
        const error = await refused(
          user.clients.ram.listUsers(new ram.ListUsersRequest({})),
          'NoPermission',
          403,
        );
        assert.ok(
          error.accessDeniedDetail ?? error.data?.['AccessDeniedDetail'],
          'the official SDK sees it too',
        );
      });

      test("has a diagnostic message that opens with the account's own key only", async () => {
        const decode = (admin: TestServer['account']['admin'], message: string) =>
          admin.callRpc(versions.Ram, 'DecodeDiagnosticMessage', { EncodedDiagnosticMessage: message });
        const messageOf = async (call: RawCall) => {
          const { text } = await asUser('ACS3', { ...call, format: 'JSON' });
          const { AccessDeniedDetail } = JSON.parse(text) as { AccessDeniedDetail: Record<string, string> };
          return AccessDeniedDetail['EncodedDiagnosticMessage'] ?? '';
        };
        const message = await messageOf(denied);
        assert.ok(!Buffer.from(message, 'base64').toString('latin1').includes('ListUsers'), 'it is sealed');
        assert.notEqual(message, await messageOf(denied), 'and never the same twice');
        const decoded = JSON.stringify(await decode(server.account.admin, message));
        assert.match(decoded, /ram:ListUsers/);
        assert.match(decoded, /127\.0\.0\.1/);
        const stranger = await server.newAccount('stranger');
        await refused(decode(stranger.admin, message), 'InvalidEncodedDiagnosticMessage', 400);
        const changed = `${message.slice(0, -8)}${message.at(-8) === 'A' ? 'B' : 'A'}${message.slice(-7)}`;
        await refused(decode(server.account.admin, changed), 'InvalidEncodedDiagnosticMessage', 400);
      });
    });
  });
});
