/** `claviger gateway` and `claviger forward-auth` as processes, with the keys of a Claviger server. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { createServer as createSecureServer, request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { signRequest } from '@claviger/signature';
import { claviger, freePort, serve, temporaryDirectory } from './claviger-process.ts';
import { runInProcess } from './run-in-process.ts';
import { startSpanCollector } from './span-collector.ts';

const COMMAND = fileURLToPath(new URL('../bin/claviger.js', import.meta.url));

interface Key {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

const ordersMap = `service: orders
routes:
  - { route: 'GET /orders/{orderId}', action: GetOrder, resource: 'order/{orderId}' }
  - { route: 'DELETE /orders/{orderId}', action: DeleteOrder, resource: 'order/{orderId}' }
`;

const asClient = ({ AccessKeyId, AccessKeySecret }: Key) => ({
  environment: { ALIBABA_CLOUD_ACCESS_KEY_ID: AccessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: AccessKeySecret },
});
const asGuard = ({ AccessKeyId, AccessKeySecret }: Key) => ({
  CLAVIGER_GUARD_ACCESS_KEY_ID: AccessKeyId,
  CLAVIGER_GUARD_ACCESS_KEY_SECRET: AccessKeySecret,
});

/** A command that runs until it is stopped. */
class RunningCommand {
  readonly child: ChildProcess;
  #output = '';
  #wake: (() => void)[] = [];

  constructor(words: readonly string[], environment: Readonly<Record<string, string>>) {
    const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('CLAVIGER_'));
    this.child = spawn(process.execPath, [COMMAND, ...words], {
      env: { ...Object.fromEntries(clean), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    after(() => this.child.kill('SIGKILL'));
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        const wake = this.#wake;
        this.#wake = [];
        for (const resolve of wake) resolve();
      });
    }
    this.child.once('exit', () => {
      for (const resolve of this.#wake) resolve();
    });
  }

