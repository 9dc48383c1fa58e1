import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyKind } from './document.ts';
import { policyWarnings } from './policy-warnings.ts';

const warned = (statement: object, kind: PolicyKind = 'identity') =>
  policyWarnings(JSON.stringify({ Version: '1', Statement: [statement] }), kind).map(
    ({ code, subject }) => `${code} ${subject}`,
  );

const identity = (Action: string | string[], Condition: object, Effect = 'Deny') => ({
  Effect,
  Action,
  Resource: '*',
  Condition,
});

const trust = (Principal: object, Condition: object, Action = 'sts:AssumeRole') => ({
  Effect: 'Allow',
  Action,
  Principal,
  Condition,
});

const oidc = { Federated: ['acs:ram::1111111111111111:oidc-provider/ci'] };

test('a key that no request for the actions has is warned of', () => {
  const key = (name: string) => ({ StringEquals: { [name]: 'x' } });
  const never = (name: string) => [`ConditionKeyNeverFilled ${name}`];
  for (const name of ['acs:PrincipalRDId', 'acs:Unknown', 'ram:Nothing', 'sts:Nothing']) {
    assert.deepEqual(warned(identity('*', key(name))), never(name), name);
  }
  assert.deepEqual(
    warned(identity('ram:ListUsers', key('acs:ResourceTag/team'))),
    never('acs:ResourceTag/team'),
  );
  assert.deepEqual(warned(identity('ram:List*', key('acs:resourcetag/team'))), []);
  assert.deepEqual(warned(identity('ram:GetUser', key('acs:RequestTag/team'))), never('acs:RequestTag/team'));
  assert.deepEqual(warned(identity('ram:Create*', key('acs:RequestTag/team'))), []);
  assert.deepEqual(warned(identity('orders:*', key('acs:ResourceTag/team'))), []);
  assert.deepEqual(warned(identity('orders:*', key('orders:channel'))), []);
  assert.deepEqual(warned(identity('ord*:Get*', key('orders:channel'))), []);
  assert.deepEqual(warned(identity(['ram:*', 'oss:*'], key('orders:channel'))), never('orders:channel'));
  assert.deepEqual(warned(identity('ram:GetUser', key('acs:PrincipalTag/team'))), []);
  assert.deepEqual(warned(identity('sts:AssumeRole', key('sts:ExternalId'))), []);
  assert.deepEqual(warned(identity('ram:GetUser', key('sts:ExternalId'))), never('sts:ExternalId'));
  assert.deepEqual(warned(identity('sts:*', key('saml:recipient'))), never('saml:recipient'));
});

test('keys of identity providers are filled for federated principals of trust policies', () => {
  const saml = { Federated: ['acs:ram::1111111111111111:saml-provider/idp'] };
  const recipient = { StringEquals: { 'saml:recipient': 'https://signin.example.com/saml' } };
  assert.deepEqual(warned(trust(saml, recipient), 'trust'), []);
  assert.deepEqual(warned(trust({ RAM: ['acs:ram::1111111111111111:root'] }, recipient), 'trust'), [
    'ConditionKeyNeverFilled saml:recipient',
  ]);
  const externalId = { StringEquals: { 'sts:ExternalId': 'x' } };
  assert.deepEqual(warned(trust(saml, externalId), 'trust'), ['ConditionKeyNeverFilled sts:ExternalId']);
});

test('a Deny on acs:MFAPresent false is warned of, and IfExists offered', () => {
  const expected = ['MfaPresentAbsentForKeys BoolIfExists'];
  assert.deepEqual(warned(identity('*', { Bool: { 'acs:MFAPresent': 'false' } })), expected);
  assert.deepEqual(warned(identity('*', { Bool: { 'acs:mfapresent': false } })), expected);
  assert.deepEqual(warned(identity('*', { BoolIfExists: { 'acs:MFAPresent': 'false' } })), []);
  assert.deepEqual(warned(identity('*', { Bool: { 'acs:MFAPresent': 'true' } })), []);
  assert.deepEqual(warned(identity('*', { Bool: { 'acs:MFAPresent': 'true' } }, 'Allow')), []);
});

