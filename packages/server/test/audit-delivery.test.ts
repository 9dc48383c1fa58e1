/** Delivery of audit records: in order, again after a failure, and into a file when a receiver does not accept. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { AuditDelivery, type AuditDeliveryOptions, type AuditSink } from '../src/audit/audit-delivery.ts';
import { auditEvent } from '../src/audit/audit-event.ts';
import { insertAuditEvents } from '../src/audit/audit-events.ts';
import { auditSinks } from '../src/audit/audit-sinks.ts';
import { parseChainAnchor } from '../src/audit/chain-anchor.ts';
import { nextCheckpoint, type ReadCheckpoint } from '../src/audit/chain-reader.ts';
import { chainRecords } from '../src/audit/chain-records.ts';
import { type CheckpointText, checkpointText, linesOf } from '../src/audit/checkpoint-text.ts';
import { type DamagedLetter, DeadLetters, isWhole } from '../src/audit/dead-letters.ts';
import { readConfiguration } from '../src/configuration.ts';
import { auditSigningKeyOf } from '../src/secrets/audit-signing-key.ts';
import type { Store } from '../src/store/store.ts';
import { eachDatabase } from './databases.ts';

const key = auditSigningKeyOf(generateKeyPairSync('ed25519').privateKey);
let made = 0;

function record() {
  made += 1;
  return auditEvent(
    {
      requestId: `E${made}`,
      time: Date.UTC(2026, 11, 1),
      product: 'Ims',
      version: '2019-08-15',
      operation: 'GetUser',
      access: 'read',
      accountId: '1000000000000001',
      principal: undefined,
      accessKeyId: 'LTAI5tExampleExampleExam',
      sourceAddress: '203.0.113.7',
      userAgent: 'ägent',
      secure: true,
      nonce: '',
      parameters: {},
      touched: [],
    },
    'cn-hangzhou',
  );
}

async function addCheckpoints(store: Store, count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) {
    await store.write(({ queries }) => insertAuditEvents(store.kind, queries, [record(), record()]));
    await chainRecords(store, key, Date.UTC(2026, 11, 1));
  }
}

/** Receiver in memory that refuses what `refuses` says. */
function memorySink(refuses: (number: number, attempt: number) => boolean = () => false) {
  const accepted: number[] = [];
  let attempts = 0;
  const waiting = new Set<() => void>();
  const sink: AuditSink = {
    name: 'webhook',
    async send({ number }) {
      attempts += 1;
      if (refuses(number, attempts)) throw new Error('refused');
      accepted.push(number);
      for (const done of waiting) done();
    },
    close() {},
  };
  const received = async (count: number) => {
    while (accepted.length < count) await new Promise<void>((resolve) => waiting.add(resolve));
  };
  return { sink, accepted, received };
}

