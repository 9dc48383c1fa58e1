import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { REFUSALS } from '../../server/src/errors/refusal-table.ts';
import { errorMessageKey } from '../src/components/error-message-key.ts';

const words = JSON.parse(
  readFileSync(new URL('../src/locales/en/errors.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;
const exists = (key: string) => key in words;

/** Codes for signed or unauthenticated requests, which the console never receives. */
const NEVER_IN_CONSOLE = [
  /Signature(?!Only|$)|TimeStamp|SecurityToken|NotMatched|^IncompleteSignature$/,
  /^BodyNotCovered$|^Throttling\.Nonce$|AccessKeyNetworkPolicy$|^ServiceUnavailable\./,
  /^(?:BadGateway|GatewayTimeout|ForwardAuth)\.|NotAProxy$|^InvalidHost\.|^Request(?:Timeout|Header)/,
  /^(?:HTTPVersionNotSupported|ExpectationFailed|UnsupportedUpgrade)$/,
  /^InvalidAccessKeyId\./,
  /^InvalidAction\.NotBuilt$/,
  /^UnsupportedHTTPMethod$/,
  /^InvalidProtocol\.NeedSsl$/,
  /^InvalidParameter\.Policy(?:Grammar|Size)$/,
  /^SessionAndSignature$/,
  /^Throttling\.Stream$/,
  /^MisdirectedRequest$/,
  /^PathNot(?:Found|Public)$/,
  /^AuthenticationFail\.(?:OIDCToken\.|NoPermission$)/,
];

test('every error code that a page can receive has a translated message', () => {
  const wordless: string[] = [];
  for (const [entry, { code = entry }] of Object.entries(REFUSALS) as [string, { code?: string }][]) {
    const sample = code.replace('{name}', 'UserName');
    if (NEVER_IN_CONSOLE.some((pattern) => pattern.test(sample))) continue;
    const found = errorMessageKey(sample, exists);
    if (found === undefined || !exists(found.key)) wordless.push(sample);
  }
  assert.deepEqual(wordless, []);
});

test('the message for an invalid parameter contains its name', () => {
  assert.deepEqual(errorMessageKey('InvalidParameter.UserName.InvalidChars', exists), {
    key: 'InvalidParameter_InvalidChars',
    name: 'UserName',
  });
  assert.deepEqual(errorMessageKey('MissingUserName', exists), { key: 'Missing', name: 'UserName' });
  assert.deepEqual(errorMessageKey('InvalidParameter.Password.TooWeak', exists), {
    key: 'InvalidParameter_Password_TooWeak',
    name: '',
  });
});
