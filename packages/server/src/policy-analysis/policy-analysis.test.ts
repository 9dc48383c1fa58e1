import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { documentFaults } from '../policy-documents/document-faults.ts';
import { PolicyAnalysis } from './policy-analysis.ts';

const lane = { account: '1000000000000001', source: 'alice' };
const other = { account: '1000000000000002', source: 'bob' };
const right = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*"}]}';
const many = `{"Version":"1","Statement":[{"Effect":"Allow","Action":[${'1,'.repeat(5000)}1],"Resource":"*"}]}`;

describe('policy analysis', () => {
  const analysis = new PolicyAnalysis();
  after(() => analysis.close());

  test('returns the faults that the validator finds', async () => {
    for (const document of [right, '{', '{"Version":"2"}', right.replace('ram:GetUser', 'x')]) {
      for (const kind of ['identity', 'trust', 'network'] as const) {
        assert.deepEqual(await analysis.faults(lane, document, kind), documentFaults(document, kind));
      }
    }
  });

  test('returns a bounded number of faults, and the number of further ones', async () => {
    const faults = await analysis.faults(lane, many, 'identity');
    assert.equal(faults.length, 201);
    assert.match(faults.at(-1)!.Message, /^There are \d+ more/);
  });

  test('queues a bounded number of tasks for one account, and serves accounts in turn', async () => {
    const asked = Array.from({ length: 40 }, () => analysis.faults(lane, many, 'identity'));
    const others = analysis.faults(other, right, 'identity');
    const settled = await Promise.allSettled(asked);
    assert.deepEqual(await others, []);
    const refused = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    assert.equal(refused.length, 40 - 16 - 1);
    for (const { reason } of refused) assert.equal(reason.code, 'Throttling.User');
  });

  test('continues with a new thread after one has ended', async () => {
    await analysis.close();
    assert.deepEqual(await analysis.faults(lane, right, 'identity'), []);
  });
});
