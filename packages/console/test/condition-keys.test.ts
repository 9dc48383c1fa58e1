import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATION_CONDITION_KEYS, REQUEST_CONDITION_KEYS } from '../../policy/src/condition-keys.ts';
import { CONDITION_KEYS } from '../src/pages/policies/condition-keys.ts';

test('the policy builder offers every condition key for identity policies', () => {
  const known = Object.entries({ ...REQUEST_CONDITION_KEYS, ...OPERATION_CONDITION_KEYS }).filter(
    ([, key]) => !('kinds' in key) || key.kinds.some((kind: string) => kind === 'identity'),
  );
  assert.deepEqual(CONDITION_KEYS.toSorted(), known.map(([name]) => name).toSorted());
});
