import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { acs3Verifier, SigningKey } from '@claviger/signature';
import { frame, MAX_FRAME_BYTES } from './frames.ts';
import { KeyAgreement, Sealer } from './sealing.ts';
import { openSnapshotSource, type SnapshotOptions } from './snapshot-source.ts';

const accountId = '1234567890123456';
const accessKeyId = 'LTAI5tGuardGuardGuardGua';
const accessKeySecret = 'guardGuardGuardGuardGuardGuard';
const key = 'LTAI5tSampleSampleSample';

const begin = ['begin', 'everything'];
const account = ['account', accountId, 'Active', null, []];
const verifier = acs3Verifier('sampleSecret').toString('base64');
const rootKey = ['access-key', key, null, verifier, 'Active', null, null];
const commit = ['commit', '1.1', 0, 0];

/** What a control plane might answer, told what the guard has sent. */
type Answer = (response: ServerResponse, parameters: URLSearchParams) => void;

/** Sends lines as a control plane would, then leaves the line open. */
const sending =
  (
    lines: readonly (readonly unknown[])[],
    more: { readonly secret?: string; readonly hello?: object; readonly raw?: string } = {},
  ): Answer =>
  (response, parameters) => {
    const agreement = new KeyAgreement();
    const hello = { Protocol: 1, AccountId: accountId, ConnectionId: 'one', PublicKey: agreement.publicKey };
    const sealer = new Sealer(
      agreement.key(parameters.get('PublicKey') ?? '', {
        purpose: 'replication',
        accountId,
        accessKeyId,
        connectionId: 'one',
        sharedSecret: SigningKey.fromSecret(more.secret ?? accessKeySecret).derive('replication'),
      }),
    );
    response.writeHead(200);
    response.write(frame(Buffer.from(JSON.stringify({ ...hello, ...more.hello }))));
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    response.write(frame(sealer.seal(Buffer.from(text + (more.raw ?? '')))));
  };

