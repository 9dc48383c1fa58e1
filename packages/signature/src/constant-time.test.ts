import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { equalInConstantTime } from './constant-time.ts';

const HEX = '0123456789abcdef'.repeat(4);
const BASE64 = 'kRA2cnpJVacIhDMzXnoNZG9tDCI=';

describe('a signature received', () => {
  for (const [form, expected] of [
    ['in hexadecimal', HEX],
    ['in base64', BASE64],
  ] as const) {
    test(`${form} that is the one expected is equal`, () => {
      assert.equal(equalInConstantTime(expected, expected), true);
    });
    test(`${form} is not equal when any one character is another`, () => {
      for (let at = 0; at < expected.length; at++) {
        assert.equal(equalInConstantTime(expected, withCharacter(expected, at, '!')), false, `at ${at}`);
      }
    });
    test(`${form} is not equal when a character would be the expected one if cut down to a byte`, () => {
      for (let at = 0; at < expected.length; at++) {
        for (const offset of [0x100, 0x400, 0x3000, 0xd800]) {
          // An equal one just before: its bytes must not stand in for what does not fit.
          assert.equal(equalInConstantTime(expected, expected), true);
          const wide = String.fromCharCode(expected.charCodeAt(at) + offset);
          assert.equal(
            equalInConstantTime(expected, withCharacter(expected, at, wide)),
            false,
            `${offset} at ${at}`,
          );
        }
      }
    });
    test(`${form} is not equal when it is shorter or longer`, () => {
      assert.equal(equalInConstantTime(expected, expected.slice(0, -1)), false);
      assert.equal(equalInConstantTime(expected, `${expected}0`), false);
      assert.equal(equalInConstantTime(expected, ''), false);
    });
  }
});

function withCharacter(text: string, at: number, character: string): string {
  return text.slice(0, at) + character + text.slice(at + 1);
}
