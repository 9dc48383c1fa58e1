import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemPolicyKeys } from '@claviger/catalogue';
import { findSystemPolicy, standInPolicy } from '../../server/src/policies/system-policies.ts';
import { sentenceKeys } from '../src/components/system-policy-text.ts';

test('the description of every system policy can be shown in every language', () => {
  const policies = [...systemPolicyKeys()].flatMap((key) => findSystemPolicy(key) ?? []);
  assert.ok(policies.length > 1000);
  const unknown = [...policies, standInPolicy('AliyunUnknownAccess')].filter(
    ({ description }) => sentenceKeys(description) === undefined,
  );
  assert.deepEqual(
    unknown.map(({ description }) => description),
    [],
  );
});
