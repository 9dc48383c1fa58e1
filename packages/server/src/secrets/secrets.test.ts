import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { inspect } from 'node:util';
import { openStore } from '../store/open-store.ts';
import { environmentMasterKey, MASTER_KEY_VARIABLE } from './environment-master-key.ts';
import {
  addMasterKey,
  createMasterKeyFile,
  dropOldMasterKeys,
  masterKeyFile,
  openMasterKeyFile,
} from './file-master-key.ts';
import { newMasterKeyText } from './local-master-key.ts';
import { keyIdOf, type MasterKey, MasterKeyUnavailable } from './master-key.ts';
import { rotateMasterKey } from './rotate-master-key.ts';
import { SecretUnreadable } from './sealed-text.ts';
import { SecretBox } from './secret-box.ts';
import { VaultMasterKey } from './vault-master-key.ts';

/** Audit events of rotations belong to the command, and are tested with it. */
const unrecorded = async () => {};

const account = '1234567890123456';
const secret = 'aSecretOfThirtyCharacters12345';
const place = {
  purpose: 'access_keys.sealed_secret',
  id: 'LTAI5tExampleExampleExam',
  owner: 'user:200000000000000001',
} as const;

function environmentKey(text = newMasterKeyText(randomBytes)): MasterKey {
  return environmentMasterKey({ [MASTER_KEY_VARIABLE]: text }, randomBytes);
}

const directory = mkdtempSync(join(tmpdir(), 'claviger-secrets-'));
after(() => rmSync(directory, { recursive: true, force: true }));
let made = 0;
function freshFile(): string {
  made += 1;
  return join(directory, `${made}.key`);
}

describe('a sealed secret', async () => {
  const box = new SecretBox([environmentKey()], randomBytes);
  const wrapped = await box.createDataKey(account);
  const sealed = await box.seal(account, wrapped, secret, place);

  test('opens in its own row', async () => {
    assert.equal(await box.open(account, wrapped, sealed, place), secret);
    box.forgetDataKeys();
    assert.equal(await box.open(account, wrapped, sealed, place), secret);
  });

  test('may be any text', async () => {
    for (const text of ['', '密碼 🗝️', 'x'.repeat(5000)]) {
      assert.equal(
        await box.open(account, wrapped, await box.seal(account, wrapped, text, place), place),
        text,
      );
    }
  });

  test('differs at every sealing, and does not contain the secret', async () => {
    const again = await box.seal(account, wrapped, secret, place);
    assert.notEqual(again, sealed);
    assert.ok(!Buffer.from(again.slice(3), 'base64url').includes(secret));
  });

  test('does not open in another row', async () => {
    await assert.rejects(
      box.open(account, wrapped, sealed, { ...place, id: 'LTAI5tAnother' }),
      SecretUnreadable,
    );
  });

  test('does not open for another owner or purpose', async () => {
    for (const other of [
      { ...place, owner: 'user:200000000000000002' },
      { ...place, owner: '' },
      { ...place, purpose: 'service_credentials.sealed_secret' },
    ] as const) {
      await assert.rejects(box.open(account, wrapped, sealed, other), SecretUnreadable);
    }
  });

  test('does not open in another account, even with the data key moved along', async () => {
    await assert.rejects(box.open('1999999999999999', wrapped, sealed, place), SecretUnreadable);
    const other = await box.createDataKey('1999999999999999');
    await assert.rejects(box.open('1999999999999999', other, sealed, place), SecretUnreadable);
    await assert.rejects(box.open(account, other, sealed, place), SecretUnreadable);
  });

  test('does not open if any byte of it was changed', async () => {
    for (const changed of corruptions(sealed)) {
      await assert.rejects(box.open(account, wrapped, changed, place), SecretUnreadable, changed);
    }
  });

  test('does not open if any byte of the wrapped data key was changed', async () => {
    for (const changed of corruptions(wrapped)) {
      await assert.rejects(box.open(account, changed, sealed, place), SecretUnreadable, changed);
    }
  });
});

/**
 * Yields the text with each character changed to its neighbour (the last of a Base64 text may differ in unused bits
 * only), and each truncation.
 */
