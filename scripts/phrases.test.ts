import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findPhrases } from './check-phrases.ts';

describe('the phrase check', () => {
  const banned = [
    'Whom an operation means that may leave out whom',
    '/** By what an operation lets in. */',
    'undefined when there is none',
    'A clock that is never set, in milliseconds',
    'null stands for one that there is not',
    'refused: nobody who is trusted here has signed it',
    'const journey = beginJourney(request);',
    'class TappedLine {',
    'interface SamlDoors {',
    '"3x" is no time from 1ms to 24d',
  ];
  for (const text of banned) {
    test(`reports: ${text}`, () => {
      const [finding] = findPhrases('a.ts', `fine\n${text}`);
      assert.equal(finding?.line, 2);
      assert.notEqual(finding.instead, '');
    });
  }

  const plain = [
    'Target user; defaults to the caller.',
    'The answer says that there is no such user.',
    'Throws a MalformedDocument that there are two ways to read.',
    'visits every node of the tree',
    'a last use is never set back',
    'broader than the indoor network',
  ];
  for (const text of plain) {
    test(`passes: ${text}`, () => assert.deepEqual(findPhrases('a.ts', text), []));
  }
});
