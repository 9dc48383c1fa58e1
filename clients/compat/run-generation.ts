import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SampleEntities, trusting } from '../../packages/server/test/sample-entities.ts';
import { startTestServer, type TestServer } from '../../packages/server/test/server.ts';
import type { Call, CallAnswer } from './call.ts';
import { CHECKS, type CheckContext, type CheckResult, runCheck } from './checks.ts';
import { ClientProcess } from './client-process.ts';
import { compareAnswers } from './compare-answers.ts';
import type { Generation, Pins, TrustSetting } from './generations.ts';
import { installedVersions, trustStore } from './install-clients.ts';
import { operationCalls } from './operation-calls.ts';
import { Recorder } from './recorder.ts';

const SKEW_MS = 20 * 60 * 1000;

/** Result of one generation. */
export interface GenerationResult {
  readonly generation: Generation;
  readonly pins: Pins;
  /** Packages with their versions. */
  readonly packages: readonly string[];
  /** Requests that were made and answered as expected. */
  readonly operations: readonly string[];
  /** Operations that this version of the client does not have. */
  readonly absent: readonly string[];
  /** Leaves of typed answers that are equal to the raw ones. */
  readonly leaves: number;
  /** Operations that were refused, or whose typed answer differs. */
  readonly faults: readonly string[];
  /** `Ims GetUser User.Tags[].Key`: leaves of raw answers that the client has no field for. */
  readonly unread: readonly string[];
  readonly checks: readonly (readonly [name: string, result: CheckResult])[];
  readonly settings: readonly (readonly [text: string, result: CheckResult])[];
  readonly seconds: number;
}

/** Servers that all generations share: one with TLS, one with another clock. */
export class SharedServers {
  readonly tls: TestServer;
  readonly skewed: TestServer;

  private constructor(tls: TestServer, skewed: TestServer) {
    this.tls = tls;
    this.skewed = skewed;
  }

  static async start(): Promise<SharedServers> {
    const tls = await startTestServer({ configuration: { tls: 'auto' } });
    return new SharedServers(tls, await startTestServer({ now: () => Date.now() + SKEW_MS }));
  }

  get certificate(): string {
    return join(this.tls.directory, 'tls', 'cert.pem');
  }

  async close(): Promise<void> {
    await Promise.all([this.tls.close(), this.skewed.close()]);
  }
}