function* corruptions(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 1) {
    for (const flip of [1, 2, 128]) {
      yield text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ flip) + text.slice(at + 1);
    }
    yield text.slice(0, at);
    yield text.slice(0, at) + text.slice(at + 1);
  }
  yield `${text}A`;
  yield `${text}=`;
  yield ` ${text}`;
}

describe('the master key in a file', () => {
  test('is created once, readable by its owner only', () => {
    const file = freshFile();
    createMasterKeyFile(file, randomBytes);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const content = readFileSync(file, 'latin1');
    assert.equal(Buffer.from(content, 'base64').length, 32);
    assert.throws(() => createMasterKeyFile(file, randomBytes), /exists already/);
    assert.equal(readFileSync(file, 'latin1'), content);
  });

  test('is in the data directory', () => {
    assert.equal(masterKeyFile('/var/lib/claviger'), join('/var/lib/claviger', 'master.key'));
  });

  for (const mode of [0o640, 0o604, 0o620, 0o666]) {
    test(`is refused if its mode is ${mode.toString(8)}`, () => {
      const file = freshFile();
      createMasterKeyFile(file, randomBytes);
      chmodSync(file, mode);
      assert.throws(() => openMasterKeyFile(file, randomBytes), MasterKeyUnavailable);
    });
  }

  for (const mode of [0o660, 0o640, 0o440]) {
    test(`may be ${mode.toString(8)} on a volume that gives its group to its files, as with fsGroup`, () => {
      const volume = mkdtempSync(join(directory, 'volume-'));
      const file = masterKeyFile(volume);
      createMasterKeyFile(file, randomBytes);
      chmodSync(file, mode);
      assert.throws(() => openMasterKeyFile(file, randomBytes), /is open to the group/);
      chmodSync(volume, 0o2770);
      openMasterKeyFile(file, randomBytes);
      chmodSync(file, mode | 0o004);
      assert.throws(() => openMasterKeyFile(file, randomBytes), /is open to others/);
    });
  }

  test('may be a file of root in a group of this process, as a mounted secret', () => {
    // Only root can make one.
    if (process.geteuid?.() !== 0) return;
    const group = 65_534;
    const file = freshFile();
    createMasterKeyFile(file, randomBytes);
    chownSync(file, 0, group);
    chmodSync(file, 0o440);
    chmodSync(directory, 0o755);
    const groupBefore = process.getegid?.() ?? 0;
    try {
      process.setegid?.(group);
      process.seteuid?.(65_534);
      openMasterKeyFile(file, randomBytes);
    } finally {
      process.seteuid?.(0);
      process.setegid?.(groupBefore);
    }
    chownSync(file, 0, 65_533);
    assert.throws(() => openMasterKeyFile(file, randomBytes), /is open to the group 65533/);
  });

  test('is required', () => {
    assert.throws(() => openMasterKeyFile(freshFile(), randomBytes), MasterKeyUnavailable);
  });

  test('is rotated while a server goes on sealing and opening', async () => {
    const file = freshFile();
    createMasterKeyFile(file, randomBytes);
    const store = await openStore(
      { kind: 'sqlite', file: join(directory, 'rotate.db') },
      { now: () => 1_795_500_000_000 },
    );
    const server = new SecretBox([openMasterKeyFile(file, randomBytes)], randomBytes);
    const addAccount = async (id: string) => {
      const wrapped_data_key = await server.createDataKey(id);
      await store.write(({ queries }) =>
        queries
          .insertInto('accounts')
          .values({
            account_id: id,
            account_name: id,
            default_domain: id,
            status: 'Active',
            wrapped_data_key,
            root_login_name: id,
            root_password_hash: null,
            root_password_must_change: 0,
            created_at: 1,
          })
          .execute(),
      );
      return wrapped_data_key;
    };
    const wrappedOf = async (id: string) =>
      (
        await store.queries
          .selectFrom('accounts')
          .select('wrapped_data_key')
          .where('account_id', '=', id)
          .executeTakeFirstOrThrow()
      ).wrapped_data_key;

    const before = await addAccount('1');
    const sealed = await server.seal('1', before, secret, place);
    addMasterKey(file, randomBytes);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    // Created by the running server after the new key was added, before the data keys are wrapped anew.
    const between = await addAccount('2');
    const sealedBetween = await server.seal('2', between, secret, place);

    const heard: string[] = [];
    store.follow(({ topic, subject }) => heard.push(`${topic} ${subject}`));
    const masterKey = openMasterKeyFile(file, randomBytes);
    assert.equal(await rotateMasterKey(store, masterKey, masterKey, unrecorded), 1);
    assert.deepEqual(heard, ['account 1']);
    assert.equal(await rotateMasterKey(store, masterKey, masterKey, unrecorded), 0);
    const wrapped = await wrappedOf('1');
    assert.notEqual(keyIdOf(wrapped), keyIdOf(before));
    assert.equal(keyIdOf(wrapped), keyIdOf(between));
    server.forgetDataKeys();
    assert.equal(await server.open('1', before, sealed, place), secret);
    assert.equal(await server.open('1', wrapped, sealed, place), secret);

    dropOldMasterKeys(file);
    const restarted = new SecretBox([openMasterKeyFile(file, randomBytes)], randomBytes);
    assert.equal(await restarted.open('1', wrapped, sealed, place), secret);
    assert.equal(await restarted.open('2', await wrappedOf('2'), sealedBetween, place), secret);
    await assert.rejects(restarted.open('1', before, sealed, place), SecretUnreadable);

    // A data key that does not open stops the rotation, with nothing changed.
    await store.write(({ queries }) =>
      queries
        .updateTable('accounts')
        .set({ wrapped_data_key: before })
        .where('account_id', '=', '1')
        .execute(),
    );
    await assert.rejects(
      rotateMasterKey(store, openMasterKeyFile(file, randomBytes), environmentKey(), unrecorded),
      SecretUnreadable,
    );
    assert.equal(await wrappedOf('2'), between);
    await store.close();
  });
});

