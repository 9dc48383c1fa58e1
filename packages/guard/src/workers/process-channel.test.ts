import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NoncesUnavailable } from '../nonces-unavailable.ts';
import { type Handler, type MessagePort, PeerUnavailable, ProcessChannel } from './process-channel.ts';
import { SharedNonces } from './shared-nonces.ts';

/** Two connected ports; `sent` has what the first one has sent. */
function connectedPorts() {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const ended: (() => void)[] = [];
  const sent: unknown[] = [];
  const port = (own: 0 | 1): MessagePort => ({
    send(message) {
      if (own === 0) sent.push(message);
      for (const listener of listeners[1 - own]!) listener(JSON.parse(JSON.stringify(message)));
    },
    on(event: string, listener: (message: never) => void) {
      if (event === 'disconnect') ended.push(listener as () => void);
      else listeners[own]!.push(listener as (message: unknown) => void);
    },
  });
  return { ports: [port(0), port(1)] as const, sent, end: () => ended.forEach((each) => void each()) };
}

function connected(handlers: Readonly<Record<string, Handler>>) {
  const { ports, sent, end } = connectedPorts();
  const asking = new ProcessChannel(ports[0], {});
  new ProcessChannel(ports[1], handlers);
  return { asking, sent, end };
}

describe('a channel between two processes', () => {
  test('answers questions; those of one turn go in one message', async () => {
    const { asking, sent } = connected({ double: (value: number) => value * 2, later: async () => 'x' });
    assert.deepEqual(
      await Promise.all([asking.ask('double', 1), asking.ask('double', 2), asking.ask('later', null)]),
      [2, 4, 'x'],
    );
    assert.equal(sent.length, 1);
  });

  test('passes on the message of an error, and refuses unknown topics and other messages', async () => {
    const { asking } = connected({
      fails: () => {
        throw new RangeError('too much');
      },
    });
    await assert.rejects(asking.ask('fails', null), /^Error: too much$/);
    await assert.rejects(asking.ask('constructor', null), /unknown topic "constructor"/);
  });

  test('refuses when the other process does not answer in time, or ends', async () => {
    const { asking, end } = connected({ never: () => new Promise(() => {}) });
    await assert.rejects(asking.ask('never', null, 1), PeerUnavailable);
    const waiting = asking.ask('never', null, 60_000);
    end();
    await assert.rejects(waiting, PeerUnavailable);
    await assert.rejects(asking.ask('never', null), PeerUnavailable);
  });

  test('of which the primary does not answer refuses every nonce', async () => {
    const { asking, end } = connected({});
    end();
    const nonces = new SharedNonces(asking, undefined);
    await assert.rejects(async () => nonces.use('CVAK', 'n', 2, 1), NoncesUnavailable);
    assert.equal(nonces.failures, 1);
  });
});
