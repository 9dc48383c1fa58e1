import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { documentFaults } from '../policy-documents/document-faults.ts';
import { PolicyAnalysis } from './policy-analysis.ts';

const lane = { account: '1000000000000001', source: 'alice' };
const other = { account: '1000000000000002', source: 'bob' };
const right = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*"}]}';
const many = `{"Version":"1","Statement":[{"Effect":"Allow","Action":[${'1,'.repeat(5000)}1],"Resource":"*"}]}`;

describe('the analysis of policies', () => {
  const analysis = new PolicyAnalysis();
  after(() => analysis.close());

  test('says of a document what the validator says', async () => {
    for (const document of [right, '{', '{"Version":"2"}', right.replace('ram:GetUser', 'x')]) {
      for (const kind of ['identity', 'trust', 'network'] as const) {
        assert.deepEqual(await analysis.faults(lane, document, kind), documentFaults(document, kind));
      }
    }
  });

  test('tells of a bounded number of faults, and how many more there are', async () => {
    const faults = await analysis.faults(lane, many, 'identity');
    assert.equal(faults.length, 201);
    assert.match(faults.at(-1)!.Message, /^There are \d+ more/);
  });

  test('lets a bounded number wait for one account, and others take their turn', async () => {
    const asked = Array.from({ length: 40 }, () => analysis.faults(lane, many, 'identity'));
    const others = analysis.faults(other, right, 'identity');
    const settled = await Promise.allSettled(asked);
    assert.deepEqual(await others, []);
    const refused = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    assert.equal(refused.length, 40 - 16 - 1);
    for (const { reason } of refused) assert.equal(reason.code, 'Throttling.User');
  });

  test('goes on with another thread when one has ended', async () => {
    await analysis.close();
    assert.deepEqual(await analysis.faults(lane, right, 'identity'), []);
  });
});