describe('the master key in the environment', () => {
  test('must be the Base64 of 32 bytes, and its value is not in the error', () => {
    for (const value of [
      undefined,
      '',
      'short',
      randomBytes(31).toString('base64'),
      `${newMasterKeyText(randomBytes)}x`,
    ]) {
      assert.throws(
        () => environmentMasterKey({ [MASTER_KEY_VARIABLE]: value }, randomBytes),
        (error) => error instanceof MasterKeyUnavailable && (!value || !error.message.includes(value)),
      );
    }
  });

  test('may be two keys during a rotation: the first wraps, both unwrap', async () => {
    const [old, next] = [newMasterKeyText(randomBytes), newMasterKeyText(randomBytes)];
    const dataKey = randomBytes(32);
    const wrapped = await environmentKey(old).wrap(dataKey, account);
    const both = environmentKey(`${next}, ${old}`);
    assert.deepEqual(await both.unwrap(wrapped, account), dataKey);
    const rewrapped = await both.wrap(dataKey, account);
    assert.deepEqual(await environmentKey(next).unwrap(rewrapped, account), dataKey);
    await assert.rejects(environmentKey(old).unwrap(rewrapped, account), SecretUnreadable);
  });
});

test('keys do not appear in JSON, in inspection or in an error', async () => {
  const text = newMasterKeyText(randomBytes);
  const masterKey = environmentKey(text);
  const box = new SecretBox([masterKey], randomBytes);
  const wrapped = await box.createDataKey(account);
  const dataKey = await masterKey.unwrap(wrapped, account);
  await box.seal(account, wrapped, secret, place);
  const errors = await Promise.all([
    box.open(account, wrapped, 's2.AAAA', place).catch((error: Error) => error.stack),
    box.open(account, 'local.other.AAAA', 's2.AAAA', place).catch((error: Error) => error.stack),
  ]);
  const shown = [masterKey, box]
    .flatMap((value) => [
      JSON.stringify(value),
      inspect(value, { depth: 9, showHidden: true }),
      String(value),
    ])
    .concat(errors as string[])
    .join('\n');
  for (const key of [Buffer.from(text, 'base64'), dataKey]) {
    for (const form of [
      key.toString('hex'),
      key.toString('base64').slice(0, 20),
      inspect(key).slice(8, 40),
    ]) {
      assert.ok(!shown.includes(form));
    }
  }
});

