import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { decideWithSessionPolicy } from '@claviger/policy';
import { acs3Verifier, signatureHoldsFor } from '@claviger/signature';
import fc from 'fast-check';
import type { Credential } from '../credential.ts';
import { IncompleteSnapshot } from './incomplete-snapshot.ts';
import type { ReplicationRecord } from './records.ts';
import { Snapshot } from './snapshot.ts';

const accountId = '1234567890123456';
const verifier = acs3Verifier('secret').toString('base64');

/** Whether a credential verifies what the secret `secret` has signed. */
const holds = ({ signingKey }: Credential) =>
  signatureHoldsFor(signingKey, {
    scheme: 'ACS3-HMAC-SHA256',
    stringToSign: 'anything',
    signature: createHmac('sha256', 'secret').update('anything').digest('hex'),
  });
const names = ['a', 'b', 'c', 'd'];

/** The document of a policy that allows one action, which is named after the policy and this version of it. */
const documentOf = (name: string, version: string) =>
  JSON.stringify({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: `test:${name}${version}`, Resource: '*' }],
  });

const policy = (name: string, version = 'v1'): ReplicationRecord => [
  'policy',
  `Custom/${name}`,
  name,
  'Custom',
  version,
  documentOf(name, version),
];

const allowlist = (address: string) =>
  JSON.stringify({
    Version: 1,
    Status: 'Active',
    Statements: [{ Type: 'ClassicWhiteList', IPList: [address] }],
  });

/** Which of all actions a credential allows. */
function allowedActions({ permissions }: Credential): string[] | 'everything' {
  if (permissions === 'everything') return permissions;
  const actions = names.flatMap((name) => [`test:${name}v1`, `test:${name}v2`]);
  const conditions = { get: () => undefined };
  return actions.filter((action) => {
    const request = { action, resource: `acs:test:*:${accountId}:thing`, conditions };
    return decideWithSessionPolicy(permissions, undefined, request).effect === 'Allow';
  });
}

/** The same copy, as plainly as it can be: everything is looked for anew each time. */
class PlainCopy {
  readonly #records = new Map<string, ReplicationRecord>();

  apply(record: ReplicationRecord): void {
    const name = record[0] === 'account' ? 'account' : `${record[0]} ${record[1]}`;
    if (record.length === 2) this.#records.delete(name);
    else this.#records.set(name, record);
  }

  find(accessKeyId: string) {
    const key = this.#get('access-key', accessKeyId);
    const account = this.#records.get('account') as Whole<'account'> | undefined;
    if (key === undefined) return undefined;
    if (account === undefined) return 'incomplete';
    const [, , userId, , status, expiresAt, networkPolicy] = key;
    const user = userId === null ? undefined : this.#get('user', userId);
    if (userId !== null && user === undefined) return undefined;
    const allowed = user === undefined ? 'everything' : this.#allowed(user, account[4]);
    if (allowed === undefined) return 'incomplete';
    return {
      status: account[2] === 'Active' ? status : 'Inactive',
      expiresAt: expiresAt ?? undefined,
      arn: `acs:ram::${accountId}:${user === undefined ? 'root' : `user/${user[2]}`}`,
      restricted: networkPolicy !== null ? 'AccessKey' : account[3] !== null ? 'Account' : undefined,
      allowed,
    };
  }

  #get<Word extends 'access-key' | 'user' | 'group' | 'policy'>(word: Word, id: string) {
    return this.#records.get(`${word} ${id}`) as Whole<Word> | undefined;
  }

  #allowed([, , , groupIds, own]: Whole<'user'>, implied: readonly string[]): string[] | undefined {
    const references = [...own, ...implied];
    for (const id of groupIds) {
      const group = this.#get('group', id);
      if (group === undefined) return undefined;
      references.push(...group[2]);
    }
    const policies = references.map((reference) => this.#get('policy', reference));
    if (policies.includes(undefined)) return undefined;
    const actions = new Set(policies.map((found) => `test:${found![2]}${found![4]}`));
    return names.flatMap((name) => [`test:${name}v1`, `test:${name}v2`]).filter((one) => actions.has(one));
  }
}

type Whole<Word extends ReplicationRecord[0]> = Exclude<
  Extract<ReplicationRecord, readonly [Word, ...unknown[]]>,
  readonly [unknown, unknown]
>;

const keyIds = ['k1', 'k2', 'k3'];
const reference = fc.constantFrom(...names).map((name) => `Custom/${name}`);
const references = fc.uniqueArray(reference, { maxLength: 3 });
const groupId = fc.constantFrom('g1', 'g2');
const userId = fc.constantFrom('u1', 'u2');
const keyId = fc.constantFrom(...keyIds);
const networkPolicy = fc.option(fc.constantFrom(allowlist('10.0.0.1'), allowlist('2001:db8::/32')));

const account = fc.tuple(
  fc.constant('account' as const),
  fc.constant(accountId),
  fc.constantFrom('Active' as const, 'Disabled' as const),
  networkPolicy,
  references,
);
const policies = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom('v1', 'v2'))
  .map(([name, version]) => policy(name, version));
