/** Policies name entities before they exist: what they say holds when the entity is created. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { requestCases } from './prepared-requests.ts';
import { callRaw } from './raw-request.ts';
import { SampleEntities } from './sample-entities.ts';
import { eachServer, type TestServer, type TestUser } from './server.ts';

const RAM = '2015-05-01';

/** Clock of the server; it stands still, so that the codes of MFA devices stay valid. */
const now = Date.now();

/** Entities whose ARN does not have their name. */
const NAMED_BY_ID = /:application\//;

const document = (...Statement: object[]) => JSON.stringify({ Version: '1', Statement });

eachServer((_, start) => {
  describe('names of new entities', () => {
    let server: TestServer;
    let entities: SampleEntities;
    before(async () => {
      server = await start({ now: () => now });
      entities = new SampleEntities(server, server.account, 'a', now);
    });

    async function userUnder(name: string, ...statements: object[]): Promise<TestUser> {
      const user = await server.newUser(server.account, name);
      await entities.do(RAM, 'CreatePolicy', { PolicyName: name, PolicyDocument: document(...statements) });
      await entities.do(RAM, 'AttachPolicyToUser', {
        UserName: name,
        PolicyName: name,
        PolicyType: 'Custom',
      });
      return user;
    }

    test('a Deny on a name holds before an entity has it', async () => {
      const user = await userUnder(
        'denied-names',
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'ram:Create*', Resource: 'acs:ram:*:*:*/reserved-*' },
      );
      const created = new Set<string>();
      for (const { operation, prepare, name } of requestCases()) {
        if (!operation.name.startsWith('Create')) continue;
        for (const prefix of ['reserved', 'free']) {
          const prepared = await prepare(entities, `${prefix}-${name}`);
          const [resource = ''] = prepared.on;
          if (prepared.makes === undefined || NAMED_BY_ID.test(resource)) continue;
          const { version, name: action } = operation;
          const { code } = await callRaw(server.url, user.key, 'ACS3 with a form', {
            version,
            action,
            parameters: prepared.parameters,
            now,
          });
          assert.equal(code, prefix === 'free' ? 'OK' : 'NoPermission', `${action} ${prefix}`);
          created.add(`${version} ${action}`);
        }
      }
      assert.equal(created.size, 10, [...created].join());
    });

    test('a permission on names is enough where RAM documents it, and no more than that', async () => {
      const user = await userUnder('own-names', {
        Effect: 'Allow',
        Action: 'ram:Create*',
        Resource: 'acs:ram:*:*:*/app-*',
      });
      const codeOf = async (action: string, parameters: Record<string, string>) =>
        (await callRaw(server.url, user.key, 'ACS3 with a form', { version: RAM, action, parameters, now }))
          .code;
      const trust = document({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: ['ecs.aliyuncs.com'] },
      });
      const role = (RoleName: string) => codeOf('CreateRole', { RoleName, AssumeRolePolicyDocument: trust });
      assert.equal(await role('app-worker'), 'OK');
      assert.equal(await role('worker'), 'NoPermission');
      const policy = (PolicyName: string) => codeOf('CreatePolicy', { PolicyName, PolicyDocument: trust });
      assert.equal(await policy('other'), 'NoPermission');
      assert.equal(await policy('app-read'), 'MalformedPolicyDocument');
      // For users and groups RAM names all of them.
      assert.equal(await codeOf('CreateUser', { UserName: 'app-user' }), 'NoPermission');
      assert.equal(await codeOf('CreateGroup', { GroupName: 'app-group' }), 'NoPermission');
    });
  });
});
