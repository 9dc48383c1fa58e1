import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GuardConnections } from '../src/guards/guard-connections.ts';
import { eachDatabase } from './databases.ts';

eachDatabase((_, { open }) => {
  test('a state that the database refuses is logged and does not end the process', async () => {
    const store = await open();
    let write = store.write.bind(store);
    const logged: string[] = [];
    const timers: (() => void)[] = [];
    const connections = new GuardConnections({
      store: { ...store, write: (work) => write(work) },
      log: (message) => logged.push(message),
      timer: (callback) => {
        timers.push(callback);
        return () => {};
      },
    });
    const connection = await connections.open({
      connection_id: 'connection',
      guard_id: 'guard',
      account_id: '5123456789012345',
      source_ip: '192.0.2.1',
      version: '',
      connected_at: 1_000_000,
    });
    write = () => Promise.reject(new RangeError('refused'));
    connection.confirmed(1_000_001);
    timers.shift()?.();
    await nextTurn();
    assert.deepEqual(logged, ["the state of guards' connections could not be written: refused"]);
    await connection.close();
    assert.match(logged[1]!, /^the disconnect of a guard could not be written;.*: refused$/);
  });
});
