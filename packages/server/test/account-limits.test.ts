import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { DEFAULT_LIMITS } from '../src/context/limits.ts';
import type { Schema } from '../src/store/schema.ts';
import { assertSameRows, readAccountRows } from './account-rows.ts';
import { SampleEntities } from './sample-entities.ts';
import { eachServer, type TestServer } from './server.ts';

eachServer((_, start) => {
  test("entities of an account do not count against another account's limits", async () => {
    const now = Date.now();
    const server = await start();
    const vendor = new SampleEntities(server, await server.newAccount(), 'vendor', now);
    const full = new SampleEntities(server, await server.newAccount(), 'full', now, vendor);
    const next = new SampleEntities(server, await server.newAccount(), 'next', now, vendor);
    const copy = (table: keyof Schema, limit: number, ...columns: readonly string[]) =>
      copyRow(server, full.account.accountId, table, limit, columns);
    await full.samlProvider('full');
    await full.oidcProvider('full');
    await full.device('full');
    await full.group('full');
    await full.role('full');
    await full.policy('full');
    await full.do('2019-08-15', 'ProvisionApplication', { AppId: await full.application('full') });
    await copy('saml_providers', DEFAULT_LIMITS.samlProvidersPerAccount, 'provider_id', 'provider_name_key');
    await copy(
      'oidc_providers',
      DEFAULT_LIMITS.oidcProvidersPerAccount,
      'provider_id',
      'provider_name_key',
      'issuer_url',
    );
    await copy('mfa_devices', DEFAULT_LIMITS.virtualMfaDevicesPerAccount, 'device_name');
    await copy('groups', DEFAULT_LIMITS.groupsPerAccount, 'group_id', 'group_name_key');
    await copy('roles', DEFAULT_LIMITS.rolesPerAccount, 'role_id', 'role_name_key');
    await copy('policies', DEFAULT_LIMITS.customPoliciesPerAccount, 'policy_name_key');
    await copy('applications', DEFAULT_LIMITS.applicationsPerAccount, 'app_id', 'app_name_key');
    await copy('application_provisions', DEFAULT_LIMITS.installedApplicationsPerAccount, 'app_id');
    await copy('users', DEFAULT_LIMITS.usersPerAccount, 'user_id', 'user_name_key');
    const makers: readonly (readonly [string, (entities: SampleEntities) => Promise<unknown>])[] = [
      ['LimitExceeded.SAMLProvider', (entities) => entities.samlProvider('one-more')],
      ['LimitExceeded.OIDCProvider', (entities) => entities.oidcProvider('one-more')],
      ['LimitExceeded.VirtualMFADevice', (entities) => entities.device('one-more')],
      ['LimitExceeded.Group', (entities) => entities.group('one-more')],
      ['LimitExceeded.Role', (entities) => entities.role('one-more')],
      ['LimitExceeded.Policy', (entities) => entities.policy('one-more')],
      ['LimitExceeded.Application', (entities) => entities.application('one-more')],
      ['LimitExceeded.User', (entities) => entities.user('one-more')],
      [
        'LimitExceeded.Application.Provision',
        async (entities) => {
          const AppId = await entities.foreignApplication('one-more');
          await entities.do('2019-08-15', 'ProvisionApplication', { AppId });
        },
      ],
    ];
    for (const [code, make] of makers) {
      await assert.rejects(make(full), (error: Error) => error.message.includes(code), code);
      await make(next);
    }
  });

  test('a user in the recycle bin does not displace one of another account', async () => {
    const server = await start();
    const full = new SampleEntities(server, await server.newAccount(), 'full', Date.now());
    const next = new SampleEntities(server, await server.newAccount(), 'next', Date.now());
    await full.recycledUser('full');
    // Plus one for the administrator, who is not in the recycle bin.
    await copyRow(server, full.account.accountId, 'users', DEFAULT_LIMITS.recycledUsersPerAccount + 1, [
      'user_id',
      'user_name_key',
    ]);
    const before = await readAccountRows(server.services, full.account.accountId);
    await next.recycledUser('one-more');
    assertSameRows(
      before,
      await readAccountRows(server.services, full.account.accountId),
      'the other account',
    );
    await full.recycledUser('one-more');
    const after = await readAccountRows(server.services, full.account.accountId);
    assert.ok(
      [...before].some((row) => !after.has(row)),
      'no user was displaced',
    );
  });
});

/** Copies a row of an account until the limit is reached. @param columns that have to differ */
async function copyRow(
  { services }: TestServer,
  accountId: string,
  table: keyof Schema,
  limit: number,
  columns: readonly string[],
): Promise<void> {
  await services.store.write(async ({ queries }) => {
    const rows = await sql<
      Record<string, unknown>
    >`select * from ${sql.table(table)} where account_id = ${accountId}`.execute(queries);
    const row = rows.rows.at(-1)!;
    const copies = Array.from({ length: limit - rows.rows.length }, (_, at) => ({
      ...row,
      ...Object.fromEntries(columns.map((column) => [column, `${row[column]}-${at}`])),
    }));
    for (let at = 0; at < copies.length; at += 250) {
      await queries
        .insertInto(table)
        .values(copies.slice(at, at + 250) as never)
        .execute();
    }
  });
}
