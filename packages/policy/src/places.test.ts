import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from './parse.ts';
import { placesInJson } from './places.ts';

const text = `{
  "Version": "1",
  "Statement": [
    { "Effect": "Allow", "Action": ["ram:GetUser"], "Resource": "*" },
    {
      "Effect": "Deny",
      "Action": "*",
      "Resource": "*",
      "Condition": { "Bool": { "acs:MFAPresent": false } }
    }
  ]
}`;

test('each value has its place, by the path that faults have', () => {
  const { places, faults } = placesInJson(text);
  assert.deepEqual(faults, []);
  assert.deepEqual(places.get('$.Statement[0]'), { line: 4, column: 5, endLine: 4, endColumn: 70 });
  assert.deepEqual(places.get('$.Statement[1]'), { line: 5, column: 5, endLine: 10, endColumn: 6 });
  assert.deepEqual(places.get('$.Statement[1].Condition.Bool["acs:MFAPresent"]'), {
    line: 9,
    column: 50,
    endLine: 9,
    endColumn: 55,
  });
  assert.deepEqual(places.get('$'), { line: 1, column: 1, endLine: 12, endColumn: 2 });
});

test('a fault stands where its value begins', () => {
  const wrong = text.replace('"Deny"', '"Perhaps"');
  const parsed = parsePolicy(wrong, 'identity');
  assert.ok(!parsed.ok);
  const [fault] = parsed.faults;
  const place = placesInJson(wrong).places.get(fault!.path);
  assert.deepEqual([place?.line, place?.column], [fault!.line, fault!.column]);
  assert.equal(place!.endColumn - place!.column, '"Perhaps"'.length);
});

test('a text that is not JSON has no places, and says where it breaks off', () => {
  const { places, faults } = placesInJson('{ "Version": ');
  assert.equal(places.size, 0);
  assert.deepEqual(
    faults.map(({ line, column }) => [line, column]),
    [[1, 14]],
  );
});
