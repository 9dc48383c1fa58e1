/** `serve --workers`: what holds for one process holds for all of them together, through the public surface. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { type SignedRequest, signRequest } from '@claviger/signature';
import { claviger, freePort, serve, temporaryDirectory } from './claviger-process.ts';

interface Key {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const IMS = '2019-08-15';
const STS = '2015-04-01';

test('a server of two workers', async (suite) => {
  const directory = temporaryDirectory();
  const administrator = JSON.parse(claviger(['init', '--data', directory, '--json']).out) as Key;
  const adminPort = await freePort();
  const server = await serve(['--data', directory, '--workers', '2', '--admin-port', String(adminPort)]);
  /** Resolves when a condition on the server's output holds. */
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await once(server.process.stderr!, 'data');
  };
  const metrics = async () => (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();

  function signed(
    key: Key,
    action: string,
    parameters: Readonly<Record<string, string>> = {},
    version = IMS,
  ): SignedRequest {
    const query = new URLSearchParams(parameters).toString();
    return signRequest(
      {
        method: 'POST',
        target: query === '' ? '/' : `/?${query}`,
        headers: [['host', new URL(server.url).host]],
      },
      { accessKeyId: key.AccessKeyId, accessKeySecret: key.AccessKeySecret },
      { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: randomUUID(), action, version },
    );
  }

  /** Sends a request, on a connection of its own unless given an agent: the workers get connections in turn. */
  async function send(request: SignedRequest, agent: Agent | false = false): Promise<Answer> {
    const { hostname, port } = new URL(server.url);
    const sent = httpRequest({
      hostname,
      port,
      agent,
      method: request.method,
      path: request.target,
      headers: [...request.rawHeaders],
    }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode ?? 0, text };
  }

  const whoami = (key: Key) => signed(key, 'GetCallerIdentity', {}, STS);
  const sendTimes = (times: number, request: () => SignedRequest) =>
    Promise.all(Array.from({ length: times }, () => send(request())));
  const accepted = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;
  const workers = () =>
    new Set([...server.output().matchAll(/"pid":(\d+)[^\n]*"msg":"request"/g)].map(([, pid]) => Number(pid)));

  async function call<T>(action: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const { status, text } = await send(signed(administrator, action, parameters));
    assert.equal(status, 200, text);
    return JSON.parse(text) as T;
  }

  await suite.test('accepts one nonce once, over many connections', async () => {
    const request = whoami(administrator);
    const answers = await sendTimes(24, () => request);
    assert.equal(accepted(answers), 1);
    const refused = answers.filter(({ status }) => status !== 200);
    assert.ok(
      refused.every(({ text }) => text.includes('SignatureNonceUsed')),
      refused[0]?.text,
    );
  });

  await suite.test('counts the requests of all workers in its metrics', async () => {
    const ofReads = async () =>
      [
        ...(await metrics()).matchAll(/^claviger_api_requests_total\{.*GetCallerIdentity.*\} (\d+)$/gm),
      ].reduce((sum, [, count]) => sum + Number(count), 0);
    const before = await ofReads();
    assert.equal(accepted(await sendTimes(20, () => whoami(administrator))), 20);
    assert.equal(await ofReads(), before + 20);
    assert.match(await metrics(), /^claviger_workers 2$/m);
    await until(() => workers().size >= 2);
  });

  await suite.test('creates two keys of a user at most, however many workers are asked at once', async () => {
    const UserPrincipalName = (
      await call<{ User: { UserPrincipalName: string } }>('CreateUser', {
        UserPrincipalName: `limit@${(await domain()) as string}`,
        DisplayName: 'limit',
      })
    ).User.UserPrincipalName;
    const answers = await sendTimes(10, () =>
      signed(administrator, 'CreateAccessKey', { UserPrincipalName }),
    );
    assert.equal(accepted(answers), 2);
  });

  await suite.test(
    'refuses a disabled key on each worker once that is answered, and a deleted one',
    async () => {
      const UserPrincipalName = `revoked@${await domain()}`;
      await call('CreateUser', { UserPrincipalName, DisplayName: 'revoked' });
      const { AccessKey: key } = await call<{ AccessKey: Key }>('CreateAccessKey', { UserPrincipalName });
      for (let round = 0; round < 12; round += 1) {
        const isActive = round % 2 === 1;
        if (round > 0) {
          const Status = isActive ? 'Active' : 'Inactive';
          await call('UpdateAccessKey', { UserPrincipalName, UserAccessKeyId: key.AccessKeyId, Status });
        }
        const expected = round === 0 || isActive ? 6 : 0;
        assert.equal(accepted(await sendTimes(6, () => whoami(key))), expected, `round ${round}`);
      }
      await call('DeleteAccessKey', { UserPrincipalName, UserAccessKeyId: key.AccessKeyId });
      assert.equal(accepted(await sendTimes(6, () => whoami(key))), 0);
    },
  );

  await suite.test('replaces its workers one after another without a failed request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    const pids = workers();
    let isReplaced = false;
    let sent = 0;
    const clients = Array.from({ length: 3 }, async (_, client) => {
      while (!isReplaced) {
        const { status, text } = await send(whoami(administrator), client < 2 ? agent : false);
        assert.equal(status, 200, text);
        sent += 1;
      }
    });
    server.process.kill('SIGUSR2');
    await Promise.race([
      until(() => server.output().includes('all workers are replaced')),
      Promise.all(clients),
    ]);
    isReplaced = true;
    await Promise.all(clients);
    agent.destroy();
    assert.ok(sent > 0);
    await sendTimes(4, () => whoami(administrator));
    await until(() => workers().size >= pids.size + 2);
  });

  await suite.test('starts another worker in place of a killed one, and forgets no nonce', async () => {
    const used = whoami(administrator);
    assert.equal((await send(used)).status, 200);
    const pid = [...workers()].at(-1)!;
    process.kill(pid, 'SIGKILL');
    await until(() => server.output().includes('a worker has started in place of one that has ended'));
    assert.match(server.output(), new RegExp(`"pid":${pid},"code":null,"signal":"SIGKILL".*ended by itself`));
    assert.equal(accepted(await sendTimes(4, () => used)), 0);
    assert.equal(accepted(await sendTimes(4, () => whoami(administrator))), 4);
    assert.match(await metrics(), /^claviger_worker_failures_total 1$/m);
  });

  await suite.test('stops at SIGTERM with exit code 0, and its audit log is whole', async () => {
    assert.equal(await server.stop('SIGTERM'), 0);
    // No worker writes into a line of another one.
    for (const line of server
      .output()
      .split('\n')
      .filter((each) => each.startsWith('{')))
      JSON.parse(line);
    const { status, out, err } = claviger(['audit', 'verify', '--data', directory]);
    assert.equal(status, 0, out + err);
  });

  async function domain(): Promise<string> {
    const { AccountDomain } = await call<{ AccountDomain?: string }>('GetDefaultDomain', {}).then(
      (answer) => ({ AccountDomain: (answer as { DefaultDomainName?: string }).DefaultDomainName }),
    );
    return AccountDomain ?? '';
  }
});

test('workers that are not a number from 1 to 128 or auto are refused', () => {
  const { status, err } = claviger(['serve', '--workers', '0']);
  assert.equal(status, 2);
  assert.match(err, /--workers: invalid value "0": expected a whole number, 1 to 128, or auto/);
});