  get output(): string {
    return this.#output;
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (this.child.exitCode !== null)
        throw new Error(`exited with ${this.child.exitCode}: ${this.#output}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }
}

async function api(
  version: string,
  action: string,
  parameters: Record<string, string>,
): Promise<Record<string, unknown>> {
  const { status, out, err } = await runInProcess(
    [
      'call',
      'POST',
      `${server.url}/?${new URLSearchParams(parameters)}`,
      '--action',
      action,
      '--version',
      version,
    ],
    asClient(admin),
  );
  assert.equal(status, 0, err);
  return JSON.parse(out) as Record<string, unknown>;
}

const ram = (action: string, parameters: Record<string, string>) => api('2015-05-01', action, parameters);

const data = temporaryDirectory();
const directory = temporaryDirectory();
mkdirSync(directory);
writeFileSync(join(directory, 'orders.yaml'), ordersMap);
const admin = JSON.parse(claviger(['init', '--data', data, '--json']).out) as Key & {
  readonly UserPrincipalName: string;
};
const collector = await startSpanCollector();
const server = await serve(['--data', data], collector.environment);
const seen: IncomingMessage[] = [];
const upstream = createServer((incoming, response) => {
  seen.push(incoming);
  response.end(`order ${incoming.url}`);
}).listen(0, '127.0.0.1');
await once(upstream, 'listening');
const guardKey = await registered('guard');
const customer = await userWith('customer', ['orders:GetOrder']);
after(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await server.stop('SIGTERM');
});

/** Registers a guard beside the running server. */
async function registered(name: string, of = data): Promise<Key> {
  const { status, out, err } = await runInProcess([
    'guard',
    'add',
    name,
    '--service',
    'orders',
    '--data',
    of,
    '--json',
  ]);
  assert.equal(status, 0, err);
  return JSON.parse(out) as Key;
}

async function userWith(UserName: string, actions: readonly string[]): Promise<Key> {
  const PolicyName = `${UserName}-policy`;
  const PolicyDocument = JSON.stringify({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });
  await ram('CreateUser', { UserName });
  await ram('CreatePolicy', { PolicyName, PolicyDocument });
  await ram('AttachPolicyToUser', { UserName, PolicyName, PolicyType: 'Custom' });
  return (await ram('CreateAccessKey', { UserName }))['AccessKey'] as Key;
}

const upstreamUrl = () => `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
const gatewayYaml = () => `listen: 127.0.0.1:0
admin: { listen: '127.0.0.1:0' }
source: { server: '${server.url}' }
upstreams: { orders: { urls: ['${upstreamUrl()}'] } }
services: [{ map: orders.yaml, upstream: orders }]
`;

const forwardAuthYaml = () => `listen: 127.0.0.1:0
proxies: ['127.0.0.1']
source: { server: '${server.url}' }
services: [{ map: orders.yaml }]
`;

describe('OpenTelemetry', () => {
  test('a call is a span below the one of its sender, with its steps below it, and without secrets', async () => {
    const traceId = 'a'.repeat(32);
    const traceparent = `00-${traceId}-${'b'.repeat(16)}-01`;
    const words = ['call', 'POST', `${server.url}/?UserName=traced`, '--action', 'CreateUser'];
    const header = ['--version', '2015-05-01', '--header', `traceparent: ${traceparent}`];
    const { status, err } = await runInProcess([...words, ...header], asClient(admin));
    assert.equal(status, 0, err);

    const span = await collector.span((each) => each.name === 'Ram CreateUser' && each.traceId === traceId);
    assert.equal(span.service, 'claviger');
    assert.equal(span.parentSpanId, 'b'.repeat(16));
    assert.equal(span.attributes['http.response.status_code'], 200);
    assert.match(String(span.attributes['enduser.id']), /^acs:ram::/);
    const write = await collector.span(
      (each) => each.name === 'write transaction' && each.traceId === traceId,
    );
    assert.equal(write.parentSpanId, span.spanId);
    await collector.span((each) => each.name === 'authorize' && each.parentSpanId === write.spanId);
    assert.ok(!collector.text().includes(admin.AccessKeySecret));
  });
});

describe('claviger gateway', () => {
  const file = join(directory, 'gateway.yaml');

  test('forwards signed and authorised requests, and refuses a disabled key immediately', async () => {
    writeFileSync(file, gatewayYaml());
    const gateway = new RunningCommand(['gateway', '--config', file], {
      ...asGuard(guardKey),
      ...collector.environment,
      OTEL_SERVICE_NAME: 'orders gateway',
    });
    const [, url] = await gateway.until(/gateway listens at (http:\S+)/);
    const [, adminUrl] = await gateway.until(/admin +(http:\S+)/);
    await gateway.until(/credentials are up to date/);
    assert.equal((await fetch(`${adminUrl}/readyz`)).status, 200);

    const call = (key: Key, method: string) =>
      runInProcess(['call', method, `${url}/orders/17`], asClient(key));
    const allowed = await call(customer, 'GET');
    assert.deepEqual([allowed.status, allowed.out], [0, 'order /orders/17'], allowed.err);
    assert.match(String(seen.at(-1)!.headers['x-claviger-principal-arn']), /:user\/customer$/);
    const traced = await collector.span(({ service }) => service === 'orders gateway');
    assert.deepEqual(
      [traced.name, traced.attributes['http.response.status_code'], traced.attributes['url.path']],
      ['orders:GetOrder', 200, '/orders/17'],
    );
    assert.equal(seen.at(-1)!.headers['traceparent'], `00-${traced.traceId}-${traced.spanId}-01`);
    const count = seen.length;
    const denied = await call(customer, 'DELETE');
    assert.equal(denied.status, 1);
    assert.match(denied.err, /403[\s\S]*NoPermission[\s\S]*orders:DeleteOrder/);

    await ram('UpdateAccessKey', {
      UserName: 'customer',
      UserAccessKeyId: customer.AccessKeyId,
      Status: 'Inactive',
    });
    for (;;) {
      const { err } = await call(customer, 'GET');
      if (/InvalidAccessKeyId\.Inactive/.test(err)) break;
    }
    await ram('UpdateAccessKey', {
      UserName: 'customer',
      UserAccessKeyId: customer.AccessKeyId,
      Status: 'Active',
    });
    for (;;) if ((await call(customer, 'GET')).status === 0) break;
    assert.ok(seen.length > count);

    // An invalid file is not applied; SIGHUP reports its error.
    writeFileSync(file, gatewayYaml().replace('orders.yaml', 'nowhere.yaml'));
    gateway.child.kill('SIGHUP');
    await gateway.until(/nowhere\.yaml cannot be read: no such file or directory/);
    assert.equal((await call(customer, 'GET')).status, 0);
    writeFileSync(
      file,
      gatewayYaml().replace('upstream: orders }', 'upstream: orders, hosts: [other.example.com] }'),
    );
    gateway.child.kill('SIGHUP');
    await gateway.until(/the new configuration is in force/);
    assert.match((await call(customer, 'GET')).err, /421/);

    assert.equal(await gateway.stop('SIGTERM'), 0);
    assert.match(gateway.output, /"path":"\/orders\/17"/);
    for (const secret of [guardKey.AccessKeySecret, customer.AccessKeySecret])
      assert.ok(!gateway.output.includes(secret));
    const used = await api('2019-08-15', 'GetAccessKeyLastUsed', {
      UserPrincipalName: admin.UserPrincipalName.replace(/^[^@]*/, 'customer'),
      UserAccessKeyId: customer.AccessKeyId,
    });
    assert.equal((used['AccessKeyLastUsed'] as { ServiceName: string }).ServiceName, 'orders');
  });

  test('of two workers accepts a nonce once, counts a rate once, and replaces its workers', async () => {
    const limited = join(directory, 'limited.yaml');
    writeFileSync(limited, `${gatewayYaml()}rateLimits: { perKey: 1/h burst 8 }\n`);
    const gateway = new RunningCommand(['gateway', '--config', limited, '--workers', '2'], asGuard(guardKey));
    const [, url = ''] = await gateway.until(/gateway listens at (http:\S+)/);
    const [, adminUrl] = await gateway.until(/admin +(http:\S+)/);
    // A kept connection would delay the end of its worker.
    const metrics = async () =>
      (await fetch(`${adminUrl}/metrics`, { headers: { connection: 'close' } })).text();
    while (!/^claviger_gateway_ready 1$/m.test(await metrics()));
    const signed = () =>
      signRequest(
        { method: 'GET', target: '/orders/17', headers: [['host', new URL(url).host]] },
        { accessKeyId: customer.AccessKeyId, accessKeySecret: customer.AccessKeySecret },
        { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: crypto.randomUUID() },
      );
    /** Sends a request on a connection of its own. @returns the status */
    const send = async ({ rawHeaders }: ReturnType<typeof signed>) => {
      const { hostname, port } = new URL(url);
      const sent = request({
        hostname,
        port,
        path: '/orders/17',
        agent: false,
        headers: [...rawHeaders],
      }).end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    const replayed = signed();
    const accepted = (statuses: readonly unknown[]) => statuses.filter((status) => status === 200).length;
    assert.equal(accepted(await Promise.all(Array.from({ length: 12 }, () => send(replayed)))), 1);

    gateway.child.kill('SIGUSR2');
    const replaced = gateway.until(/all workers are replaced/);
    let isReplaced = false;
    void replaced.then(() => {
      isReplaced = true;
    });
    while (!isReplaced) assert.equal(await send(replayed), 400);
    await replaced;

    const answers = await Promise.all(Array.from({ length: 20 }, () => send(signed())));
    assert.equal(accepted(answers), 7);
    assert.equal(answers.filter((status) => status === 400).length, 13, String(answers));
    assert.match(await metrics(), /^claviger_gateway_requests_total\{.*status="200",code="OK"\} 8$/m);
    assert.equal(await gateway.stop('SIGTERM'), 0);
    assert.equal((await runInProcess(['gateway', '--config', limited, '--workers', '0'])).status, 2);
  });

  test('--check validates the configuration without starting', async () => {
    writeFileSync(file, gatewayYaml());
    const good = await runInProcess(['gateway', '--config', file, '--check']);
    assert.equal(good.status, 0);
    assert.match(good.out, /1 service, 2 routes, no errors, 2 warnings\n/);
    assert.match(
      good.err,
      /^warning: .*gateway\.yaml:\d+:\d+: there are no `hosts`: .*\nwarning: .*orders\.yaml:\d+:\d+: 2 routes from here on name .*`caseSensitive: false`.*\n$/,
    );
    writeFileSync(file, gatewayYaml().replace('listen: 127.0.0.1:0\n', 'listen: here\n'));
    const bad = await runInProcess(['gateway', '--config', file, '--check']);
    assert.deepEqual([bad.status, bad.out], [2, '']);
    assert.match(bad.err, /^error: .*gateway\.yaml:1:9: `here` is not an address/);
  });

  test('reads its AccessKey from the environment only, and names a missing variable', async () => {
    writeFileSync(file, gatewayYaml());
    for (const [environment, named] of [
      [{}, 'CLAVIGER_GUARD_ACCESS_KEY_ID'],
      [{ CLAVIGER_GUARD_ACCESS_KEY_ID: 'LTAI5t' }, 'CLAVIGER_GUARD_ACCESS_KEY_SECRET'],
      [
        { ...asGuard(guardKey), CLAVIGER_GUARD_IDENTITY_SECRET: 'c2hvcnQ=' },
        'CLAVIGER_GUARD_IDENTITY_SECRET',
      ],
      [{ ...asGuard(guardKey), CLAVIGER_LOG_LEVEL: 'loud' }, 'CLAVIGER_LOG_LEVEL'],
      [{ ...asGuard(guardKey), CLAVIGER_GUARD_REDIS: 'http://:hunter2@h' }, 'CLAVIGER_GUARD_REDIS'],
    ] as const) {
      const { status, err } = await runInProcess(['gateway', '--config', file], { environment });
      assert.equal(status, 2, err);
      assert.ok(err.startsWith(`error: ${named}: `), err);
      assert.ok(!err.includes(guardKey.AccessKeySecret));
      assert.ok(!err.includes('hunter2'));
    }
    const away = {
      ...asGuard(guardKey),
      CLAVIGER_GUARD_REDIS: `redis://:hunter2@127.0.0.1:${await freePort()}`,
    };
    const unreached = await runInProcess(['gateway', '--config', file], { environment: away });
    assert.deepEqual(
      [unreached.status, unreached.err],
      [1, 'error: CLAVIGER_GUARD_REDIS: the server does not answer\n'],
    );
    assert.equal((await runInProcess(['gateway'])).status, 2);
    const missing = await runInProcess(['gateway', '--config', join(directory, 'none.yaml'), '--check']);
    assert.equal(missing.status, 2);
    assert.match(missing.err, /none\.yaml cannot be read: no such file or directory/);
  });
});

describe('a guard whose AccessKey the control plane refuses at the start', () => {
  const files = { gateway: join(directory, 'refused.yaml'), 'forward-auth': join(directory, 'asked.yaml') };

  for (const name of ['gateway', 'forward-auth'] as const) {
    test(`${name} exits with 1 and says what to change`, async () => {
      writeFileSync(files.gateway, gatewayYaml());
      writeFileSync(files['forward-auth'], forwardAuthYaml());
      const disabled = await registered(`disabled-${name}`);
      await runInProcess(['guard', 'disable', `disabled-${name}`, '--data', data]);
      for (const [key, reason, advice] of [
        [
          { ...guardKey, AccessKeySecret: 'WrongSecret0000000000000000001' },
          /CLAVIGER_GUARD_ACCESS_KEY_SECRET is not the secret of the AccessKey \S+ \(SignatureDoesNotMatch, 400\)/,
          /Set CLAVIGER_GUARD_ACCESS_KEY_SECRET/,
        ],
        [
          { ...guardKey, AccessKeyId: 'LTAI5tUnknownUnknown00001' },
          /it has no guard with the AccessKey LTAI5tUnknownUnknown00001 \(InvalidAccessKeyId.NotFound, 404\)/,
          /Set CLAVIGER_GUARD_ACCESS_KEY_ID and/,
        ],
        [disabled, /is disabled \(InvalidAccessKeyId.Inactive/, /claviger guard enable/],
        [
          customer,
          /does not belong to a guard of this name \(NoPermission, 403\)/,
          /claviger guard add NAME --service SERVICE/,
        ],
      ] as const) {
        const guard = new RunningCommand([name, '--config', files[name]], asGuard(key));
        const [code] = (await once(guard.child, 'close')) as [number];
        assert.equal(code, 1, guard.output);
        const [, error = ''] = guard.output.split(/^error: /m);
        assert.ok(error.startsWith(`${server.url} refuses this guard: `), guard.output);
        assert.match(error, reason);
        assert.match(error, advice);
        assert.doesNotMatch(guard.output, /No credentials yet/, 'no retry is announced');
        assert.ok(!guard.output.includes(key.AccessKeySecret));
      }
    });
  }
});

describe('a guard whose control plane does not answer', () => {
  test('retries and reports it once; with a snapshot it continues, also when the key is refused later', async () => {
    const port = await freePort();
    const file = join(directory, 'early.yaml');
    writeFileSync(file, gatewayYaml().replace(server.url, `http://127.0.0.1:${port}`));
    const key = await registered('early');
    const gateway = new RunningCommand(['gateway', '--config', file], asGuard(key));
    const [, url] = await gateway.until(/gateway listens at (http:\S+)/);
    const [, adminUrl] = await gateway.until(/admin +(http:\S+)/);
    await gateway.until(
      /^No credentials yet, so every request is refused \(503\): the control plane at .*ECONNREFUSED/m,
    );
    assert.equal((await fetch(`${adminUrl}/readyz`)).status, 503);
    const call = () => runInProcess(['call', 'GET', `${url}/orders/17`], asClient(customer));
    assert.match((await call()).err, /503[\s\S]*ServiceUnavailable\.CredentialsStale/);

    const late = await serve(['--data', data], {}, port);
    await gateway.until(/^Credentials received: \d+ AccessKeys of account \d+\.$/m);
    const reported = gateway.output.match(/^No credentials yet.*$/gm) ?? [];
    assert.equal(new Set(reported).size, reported.length, 'no message is repeated');
    assert.equal((await call()).status, 0);

    await runInProcess(['guard', 'disable', 'early', '--data', data]);
    await late.stop('SIGTERM');
    const again = await serve(['--data', data], {}, port);
    await gateway.until(/credentials are not up to date[\s\S]*InvalidAccessKeyId\.Inactive/);
    assert.equal((await call()).status, 0, 'the snapshot is used until it is too old');
    assert.equal(await gateway.stop('SIGTERM'), 0);
    await again.stop('SIGTERM');
  });
});

/** Sends an unsigned GET over TLS. */
async function fetchOnce(url: string, ca: string) {
  const sent = secureRequest(url, { ca, agent: false }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  return { status: answer.statusCode, hsts: answer.headers['strict-transport-security'] };
}

/** Whether a TLS 1.2 client that offers only this cipher suite can connect. */
async function negotiates(url: string, ciphers: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const options = { ciphers, maxVersion: 'TLSv1.2', rejectUnauthorized: false } as const;
  const socket = connectTls({ host: hostname, port: Number(port), ...options });
  const outcome = await Promise.race([
    once(socket, 'secureConnect').then(() => true),
    once(socket, 'close').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return outcome;
}

describe('claviger gateway with TLS', () => {
  test('uses it for clients, the service and the control plane, and reloads a new certificate', async () => {
    const tlsData = temporaryDirectory();
    const made = JSON.parse(claviger(['init', '--data', tlsData, '--json']).out) as Key & {
      readonly AccountId: string;
    };
    const secure = await serve(['--data', tlsData, '--tls', 'auto']);
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) =>
      readFileSync(join(tlsData, 'tls', name), 'utf8'),
    );
    const service = createSecureServer({ cert, key }, (incoming, response) => {
      response.end(`secret order ${incoming.headers['x-forwarded-proto']}`);
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    after(() => service.close());
    const { port } = service.address() as AddressInfo;
    writeFileSync(join(directory, 'tls.pem'), cert!);
    writeFileSync(join(directory, 'tls.key'), key!);
    const file = join(directory, 'tls.yaml');
    writeFileSync(
      file,
      `listen: 127.0.0.1:0
tls: { cert: tls.pem, key: tls.key }
source: { server: '${secure.url}', ca: tls.pem }
upstreams: { orders: { urls: ['https://127.0.0.1:${port}'], tls: { ca: tls.pem } } }
services: [{ map: orders.yaml, upstream: orders }]
`,
    );
    const created = claviger([
      'root-access-key',
      'create',
      '--data',
      tlsData,
      '--account',
      made.AccountId,
      '--accept-risk',
      '--json',
    ]);
    const root = JSON.parse(created.out) as Key;
    const gateway = new RunningCommand(
      ['gateway', '--config', file],
      asGuard(await registered('tls', tlsData)),
    );
    const [, url] = await gateway.until(/gateway listens at (https:\S+)/);
    await gateway.until(/credentials are up to date/);
    const call = () =>
      runInProcess(['call', 'GET', `${url}/orders/17`, '--ca', join(directory, 'tls.pem')], asClient(root));
    const answer = await call();
    assert.deepEqual([answer.status, answer.out], [0, 'secret order https'], answer.err);

    const strict = await fetchOnce(`${url}/orders/17`, cert!);
    assert.deepEqual([strict.status, strict.hsts], [400, 'max-age=31536000']);
    for (const [offered, isTaken] of [
      ['ECDHE-ECDSA-AES128-GCM-SHA256', true],
      ['ECDHE-ECDSA-CHACHA20-POLY1305', true],
      ['ECDHE-ECDSA-AES128-SHA256', false],
      ['ECDHE-ECDSA-AES256-SHA384', false],
      ['ECDHE-ECDSA-AES128-SHA', false],
      ['AES128-GCM-SHA256', false],
    ] as const) {
      assert.equal(await negotiates(url!, offered), isTaken, offered);
    }

    // The certificate of another installation serves as an unrelated one.
    const otherData = temporaryDirectory();
    claviger(['init', '--data', otherData, '--json']);
    const other = await serve(['--data', otherData, '--tls', 'auto']);
    await other.stop('SIGTERM');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('cert: tls.pem, key: tls.key', 'cert: new.pem, key: new.key'),
    );
    writeFileSync(join(directory, 'new.pem'), readFileSync(join(otherData, 'tls', 'cert.pem')));
    writeFileSync(join(directory, 'new.key'), readFileSync(join(otherData, 'tls', 'key.pem')));
    gateway.child.kill('SIGHUP');
    await gateway.until(/the new configuration is in force/);
    assert.notEqual((await call()).status, 0, 'the old certificate is no longer shown');
    const renewed = await runInProcess(
      ['call', 'GET', `${url}/orders/17`, '--ca', join(directory, 'new.pem')],
      asClient(root),
    );
    assert.equal(renewed.status, 0, renewed.err);
    assert.equal(await gateway.stop('SIGTERM'), 0);
    await secure.stop('SIGTERM');
  });
});

describe('claviger forward-auth', () => {
  test('authorises requests for a proxy', async () => {
    const file = join(directory, 'forward-auth.yaml');
    writeFileSync(file, forwardAuthYaml());
    assert.equal((await runInProcess(['forward-auth', '--config', file, '--check'])).status, 0);
    const stranger = await userWith('stranger', ['invoices:GetInvoice']);
    const endpoint = new RunningCommand(['forward-auth', '--config', file], asGuard(guardKey));
    const [, url] = await endpoint.until(/forward-auth listens at (http:\S+)/);
    await endpoint.until(/credentials are up to date/);
    const ask = async (key: Key) => {
      const { rawHeaders } = signRequest(
        { method: 'GET', target: '/orders/17', headers: [['host', 'orders.example.com']] },
        { accessKeyId: key.AccessKeyId, accessKeySecret: key.AccessKeySecret },
        { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: crypto.randomUUID() },
      );
      const headers = [...rawHeaders, 'x-original-method', 'GET', 'x-original-uri', '/orders/17'];
      const outgoing = request(`${url}/nginx`, { headers: headers as never }).end();
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      answer.resume();
      return answer;
    };
    const allowed = await ask(customer);
    assert.equal(allowed.statusCode, 200);
    assert.match(String(allowed.headers['x-claviger-principal-arn']), /:user\/customer$/);
    const denied = await ask(stranger);
    assert.deepEqual([denied.statusCode, denied.headers['x-claviger-error-code']], [403, 'NoPermission']);
    const ofGuard = await ask(guardKey);
    assert.deepEqual(
      [ofGuard.statusCode, ofGuard.headers['x-claviger-error-code']],
      [401, 'InvalidAccessKeyId.NotFound'],
    );
    assert.equal(await endpoint.stop('SIGTERM'), 0);
  });
});