test('trust of an OIDC provider without subject or audience is warned of', () => {
  const sub = { 'oidc:sub': 'repo:acme/app' };
  const aud = { 'oidc:aud': 'claviger' };
  const tooWide = (key: string) => `OidcTrustTooWide ${key}`;
  assert.deepEqual(warned(trust(oidc, { StringEquals: { ...sub, ...aud } }), 'trust'), []);
  assert.deepEqual(warned(trust(oidc, { StringEquals: aud }), 'trust'), [tooWide('oidc:sub')]);
  assert.deepEqual(warned(trust(oidc, { StringEquals: sub }), 'trust'), [tooWide('oidc:aud')]);
  assert.deepEqual(warned({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: oidc }, 'trust'), [
    tooWide('oidc:sub'),
    tooWide('oidc:aud'),
  ]);
  for (const [operator, value] of [
    ['StringLike', '*'],
    ['StringEqualsIfExists', 'x'],
    ['StringNotEquals', 'x'],
  ] as const) {
    const Condition = {
      StringEquals: aud,
      [operator]: { 'oidc:sub': value },
    };
    assert.deepEqual(warned(trust(oidc, Condition), 'trust'), [tooWide('oidc:sub')], operator);
  }
});

test('a network of every address is warned of, however it is written', () => {
  for (const network of ['0.0.0.0/0', '::/0', '10.0.0.0/0', '::ffff:0:0/96']) {
    assert.deepEqual(warned(identity('*', { IpAddress: { 'acs:SourceIp': network } })), [
      `EveryAddress ${network}`,
    ]);
  }
  assert.deepEqual(warned(identity('*', { NotIpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '::/128'] } })), []);
});

test('ims: actions without the same of ram: are warned of', () => {
  const allow = (Action: string | string[]) => ({ Effect: 'Allow', Action, Resource: '*' });
  assert.deepEqual(warned(allow('ims:*')), ['ImsActionHasNoEffect ims:*']);
  assert.deepEqual(warned(allow(['ims:*', 'ram:*'])), []);
  assert.deepEqual(warned(allow(['ims:GetUser', 'ram:Get*'])), []);
  assert.deepEqual(warned(allow(['IMS:GetUser', 'ram:List*'])), ['ImsActionHasNoEffect IMS:GetUser']);
});

test('a resource pattern that matches no resource gets a warning, since a Deny on it would have no effect', () => {
  const deny = (Resource: string | string[]) => ({ Effect: 'Deny', Action: 'ram:*', Resource });
  for (const service of ['RAM', 'Ram', 'ims', 'IMS', 'sts', 'ActionTrail', 'CLAVIGER']) {
    const resource = `acs:${service}:*:*:user/alice`;
    assert.deepEqual(warned(deny(['acs:ram:*:*:user/bob', resource])), [`ResourceNeverMatches ${resource}`]);
    const { Resource: NotResource, ...rest } = deny(resource);
    assert.deepEqual(warned({ ...rest, NotResource }), [`ResourceNeverMatches ${resource}`]);
  }
  for (const resource of ['*', 'acs:*', 'acs:ram:*', 'acs:r?m:*:*:user/alice', 'acs:Orders:*:*:order/1']) {
    assert.deepEqual(warned(deny(resource)), []);
  }
});

test('a warning has its line and column', () => {
  const text = JSON.stringify(
    { Version: '1', Statement: [identity('*', { Bool: { 'acs:MFAPresent': 'false' } })] },
    undefined,
    2,
  );
  const [warning] = policyWarnings(text, 'identity');
  assert.ok(warning);
  const line = text.split('\n')[warning.line - 1] ?? '';
  assert.match(line, /acs:MFAPresent/);
  assert.ok(line.slice(warning.column - 1).startsWith('"false"'));
});

test('a text that is not a policy has faults and no warnings', () => {
  assert.deepEqual(policyWarnings('{', 'identity'), []);
});