describe('a copy of credentials', () => {
  let server: Server;
  let answer: Answer;
  let calls: URLSearchParams[] = [];

  before(async () => {
    server = createServer((request: IncomingMessage, response: ServerResponse) => {
      let text = '';
      request.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      request.on('end', () => {
        const parameters = new URLSearchParams(text);
        calls.push(parameters);
        answer(response, parameters);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (more: Partial<SnapshotOptions> = {}) => {
    calls = [];
    const changes = new EventEmitter();
    const waiting: (() => void)[] = [];
    const source = openSnapshotSource({
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      accessKeyId,
      accessKeySecret,
      allowPlainHttpOnLoopback: true,
      timer: (callback) => {
        waiting.push(callback);
        return () => waiting.splice(waiting.indexOf(callback), 1);
      },
      onChange: () => changes.emit('change'),
      ...more,
    });
    return {
      source,
      /** Lets it try again. */
      again: () => waiting.splice(0).forEach((callback) => void callback()),
      until: async (isSo: () => boolean) => {
        while (!isSo()) await once(changes, 'change');
      },
    };
  };

  /** What is wrong with an answer, as the source says it; the copy must not count. */
  const problemOf = async (first: Answer): Promise<string> => {
    answer = first;
    const { source, until } = open();
    await until(() => source.state.problem !== undefined);
    const { phase, problem } = source.state;
    assert.equal(phase, 'loading');
    assert.equal(source.find(key, undefined), 'ServiceUnavailable.CredentialsStale');
    await source.close();
    return problem ?? '';
  };

  test('is there when it was sent whole', async () => {
    answer = sending([begin, account, rootKey, commit]);
    const { source } = open();
    await source.ready();
    const found = source.find(key, undefined);
    assert.ok(!(found instanceof Promise) && typeof found !== 'string');
    assert.equal(found.principal.type, 'root');
    assert.equal(source.find('LTAI5tUnknownUnknownUnk', undefined), 'InvalidAccessKeyId.NotFound');
    const { phase, accessKeys, accountId: of } = source.state;
    assert.deepEqual([phase, accessKeys, of], ['current', 1, accountId]);
    await source.close();
  });

  test('is not taken from who does not know the guard’s secret', async () => {
    const lines = [begin, account, rootKey, commit];
    assert.match(await problemOf(sending(lines, { secret: 'another' })), /does not open/);
    const impostor = new KeyAgreement().publicKey;
    assert.match(await problemOf(sending(lines, { hello: { PublicKey: impostor } })), /does not open/);
    assert.match(
      await problemOf(sending(lines, { hello: { AccountId: '1234567890123457' } })),
      /does not open/,
    );
  });

  test('is not taken from what speaks another language', async () => {
    const cases: [Answer, RegExp][] = [
      [sending([begin, commit], { hello: { Protocol: 2 } }), /the protocol 2/],
      [sending([begin, ['policy-boundary', 'x'], commit]), /`policy-boundary`/],
      [sending([begin, [...rootKey, 'more'], commit]), /`access-key` in another form/],
      [sending([begin, ['user', 1, 'name', [], []], commit]), /`user` in another form/],
      [sending([account, commit]), /before `begin`/],
      [sending([begin, begin, commit]), /unexpected `begin`/],
      [sending([['begin', 'changes'], commit]), /unexpected `begin`/],
      [sending([begin], { raw: 'secretSecret' }), /not JSON/],
      [(response) => response.end('<html>'), /silent|ended|JSON|does not know|invalid frame/],
      [(response) => response.writeHead(502).end('<html>bad gateway'), /not a control plane/],
      [
        (response) => {
          const head = Buffer.alloc(4);
          head.writeUInt32BE(MAX_FRAME_BYTES + 1);
          response.writeHead(200);
          response.write(head);
        },
        /invalid frame/,
      ],
    ];
    for (const [wrong, expected] of cases) {
      const problem = await problemOf(wrong);
      assert.match(problem, expected);
      assert.ok(!problem.includes('secret'), problem);
    }
  });

  test('goes on with what it has when what follows is not understood, and asks from there', async () => {
    answer = sending([begin, account, rootKey, commit, ['access-key', key, 'half']]);
    const { source, again, until } = open();
    await until(() => source.state.phase === 'away');
    assert.ok(typeof source.find(key, undefined) !== 'string');
    answer = sending([
      ['begin', 'changes'],
      ['access-key', key],
      ['commit', '2.2', 0, 0],
    ]);
    again();
    await until(() => source.state.phase === 'current');
    assert.equal(source.find(key, undefined), 'InvalidAccessKeyId.NotFound');
    assert.deepEqual(
      calls.map((call) => call.get('Cursor')),
      [null, '1.1'],
    );
    await source.close();
  });

  test('decides nothing by half: a key whose policies are not there is not decided on', async () => {
    const user = ['user', '200000000000000001', 'alice', [], ['Custom/missing']];
    const userKey = ['access-key', key, '200000000000000001', verifier, 'Active', null, null];
    answer = sending([begin, account, user, userKey, commit]);
    const { source } = open();
    await source.ready();
    assert.equal(source.find(key, undefined), 'ServiceUnavailable.CredentialsStale');
    assert.match(source.state.problem ?? '', /lacks the policy Custom\/missing/);
    await source.close();
  });

  test('is no younger than what the control plane itself has heard', async () => {
    answer = sending([begin, account, rootKey, ['commit', '1.1', 0, 6 * 60_000]]);
    const { source, until } = open();
    await until(() => source.state.problem !== undefined);
    assert.match(source.state.problem ?? '', /has not heard of changes for too long/);
    assert.equal(source.find(key, undefined), 'ServiceUnavailable.CredentialsStale');
    await source.close();
  });

  test('does not count while one of the clocks says that it is too old', async () => {
    answer = sending([begin, account, rootKey, commit]);
    const ahead = { wall: 0, monotonic: 0 };
    const { source } = open({
      now: () => Date.now() + ahead.wall,
      monotonicNow: () => performance.now() + ahead.monotonic,
    });
    await source.ready();
    for (const [wall, monotonic, isStale] of [
      [0, 0, false],
      [299_000, 299_000, false],
      [301_000, 0, true],
      [0, 301_000, true],
      // Set back by an hour, which takes no time from the other.
      [-3_600_000, 301_000, true],
      [-3_600_000, 0, false],
    ] as const) {
      Object.assign(ahead, { wall, monotonic });
      const found = source.find(key, undefined);
      assert.equal(found === 'ServiceUnavailable.CredentialsStale', isStale, `${wall} ${monotonic}`);
    }
    await source.close();
  });
});

const here = new URL('./snapshot-source.ts', import.meta.url).href;

test('a process that waits for a copy, and for nothing else, goes on while the control plane is away', async () => {
  // The timer that closes it keeps nothing alive; it runs only when something else does.
  const program = `
    import { openSnapshotSource } from ${JSON.stringify(here)};
    const source = openSnapshotSource({
      server: 'http://127.0.0.1:1', accessKeyId: 'id', accessKeySecret: 'secret', allowPlainHttpOnLoopback: true,
      onChange: () => setTimeout(() => source.close(), 50).unref(),
    });
    await source.ready().catch((error) => console.log('waited:', error.message));`;
  const words = ['--conditions=claviger-source', '--input-type=module', '--eval', program];
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(process.execPath, words, (_error, out, err) => resolve(out || err));
  assert.match(await promise, /^waited: .*closed/);
});

test('settings that cannot be used are named', () => {
  const good = { server: 'https://claviger.example', accessKeyId, accessKeySecret };
  const cases: [Partial<SnapshotOptions>, RegExp][] = [
    [{ server: 'claviger.example' }, /^invalid server .*https/],
    [{ server: 'ftp://claviger.example' }, /^invalid server /],
    [{ server: 'https://claviger.example/path' }, /^invalid server: .*no path/],
    [{ server: 'https://user:word@claviger.example' }, /^invalid server: .*no password/],
    [{ server: 'http://claviger.example' }, /^server .*not encrypted/],
    [{ server: 'http://claviger.example', allowPlainHttpOnLoopback: true }, /^server .*not encrypted/],
    [{ server: 'http://127.0.0.1.example', allowPlainHttpOnLoopback: true }, /^server .*not encrypted/],
    [{ server: 'http://127.0.0.1:8080' }, /^server .*allowPlainHttpOnLoopback/],
    [{ accessKeyId: '' }, /^invalid accessKeyId: /],
    [{ accessKeySecret: '' }, /^invalid accessKeySecret: /],
    [{ accessKeySecret: undefined as unknown as string }, /^invalid accessKeySecret: /],
    [{ guardName: 'no/slash' }, /^invalid guardName /],
    [{ guardName: '' }, /^invalid guardName /],
    [{ maxStalenessMs: 14_999 }, /^invalid maxStalenessMs /],
    [{ maxStalenessMs: Number.NaN }, /^invalid maxStalenessMs /],
  ];
  for (const [wrong, expected] of cases) {
    assert.throws(
      () => openSnapshotSource({ ...good, ...wrong }),
      (error) => error instanceof RangeError && expected.test(error.message),
      JSON.stringify(wrong),
    );
  }
});
