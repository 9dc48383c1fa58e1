import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationConditionKeys, requestConditionKeys } from '../../policy/src/condition-keys.ts';
import { conditionKeys } from '../src/pages/policies/condition-words.ts';

test('the policy builder offers every condition key that an identity policy can be asked with', () => {
  const known = Object.entries({ ...requestConditionKeys, ...operationConditionKeys }).filter(
    ([, key]) => !('kinds' in key) || key.kinds.some((kind: string) => kind === 'identity'),
  );
  assert.deepEqual(conditionKeys.toSorted(), known.map(([name]) => name).toSorted());
});