const group = fc.tuple(fc.constant('group' as const), groupId, references);
const user = fc.tuple(
  fc.constant('user' as const),
  userId,
  fc.constantFrom('alice', 'bob.b', '张三'),
  fc.uniqueArray(groupId),
  references,
);
const key = fc.tuple(
  fc.constant('access-key' as const),
  keyId,
  fc.option(userId, { freq: 8 }),
  fc.option(fc.constant(verifier)),
  fc.constantFrom('Active' as const, 'Inactive' as const),
  fc.option(fc.constant(1_800_000_000_000)),
  networkPolicy,
);
const removal = fc.oneof(
  fc.tuple(fc.constant('policy' as const), reference),
  fc.tuple(fc.constant('group' as const), groupId),
  fc.tuple(fc.constant('user' as const), userId),
  fc.tuple(fc.constant('access-key' as const), keyId),
);
const change: fc.Arbitrary<ReplicationRecord> = fc.oneof(account, policies, group, user, key, removal);

/** Enough for most of what changes afterwards to matter. */
const beginning: readonly ReplicationRecord[] = [
  ['account', accountId, 'Active', null, []],
  ...names.map((name) => policy(name)),
  ['group', 'g1', ['Custom/a']],
  ['group', 'g2', ['Custom/b', 'Custom/c']],
  ['user', 'u1', 'alice', ['g1'], []],
  ['user', 'u2', 'bob.b', ['g1', 'g2'], ['Custom/d']],
  ['access-key', 'k1', 'u1', verifier, 'Active', null, null],
  ['access-key', 'k2', 'u2', verifier, 'Active', null, null],
  ['access-key', 'k3', null, verifier, 'Active', null, null],
];

function found(snapshot: Snapshot, accessKeyId: string) {
  let credential: Credential | undefined;
  try {
    credential = snapshot.find(accessKeyId);
  } catch (error) {
    if (error instanceof IncompleteSnapshot) return 'incomplete';
    throw error;
  }
  return (
    credential && {
      status: credential.status,
      expiresAt: credential.expiresAt,
      arn: credential.principal.arn,
      restricted: credential.networkRestriction?.level,
      allowed: allowedActions(credential),
    }
  );
}

describe('a copy of an account', () => {
  test('overwrites what verifies a key when the key is gone, or is verified elsewhere from now on', () => {
    for (const record of [
      ['access-key', 'k1'],
      ['access-key', 'k1', 'u1', null, 'Active', null, null],
    ] as const) {
      const snapshot = new Snapshot();
      snapshot.apply(beginning);
      snapshot.find('k1');
      snapshot.find('k1');
      const ready = snapshot.find('k1')!;
      assert.ok(holds(ready));
      snapshot.apply([record]);
      assert.ok(!holds(ready));
      const after = snapshot.find('k1');
      assert.ok(after === undefined || !after.signingKey.canVerify('ACS3-HMAC-SHA256'));
    }
  });

  test('says of every key what was said last, whatever changes in which order, and however often it is asked', () => {
    const step = fc.tuple(change, fc.subarray(keyIds));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const snapshot = new Snapshot();
        const plain = new PlainCopy();
        for (const [record, asked] of [...beginning.map((one) => [one, keyIds] as const), ...steps]) {
          snapshot.apply([record]);
          plain.apply(record);
          for (const one of asked) assert.deepEqual(found(snapshot, one), plain.find(one));
        }
        for (const one of keyIds) assert.deepEqual(found(snapshot, one), plain.find(one));
      }),
      { numRuns: 500 },
    );
  });

  test('keeps the credential of a key that is asked for again ready, until something changes', () => {
    const snapshot = new Snapshot();
    const key = (secret: string): ReplicationRecord => [
      'access-key',
      'k1',
      'u1',
      acs3Verifier(secret).toString('base64'),
      'Active',
      null,
      null,
    ];
    snapshot.apply([
      ['account', accountId, 'Active', null, []],
      policy('a'),
      ['user', 'u1', 'alice', [], ['Custom/a']],
      key('secret'),
    ]);
    snapshot.find('k1');
    const ready = snapshot.find('k1')!;
    assert.equal(snapshot.find('k1'), ready);
    snapshot.apply([['user', 'u1', 'alice', [], []]]);
    const changed = snapshot.find('k1')!;
    assert.deepEqual([allowedActions(ready), allowedActions(changed)], [['test:av1'], []]);
    assert.equal(changed.signingKey, ready.signingKey);
    assert.ok(holds(changed));
    snapshot.apply([key('another')]);
    assert.notEqual(snapshot.find('k1')!.signingKey, ready.signingKey);
    assert.ok(!holds(changed), 'what verified the key before is overwritten');
  });

  test('is empty when it was wiped', () => {
    const snapshot = new Snapshot();
    snapshot.apply([
      ['account', accountId, 'Active', null, []],
      ['access-key', 'k1', null, verifier, 'Active', null, null],
    ]);
    for (let times = 0; times < 3; times++) assert.notEqual(snapshot.find('k1'), undefined);
    const ready = snapshot.find('k1')!;
    assert.ok(holds(ready));
    for (const _ of snapshot.wipe());
    assert.ok(!holds(ready), 'what verified the key is overwritten');
    assert.deepEqual([snapshot.find('k1'), snapshot.keys, snapshot.users], [undefined, 0, 0]);
  });
});
