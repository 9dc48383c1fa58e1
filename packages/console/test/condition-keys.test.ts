import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATION_CONDITION_KEYS, REQUEST_CONDITION_KEYS } from '../../policy/src/condition-keys.ts';
import { OPERATOR_NAMES } from '../../policy/src/operators.ts';
import { CONDITION_KEYS, OPERATORS } from '../src/api/__generated__/policy-words.ts';

test('the policy builder offers every condition key for identity policies', () => {
  const known = Object.entries({ ...REQUEST_CONDITION_KEYS, ...OPERATION_CONDITION_KEYS }).filter(
    ([, key]) => !('kinds' in key) || key.kinds.some((kind: string) => kind === 'identity'),
  );
  assert.deepEqual(CONDITION_KEYS.toSorted(), known.map(([name]) => name).toSorted());
});

test('the policy builder offers every condition operator', () => {
  assert.deepEqual(
    OPERATOR_NAMES.filter((name) => !OPERATORS.includes(name)),
    [],
  );
});
