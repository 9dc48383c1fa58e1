import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../packages/server/test/postgres-server.ts';
import { GET_CALLER_IDENTITY, signedCall } from './api-call.ts';
import { median, percentile, progress, type Row, row } from './ratio.ts';
import { claviger, type InstalledKey, install, ServerProcess } from './server-process.ts';

const revocations = 200;
const ims = '2019-08-15';
const histogramMs = [2, 5, 10, 20, 50, 100];

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

type Key = Pick<InstalledKey, 'AccessKeyId' | 'AccessKeySecret'>;

/**
 * How long a disabled key is still good on another node: two nodes on one PostgreSQL, and a client that calls the
 * other node without pause. Counted from the moment that UpdateAccessKey was answered by the one to the answer of
 * the other's first refusal, so that it is rather too long than too short by one call.
 */
export async function revocationRows(): Promise<Row[]> {
  progress('scale: starting PostgreSQL and two nodes');
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const database = await startPostgres();
  const settings = ['--data', join(directory, 'data'), '--database', database.url];
  const nodes: ServerProcess[] = [];
  const agent = new Agent({ keepAlive: true });
  try {
    const administrator = install(settings);
    // Nonces are not what is measured.
    const separate = [...settings, '--unshared-nonces', 'warn'];
    for (let node = 0; node < 2; node++) nodes.push(await ServerProcess.start(claviger(separate)));
    const [one, other] = nodes.map((node) => new Client(agent, node.port));
    const { delays, acceptedByTheSame } = await revokeOften(one!, other!, administrator);
    const after = `ms from the answer to a refusal on another node, ${revocations} revocations`;
    return [
      row('scale.revocation.other-node.p99', percentile(delays, 0.99), `p99 ${after}`, '<= 100'),
      row('scale.revocation.other-node.p50', median(delays), `p50 ${after}`),
      row('scale.revocation.other-node.max', Math.max(...delays), `longest ${after}`),
      ...histogramMs.map((limit) =>
        row(
          `scale.revocation.other-node.within-${limit}-ms`,
          delays.filter((delay) => delay <= limit).length / delays.length,
          'of the revocations were in force on another node',
        ),
      ),
      row(
        'scale.revocation.same-node.accepted',
        acceptedByTheSame,
        `calls accepted after the answer by the node that gave it, of ${revocations}`,
        '<= 0',
      ),
    ];
  } finally {
    agent.destroy();
    for (const node of nodes) await node.stop();
    await database.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function revokeOften(one: Client, other: Client, administrator: Key) {
  const domain = await one.must(administrator, { version: ims, action: 'GetDefaultDomain' });
  const UserPrincipalName = `revoked@${domain['DefaultDomainName']}`;
  await one.must(administrator, {
    version: ims,
    action: 'CreateUser',
    parameters: { UserPrincipalName, DisplayName: 'revoked' },
  });
  const made = await one.must(administrator, {
    version: ims,
    action: 'CreateAccessKey',
    parameters: { UserPrincipalName },
  });
  const key = made['AccessKey'] as Key;
  const set = (Status: 'Active' | 'Inactive') =>
    one.must(administrator, {
      version: ims,
      action: 'UpdateAccessKey',
      parameters: { UserPrincipalName, UserAccessKeyId: key.AccessKeyId, Status },
    });

  const delays: number[] = [];
  let acceptedByTheSame = 0;
  for (let revocation = 0; revocation < revocations; revocation++) {
    progress(`scale: revocation ${revocation + 1} of ${revocations}`);
    // The other node has the key in memory, and uses it, when it is revoked.
    while ((await other.call(key, GET_CALLER_IDENTITY)).status !== 200);
    const calls = callUntilRefused(other, key);
    await set('Inactive');
    const answered = performance.now();
    if ((await one.call(key, GET_CALLER_IDENTITY)).status === 200) acceptedByTheSame++;
    const refusedAt = await calls;
    delays.push(Math.max(0, refusedAt - answered));
    if ((await other.call(key, GET_CALLER_IDENTITY)).status === 200) {
      throw new Error('a key was accepted again after it was refused');
    }
    await set('Active');
  }
  return { delays, acceptedByTheSame };
}

/** @returns when the first refusal was answered */
async function callUntilRefused(client: Client, key: Key): Promise<number> {
  for (;;) {
    const { status, body } = await client.call(key, GET_CALLER_IDENTITY);
    if (status === 200) continue;
    if (body['Code'] !== 'InvalidAccessKeyId.Inactive') throw new Error(JSON.stringify(body));
    return performance.now();
  }
}

/** Calls one node over connections that stay open. */
class Client {
  readonly #agent: Agent;
  readonly #port: number;
  static #nonces = 0;

  constructor(agent: Agent, port: number) {
    this.#agent = agent;
    this.#port = port;
  }

  call(key: Key, operation: Parameters<typeof signedCall>[2]): Promise<Answer> {
    const nonce = `${process.pid}-${Date.now()}-${Client.#nonces++}`;
    const { method, target, rawHeaders } = signedCall(key, this.#port, operation, nonce);
    return new Promise((resolve, reject) => {
      const options = {
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.#port,
        method,
        path: target,
        headers: [...rawHeaders, 'content-length', '0'],
      };
      httpRequest(options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> });
        });
      })
        .on('error', reject)
        .end();
    });
  }

  /** A call that has to succeed. */
  async must(key: Key, operation: Parameters<typeof signedCall>[2]): Promise<Record<string, unknown>> {
    const { status, body } = await this.call(key, operation);
    if (status !== 200) throw new Error(`${operation.action}: ${JSON.stringify(body)}`);
    return body;
  }
}
