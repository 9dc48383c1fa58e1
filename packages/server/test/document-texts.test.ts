/** JSON documents in parameters: a byte order mark before one is dropped, by every operation that takes one. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readAccountRows } from './account-rows.ts';
import { type RequestCase, requestCases } from './prepared-requests.ts';
import { callRaw } from './raw-request.ts';
import { SampleEntities, trusting } from './sample-entities.ts';
import { startTestServer, type TestServer } from './server.ts';

const MARK = '\ufeff';

const allowAll = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';

/** Documents of optional parameters that the prepared requests leave out. */
const OPTIONAL: Readonly<Record<string, string>> = {
  PolicyDocument: allowAll,
  Policy: allowAll,
  NewAssumeRolePolicyDocument: trusting({ Service: ['ecs.aliyuncs.com'] }),
};

/** Returns the parameters of an operation that hold a JSON document. */
const documentsOf = ({ operation: { input } }: RequestCase) =>
  Object.keys(input).filter((name) => input[name]!.schema['contentMediaType'] === 'application/json');

describe('a byte order mark before a document', () => {
  let server: TestServer;
  let entities: SampleEntities;

  before(async () => {
    server = await startTestServer({});
    const vendor = new SampleEntities(server, await server.newAccount(), 'vendor', Date.now());
    entities = new SampleEntities(server, server.account, 'a', Date.now(), vendor);
  });
  after(() => server.close());

  test('is dropped by every operation that takes one', async () => {
    let tried = 0;
    for (const one of requestCases()) {
      for (const parameter of documentsOf(one)) {
        const { version, name: action } = one.operation;
        const { parameters } = await one.prepare(entities, `${one.name}-${tried}`);
        const text = parameters[parameter] ?? OPTIONAL[parameter];
        assert.ok(text !== undefined, `${one.title} ${parameter}`);
        const answer = await callRaw(server.url, server.account.key, 'ACS3 with a form', {
          version,
          action,
          parameters: { ...parameters, [parameter]: `${MARK}${text}` },
        });
        assert.equal(answer.status, 200, `${one.title} ${parameter}: ${answer.code} ${answer.message}`);
        assert.ok(!JSON.stringify(answer.body).includes(MARK), one.title);
        tried += 1;
      }
    }
    assert.ok(tried >= 9, `${tried} documents`);
    for (const row of await readAccountRows(server.services, server.account.accountId)) {
      assert.ok(!row.includes(MARK), row);
    }
  });

  test('is refused inside of the document, and a second one as well', async () => {
    for (const text of [`${MARK}${MARK}${allowAll}`, `${allowAll}${MARK}`, `{${MARK}${allowAll.slice(1)}`]) {
      const answer = await callRaw(server.url, server.account.key, 'ACS3 with a form', {
        version: '2015-05-01',
        action: 'CreatePolicy',
        parameters: { PolicyName: 'marked', PolicyDocument: text },
      });
      assert.deepEqual([answer.status, answer.code], [400, 'MalformedPolicyDocument']);
    }
  });

  test('a Version that is a number is refused in words', async () => {
    const answer = await callRaw(server.url, server.account.key, 'ACS3 with a form', {
      version: '2015-05-01',
      action: 'CreatePolicy',
      parameters: { PolicyName: 'numbered', PolicyDocument: allowAll.replace('"1"', '1') },
    });
    assert.equal(answer.code, 'MalformedPolicyDocument');
    assert.match(answer.message, /`Version` is the number `1`, and must be a string: write `"1"`/);
  });
});

describe('an empty list of principals beside another one', () => {
  test('is accepted and answered as it was sent', async () => {
    const server = await startTestServer({});
    try {
      const trust =
        '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",' +
        ' "Principal": {"RAM": [], "Federated": [], "Service": ["ecs.aliyuncs.com"]}}]}';
      const { admin } = server.account;
      const created = await admin.call('2015-05-01', 'CreateRole', {
        RoleName: 'instance',
        AssumeRolePolicyDocument: trust,
      });
      assert.equal((created['Role'] as Record<string, unknown>)['AssumeRolePolicyDocument'], trust);
      const read = await admin.call('2015-05-01', 'GetRole', { RoleName: 'instance' });
      assert.equal((read['Role'] as Record<string, unknown>)['AssumeRolePolicyDocument'], trust);
    } finally {
      await server.close();
    }
  });
});
