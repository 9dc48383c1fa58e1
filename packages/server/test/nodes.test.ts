import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type Claviger, startClaviger } from '../src/claviger.ts';
import { type Configuration, readConfiguration } from '../src/configuration.ts';
import { initialise } from '../src/installation.ts';
import { Clients } from './clients.ts';
import { eachDatabase } from './databases.ts';

const ram = '2015-05-01';
const whoAmI = ['2015-04-01', 'GetCallerIdentity'] as const;

eachDatabase((name, { freshLocation }) => {
  describe(`two nodes on one database (${name})`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'claviger-nodes-'));
    const logger = pino({ level: 'silent' });
    let configuration: Configuration;
    let one: Claviger;
    let two: Claviger;
    let admin: Clients;
    let key: { readonly accessKeyId: string; readonly accessKeySecret: string };

    before(async () => {
      const location = await freshLocation();
      configuration = readConfiguration(
        {
          data: join(directory, 'data'),
          port: 0,
          // Nonces of one node are not sent to the other here.
          unsharedNonces: 'warn',
          ...(location.kind === 'postgres' ? { database: location.url } : {}),
        },
        {},
      );
      const made = await initialise(configuration, { now: Date.now, log: () => {} });
      key = { accessKeyId: made.accessKeyId, accessKeySecret: made.accessKeySecret.reveal() };
      one = await startClaviger(configuration, logger);
      two = await startClaviger(configuration, logger);
      admin = new Clients(one.url, key);
    });

    after(async () => {
      await one.close();
      await two.close();
      rmSync(directory, { recursive: true });
    });

    /** Creates a user on the first node, with clients for the second, which has cached its key. */
    async function userOnTwo(userName: string) {
      await admin.callRpc(ram, 'CreateUser', { UserName: userName });
      const made = await admin.callRpc(ram, 'CreateAccessKey', { UserName: userName });
      const pair = made['AccessKey'] as { readonly AccessKeyId: string; readonly AccessKeySecret: string };
      const clients = new Clients(two.url, {
        accessKeyId: pair.AccessKeyId,
        accessKeySecret: pair.AccessKeySecret,
      });
      await clients.callRpc(...whoAmI);
      return { clients, accessKeyId: pair.AccessKeyId };
    }

    test('a key that was disabled or deleted on one node is refused by the other', async () => {
      const { clients, accessKeyId } = await userOnTwo('revoked');
      const named = { UserName: 'revoked', UserAccessKeyId: accessKeyId };
      await admin.callRpc(ram, 'UpdateAccessKey', { ...named, Status: 'Inactive' });
      await untilRefused(clients, whoAmI, 'InvalidAccessKeyId.Inactive');
      await admin.callRpc(ram, 'DeleteAccessKey', named);
      await untilRefused(clients, whoAmI, 'InvalidAccessKeyId.NotFound');
    });

    test('a permission granted or revoked on one node counts on the other', async () => {
      const { clients } = await userOnTwo('permitted');
      const list = [ram, 'ListUsers'] as const;
      const policy = { UserName: 'permitted', PolicyName: 'AliyunRAMReadOnlyAccess', PolicyType: 'System' };
      await untilRefused(clients, list, 'NoPermission');
      await admin.callRpc(ram, 'AttachPolicyToUser', policy);
      await eventually(() =>
        clients.callRpc(...list).then(
          () => true,
          () => false,
        ),
      );
      await admin.callRpc(ram, 'DetachPolicyFromUser', policy);
      await untilRefused(clients, list, 'NoPermission');
    });

    test('a node that was disconnected answers from the present data', async () => {
      const { clients, accessKeyId } = await userOnTwo('away');
      await two.close();
      await admin.callRpc(ram, 'UpdateAccessKey', {
        UserName: 'away',
        UserAccessKeyId: accessKeyId,
        Status: 'Inactive',
      });
      await assert.rejects(clients.callRpc(...whoAmI));
      two = await startClaviger({ ...configuration, port: Number(new URL(two.url).port) }, logger);
      await untilRefused(clients, whoAmI, 'InvalidAccessKeyId.Inactive', 1);
    });
  });
});

/** Repeats a call until it is refused so; a change takes a moment to reach the other node. */
async function untilRefused(
  clients: Clients,
  call: readonly [version: string, action: string],
  code: string,
  tries = 200,
): Promise<void> {
  await eventually(
    () =>
      clients.callRpc(...call).then(
        () => false,
        (error: { readonly code: string }) => error.code === code,
      ),
    tries,
  );
}

async function eventually(isSo: () => Promise<boolean>, tries = 200): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail('it did not come about');
}
