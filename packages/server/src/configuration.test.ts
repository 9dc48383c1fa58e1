import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfiguration, SETTING_DESCRIPTIONS } from './configuration.ts';

test('the default of each setting is valid where it is given', () => {
  const byDefault = readConfiguration({}, {}) as Readonly<Record<string, unknown>>;
  for (const { name, byDefault: text, isList } of SETTING_DESCRIPTIONS) {
    if (text === '' || isList) continue;
    const given = readConfiguration({ [name]: text }, {}) as Readonly<Record<string, unknown>>;
    assert.deepEqual(given[name], byDefault[name], name);
  }
});