/** Tries one generation: every operation, the checks, and the settings of its endpoint and trust. */
export async function runGeneration(
  generation: Generation,
  pins: Pins,
  installed: string,
  shared: SharedServers,
): Promise<GenerationResult> {
  const startedAt = performance.now();
  const now = Date.now();
  // The clock stands still, so that the codes of MFA devices stay valid.
  const server = await startTestServer({ now: () => now });
  const recorder = await Recorder.before(server.url);
  const client = new ClientProcess(generation.command(installed));
  try {
    const versions = installedVersions(generation.language, installed, pins);
    const checks = await runChecks(client, server, recorder, shared, now);
    const operations = await runOperations(client, server, recorder, now);
    const settings = await runSettings(generation, installed, server, recorder, shared);
    return {
      generation,
      pins,
      packages: generation.packages.map((name) => `${name} ${versions.get(name) ?? ''}`.trim()),
      ...operations,
      checks,
      settings,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    client.end();
    await recorder.close();
    await server.close();
  }
}

async function runOperations(client: ClientProcess, server: TestServer, recorder: Recorder, now: number) {
  const found = { operations: [] as string[], absent: [] as string[], faults: [] as string[], leaves: 0 };
  const unread = new Set<string>();
  for (const { title, call } of await operationCalls(
    server,
    { endpoint: recorder.endpoint(), protocol: 'http' },
    now,
  )) {
    const answer = await client.one(call);
    if ('absent' in answer) {
      found.absent.push(answer.absent === 'operation' ? title : `${title}: ${answer.absent}`);
      continue;
    }
    if ('error' in answer) {
      const { type, code, message } = answer.error;
      found.faults.push(`${title}: ${type} ${code}: ${message.slice(0, 300)}`);
      continue;
    }
    const { body } = answer;
    const raw = recorder.answers.get(String(body['RequestId'] ?? body['requestId']));
    if (raw === undefined) {
      found.faults.push(`${title}: the typed answer has no RequestId of a recorded answer`);
      continue;
    }
    const compared = compareAnswers(raw, body);
    found.leaves += compared.equal;
    for (const place of compared.unread) unread.add(`${call.product} ${call.action} ${place}`);
    if (compared.differences.length === 0) found.operations.push(title);
    else found.faults.push(...compared.differences.map((difference) => `${title}: ${difference}`));
  }
  return { ...found, unread: [...unread] };
}

async function runChecks(
  client: ClientProcess,
  server: TestServer,
  recorder: Recorder,
  shared: SharedServers,
  now: number,
): Promise<readonly (readonly [string, CheckResult])[]> {
  const account = await server.newAccount('checks');
  const entities = new SampleEntities(server, account, 'checks', now);
  const RoleName = 'compat';
  const AssumeRolePolicyDocument = trusting({ RAM: [`acs:ram::${account.accountId}:root`] });
  await entities.do('2015-05-01', 'CreateRole', { RoleName, AssumeRolePolicyDocument });
  const context: CheckContext = {
    together: (calls) => client.together(calls),
    key: account.key,
    accountId: account.accountId,
    endpoint: (host) => (host === '[::1]' && !recorder.hasIpv6 ? undefined : recorder.endpoint(host)),
    skewedEndpoint: new URL(shared.skewed.url).host,
    skewedKey: shared.skewed.account.key,
  };
  const results: [string, CheckResult][] = [];
  for (const check of CHECKS) results.push([check.name, await runCheck(check, context)]);
  return results;
}

/** Tries each way of naming the endpoint, and each way of trusting the certificate, in a process of its own. */
async function runSettings(
  generation: Generation,
  installed: string,
  server: TestServer,
  recorder: Recorder,
  shared: SharedServers,
): Promise<readonly (readonly [string, CheckResult])[]> {
  const results: [string, CheckResult][] = [];
  const plain: Call = {
    product: 'Sts',
    version: '2015-04-01',
    action: 'GetCallerIdentity',
    parameters: {},
    structured: {},
    key: server.account.key,
    endpoint: recorder.endpoint(),
    protocol: 'http',
  };
  for (const { name, text } of generation.endpoints) {
    const answer = await callAlone(generation, installed, { ...plain, setting: name });
    results.push([text, resultOf(answer)]);
  }
  const overTls: Call = {
    ...plain,
    key: shared.tls.account.key,
    endpoint: new URL(shared.tls.url).host,
    protocol: 'https',
  };
  const untrusted = await callAlone(generation, installed, overTls);
  results.push([
    'an untrusted certificate is refused',
    'error' in untrusted ? 'passed' : { differs: 'this client does not check certificates' },
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'claviger-compat-'));
  try {
    for (const trust of generation.trust) {
      const certificate = shared.certificate;
      const call: Call =
        trust.by === 'client'
          ? { ...overTls, trust: 'client', certificate, certificateText: readFileSync(certificate, 'utf8') }
          : overTls;
      const environment = await environmentOf(trust, certificate, folder);
      results.push([trust.text, resultOf(await callAlone(generation, installed, call, environment))]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

async function environmentOf(
  trust: TrustSetting,
  certificate: string,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  if (trust.variable !== undefined) return { [trust.variable]: certificate };
  if (trust.by !== 'trust store') return {};
  const store = await trustStore(certificate, folder);
  return {
    JAVA_TOOL_OPTIONS: `-Djavax.net.ssl.trustStore=${store} -Djavax.net.ssl.trustStorePassword=changeit`,
  };
}

async function callAlone(
  generation: Generation,
  installed: string,
  call: Call,
  environment: Readonly<Record<string, string>> = {},
): Promise<CallAnswer> {
  const client = new ClientProcess(generation.command(installed), environment);
  try {
    return await client.one(call);
  } finally {
    client.end();
  }
}

function resultOf(answer: CallAnswer): CheckResult {
  if ('body' in answer) return 'passed';
  if ('absent' in answer) return { notHere: `the client has no ${answer.absent}` };
  return { failed: `${answer.error.type} ${answer.error.code}: ${answer.error.message.slice(0, 300)}` };
}
