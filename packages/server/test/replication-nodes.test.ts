/** A guard at one of several nodes receives the changes made at another, and can continue at any of them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type Claviger, startClaviger } from '../src/claviger.ts';
import { type Configuration, readConfiguration } from '../src/configuration.ts';
import { initialise } from '../src/installation.ts';
import { type ClientKey, Clients } from './clients.ts';
import { eachDatabase } from './databases.ts';
import { RecordedConnection } from './recorded-connection.ts';
import { document, ReplicatedGuard } from './replicated-guard.ts';
import { registerGuard } from './server.ts';

const RAM = '2015-05-01';

eachDatabase((_, { freshLocation }) => {
  describe('a guard at one of two nodes', () => {
    const directory = mkdtempSync(join(tmpdir(), 'claviger-nodes-'));
    const logger = pino({ level: 'silent' });
    let configuration: Configuration;
    let nodes: [Claviger, Claviger];
    let admin: Clients;
    let line: RecordedConnection;
    let guard: ReplicatedGuard;

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
      nodes = [await startClaviger(configuration, logger), await startClaviger(configuration, logger)];
      admin = new Clients(nodes[0].url, {
        accessKeyId: made.accessKeyId,
        accessKeySecret: made.accessKeySecret.reveal(),
      });
      const key = await registerGuard(nodes[0].services, made.accountId, 'default', ['orders']);
      line = await RecordedConnection.to(nodes[1].url);
      guard = ReplicatedGuard.open(line.url, key);
      await guard.source.ready();
    });

    after(async () => {
      await guard.close();
      await line.close();
      for (const node of nodes) await node.close();
      rmSync(directory, { recursive: true });
    });

    /** Creates a user with a key and one policy at the first node. */
    const userWith = async (UserName: string, statement: object): Promise<ClientKey> => {
      const policy = { PolicyName: UserName, PolicyType: 'Custom' };
      await admin.callRpc(RAM, 'CreateUser', { UserName });
      await admin.callRpc(RAM, 'CreatePolicy', { ...policy, PolicyDocument: document(statement) });
      await admin.callRpc(RAM, 'AttachPolicyToUser', { ...policy, UserName });
      const made = await admin.callRpc(RAM, 'CreateAccessKey', { UserName });
      const pair = made['AccessKey'] as { readonly AccessKeyId: string; readonly AccessKeySecret: string };
      return { accessKeyId: pair.AccessKeyId, accessKeySecret: pair.AccessKeySecret };
    };

    const mayGet = { Effect: 'Allow', Action: 'orders:GetOrder', Resource: '*' };

    const setStatus = (UserName: string, { accessKeyId }: ClientKey, Status: string) =>
      admin.callRpc(RAM, 'UpdateAccessKey', { UserName, UserAccessKeyId: accessKeyId, Status });

    test('receives the changes made at the other', async () => {
      const key = await userWith('heard', mayGet);
      await guard.untilVerdict('Allow', key);
      await setStatus('heard', key, 'Inactive');
      await guard.untilVerdict('InvalidAccessKeyId.Inactive', key);
    });

    test('continues at the other from its position, with the changes made meanwhile', async () => {
      const [key, gone] = [await userWith('goes-on', mayGet), await userWith('gone', mayGet)];
      await guard.untilVerdict('Allow', key);
      await guard.untilVerdict('Allow', gone);
      line.cut();
      await guard.until(() => guard.state.phase === 'away');
      await setStatus('gone', gone, 'Inactive');
      line.redirectTo(nodes[0].url);
      guard.time.fire();
      await guard.untilVerdict('InvalidAccessKeyId.Inactive', gone);
      assert.equal(await guard.verdict(key), 'Allow');
      await setStatus('goes-on', key, 'Inactive');
      await guard.untilVerdict('InvalidAccessKeyId.Inactive', key);
    });
  });
});
