/** A stored secret opens in its own row, for its own owner and account, and nowhere else. */
import assert from 'node:assert/strict';
import { createSecretKey, randomBytes, randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import { readConfiguration } from '../src/configuration.ts';
import { codeAt, stepAt } from '../src/mfa/one-time-code.ts';
import { openMasterKey } from '../src/secrets/open-master-key.ts';
import { resealFirstForms } from '../src/secrets/reseal.ts';
import {
  placeOfGuard,
  placeOfSessionDevice,
  SEALED_COLUMNS,
  type SealedColumn,
  type SealPlace,
} from '../src/secrets/sealed-columns.ts';
import { SecretUnreadable, sealText } from '../src/secrets/sealed-text.ts';
import type { AccessKeyRow, Schema } from '../src/store/schema.ts';
import { insertConsoleSession } from './console-session-row.ts';
import { callRaw, ways } from './raw-request.ts';
import { eachServer, refused, type TestAccount, type TestServer, type TestUser } from './server.ts';

/** Row of a sealed column, without its type. */
type Row = Record<string, unknown> & { account_id: string };

interface Column {
  readonly table: keyof Schema;
  readonly column: string;
  readonly key: readonly string[];
  readonly placeOf: (row: Row) => SealPlace;
  readonly firstForm: (row: Row) => string;
}

const columns = Object.entries(SEALED_COLUMNS) as unknown as readonly (readonly [SealedColumn, Column])[];

async function rowsOf({ services }: TestServer, { table, column }: Column): Promise<Row[]> {
  const rows = await services.store.queries.selectFrom(table).selectAll().execute();
  return (rows as unknown as Row[]).filter((row) => row[column] !== null);
}

async function wrappedKeyOf({ services }: TestServer, accountId: string): Promise<string> {
  const row = await services.store.queries
    .selectFrom('accounts')
    .select('wrapped_data_key')
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  return row.wrapped_data_key;
}

/** Creates an account with two users that have every kind of sealed secret. */
async function createSealedSecrets(server: TestServer): Promise<{ account: TestAccount; users: TestUser[] }> {
  const account = await server.newAccount('furnished');
  const users: TestUser[] = [];
  const { services } = server;
  for (const userName of ['alice', 'bob']) {
    const user = await server.newUser(account, userName);
    users.push(user);
    await account.admin.callRpc('2019-08-15', 'CreateServiceCredential', {
      UserPrincipalName: user.userPrincipalName,
      ServiceName: 'orders.example.com',
      ServiceCredentialName: userName,
    });
    const { serial, seed } = await createDevice(account, `device-${userName}`);
    const now = Date.now();
    await account.admin.ims.bindMFADevice(
      new ims.BindMFADeviceRequest({
        userPrincipalName: user.userPrincipalName,
        serialNumber: serial,
        authenticationCode1: codeAt(seed, stepAt(now) - 1),
        authenticationCode2: codeAt(seed, stepAt(now)),
      }),
    );
    const hash = randomBytes(32).toString('hex');
    const row = { session_id: `cs-${hash.slice(0, 20)}`, owner_type: 'user', owner_id: user.userId } as const;
    await insertConsoleSession(server, account.accountId, {
      ...row,
      session_hash: hash,
      expires_at: now + 3_600_000,
      sealed_seed: await services.secrets.seal(
        account.accountId,
        await wrappedKeyOf(server, account.accountId),
        'SEED',
        placeOfSessionDevice(row),
      ),
    });
  }
  await createDevice(account, 'unbound');
  for (const name of ['gate', 'yard']) {
    const row = {
      guard_id: `guard-${name}-${account.accountId}`,
      access_key_id: `CVGD${randomBytes(8).toString('hex')}`,
    };
    await services.store.write(async ({ queries }) => {
      await queries
        .insertInto('guards')
        .values({
          ...row,
          account_id: account.accountId,
          guard_name: name,
          guard_name_key: name,
          services: '["orders"]',
          status: 'Active',
          sealed_secret: await services.secrets.seal(
            account.accountId,
            await wrappedKeyOf(server, account.accountId),
            'guard secret',
            placeOfGuard(row),
          ),
          network_policy: null,
          created_at: Date.now(),
          updated_at: Date.now(),
        })
        .execute();
    });
  }
  return { account, users };
}

async function createDevice({ admin }: TestAccount, virtualMFADeviceName: string) {
  const { virtualMFADevice } = (
    await admin.ims.createVirtualMFADevice(new ims.CreateVirtualMFADeviceRequest({ virtualMFADeviceName }))
  ).body!;
  return { serial: virtualMFADevice!.serialNumber!, seed: virtualMFADevice!.base32StringSeed! };
}

/** Returns a text with one byte changed at random. */
function corrupted(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const at = randomInt(bytes.length);
  bytes[at] = ((bytes[at] ?? 0) + 1 + randomInt(120)) % 127 || 33;
  const changed = bytes.toString('latin1').replaceAll('\0', 'x');
  return changed === text ? corrupted(text) : changed;
}

async function changeKey(server: TestServer, id: string, columnsOfKey: Partial<AccessKeyRow>): Promise<void> {
  await server.services.store.write(async ({ queries, changed }) => {
    const { account_id: accountId } = await queries
      .selectFrom('access_keys')
      .select('account_id')
      .where('access_key_id', '=', id)
      .executeTakeFirstOrThrow();
    await queries.updateTable('access_keys').set(columnsOfKey).where('access_key_id', '=', id).execute();
    changed({ accountId, topic: 'access-key', subject: id });
  });
}

async function keyRow({ services }: TestServer, id: string): Promise<AccessKeyRow> {
  return services.store.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('access_key_id', '=', id)
    .executeTakeFirstOrThrow();
}

/**
 * Asserts that a key is refused as damaged with every kind of signature, with a log line and without a bug report.
 */
async function assertDamaged(server: TestServer, user: TestUser): Promise<void> {
  const { accessKeyId } = user.key;
  for (const way of ways) {
    const { code, status } = await callRaw(server.url, user.key, way);
    assert.deepEqual([status, code], [400, 'InvalidAccessKeyId.Damaged'], way);
  }
  const lines = server.log.filter((line) => line.includes('damaged secret') && line.includes(accessKeyId));
  assert.equal(lines.length, 1, 'told once');
  assert.ok(!server.log.some((line) => line.includes('please report it')), 'not as a bug');
  for (const line of server.log) assert.ok(!line.includes(user.key.accessKeySecret));
}

eachServer((_, start) => {
  describe('a sealed secret', () => {
    test('is in the list of sealed columns, each of which exists in the database', async () => {
      const server = await start();
      const tables = await server.services.store.queries.introspection.getTables();
      const found = tables.flatMap(({ name, columns: of }) =>
        of.filter((each) => each.name.startsWith('sealed_')).map((each) => `${name}.${each.name}`),
      );
      assert.deepEqual(found.sort(), Object.keys(SEALED_COLUMNS).sort());
    });

    test('does not open for another row, owner, account or purpose, or with a changed byte', async () => {
      const server = await start();
      const furnished = [await createSealedSecrets(server), await createSealedSecrets(server)];
      const accountIds = furnished.map(({ account }) => account.accountId);
      const userIds = furnished.flatMap(({ users }) => users.map(({ userId }) => userId));
      const { secrets } = server.services;
      const open = async (column: Column, row: Row) =>
        secrets.open(
          row.account_id,
          await wrappedKeyOf(server, row.account_id),
          String(row[column.column]),
          column.placeOf(row),
        );
      const texts = new Set<string>();
      for (const [, column] of columns) {
        for (const row of await rowsOf(server, column)) texts.add(String(row[column.column]));
      }
      let tried = 0;
      for (const [name, column] of columns) {
        const rows = await rowsOf(server, column);
        assert.ok(rows.length >= 4, `${name} has rows of both accounts`);
        for (const row of rows) {
          const text = String(row[column.column]);
          assert.notEqual(await open(column, row), '', 'it opens where it is');
          const changedRows: Row[] = [...texts]
            .filter((other) => other !== text)
            .map((other) => ({ ...row, [column.column]: other }));
          for (const accountId of accountIds) {
            if (accountId !== row.account_id) changedRows.push({ ...row, account_id: accountId });
          }
          const ownerColumn = ['owner_id', 'user_id'].find((each) => each in row) ?? 'guard_id';
          for (const userId of userIds) {
            if (userId === row[ownerColumn]) continue;
            changedRows.push({
              ...row,
              [ownerColumn]: userId,
              ...('owner_type' in row ? { owner_type: 'user' } : {}),
            });
          }
          if ('owner_type' in row) {
            changedRows.push({ ...row, owner_type: row['owner_type'] === 'root' ? 'user' : 'root' });
          }
          for (let time = 0; time < 20; time++)
            changedRows.push({ ...row, [column.column]: corrupted(text) });
          for (const changed of changedRows) {
            await assert.rejects(open(column, changed), SecretUnreadable, JSON.stringify(changed));
            tried++;
          }
          const { id } = column.placeOf(row);
          assert.ok(
            server.log.some((line) => line.includes('damaged secret') && line.includes(`${name} of ${id} `)),
            `the log names ${name} of ${id}`,
          );
        }
      }
      assert.ok(tried > 500, String(tried));
    });

    test('of another key makes a key refused as damaged; other keys work', async () => {
      const server = await start();
      const { users } = await createSealedSecrets(server);
      const [alice, bob] = users as [TestUser, TestUser];
      const carol = await server.newUser(server.account, 'carol');
      await carol.clients.sts.getCallerIdentity();
      const [ofAlice, ofBob] = [
        await keyRow(server, alice.key.accessKeyId),
        await keyRow(server, bob.key.accessKeyId),
      ];
      await changeKey(server, ofAlice.access_key_id, { sealed_secret: ofBob.sealed_secret });
      await changeKey(server, ofBob.access_key_id, { sealed_secret: ofAlice.sealed_secret });
      await assertDamaged(server, alice);
      await assertDamaged(server, bob);
      await carol.clients.sts.getCallerIdentity();
      // With its own secret again, it opens.
      await changeKey(server, ofAlice.access_key_id, { sealed_secret: ofAlice.sealed_secret });
      await alice.clients.sts.getCallerIdentity();
    });

    test('moved to another owner or account makes a key refused as damaged', async () => {
      const server = await start();
      const { account, users } = await createSealedSecrets(server);
      const other = await createSealedSecrets(server);
      const [alice, bob] = users as [TestUser, TestUser];
      const [stranger] = other.users as [TestUser];
      await changeKey(server, alice.key.accessKeyId, { owner_id: bob.userId });
      await assertDamaged(server, alice);
      await changeKey(server, bob.key.accessKeyId, { owner_type: 'root', owner_id: account.accountId });
      await assertDamaged(server, bob);
      await changeKey(server, stranger.key.accessKeyId, {
        account_id: account.accountId,
        owner_id: alice.userId,
      });
      await assertDamaged(server, stranger);
      await account.admin.sts.getCallerIdentity();
      await other.account.admin.sts.getCallerIdentity();
    });

    test('with changed bytes makes a key refused as damaged, and so does a damaged data key', async () => {
      const server = await start();
      const { account, users } = await createSealedSecrets(server);
      const [alice, bob] = users as [TestUser, TestUser];
      const row = await keyRow(server, alice.key.accessKeyId);
      for (let time = 0; time < 20; time++) {
        await changeKey(server, row.access_key_id, { sealed_secret: corrupted(row.sealed_secret) });
        await assertDamaged(server, alice);
      }
      const { store, secrets } = server.services;
      await store.write(async ({ queries, changed }) => {
        await queries
          .updateTable('accounts')
          .set({ wrapped_data_key: corrupted(await wrappedKeyOf(server, account.accountId)) })
          .where('account_id', '=', account.accountId)
          .execute();
        changed({ accountId: account.accountId, topic: 'account', subject: account.accountId });
      });
      secrets.forgetDataKeys();
      await assertDamaged(server, bob);
      await server.account.admin.sts.getCallerIdentity();
    });

    test('of a device that is damaged prevents its binding, and not its deletion', async () => {
      const server = await start();
      const { account, users } = await createSealedSecrets(server);
      const [alice] = users as [TestUser];
      const carol = await server.newUser(account, 'carol');
      const { serial, seed } = await createDevice(account, 'swapped');
      const { store } = server.services;
      await store.write(async ({ queries }) => {
        const of = (name: string) =>
          queries
            .selectFrom('mfa_devices')
            .select('sealed_seed')
            .where('account_id', '=', account.accountId)
            .where('device_name', '=', name)
            .executeTakeFirstOrThrow();
        const { sealed_seed: foreign } = await of('unbound');
        await queries
          .updateTable('mfa_devices')
          .set({ sealed_seed: foreign })
          .where('account_id', '=', account.accountId)
          .where('device_name', 'in', ['swapped', 'device-alice'])
          .execute();
      });
      const now = Date.now();
      const bind = new ims.BindMFADeviceRequest({
        userPrincipalName: carol.userPrincipalName,
        serialNumber: serial,
        authenticationCode1: codeAt(seed, stepAt(now) - 1),
        authenticationCode2: codeAt(seed, stepAt(now)),
      });
      await refused(account.admin.ims.bindMFADevice(bind), 'StoredSecretDamaged', 409);
      await account.admin.ims.unbindMFADevice(
        new ims.UnbindMFADeviceRequest({ userPrincipalName: alice.userPrincipalName }),
      );
      for (const name of ['swapped', 'device-alice']) {
        const serialNumber = serial.replace('swapped', name);
        await account.admin.ims.deleteVirtualMFADevice(
          new ims.DeleteVirtualMFADeviceRequest({ serialNumber }),
        );
      }
      assert.ok(!server.log.some((line) => line.includes('please report it')));
    });

    test('of an earlier release is sealed anew at the start; then the first form is refused', async () => {
      const server = await start();
      const { account, users } = await createSealedSecrets(server);
      const [alice, bob] = users as [TestUser, TestUser];
      const before = new Map<string, string>();
      for (const [name, column] of columns) {
        for (const row of await rowsOf(server, column)) {
          before.set(`${name} ${column.placeOf(row).id}`, await inFirstForm(server, column, row));
        }
      }
      // Moved from another owner before: it cannot be told from a valid one, so its own id is broken.
      await changeKey(server, bob.key.accessKeyId, {
        sealed_secret: (await keyRow(server, alice.key.accessKeyId)).sealed_secret,
      });
      await forgetSweep(server);
      await server.restart();
      for (const key of [alice.key, account.key]) {
        assert.equal((await callRaw(server.url, key, 'ACS3')).code, 'OK');
      }
      await assertRefusedDamaged(server, bob);
      for (const [name, column] of columns) {
        for (const row of await rowsOf(server, column)) {
          const { id } = column.placeOf(row);
          const isDamaged = id === bob.key.accessKeyId;
          assert.equal(String(row[column.column]).startsWith('s2.'), !isDamaged, `${name} ${id}`);
        }
      }
      const events = await server.services.store.queries
        .selectFrom('audit_records')
        .select('event_name')
        .where('account_id', '=', account.accountId)
        .where('event_name', '=', 'ResealSecrets')
        .execute();
      assert.ok(events.length >= 1);

      // The first form is not opened any more, after another start either.
      const id = alice.key.accessKeyId;
      await changeKey(server, id, { sealed_secret: before.get(`access_keys.sealed_secret ${id}`)! });
      await assertRefusedDamaged(server, alice);
      await server.restart();
      await assertRefusedDamaged(server, alice);
    });

    test('is sealed anew by an interrupted sweep that continues', async () => {
      const server = await start();
      const { account } = server;
      const { store, secrets } = server.services;
      const column = columns[0]![1];
      const [template] = await rowsOf(server, column);
      await store.write(async ({ queries }) => {
        for (let number = 0; number < 450; number++) {
          const access_key_id = `LTAI5tSweep${String(number).padStart(13, '0')}`;
          const row = { ...template, access_key_id } as unknown as AccessKeyRow;
          await queries.insertInto('access_keys').values(row).execute();
        }
      });
      for (const row of await rowsOf(server, column)) {
        // Secrets made from the template are bound to its id.
        const text = await secrets.open(
          row.account_id,
          await wrappedKeyOf(server, row.account_id),
          String(row[column.column]),
          column.placeOf({ ...template!, account_id: row.account_id }),
        );
        await inFirstForm(server, column, row, text);
      }
      await forgetSweep(server);
      let portions = 0;
      const parts = { store, secrets, now: Date.now, log: () => {}, record: async () => {} };
      const interrupted = resealFirstForms({
        ...parts,
        record: async () => {
          portions++;
          if (portions === 2) throw new Error('the power is gone');
        },
      });
      await assert.rejects(interrupted, /the power is gone/);
      const forms = async () => {
        const rows = await rowsOf(server, column);
        return rows.filter((row) => String(row[column.column]).startsWith('s1.')).length;
      };
      const all = (await rowsOf(server, column)).length;
      // The first portion of a sweep has 20 rows.
      assert.equal(await forms(), all - 20, 'one portion is done, the second undone');
      await resealFirstForms(parts);
      assert.equal(await forms(), 0);
      await account.admin.sts.getCallerIdentity();
    });
  });

  async function assertRefusedDamaged(server: TestServer, user: TestUser): Promise<void> {
    const { status, code } = await callRaw(server.url, user.key, 'ACS3');
    assert.deepEqual([status, code], [400, 'InvalidAccessKeyId.Damaged']);
  }
});

async function forgetSweep(server: TestServer): Promise<void> {
  await server.services.store.write(({ queries }) => queries.deleteFrom('completed_sweeps').execute());
}

/** Writes a row's secret as earlier releases sealed it. @returns the text */
async function inFirstForm(server: TestServer, column: Column, row: Row, secret?: string): Promise<string> {
  const { store, secrets } = server.services;
  const { account_id: accountId } = row;
  const wrapped = await wrappedKeyOf(server, accountId);
  const plaintext =
    secret ?? (await secrets.open(accountId, wrapped, String(row[column.column]), column.placeOf(row)));
  const masterKey = openMasterKey(readConfiguration({ data: server.directory }, {}));
  const key = createSecretKey(await masterKey.unwrap(wrapped, accountId));
  const bound = `claviger secret v1\n${accountId}\n${column.firstForm(row)}`;
  const text = `s1.${sealText(key, Buffer.from(plaintext), bound, randomBytes)}`;
  await store.write(async ({ queries }) => {
    let update = queries.updateTable(column.table).set({ [column.column]: text } as never);
    for (const name of column.key) update = update.where(name as never, '=', row[name] as never);
    await update.execute();
  });
  return text;
}
