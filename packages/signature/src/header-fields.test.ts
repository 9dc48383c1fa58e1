import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeaderFields, placeOf } from './header-fields.ts';

describe('header fields', () => {
  const fields = new HeaderFields([
    ...[
      'Host',
      ' a  b\t',
      'X-Acs-Date',
      'now',
      'x-Acs-VERSION',
      '',
      'x-acs-Note',
      '\t ',
      'Other',
      '1',
      'oTHER',
      '2',
    ],
    ...['HOST', 'c'],
  ]);

  test('are found in any letter case', () => {
    assert.equal(fields.get('x-acs-date'), 'now');
    assert.equal(fields.at(placeOf('x-acs-date')), 'now');
    assert.equal(fields.get('x-acs-version'), '');
    assert.deepEqual(fields.names().sort(), ['host', 'other', 'x-acs-date', 'x-acs-note', 'x-acs-version']);
  });

  test('are trimmed, and keep inner blanks', () => {
    assert.equal(new HeaderFields(['Host', ' a  b\t']).get('host'), 'a  b');
    assert.equal(fields.get('x-acs-note'), '');
  });

  test('that occur twice, in any letter case, cannot be read', () => {
    for (const name of ['host', 'other']) {
      assert.ok(fields.has(name));
      assert.throws(() => fields.get(name), { code: 'IncompleteSignature' });
    }
    assert.throws(() => fields.at(placeOf('host')), { code: 'IncompleteSignature' });
  });

  test('are undefined if absent', () => {
    assert.equal(fields.get('authorization'), undefined);
    assert.equal(fields.get('x-other'), undefined);
    assert.equal(fields.has('x-other'), false);
  });
});
