import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parsePolicy } from '@claviger/policy';
import {
  accessLevelOf,
  parseServices,
  resourcePatterns,
  unknownActions,
} from '../src/components/policy-editor/action-catalogue.ts';
import { TEMPLATES, withTemplate } from '../src/pages/policies/policy-templates.ts';

const services = parseServices(
  readFileSync(new URL('../../catalogue/data/actions.jsonl', import.meta.url), 'utf8'),
);

const unknownIn = (...actions: readonly string[]) =>
  unknownActions(
    JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Action: actions }] }),
    services,
  );

test('an unknown action is reported with the most similar one of its service', () => {
  assert.deepEqual(unknownIn('ram:CreateAcessKey', 'ECS:runinstancs'), [
    { action: 'ram:CreateAcessKey', suggestion: 'ram:CreateAccessKey' },
    { action: 'ECS:runinstancs', suggestion: 'ecs:RunInstances' },
  ]);
  assert.deepEqual(unknownIn('ram:Xyzzy'), [{ action: 'ram:Xyzzy', suggestion: undefined }]);
});

test('known actions in any letter case, patterns and services without a list are not reported', () => {
  assert.deepEqual(unknownIn('RAM:listusers', 'ram:Lst*', 'ram:*', '*', 'orders:Gett', 'noaction'), []);
  assert.deepEqual(unknownActions('{', services), []);
  assert.deepEqual(unknownActions('null', services), []);
});

test('the catalogue knows every action that the server demands and every operation of its API', () => {
  const folder = new URL('../../server/api-description/', import.meta.url);
  const actions = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { product, operations } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as {
        readonly product: string;
        readonly operations: object;
      };
      // Operations of IMS are authorised by actions of RAM.
      const code = product === 'Ims' ? 'ram' : product.toLowerCase();
      return Object.keys(operations).map((operation) => `${code}:${operation}`);
    });
  assert.ok(actions.length > 150);
  assert.deepEqual(unknownIn(...actions), []);
});

test('access levels and resources follow from the names', () => {
  assert.deepEqual(['ListUsers', 'GetUser', 'CreateUser'].map(accessLevelOf), ['list', 'read', 'write']);
  assert.deepEqual(resourcePatterns('sts', '12'), ['acs:ram:*:12:role/*', 'acs:ram:*:12:*']);
  assert.deepEqual(resourcePatterns('ecs', '12'), ['acs:ecs:*:12:*']);
});

test('templates are valid policies of known actions, and keep the statements of the document', () => {
  const own = { Effect: 'Deny', NotAction: 'ram:*', Resource: '*' };
  const before = JSON.stringify({ Version: '1', Statement: [own] });
  for (const name of TEMPLATES) {
    const text = withTemplate(before, name, '1234567890123456');
    assert.deepEqual(JSON.parse(text).Statement[0], own);
    const parsed = parsePolicy(text, 'identity');
    assert.ok(parsed.ok, `${name}: ${JSON.stringify(parsed)}`);
    assert.deepEqual(unknownActions(text, services), [], name);
  }
  assert.equal(withTemplate('{', 'readOnly', '12'), '{');
});
