import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { environmentMasterKey, MASTER_KEY_VARIABLE } from '../secrets/environment-master-key.ts';
import { newMasterKeyText } from '../secrets/local-master-key.ts';
import { SecretBox } from '../secrets/secret-box.ts';
import { accountOfToken, issueToken, openToken, type StsToken } from './sts-token.ts';

const now = Date.UTC(2026, 10, 24, 8);
const accessKeyId = 'STS.ExampleExampleExampleExa';

const session: StsToken = {
  secret: 'SecretOfTheTemporaryAccessKeyWith44Character',
  expiresAt: now + 3_600_000,
  issuedAt: now,
  roleId: '312345678901234567',
  sessionName: 'alice@example',
  sessionPolicy: '{"Version":"1","Statement":[]} 權限',
  sourceIdentity: undefined,
  issuers: [
    {
      type: 'user',
      accountId: '1999999999999999',
      userId: '212345678901234567',
      accessKeyId: 'LTAI5tExample',
    },
  ],
};

describe('a SecurityToken', async () => {
  const secrets = new SecretBox(
    [environmentMasterKey({ [MASTER_KEY_VARIABLE]: newMasterKeyText(randomBytes) }, randomBytes)],
    randomBytes,
  );
  const makeAccount = async (accountId: string) => ({
    accountId,
    wrappedDataKey: await secrets.createDataKey(accountId),
  });
  const account = await makeAccount('1234567890123456');
  const token = await issueToken(secrets, account, accessKeyId, session);
  const open = (text: string, key = accessKeyId, time = now, of = account) =>
    openToken(secrets, of, key, text, time);

  test('is Base64 that begins as clients know it, and names its account', () => {
    assert.match(token, /^CAIS[A-Za-z0-9+/]+={0,2}$/);
    assert.equal(accountOfToken(token), account.accountId);
  });

  test('opens with the account’s data key and the AccessKey id', async () => {
    const { sourceIdentity: _, ...told } = session;
    assert.deepEqual(await open(token), told);
  });

  test('does not open without them', () => {
    const bytes = Buffer.from(token, 'base64').toString('latin1');
    for (const told of [session.secret, session.roleId, session.sessionName, 'Statement', 'LTAI5tExample']) {
      assert.ok(!bytes.includes(told) && !token.includes(told), told);
    }
  });

  test('is bound to one AccessKey', async () => {
    assert.equal(
      await open(token, 'STS.AnotherAnotherAnotherAno'),
      'InvalidSecurityToken.MismatchWithAccessKey',
    );
  });

  test('is bound to one account', async () => {
    const other = await makeAccount('1234567890123457');
    assert.equal(await open(token, accessKeyId, now, other), 'InvalidSecurityToken.Malformed');
    const moved = Buffer.from(token, 'base64');
    moved.write(other.accountId, 4, 'latin1');
    assert.equal(
      await open(moved.toString('base64'), accessKeyId, now, other),
      'InvalidSecurityToken.MismatchWithAccessKey',
    );
  });

  test('expires at its exact end', async () => {
    assert.equal(typeof (await open(token, accessKeyId, session.expiresAt - 1)), 'object');
    assert.equal(await open(token, accessKeyId, session.expiresAt), 'InvalidSecurityToken.Expired');
  });

  test('is refused if a single bit differs', async () => {
    const bytes = Buffer.from(token, 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const altered = Buffer.from(bytes);
      altered[at]! ^= 1 << (at % 8);
      assert.match(String(await open(altered.toString('base64'))), /^InvalidSecurityToken\.M/, `byte ${at}`);
    }
  });

  test('is refused if it is cut, extended, encoded otherwise, or not a token at all', async () => {
    const bytes = Buffer.from(token, 'base64');
    for (let length = 0; length < bytes.length; length += 7) {
      const cut = bytes.subarray(0, length).toString('base64');
      assert.match(String(await open(cut)), /^InvalidSecurityToken\.M/, `${length} bytes`);
    }
    for (const text of [
      '',
      'CAIS',
      ` ${token}`,
      `${token}\n`,
      `${token}AAAA`,
      token.replace('CAIS', 'CAIT'),
    ]) {
      assert.match(String(await open(text)), /^InvalidSecurityToken\.M/, text);
    }
    assert.equal(accountOfToken('not a token'), undefined);
    assert.equal(accountOfToken(token.replace(/.$/, '-')), undefined);
  });

  test('cannot be made from another secret of the account', async () => {
    const sealed = await secrets.seal(account.accountId, account.wrappedDataKey, '{}', {
      purpose: 'access_keys.sealed_secret',
      id: accessKeyId,
      owner: '',
    });
    const [scheme, text] = sealed.split('.');
    const forged = Buffer.concat([
      Buffer.from([8, 2, 18, 1]),
      Buffer.from(account.accountId),
      Buffer.from([scheme!.length]),
      Buffer.from(scheme!),
      Buffer.from(text!, 'base64url'),
    ]).toString('base64');
    assert.equal(await open(forged), 'InvalidSecurityToken.MismatchWithAccessKey');
  });

  test('fits in a header with the longest session policy', async () => {
    const longest = { ...session, sessionPolicy: `"${'\\'.repeat(2046)}"` };
    assert.ok((await issueToken(secrets, account, accessKeyId, longest)).length < 8192);
  });
});
