import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { REFUSALS } from '../../server/src/errors/refusal-table.ts';
import {
  readQuestion,
  simulatorAddressOf,
  writeQuestion,
} from '../src/pages/simulator/simulator-question.ts';

const text = fc.string({ minLength: 1 });
const principal = fc.oneof(
  fc.constant({ type: 'root' as const, name: '' }),
  fc.record(
    {
      type: fc.constantFrom('ram-user' as const, 'role' as const),
      name: fc.stringMatching(/^[\w.@-]{1,64}$/),
    },
    { noNullPrototype: true },
  ),
);
const conditions = fc.uniqueArray(
  fc.record({ key: text, values: fc.array(text, { minLength: 1, maxLength: 3 }) }, { noNullPrototype: true }),
  { selector: ({ key }) => key, maxLength: 3 },
);

test("the simulator's address keeps its question", () => {
  fc.assert(
    fc.property(
      fc.record({
        principal: fc.option(principal, { nil: undefined }),
        action: text,
        resource: text,
        conditions,
      }),
      (question) => {
        const read = readQuestion(new URLSearchParams(writeQuestion(question).toString()));
        const byKey = <T extends { readonly key: string }>(list: readonly T[]) =>
          [...list].sort((one, other) => (one.key < other.key ? -1 : 1));
        assert.deepEqual(
          { ...read, conditions: byKey(read.conditions) },
          { ...question, conditions: byKey(question.conditions) },
        );
      },
    ),
  );
});

test('the principal of an address may be an ARN; what cannot be read is left out', () => {
  const principalOf = (value: string) => readQuestion(new URLSearchParams({ principal: value })).principal;
  assert.deepEqual(principalOf('acs:ram::1234567890123456:user/alice'), { type: 'ram-user', name: 'alice' });
  assert.deepEqual(principalOf('acs:ram::1234567890123456:role/deploy'), { type: 'role', name: 'deploy' });
  assert.deepEqual(principalOf('acs:ram::1234567890123456:root'), { type: 'root', name: '' });
  for (const value of ['', 'alice', 'user/', 'group/x']) assert.equal(principalOf(value), undefined, value);
});

test('a denial of the audit log opens the simulator with its request', () => {
  const message = REFUSALS.NoPermission.message
    .replace('{resource}', 'acs:ram:*:1234567890123456:user/bob')
    .replace('{action}', 'ram:GetUser');
  const denied = (type: string, userName: string) =>
    simulatorAddressOf({
      errorCode: 'NoPermission',
      errorMessage: message,
      sourceIpAddress: '192.0.2.7',
      userIdentity: { type, userName },
    });
  for (const [type, userName, expected] of [
    ['ram-user', 'alice', { type: 'ram-user', name: 'alice' }],
    ['assumed-role', 'deploy:ci', { type: 'role', name: 'deploy' }],
    ['root-account', 'root', { type: 'root', name: '' }],
  ] as const) {
    const [path, query] = (denied(type, userName) ?? '').split('?');
    assert.equal(path, '/simulator');
    assert.deepEqual(readQuestion(new URLSearchParams(query)), {
      principal: expected,
      action: 'ram:GetUser',
      resource: 'acs:ram:*:1234567890123456:user/bob',
      conditions: [{ key: 'acs:SourceIp', values: ['192.0.2.7'] }],
    });
  }
  const assumed = simulatorAddressOf({
    errorCode: 'NoPermission',
    errorMessage: REFUSALS['NoPermission.AssumeRole'].message.replace(
      '{resource}',
      'acs:ram::12:role/deploy',
    ),
    userIdentity: { type: 'ram-user', userName: 'alice' },
  });
  const { action, resource } = readQuestion(new URLSearchParams(assumed?.split('?')[1]));
  assert.deepEqual([action, resource], ['sts:AssumeRole', 'acs:ram::12:role/deploy']);
  assert.equal(denied('system', ''), undefined);
  assert.equal(simulatorAddressOf({ errorCode: 'EntityNotExist.User', errorMessage: message }), undefined);
});
