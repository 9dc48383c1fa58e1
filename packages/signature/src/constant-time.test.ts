import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { equalInConstantTime } from './constant-time.ts';

const HEX = '0123456789abcdef'.repeat(4);
const BASE64 = 'kRA2cnpJVacIhDMzXnoNZG9tDCI=';

describe('constant-time comparison', () => {
  for (const [form, expected] of [
    ['in hexadecimal', HEX],
    ['in base64', BASE64],
  ] as const) {
    test(`${form}: the expected signature is equal`, () => {
      assert.equal(equalInConstantTime(expected, expected), true);
    });
    test(`${form}: any one different character makes it unequal`, () => {
      for (let at = 0; at < expected.length; at++) {
        assert.equal(equalInConstantTime(expected, withCharacter(expected, at, '!')), false, `at ${at}`);
      }
    });
    test(`${form}: a character whose low byte is the expected one is unequal`, () => {
      for (let at = 0; at < expected.length; at++) {
        for (const offset of [0x100, 0x400, 0x3000, 0xd800]) {
          // Compare an equal one first: its bytes must not remain in the buffer and match.
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
    test(`${form}: a shorter or longer signature is unequal`, () => {
      assert.equal(equalInConstantTime(expected, expected.slice(0, -1)), false);
      assert.equal(equalInConstantTime(expected, `${expected}0`), false);
      assert.equal(equalInConstantTime(expected, ''), false);
    });
  }
});

function withCharacter(text: string, at: number, character: string): string {
  return text.slice(0, at) + character + text.slice(at + 1);
}