describe('a master key in a key service', () => {
  const token = 'hvs.a-token-that-must-not-show';
  const transitKey = randomBytes(32);
  const requests: string[] = [];
  let service: Server;
  let address = '';

  before(async () => {
    service = createServer(async (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      let text = '';
      for await (const chunk of request) text += chunk;
      const answer = (status: number, body: object) => {
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      if (request.headers['x-vault-token'] !== token) return answer(403, { errors: ['permission denied'] });
      const body = JSON.parse(text);
      const associated = Buffer.from(body.associated_data, 'base64');
      if (request.url === '/v1/transit/encrypt/claviger') {
        const nonce = randomBytes(12);
        const cipher = createCipheriv('aes-256-gcm', transitKey, nonce).setAAD(associated);
        const parts = [nonce, cipher.update(body.plaintext, 'base64'), cipher.final(), cipher.getAuthTag()];
        return answer(200, { data: { ciphertext: `vault:v1:${Buffer.concat(parts).toString('base64')}` } });
      }
      try {
        const bytes = Buffer.from(body.ciphertext.replace(/^vault:v1:/, ''), 'base64');
        const decipher = createDecipheriv('aes-256-gcm', transitKey, bytes.subarray(0, 12)).setAAD(
          associated,
        );
        decipher.setAuthTag(bytes.subarray(-16));
        const plaintext = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
        return answer(200, { data: { plaintext: plaintext.toString('base64') } });
      } catch {
        return answer(400, { errors: ['cipher: message authentication failed'] });
      }
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  });
  after(() => service.close());

  test('wraps and unwraps over the transit API, bound to the account', async () => {
    const box = new SecretBox(
      [new VaultMasterKey({ address, token, keyName: 'claviger', fetch })],
      randomBytes,
    );
    const wrapped = await box.createDataKey(account);
    const sealed = await box.seal(account, wrapped, secret, place);
    assert.equal(await box.open(account, wrapped, sealed, place), secret);
    assert.deepEqual(requests, ['POST /v1/transit/encrypt/claviger', 'POST /v1/transit/decrypt/claviger']);
    assert.equal(keyIdOf(wrapped), 'claviger');
    await assert.rejects(box.open('1999999999999999', wrapped, sealed, place), SecretUnreadable);
    // And to a local key, with both known meanwhile.
    const local = environmentKey();
    const both = new SecretBox(
      [local, new VaultMasterKey({ address, token, keyName: 'claviger', fetch })],
      randomBytes,
    );
    assert.equal(await both.open(account, wrapped, sealed, place), secret);
  });

  test('a failed answer reveals nothing of the token', async () => {
    const wrong = new VaultMasterKey({ address, token: 'hvs.wrong', keyName: 'claviger', fetch });
    await assert.rejects(wrong.wrap(randomBytes(32), account), /answered 403/);
    const silentVault = new VaultMasterKey({
      address: 'http://127.0.0.1:1',
      token,
      keyName: 'claviger',
      fetch,
    });
    await assert.rejects(
      silentVault.wrap(randomBytes(32), account),
      (error) => error instanceof MasterKeyUnavailable && !inspect(error).includes(token),
    );
    assert.ok(!inspect(silentVault, { showHidden: true, depth: 9 }).includes(token));
  });

  test('a service that did not answer is asked again', async () => {
    let calls = 0;
    const flaky: typeof fetch = (input, init) => {
      calls += 1;
      return calls === 2 ? Promise.reject(new Error('down')) : fetch(input, init);
    };
    const box = new SecretBox(
      [new VaultMasterKey({ address, token, keyName: 'claviger', fetch: flaky })],
      randomBytes,
    );
    const wrapped = await box.createDataKey(account);
    await assert.rejects(box.seal(account, wrapped, secret, place), MasterKeyUnavailable);
    await box.seal(account, wrapped, secret, place);
  });

  test('a key name that is a path is refused', () => {
    assert.throws(
      () => new VaultMasterKey({ address, token, keyName: '../sys/seal', fetch }),
      MasterKeyUnavailable,
    );
  });
});