eachDatabase((name, { open, freshLocation }) => {
  describe(`delivery of audit records (${name})`, () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'claviger-letters-'));
    });
    after(() => rmSync(folder, { recursive: true }));

    const deliveryOf = (store: Store, sink: AuditSink, more: Partial<AuditDeliveryOptions> = {}) =>
      new AuditDelivery({
        store,
        sink,
        deadLetters: join(folder, 'letters'),
        now: Date.now,
        log: () => {},
        delays: [1, 1],
        pollMs: 1,
        ...more,
      });

    test('is in order, repeated after a failure, and continued by the next start', async () => {
      const store = await open();
      await addCheckpoints(store, 3);
      const first = memorySink((number, attempt) => number === 2 && attempt < 4);
      const delivery = deliveryOf(store, first.sink);
      delivery.start();
      await first.received(3);
      await delivery.stop();
      assert.deepEqual(first.accepted, [1, 2, 3]);
      assert.deepEqual(delivery.counts, { delivered: 3, dead: 0, failures: 2 });
      await addCheckpoints(store, 1);
      const second = memorySink();
      const next = deliveryOf(store, second.sink, { now: () => Date.now() + 120_000 });
      next.start();
      await second.received(1);
      await next.stop();
      assert.deepEqual(second.accepted, [4]);
    });

    test('of what is never accepted ends in the file of dead letters, and the rest goes on', async () => {
      const store = await open();
      await addCheckpoints(store, 3);
      const { sink, accepted, received } = memorySink((number) => number === 2);
      const logged: string[] = [];
      const delivery = deliveryOf(store, sink, { log: (message) => logged.push(message) });
      delivery.start();
      await received(2);
      await delivery.stop();
      assert.deepEqual(accepted, [1, 3]);
      assert.equal(delivery.counts.dead, 1);
      const file = join(folder, 'letters', 'webhook.jsonl');
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      assert.equal(lines.length, 3);
      assert.equal(parseChainAnchor(lines.join('\n'))?.number, 2);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.ok(logged.some((line) => line.includes('audit checkpoint 2 was not accepted by the webhook')));
    });

    test('of dead letters is of the same lines, once, also after a line was cut off', async () => {
      const store = await open();
      await addCheckpoints(store, 2);
      const [first, second] = [
        await nextCheckpoint(store.queries, 0),
        await nextCheckpoint(store.queries, 1),
      ];
      const [one, two] = [checkpointText(first!), checkpointText(second!)];
      const directory = join(folder, `cut-${name}`);
      const letters = new DeadLetters(directory, 'webhook');
      const waiting = async () => {
        const found: (CheckpointText | DamagedLetter)[] = [];
        for await (const letter of letters.waiting()) found.push(letter);
        return found;
      };
      assert.deepEqual(await waiting(), []);
      await letters.add(one);
      // The server was ended while it wrote, and wrote the checkpoint again.
      appendFileSync(letters.file, linesOf(two).slice(0, 50));
      await letters.add(two);
      const numbers = async () =>
        (await waiting()).map((letter) => `${letter.number}${isWhole(letter) ? '' : ' damaged'}`);
      assert.deepEqual(await numbers(), ['1', '2 damaged']);
      await letters.add(two);
      await letters.add(one);
      assert.deepEqual(await numbers(), ['1', '2']);
      const read = (await waiting()).map((letter) => (isWhole(letter) ? linesOf(letter) : ''));
      assert.deepEqual(read, [linesOf(one), linesOf(two)]);
      await letters.markSent(one);
      assert.deepEqual(await numbers(), ['2']);
      await letters.markSent(two);
      assert.deepEqual(await waiting(), []);
      await letters.add({
        ...two,
        hash: 'of a restored log',
        statement: two.statement.replace(two.hash, 'of a restored log'),
      });
      assert.deepEqual(await numbers(), ['2']);
    });

    test('is done by one node at a time: two together deliver each checkpoint once', async () => {
      const location = await freshLocation();
      const nodes = [await open({}, location), await open({}, location)];
      await addCheckpoints(nodes[0]!, 4);
      const { sink, accepted, received } = memorySink();
      const deliveries = nodes.map((node) => deliveryOf(node, sink));
      for (const delivery of deliveries) delivery.start();
      await received(4);
      for (const delivery of deliveries) await delivery.stop();
      assert.deepEqual(accepted, [1, 2, 3, 4]);
    });
  });

  if (name !== 'SQLite') return;

  describe('receivers of audit records', () => {
    let checkpoint: ReadCheckpoint;
    before(async () => {
      const store = await open();
      await addCheckpoints(store, 1);
      checkpoint = (await nextCheckpoint(store.queries, 0))!;
    });

    const sinkOf = (settings: Parameters<typeof auditSinks>[0]) => auditSinks(settings)[0]!;

    /** Sends to a web server, and returns what it received. */
    async function sentTo(status: number, sinkAt: (url: string) => AuditSink) {
      const requests: { request: IncomingMessage; body: Buffer }[] = [];
      const server = createServer(async (request, response) => {
        requests.push({ request, body: Buffer.concat(await request.toArray()) });
        response.statusCode = status;
        response.end('<Error><Code>AccessDenied</Code></Error>');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const sink = sinkAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      try {
        await sink.send(checkpointText(checkpoint));
      } finally {
        sink.close();
        server.closeAllConnections();
        server.close();
      }
      return requests[0]!;
    }

    test('a webhook gets JSON lines, signed; other statuses than 2xx are failures', async () => {
      const webhook = (url: string) =>
        sinkOf({ auditWebhook: `${url}/audit`, auditWebhookSecret: 'sesame', auditS3Region: '' });
      const { request, body } = await sentTo(204, webhook);
      assert.deepEqual([request.method, request.url], ['POST', '/audit']);
      const signature = createHmac('sha256', 'sesame').update(body).digest('hex');
      assert.equal(request.headers['x-claviger-signature'], `sha256=${signature}`);
      const lines = body
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.deepEqual(
        [lines.length, lines[0]!['eventName'], lines[0]!['userAgent']],
        [3, 'GetUser', 'ägent'],
      );
      await assert.rejects(sentTo(500, webhook), /answered with status 500/);
      await assert.rejects(
        sinkOf({ auditWebhook: 'http://127.0.0.1:9', auditS3Region: '' }).send(checkpointText(checkpoint)),
        /cannot be reached/,
      );
    });

    test('S3 gets one compressed object for each checkpoint; a refusal says the code', async () => {
      const storage = (url: string) =>
        sinkOf({
          auditS3: 's3://logs/claviger/audit',
          auditS3Endpoint: url,
          auditS3Region: 'eu-central-1',
          auditS3AccessKeyId: 'AKIAEXAMPLE',
          auditS3SecretAccessKey: 'secret',
        });
      const { request, body } = await sentTo(200, storage);
      assert.deepEqual(
        [request.method, request.url],
        ['PUT', '/logs/claviger/audit/2026/12/01/checkpoint-000000000001.jsonl.gz'],
      );
      assert.match(
        request.headers.authorization ?? '',
        /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d+\/eu-central-1\/s3\//,
      );
      assert.equal(parseChainAnchor(gunzipSync(body).toString())?.hash, checkpoint.checkpoint.hash);
      await assert.rejects(sentTo(403, storage), /refused the object .*: AccessDenied/);
    });

    test('syslog gets one message for each record, by UDP and by TCP with lengths', async () => {
      const udp = createSocket('udp4').bind(0, '127.0.0.1');
      await once(udp, 'listening');
      const datagrams: string[] = [];
      const arrived = new Promise<void>((resolve) => {
        udp.on('message', (bytes) => {
          if (datagrams.push(bytes.toString()) === 3) resolve();
        });
      });
      await sinkOf({ auditSyslog: `udp://127.0.0.1:${udp.address().port}`, auditS3Region: '' }).send(
        checkpointText(checkpoint),
      );
      await arrived;
      udp.close();
      assert.match(
        datagrams[0]!,
        /^<110>1 2026-12-01T00:00:00.000Z \S+ claviger \d+ AuditEvent - \{"eventId":"E/,
      );

      let text = Buffer.alloc(0);
      const server = createTcpServer((socket) => {
        socket.on('data', (bytes) => {
          text = Buffer.concat([text, bytes]);
        });
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const sink = sinkOf({
        auditSyslog: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
        auditS3Region: '',
      });
      await sink.send(checkpointText(checkpoint));
      await sink.send(checkpointText(checkpoint));
      sink.close();
      await once(server.close(), 'close');
      const messages: string[] = [];
      for (let at = 0; at < text.length; ) {
        const space = text.indexOf(' ', at);
        const length = Number(text.toString('utf8', at, space));
        messages.push(text.toString('utf8', space + 1, space + 1 + length));
        at = space + 1 + length;
      }
      assert.deepEqual(
        messages.map((message) => message.split(' ')[5]),
        ['AuditEvent', 'AuditEvent', 'AuditCheckpoint', 'AuditEvent', 'AuditEvent', 'AuditCheckpoint'],
      );
    });

    test('settings that cannot work are refused at the start, without their secrets', () => {
      const wrong: [Record<string, string>, RegExp][] = [
        [{ auditWebhook: 'ftp://x' }, /--audit-webhook: invalid value: expected an http:/],
        [{ auditSyslog: 'logs.example.com' }, /expected udp:\/\/host:port/],
        [{ auditS3: 'bucket' }, /expected s3:\/\/bucket\/prefix/],
        [{ auditS3: 's3://logs' }, /CLAVIGER_AUDIT_S3_ACCESS_KEY_ID: required by --audit-s3/],
        [{ auditWebhookSecret: 'sesame' }, /not used without --audit-webhook/],
        [{ auditS3AccessKeyId: 'AKIA' }, /not used without --audit-s3/],
        [{ auditMaxSize: '20' }, /a size such as 500MB or 20GB, or off/],
        [{ auditChainInterval: '0s' }, /auditChainInterval|audit-chain-interval/],
      ];
      for (const [flags, message] of wrong) {
        assert.throws(
          () => readConfiguration(flags, {}),
          (error: Error) => message.test(error.message) && !error.message.includes('sesame'),
          JSON.stringify(flags),
        );
      }
    });
  });
});
